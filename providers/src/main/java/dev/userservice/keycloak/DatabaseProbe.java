package dev.userservice.keycloak;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Checks whether the database answers.
 *
 * <p>All concurrent callers share one query, so that the health route uses at most one connection of the pool, however
 * many callers there are. A result is valid for one second.
 */
public final class DatabaseProbe {
    private static final Logger LOG = Logger.getLogger(DatabaseProbe.class);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** A query that hangs this long, perhaps on a half-open connection, is replaced by a new one. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicReference<Probe> latest = new AtomicReference<>();

    /** Whether the database answers within two seconds. */
    public boolean answers(KeycloakSession session) {
        Probe probe =
                latest.updateAndGet(previous -> previous != null && previous.isStillGood() ? previous : new Probe());
        probe.askOnce(session);
        try {
            return probe.answer.get(probe.patienceLeftNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One query to the database, for all callers that wait for its result. */
    private static final class Probe {
        private final CompletableFuture<Boolean> answer = new CompletableFuture<>();
        private final AtomicBoolean isAsked = new AtomicBoolean();
        private final long askedAt = System.nanoTime();
        private volatile long answeredAt;

        boolean isStillGood() {
            return answer.isDone()
                    ? System.nanoTime() - answeredAt < FRESH_NANOS
                    : System.nanoTime() - askedAt < STALE_NANOS;
        }

        /**
         * Returns the remaining wait: a caller who joins a hanging query late does not wait for the full time again.
         */
        long patienceLeftNanos() {
            return Math.max(0, PATIENCE_NANOS - (System.nanoTime() - askedAt));
        }

        void askOnce(KeycloakSession session) {
            if (!isAsked.compareAndSet(false, true)) {
                return;
            }
            KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
            try {
                session.getProvider(ExecutorsProvider.class)
                        .getExecutor("user-service-health")
                        .execute(() -> askAndAnswer(factory));
            } catch (RuntimeException e) {
                LOG.warnf("The database cannot be asked: %s", e.getMessage());
                answered(false);
            }
        }

        private void askAndAnswer(KeycloakSessionFactory factory) {
            boolean isThere = false;
            try {
                isThere = ask(factory);
            } finally {
                answered(isThere);
            }
        }

        private void answered(boolean isThere) {
            answeredAt = System.nanoTime();
            answer.complete(isThere);
        }

        private static boolean ask(KeycloakSessionFactory factory) {
            try {
                KeycloakModelUtils.runJobInTransaction(
                        factory,
                        session -> Entities.of(session)
                                .createNativeQuery("select 1")
                                .getSingleResult());
                return true;
            } catch (RuntimeException e) {
                LOG.warnf("The database does not answer: %s", e.getMessage());
                return false;
            }
        }
    }
}
