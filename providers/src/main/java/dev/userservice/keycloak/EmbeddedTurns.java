package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.keycloak.models.KeycloakSession;

/**
 * Makes transactions that insert the row of one key, unless it exists, take turns on the embedded H2 database. H2 has
 * no "on conflict": Hibernate translates "do nothing" to a plain INSERT and "do update" to a MERGE, which two
 * transactions can begin before either has written; one of the two would then violate the unique key. PostgreSQL does
 * it in one step and needs no turns. H2 runs in one process only, so turns within it are enough.
 */
public final class EmbeddedTurns {
    /** The semaphores of the turns. Keys may share one by chance, which costs at most a wait. */
    private static final List<Semaphore> TURNS =
            Stream.generate(() -> new Semaphore(1, true)).limit(256).toList();

    /**
     * The maximum wait in seconds. H2 waits less long for a lock: if two transactions wait for each other, its timeout
     * separates them.
     */
    private static final int PATIENCE_SECONDS = 10;

    private EmbeddedTurns() {}

    /**
     * Waits for the turn of a key, which the session's transaction then keeps until it ends.
     *
     * @return whether the database is H2, where a caller that uses "do nothing" has to look for the row first
     */
    public static boolean take(KeycloakSession session, EntityManager entities, String... key) {
        if (!isEmbedded(entities)) {
            return false;
        }
        int number = Math.floorMod(Arrays.hashCode(key), TURNS.size());
        String isTaken = EmbeddedTurns.class.getName() + number;
        if (session.getAttribute(isTaken) == null) {
            Semaphore turn = TURNS.get(number);
            AtomicBoolean isAcquired = new AtomicBoolean();
            try {
                AfterTransaction.always(session, () -> {
                    session.removeAttribute(isTaken);
                    if (isAcquired.get()) {
                        turn.release();
                    }
                });
            } catch (IllegalStateException e) {
                // The commit has already begun, so nothing would release the turn.
                return true;
            }
            session.setAttribute(isTaken, true);
            isAcquired.set(isAcquired(turn));
        }
        return true;
    }

    private static boolean isAcquired(Semaphore turn) {
        try {
            return turn.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
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
