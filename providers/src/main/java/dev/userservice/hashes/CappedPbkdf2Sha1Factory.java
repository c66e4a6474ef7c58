package dev.userservice.hashes;

import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProviderFactory;

/** Keycloak's {@code pbkdf2}, with our caps. */
public final class CappedPbkdf2Sha1Factory implements CappedPbkdf2Factory {
    @SuppressWarnings("deprecation")
    private final PasswordHashProviderFactory keycloaks = new Pbkdf2PasswordHashProviderFactory();

    private final RefusedHashes refused = new RefusedHashes();

    @Override
    public PasswordHashProviderFactory keycloaks() {
        return keycloaks;
    }

    @Override
    public HashAlgorithm algorithm() {
        return HashAlgorithm.SHA1;
    }

    @Override
    public RefusedHashes refused() {
        return refused;
    }
}
