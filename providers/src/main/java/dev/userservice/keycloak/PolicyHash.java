package dev.userservice.keycloak;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** The hash that a realm's password policy asks for. */
public interface PolicyHash {
    /** Returns the policy's number of iterations; -1 if the policy leaves it to the hash's own provider. */
    int iterations();

    /** Hashes a dummy password, so that a refusal without a real check takes as long as one with it. */
    void computeDummy();

    /** Returns the hash of a realm. */
    static PolicyHash of(KeycloakSession session, RealmModel realm) {
        return new RealmPolicyHash(session, () -> realm);
    }

    /** Returns the hash of the realm that a session is about by the time when it is asked. */
    static PolicyHash of(KeycloakSession session) {
        return new RealmPolicyHash(session, () -> session.getContext().getRealm());
    }
}
