package dev.userservice.keycloak;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;

/** Runs work when a session's transaction has ended. An exception of the work goes to Keycloak's log alone. */
public final class AfterTransaction {
    private AfterTransaction() {}

    /** Runs the work after the session's transaction has committed; never if it is rolled back. */
    public static void ifCommitted(KeycloakSession session, Runnable work) {
        enlist(session.getTransactionManager(), work, () -> {});
    }

    /** Runs the work after the session's transaction has ended, whether it was committed or rolled back. */
    public static void always(KeycloakSession session, Runnable work) {
        enlist(session.getTransactionManager(), work, work);
    }

    /**
     * Runs the work that belongs to the outcome of the transactions.
     *
     * @throws IllegalStateException if the transactions are about to end already
     */
    public static void enlist(KeycloakTransactionManager transactions, Runnable onCommit, Runnable onRollback) {
        transactions.enlistAfterCompletion(new AbstractKeycloakTransaction() {
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
