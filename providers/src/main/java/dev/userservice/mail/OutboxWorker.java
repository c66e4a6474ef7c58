package dev.userservice.mail;

import dev.userservice.http.LogContext;
import dev.userservice.keycloak.Background;
import io.micrometer.core.instrument.Metrics;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakSessionTask;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Delivers the entries of the outbox, on every node: entries of this node at once, and within seconds those that are
 * due again or were left by a node that has stopped.
 *
 * <p>Each attempt consists of three transactions: the lease, with the hash of the code if the mail has one; the
 * sending; and the update or deletion of the entry. If the node dies in between, the entry still exists, and no mail is
 * sent whose code is not stored.
 */
public final class OutboxWorker implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OutboxWorker.class);
    private static final int WORKERS = 4;
    private static final int MAILS_A_TENANT = 2;
    private static final int LOOK_UPS_A_TENANT = 1;
    private static final int LOOKS = 10;
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final Duration PURGE = Duration.ofMinutes(1);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

    private final Map<String, OutboxJob> jobs;
    private final Set<String> mails;
    private final Set<String> lookups;
    private final Map<String, KeycloakSessionTask> housekeeping;
    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();
    private final TenantFairness mailTurns = new TenantFairness(clock, MAILS_A_TENANT);
    private final TenantFairness lookUpTurns = new TenantFairness(clock, LOOK_UPS_A_TENANT);
    private final MailMeters meters = new MailMeters(Metrics.globalRegistry, clock);
    private final AtomicInteger working = new AtomicInteger();
    private final Background threads = new Background("user-service-mail", WORKERS + 1);
    private volatile KeycloakSessionFactory sessions;

    /** Accessed by the ticks only, which run one after the other. */
    private long purgedAt;

    /**
     * Creates the worker. It starts with the server.
     *
     * @param jobs one job for each kind of entry; entries of other kinds, written by a newer version, are left alone
     * @param housekeeping other tasks that run every minute, each in a transaction; the key is the log message for a
     *     failure
     */
    public OutboxWorker(List<OutboxJob> jobs, Map<String, KeycloakSessionTask> housekeeping) {
        this.jobs = jobs.stream().collect(Collectors.toUnmodifiableMap(OutboxJob::kind, Function.identity()));
        this.mails = kinds(jobs, job -> !job.isLookup());
        this.lookups = kinds(jobs, OutboxJob::isLookup);
        this.housekeeping = housekeeping;
    }

    private static Set<String> kinds(List<OutboxJob> jobs, Predicate<OutboxJob> wanted) {
        return jobs.stream().filter(wanted).map(OutboxJob::kind).collect(Collectors.toUnmodifiableSet());
    }

    /** Starts when Keycloak's database is ready, and looks into the outbox whenever this node has added an entry. */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            sessions = started.getFactory();
            threads.repeat(this::tick, Duration.ZERO, TICK);
        } else if (event instanceof Outbox.EntryAdded) {
            wake();
        }
    }

    private void tick() {
        keepHouse("The outbox cannot be looked into", () -> {
            meters.oldestWaiting(inTransaction(session -> new OutboxLeases(session).oldest()));
        });
        long now = clock.millis();
        if (now - purgedAt >= PURGE.toMillis()) {
            purgedAt = now;
            housekeeping.forEach((complaint, task) -> keepHouse(complaint, () -> run(task)));
        }
        wake();
    }

    /**
     * Runs the work and logs its failure. The work is repeated soon, and the database may be available again by then.
     */
    private static void keepHouse(String complaint, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warnf("%s: %s", complaint, e.getMessage());
        }
    }

    /** Starts one more worker unless all are busy. Each worker continues until nothing is due. */
    private void wake() {
        if (sessions == null || working.incrementAndGet() > WORKERS) {
            working.decrementAndGet();
            return;
        }
        if (!threads.submit(this::work)) {
            // The server is stopping; another node will find the entry.
            working.decrementAndGet();
        }
    }

    private void work() {
        try {
            boolean hasMore = true;
            while (hasMore && !threads.isStopping()) {
                Optional<DeliveryAttempt> claimed = claim();
                claimed.ifPresent(mail -> LogContext.during(mail.realmName(), mail.userId(), () -> deliver(mail)));
                hasMore = claimed.isPresent();
            }
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "The outbox cannot be worked on just now");
        } finally {
            working.decrementAndGet();
        }
    }

    /**
     * Claims one entry at a time on this node, because workers that read the same rows would only wait for each other.
     * Mails have priority over look-ups, which anybody can request through a public route.
     */
    private synchronized Optional<DeliveryAttempt> claim() {
        return claim(mails, mailTurns).or(() -> claim(lookups, lookUpTurns));
    }

    private Optional<DeliveryAttempt> claim(Set<String> kinds, TenantFairness turns) {
        for (int i = 0; i < LOOKS; i++) {
            List<OutboxLeases.DueEntry> due =
                    inTransaction(session -> new OutboxLeases(session).due(kinds, turns.deferred()));
            if (due.isEmpty()) {
                break;
            }
            for (OutboxLeases.DueEntry entry : due) {
                Optional<DeliveryAttempt> claimed = claim(entry);
                if (claimed.isPresent()) {
                    turns.started(entry.realmId());
                    wake();
                    return claimed;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Claims each entry in a transaction of its own: a failure, for example because the user's directory is
     * unavailable, does not affect other entries.
     */
    private Optional<DeliveryAttempt> claim(OutboxLeases.DueEntry entry) {
        try {
            return inTransaction(session -> new OutboxLeases(session).claim(entry, jobs.get(entry.kind())));
        } catch (RuntimeException e) {
            LOG.errorf(e, "An entry of the outbox cannot be worked on now: %s", entry);
            Backoff.OF_MAIL
                    .next(entry.attempts() + 1, entry.age(), 0, random)
                    .ifPresentOrElse(
                            wait -> run(session -> new OutboxLeases(session).reschedule(entry, wait)),
                            () -> abandon(entry));
            return Optional.empty();
        } finally {
            LogContext.clear();
        }
    }

    private void abandon(OutboxLeases.DueEntry entry) {
        inTransaction(session -> new OutboxLeases(session).abandon(entry)).ifPresent(realm -> {
            LOG.errorf("Given up after %d attempts: %s", entry.attempts() + 1, entry);
            meters.count(realm, entry.kind(), MailMeters.Result.FAILED);
        });
    }

    private void deliver(DeliveryAttempt delivery) {
        TenantFairness turns = lookups.contains(delivery.kind()) ? lookUpTurns : mailTurns;
        TenantFairness.Server server = TenantFairness.Server.UNKNOWN;
        try {
            run(session -> jobs.get(delivery.kind()).run(session, delivery));
            server = TenantFairness.Server.ANSWERED;
            run(session -> new OutboxLeases(session).complete(delivery));
            meters.count(delivery.realmName(), delivery.kind(), MailMeters.Result.SENT);
        } catch (MailFailure failure) {
            server = server(failure);
            retryOrGiveUp(delivery, failure.reason(), failure.isRecipientRefused());
        } catch (RuntimeException | Error failure) {
            LOG.errorf(failure, "An attempt failed: %s", delivery);
            retryOrGiveUp(delivery, failure.getClass().getSimpleName(), false);
        } finally {
            turns.finished(delivery.realmId(), server);
        }
    }

    private static TenantFairness.Server server(MailFailure failure) {
        if (failure.isServerUnavailable()) {
            return TenantFairness.Server.AWAY;
        }
        return failure.isRecipientRefused() ? TenantFairness.Server.ANSWERED : TenantFairness.Server.UNKNOWN;
    }

    private void retryOrGiveUp(DeliveryAttempt delivery, String reason, boolean isRefused) {
        int refusals = delivery.refusals() + (isRefused ? 1 : 0);
        Optional<Duration> wait = Backoff.OF_MAIL.next(delivery.attempts(), delivery.age(), refusals, random);
        run(session -> {
            OutboxLeases deliveries = new OutboxLeases(session);
            wait.ifPresentOrElse(
                    time -> deliveries.retryLater(delivery, time, isRefused), () -> deliveries.complete(delivery));
        });
        if (wait.isPresent()) {
            LOG.warnf(
                    "Not delivered yet, attempt %d, the next in %d s: %s: %s",
                    delivery.attempts(), wait.get().toSeconds(), delivery, reason);
            meters.count(delivery.realmName(), delivery.kind(), MailMeters.Result.RETRIED);
        } else {
            LOG.errorf("Given up after %d attempts: %s: %s", delivery.attempts(), delivery, reason);
            meters.count(delivery.realmName(), delivery.kind(), MailMeters.Result.FAILED);
        }
    }

    private void run(KeycloakSessionTask task) {
        KeycloakModelUtils.runJobInTransaction(sessions, task);
    }

    private <T> T inTransaction(KeycloakSessionTaskWithResult<T> task) {
        return KeycloakModelUtils.runJobInTransactionWithResult(sessions, task);
    }

    /**
     * Returns the age of the oldest undelivered mail over all nodes and tenants, as of the last look; zero if there is
     * none.
     */
    public Duration lag() {
        return meters.lag();
    }

    /** Takes no new entries, and lets current deliveries finish so that no mail has to be sent again. */
    @Override
    public void close() {
        if (!threads.finish(SHUTDOWN_TIMEOUT)) {
            LOG.warnf("Mails are still being sent; they will be sent once more");
        }
        meters.close();
    }
}
