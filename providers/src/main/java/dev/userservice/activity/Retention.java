package dev.userservice.activity;

import dev.userservice.keycloak.ActivityPurge;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(5);

    private final Settings settings;
    private final ScheduledThreadPoolExecutor thread;
    private volatile ActivityPurge purge;
    private volatile Future<?> ticks;

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

    private void runSoon() {
        try {
            thread.execute(this::run);
        } catch (RejectedExecutionException e) {
            LOG.debugf("The server stops; what is left of the realm is purged by another one, or by the next");
        }
    }

    private void run() {
        if (purge == null) {
            return;
        }
        try {
            long deleted = purge.run();
            if (deleted > 0) {
                LOG.infof(
                        "Purged the activity log of %d rows that were kept long enough, or whose realm is gone",
                        deleted);
            }
        } catch (RuntimeException e) {
            LOG.warnf("The activity log cannot be purged now: %s", e.getMessage());
        }
    }

    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel(true);
        }
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
