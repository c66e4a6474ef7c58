package dev.userservice.hashes;

import dev.userservice.keycloak.PolicyHash;
import org.keycloak.Config;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Takes the place of one of Keycloak's factories for PBKDF2, with the same id and options. */
interface CappedPbkdf2Factory extends PasswordHashProviderFactory {
    /** Returns the factory whose place is taken. */
    PasswordHashProviderFactory keycloaks();

    /** Returns the digest of its hashes. */
    HashAlgorithm algorithm();

    /** Returns what is told about refused hashes. */
    RefusedHashes refused();

    @Override
    default String getId() {
        return keycloaks().getId();
    }

    /** The order is the next one, because with FIPS the highest of all decides what new passwords are hashed with. */
    @Override
    default int order() {
        return keycloaks().order() + 1;
    }

    @Override
    default void init(Config.Scope config) {
        keycloaks().init(config);
    }

    @Override
    default void postInit(KeycloakSessionFactory factory) {
        keycloaks().postInit(factory);
    }

    @Override
    default PasswordHashProvider create(KeycloakSession session) {
        return new CappedPbkdf2(keycloaks().create(session), algorithm(), PolicyHash.of(session), refused());
    }

    @Override
    default void close() {
        keycloaks().close();
    }
}
