package dev.userservice.activity;

import dev.userservice.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.keycloak.cluster.ClusterProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Deletes rows that the activity log has kept long enough, and the remaining rows of realms that no longer exist. The
 * purge runs on one node at a time and in small transactions, so that nothing else waits for it. What cannot be done in
 * time is done by the next run.
 */
public record ActivityPurge(KeycloakSessionFactory sessions, Settings settings, InstantSource clock) {
    private static final String TASK = "user-service-activity-purge";
    private static final int ROWS_A_TRANSACTION = 1_000;

    /** How many times longer the purge pauses than it has worked. */
    private static final int PAUSE = 2;

    /** The maximum time for which a node that dies during a purge keeps the other nodes from purging. */
    private static final Duration LOCK = Duration.ofMinutes(10);

    private static final Duration LONGEST = Duration.ofMinutes(5);

    /**
     * Purges the log, unless another node is doing so.
     *
     * @return how many rows were deleted; empty if another node is purging
     */
    public Optional<Long> run() {
        // There is no transaction here, because none should last as long as a purge.
        try (KeycloakSession session = sessions.create()) {
            return Optional.ofNullable(session.getProvider(ClusterProvider.class)
                    .executeIfNotExecuted(TASK, (int) LOCK.toSeconds(), this::all)
                    .getResult());
        }
    }

    private long all() {
        Instant end = clock.instant().plus(LONGEST);
        long deleted = 0;
        Optional<String> realm = behind(null);
        while (realm.isPresent()
                && clock.instant().isBefore(end)
                && !Thread.currentThread().isInterrupted()) {
            deleted += of(realm.get(), end);
            realm = behind(realm.get());
        }
        return deleted;
    }

    private Optional<String> behind(String realmId) {
        return inTransaction(session -> new ActivityLog(session).nextRealmAfter(realmId));
    }

    private long of(String realmId, Instant end) {
        long deleted = 0;
        Optional<String> last = Optional.empty();
        boolean isAll = false;
        while (!isAll
                && clock.instant().isBefore(end)
                && !Thread.currentThread().isInterrupted()) {
            long start = System.nanoTime();
            Optional<String> after = last;
            ActivityLog.Purged step = inTransaction(session -> step(session, realmId, after));
            deleted += step.rows();
            last = step.last();
            isAll = last.isEmpty();
            if (!isAll) {
                // Logins have priority: the purge leaves the database to them most of the time.
                LockSupport.parkNanos(PAUSE * (System.nanoTime() - start));
            }
        }
        return deleted;
    }

    /**
     * Runs one step. The settings are read again for each step, so that a longer retention, or a realm that is imported
     * again, takes effect before the purge has ended.
     */
    private ActivityLog.Purged step(KeycloakSession session, String realmId, Optional<String> after) {
        RealmModel realm = session.realms().getRealm(realmId);
        int days = realm == null ? 0 : settings.of(realm, Settings.ACTIVITY_RETENTION);
        if (realm != null && days == 0) {
            return new ActivityLog.Purged(0, Optional.empty());
        }
        Optional<Long> before = Optional.ofNullable(realm)
                .map(kept -> clock.instant().minus(Duration.ofDays(days)).toEpochMilli());
        return new ActivityLog(session).purge(realmId, after, before, ROWS_A_TRANSACTION);
    }

    private <T> T inTransaction(KeycloakSessionTaskWithResult<T> task) {
        return KeycloakModelUtils.runJobInTransactionWithResult(sessions, task);
    }
}
