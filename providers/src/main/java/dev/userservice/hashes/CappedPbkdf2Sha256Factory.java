package dev.userservice.hashes;

import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.credential.hash.Pbkdf2Sha256PasswordHashProviderFactory;

/** Keycloak's {@code pbkdf2-sha256}, with our caps. */
public final class CappedPbkdf2Sha256Factory implements CappedPbkdf2Factory {
    private final PasswordHashProviderFactory keycloaks = new Pbkdf2Sha256PasswordHashProviderFactory();

    private final RefusedHashes refused = new RefusedHashes();

    @Override
    public PasswordHashProviderFactory keycloaks() {
        return keycloaks;
    }

    @Override
    public HashAlgorithm algorithm() {
        return HashAlgorithm.SHA256;
    }

    @Override
    public RefusedHashes refused() {
        return refused;
    }
}
