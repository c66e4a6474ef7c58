package dev.userservice.activity;

import dev.userservice.activation.PendingPurge;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Has the activity log purged: now and then, and when a realm was removed. On a thread of its own, since Keycloak's timer has
 * only one for all that it does.
 */
public final class Retention implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(5);

    private final Settings settings;
    private final ScheduledThreadPoolExecutor thread;
    private volatile ActivityPurge purge;
    private volatile PendingPurge pending;
    private volatile Future<?> ticks;
    private volatile Future<?> soon;

    public Retention(Settings settings) {
        this.settings = settings;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread own = new Thread(task, "user-service-activity-purge");
            own.setDaemon(true);
            return own;
        });
    }

    /** Starts when Keycloak's database is ready. */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            purge = new ActivityPurge(started.getFactory(), settings, InstantSource.system());
            pending = new PendingPurge(
                    started.getFactory(),
                    settings,
                    InstantSource.system(),
                    (session, user) -> LastLogins.of(session, user).isPresent());
            int interval = settings.ofServer(Settings.ACTIVITY_PURGE_INTERVAL);
            ticks = thread.scheduleWithFixedDelay(this::run, interval, interval, TimeUnit.SECONDS);
        } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
            removed.getKeycloakSession()
                    .getTransactionManager()
                    .enlistAfterCompletion(new AbstractKeycloakTransaction() {
                        @Override
                        protected void commitImpl() {
                            runSoon();
                        }

                        @Override
                        protected void rollbackImpl() {}
                    });
        }
    }

    /** Another node that purges at the moment is perhaps past the realm. */
    private void runSoon() {
        try {
            thread.execute(() -> {
                if (!run()) {
                    soon = thread.schedule(this::run, RETRY.toSeconds(), TimeUnit.SECONDS);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debugf("The server stops; what is left of the realm is purged by another one, or by the next");
        }
    }

    private boolean run() {
        if (purge == null) {
            return true;
        }
        purgePending();
        try {
            Optional<Long> deleted = purge.run();
            if (deleted.orElse(0L) > 0) {
                LOG.infof(
                        "Purged the activity log of %d rows that were kept long enough, or whose realm is gone",
                        deleted.get());
            }
            return deleted.isPresent();
        } catch (RuntimeException | Error e) {
            // An error that went on would end the ticks.
            LOG.errorf(e, "The activity log cannot be purged now");
            return true;
        }
    }

    private void purgePending() {
        try {
            int users = pending.run();
            if (users > 0) {
                LOG.infof("Deleted %d accounts that were never activated", users);
            }
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "Accounts that were never activated cannot be deleted now");
        }
    }

    @Override
    public void close() {
        Stream.of(Optional.ofNullable(ticks), Optional.ofNullable(soon))
                .flatMap(Optional::stream)
                .forEach(task -> task.cancel(true));
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(PATIENCE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warnf("The activity log is still being purged");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
