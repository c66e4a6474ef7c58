package dev.userservice.activity;

import dev.userservice.activation.PendingPurge;
import dev.userservice.hashes.WeakPasswords;
import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.Background;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/** Deletes what has been kept long enough, at regular intervals and after a realm was removed: the activity log first of all. */
public final class PurgeScheduler implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PurgeScheduler.class);
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final Background thread = new Background("user-service-activity-purge", 1);
    private volatile ActivityPurge purge;
    private volatile PendingPurge pending;
    private volatile KeycloakSessionFactory sessions;

    public PurgeScheduler(Settings settings) {
        this.settings = settings;
    }

    /** Starts the schedule when Keycloak's database is ready. */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            sessions = started.getFactory();
            purge = new ActivityPurge(started.getFactory(), settings, InstantSource.system());
            pending = new PendingPurge(
                    started.getFactory(),
                    settings,
                    InstantSource.system(),
                    (session, user) -> LastLogins.of(session, user.getId()).isPresent());
            Duration interval = Duration.ofSeconds(settings.ofServer(Settings.ACTIVITY_PURGE_INTERVAL));
            thread.repeat(this::run, interval, interval);
        } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
            AfterTransaction.ifCommitted(removed.getKeycloakSession(), this::runSoon);
        }
    }

    /**
     * Purges now, and once more if another node is purging, because that node may already be past the removed realm.
     */
    private void runSoon() {
        boolean isDone = thread.submit(() -> {
            if (!run()) {
                thread.submit(this::run, RETRY);
            }
        });
        if (!isDone) {
            LOG.debugf("The server stops; what is left of the realm is purged by another one, or by the next");
        }
    }

    private boolean run() {
        if (purge == null) {
            return true;
        }
        purgePending();
        purgeWeak();
        try {
            Optional<Long> deleted = purge.run();
            if (deleted.orElse(0L) > 0) {
                LOG.infof(
                        "Purged the activity log of %d rows that were kept long enough, or whose realm is gone",
                        deleted.get());
            }
            return deleted.isPresent();
        } catch (RuntimeException | Error e) {
            // An error that propagates would end the scheduled task.
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

    private void purgeWeak() {
        try {
            KeycloakModelUtils.runJobInTransaction(sessions, session -> new WeakPasswords(session).purge());
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "Users whose weak passwords were replaced cannot be forgotten now");
        }
    }

    @Override
    public void close() {
        if (!thread.interrupt(SHUTDOWN_TIMEOUT)) {
            LOG.warnf("The activity log is still being purged");
        }
    }
}
