package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.hibernate.Session;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/**
 * Lets transactions that insert a row "on conflict" take turns on the embedded H2 database. There it becomes a MERGE, which two can
 * begin before either has written, so that one of them fails over the unique key. PostgreSQL does it in one step and needs no turns.
 * H2 has one process only, so that turns within it are enough.
 */
final class EmbeddedTurns {
    private static final Semaphore TURN = new Semaphore(1, true);
    private static final String IS_TAKEN = EmbeddedTurns.class.getName();

    /** Longer than H2 lets a statement wait for a lock: two that wait for each other come apart. */
    private static final int PATIENCE_SECONDS = 10;

    private EmbeddedTurns() {}

    /** Waits for the turn of the session's transaction, which has it until its end. */
    static void take(KeycloakSession session, EntityManager entities) {
        if (session.getAttribute(IS_TAKEN) != null || !isEmbedded(entities)) {
            return;
        }
        try {
            if (!TURN.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        session.setAttribute(IS_TAKEN, true);
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                end();
            }

            @Override
            protected void rollbackImpl() {
                end();
            }

            private void end() {
                session.removeAttribute(IS_TAKEN);
                TURN.release();
            }
        });
    }

    private static boolean isEmbedded(EntityManager entities) {
        return entities.unwrap(Session.class)
                        .getSessionFactory()
                        .unwrap(SessionFactoryImplementor.class)
                        .getJdbcServices()
                        .getDialect()
                instanceof H2Dialect;
    }
}
