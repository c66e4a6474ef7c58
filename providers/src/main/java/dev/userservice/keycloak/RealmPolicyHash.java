package dev.userservice.keycloak;

import java.util.function.Supplier;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;

/** The hash of a realm that is looked up when it is needed. */
record RealmPolicyHash(KeycloakSession session, Supplier<RealmModel> realm) implements PolicyHash {
    @Override
    public int iterations() {
        return policy().getHashIterations();
    }

    @Override
    public void computeDummy() {
        PasswordPolicy policy = policy();
        PasswordHashProvider hash = policy.getHashAlgorithm() == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
        hash.encodedCredential("a password that nobody has", policy.getHashIterations());
    }

    private PasswordPolicy policy() {
        return realm.get().getPasswordPolicy();
    }
}
