package dev.userservice.hashes;

import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.keycloak.PolicyHash;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Makes the provider that checks imported password hashes. Its order is 0, so Keycloak never takes it as the default for new passwords. */
public final class ImportedHashProviderFactory
        implements PasswordHashProviderFactory, FactoryDefaults<PasswordHashProvider> {
    static final String ID = "imported";

    private final HashTurns turns = HashTurns.onThisNode(Runtime.getRuntime().availableProcessors());

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public PasswordHashProvider create(KeycloakSession session) {
        return new ImportedHashProvider(session::vault, turns, PolicyHash.of(session));
    }
}
