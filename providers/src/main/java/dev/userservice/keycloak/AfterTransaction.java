package dev.userservice.keycloak;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** Runs work when a session's transaction has ended. An exception of the work goes to Keycloak's log alone. */
public final class AfterTransaction {
    private AfterTransaction() {}

    /** Runs the work after the session's transaction has committed; never if it is rolled back. */
    public static void ifCommitted(KeycloakSession session, Runnable work) {
        enlist(session, work, () -> {});
    }

    /** Runs the work after the session's transaction has ended, whether it was committed or rolled back. */
    public static void always(KeycloakSession session, Runnable work) {
        enlist(session, work, work);
    }

    private static void enlist(KeycloakSession session, Runnable onCommit, Runnable onRollback) {
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                onCommit.run();
            }

            @Override
            protected void rollbackImpl() {
                onRollback.run();
            }
        });
    }
}
