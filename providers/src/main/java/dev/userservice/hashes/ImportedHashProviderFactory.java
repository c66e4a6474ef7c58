package dev.userservice.hashes;

import dev.userservice.keycloak.FactoryDefaults;
import java.util.concurrent.Semaphore;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Makes the provider that checks imported password hashes. Its order is 0, so Keycloak never takes it as the default for new passwords. */
public final class ImportedHashProviderFactory
        implements PasswordHashProviderFactory, FactoryDefaults<PasswordHashProvider> {
    static final String ID = "imported";

    private final Semaphore processors = new Semaphore(Runtime.getRuntime().availableProcessors());

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public PasswordHashProvider create(KeycloakSession session) {
        return new ImportedHashProvider(session::vault, processors);
    }
}
