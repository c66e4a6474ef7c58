package dev.userservice.mail;

import dev.userservice.keycloak.Activation;
import dev.userservice.keycloak.Delivery;
import dev.userservice.keycloak.MailFailure;
import dev.userservice.keycloak.Mails;
import dev.userservice.keycloak.OneTimeCodes;
import dev.userservice.keycloak.Outbox;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Metrics;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Delivers what is in the outbox, on every node: at once what this node has put there, and within seconds what is due again
 * or was left by a node that is gone.
 *
 * <p>Each attempt is three transactions: the lease with the code's hash, the sending, the mark. Whatever dies in between, the
 * wish is still there, and no mail is sent whose code is not stored.
 */
public final class OutboxWorker implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OutboxWorker.class);
    private static final int WORKERS = 4;
    private static final int WORKERS_A_TENANT = 2;
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final Duration PURGE = Duration.ofMinutes(1);
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(10);

    private final Settings settings;
    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();
    private final TenantTurns turns = new TenantTurns(clock, WORKERS_A_TENANT);
    private final MailMeters meters = new MailMeters(Metrics.globalRegistry, clock);
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicLong purgedAt = new AtomicLong();
    private final ScheduledThreadPoolExecutor threads;
    private volatile KeycloakSessionFactory sessions;
    private volatile Future<?> ticks;

    public OutboxWorker(Settings settings) {
        this.settings = settings;
        this.threads = new ScheduledThreadPoolExecutor(WORKERS + 1, task -> {
            Thread thread = new Thread(task, "user-service-mail");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts when Keycloak's database is ready, and looks into the outbox whenever this node has filled it. */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            sessions = started.getFactory();
            ticks = threads.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
        } else if (event instanceof Outbox.Filled) {
            wake();
        }
    }

    private void tick() {
        try {
            meters.oldestWaiting(inTransaction(session -> new Outbox(session).oldest()));
            long now = clock.millis();
            if (now - purgedAt.get() >= PURGE.toMillis()) {
                inTransaction(session -> {
                    OneTimeCodes.purge(session);
                    return null;
                });
                purgedAt.set(now);
            }
        } catch (RuntimeException e) {
            // Its next tick comes; the database may be back by then.
            LOG.warnf("The outbox cannot be read: %s", e.getMessage());
            return;
        }
        wake();
    }

    /** One more worker, if not all are at work; each goes on until nothing is due. */
    private void wake() {
        if (sessions == null || working.incrementAndGet() > WORKERS) {
            working.decrementAndGet();
            return;
        }
        try {
            threads.execute(this::work);
        } catch (RejectedExecutionException e) {
            // The server stops; another one will find the wish.
            working.decrementAndGet();
        }
    }

    private void work() {
        try {
            boolean hasMore = true;
            while (hasMore && !threads.isShutdown()) {
                Optional<Delivery> claimed = claim();
                claimed.ifPresent(this::deliver);
                hasMore = claimed.isPresent();
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "The outbox cannot be worked on just now");
        } finally {
            working.decrementAndGet();
        }
    }

    /** One at a time on this node: workers that look at the same rows would only wait for each other. */
    private synchronized Optional<Delivery> claim() {
        Optional<Delivery> claimed = inTransaction(session -> new Outbox(session).claim(turns.waiting(), settings));
        claimed.ifPresent(delivery -> {
            turns.begin(delivery.realmId());
            wake();
        });
        return claimed;
    }

    private void deliver(Delivery delivery) {
        boolean isServerUnavailable = false;
        try {
            inTransaction(session -> attempt(session, delivery));
            inTransaction(session -> {
                new Outbox(session).finish(delivery);
                return null;
            });
            meters.count(delivery, MailMeters.Result.SENT);
        } catch (MailFailure failure) {
            isServerUnavailable = failure.isServerUnavailable();
            retryOrGiveUp(delivery, failure.reason(), failure.isRecipientRefused());
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "A mail cannot be made: %s", delivery);
            retryOrGiveUp(delivery, failure.getClass().getSimpleName(), false);
        } finally {
            turns.end(delivery.realmId(), isServerUnavailable);
        }
    }

    private Void attempt(KeycloakSession session, Delivery delivery) {
        switch (delivery.kind()) {
            case ACTIVATION -> new Mails(session, settings).send(delivery);
            case ACTIVATION_RESEND -> new Activation(session, settings).resend(delivery);
        }
        return null;
    }

    private void retryOrGiveUp(Delivery delivery, String reason, boolean isRefused) {
        Optional<Duration> wait = Backoff.OF_MAIL.next(delivery.attempts(), delivery.age(), isRefused, random);
        inTransaction(session -> {
            Outbox outbox = new Outbox(session);
            wait.ifPresentOrElse(time -> outbox.postpone(delivery, time), () -> outbox.finish(delivery));
            return null;
        });
        if (wait.isPresent()) {
            LOG.warnf(
                    "Not delivered yet, attempt %d, the next in %d s: %s: %s",
                    delivery.attempts(), wait.get().toSeconds(), delivery, reason);
            meters.count(delivery, MailMeters.Result.RETRIED);
        } else {
            LOG.errorf("Given up after %d attempts: %s: %s", delivery.attempts(), delivery, reason);
            meters.count(delivery, MailMeters.Result.FAILED);
        }
    }

    private <T> T inTransaction(KeycloakSessionTaskWithResult<T> task) {
        return KeycloakModelUtils.runJobInTransactionWithResult(sessions, task);
    }

    /** Takes nothing new, and lets what is being sent come to its end, so that it need not be sent again. */
    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel(false);
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(PATIENCE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warnf("Mails are still being sent; they will be sent once more");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        meters.close();
    }
}
