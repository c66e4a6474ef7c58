package dev.userservice.keycloak;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** Runs work only after a transaction has committed. */
public final class AfterCommit {
    private AfterCommit() {}

    /**
     * Runs the work after the session's transaction has committed; never if it is rolled back. An exception of the work
     * goes to Keycloak's log alone.
     */
    public static void run(KeycloakSession session, Runnable work) {
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                work.run();
            }

            @Override
            protected void rollbackImpl() {}
        });
    }
}
