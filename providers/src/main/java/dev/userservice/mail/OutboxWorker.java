package dev.userservice.mail;

import dev.userservice.http.LogContext;
import dev.userservice.keycloak.Background;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
 *
 * <p>Only entries that were handed over need no look into the outbox. {@link Agenda} tells when a look is necessary.
 */
public final class OutboxWorker implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OutboxWorker.class);
    private static final int WORKERS = 4;

    /** How many workers whose mail server keeps them waiting may be replaced by others at the same time. */
    private static final int MAX_REPLACEMENTS = 8;

    private static final Duration TICK = Duration.ofSeconds(5);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

    private final Map<String, OutboxJob> jobs;
    private final Housekeeping housekeeping;
    private final InstantSource clock = InstantSource.system();
    private final Agenda agenda;
    private final MailMeters meters = new MailMeters(Metrics.globalRegistry, clock);
    private final AtomicInteger working = new AtomicInteger();
    private final Semaphore replacements = new Semaphore(MAX_REPLACEMENTS);
    private final Background threads = new Background("user-service-mail", WORKERS + MAX_REPLACEMENTS + 1);
    private volatile KeycloakSessionFactory sessions;
    private volatile MailDelivery delivery;

    /**
     * Creates the worker. It starts with the server.
     *
     * @param jobs one job for each kind of entry; entries of other kinds, written by a newer version, are left alone
     * @param housekeeping other tasks that run every minute, each in a transaction; the key is the log message for a
     *     failure
     */
    public OutboxWorker(List<OutboxJob> jobs, Map<String, KeycloakSessionTask> housekeeping) {
        this.jobs = jobs.stream().collect(Collectors.toUnmodifiableMap(OutboxJob::kind, Function.identity()));
        this.agenda = new Agenda(jobs, clock);
        this.housekeeping = new Housekeeping(housekeeping, clock);
    }

    /**
     * Starts a moment after Keycloak's database is ready, with the entries of before. Goes to work whenever this node has
     * added an entry.
     */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            delivery = new MailDelivery(started.getFactory(), jobs, meters);
            sessions = started.getFactory();
            threads.repeat(this::tick, Background.AFTER_START, TICK);
        } else if (event instanceof Outbox.EntryAdded added) {
            agenda.add(added.entry());
            wake();
        }
    }

    private void tick() {
        Housekeeping.attempt("The outbox cannot be looked into", () -> {
            meters.oldestWaiting(inTransaction(session -> new OutboxLeases(session).oldest()));
        });
        housekeeping.runIfDue(task -> KeycloakModelUtils.runJobInTransaction(sessions, task));
        Housekeeping.attempt("The workers of the outbox cannot be looked after", () -> {
            long now = clock.millis();
            agenda.running()
                    .filter(attempt -> attempt.interruptIfOverdue(now))
                    .forEach(attempt -> LOG.warnf("An attempt takes too long and is ended: %s", attempt.entry()));
            agenda.running().filter(attempt -> attempt.isSlow(now)).forEach(this::replace);
            agenda.refresh();
            wake();
        });
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

    /**
     * Lets another worker take the place of one whose attempt is slow. A mail server that sends each line late can hold an attempt for
     * minutes, and two such tenants would hold all workers.
     */
    private void replace(RunningAttempt attempt) {
        if (replacements.tryAcquire()) {
            if (attempt.giveUpPlace()) {
                working.decrementAndGet();
            } else {
                replacements.release();
            }
        }
    }

    private void work() {
        PassedOver passedOver = new PassedOver();
        boolean hasPlace = true;
        try {
            boolean hasMore = true;
            while (hasMore && hasPlace && !threads.isStopping()) {
                Optional<RunningAttempt> next = next(passedOver);
                hasPlace = next.map(attempt -> make(attempt, passedOver)).orElse(true);
                hasMore = next.isPresent();
            }
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "The outbox cannot be worked on just now");
        } finally {
            if (hasPlace) {
                working.decrementAndGet();
            } else {
                replacements.release();
            }
        }
    }

    private Optional<RunningAttempt> next(PassedOver passedOver) {
        Optional<RunningAttempt> next = agenda.next(
                passedOver, search -> inTransaction(session -> search.apply(new OutboxLeases(session)::due)));
        if (next.isPresent() && agenda.hasMore()) {
            wake();
        }
        return next;
    }

    /**
     * Claims an entry and delivers it. The claim is part of the attempt, because it may ask the tenant's user directory,
     * which may be slow like a mail server.
     *
     * @return whether the worker still has its place
     */
    private boolean make(RunningAttempt attempt, PassedOver passedOver) {
        TenantFairness.Server server = TenantFairness.Server.UNKNOWN;
        try {
            Optional<DeliveryAttempt> claimed = claim(attempt);
            if (claimed.isPresent()) {
                DeliveryAttempt mail = claimed.get();
                server = LogContext.during(mail.realmName(), mail.userId(), () -> delivery.deliver(mail, attempt));
                agenda.made();
            } else {
                passedOver.add(attempt.entry());
                agenda.passOver();
            }
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "An attempt could not be ended: %s", attempt.entry());
        }
        return agenda.end(attempt, server);
    }

    /**
     * Claims each entry in a transaction of its own: a failure, for example because the user's directory is
     * unavailable, does not affect other entries.
     */
    private Optional<DeliveryAttempt> claim(RunningAttempt attempt) {
        OutboxEntity entry = attempt.entry();
        try {
            return attempt.interruptibly(() ->
                    inTransaction(session -> new OutboxLeases(session).claim(entry, jobs.get(entry.kind()))));
        } catch (RuntimeException e) {
            LOG.errorf(e, "An entry of the outbox cannot be worked on now: %s", entry);
            delivery.postpone(entry);
            return Optional.empty();
        } finally {
            LogContext.clear();
        }
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
