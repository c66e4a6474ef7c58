package dev.userservice.keycloak;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** Work that is done only once a transaction has committed. */
public final class AfterCommit {
    private AfterCommit() {}

    /** Runs some work when the session's transaction has committed; never, if it is rolled back. What it throws reaches Keycloak's log alone. */
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
