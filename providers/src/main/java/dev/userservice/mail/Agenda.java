package dev.userservice.mail;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the workers of this node are busy with, and what they begin with next. Mails have priority over look-ups, which
 * anybody can request through a public route, and tenants that have no worker over those that have one: otherwise two
 * tenants with many mails would keep all workers until their last mail.
 */
final class Agenda {
    private static final int MAILS_A_TENANT = 2;
    private static final int LOOK_UPS_A_TENANT = 1;

    private final Set<String> mails;
    private final Set<String> lookups;
    private final InstantSource clock;
    private final TenantFairness mailTurns;
    private final TenantFairness lookUpTurns;
    private final Set<RunningAttempt> running = ConcurrentHashMap.newKeySet();
    private final WaitingEntries waiting = new WaitingEntries();

    /** How many attempts that were claimed have ended. */
    private final AtomicLong made = new AtomicLong();

    /** Starts with nothing to do. Entries of other kinds than those of the jobs are left alone. */
    Agenda(List<OutboxJob> jobs, InstantSource clock) {
        this.mails = kinds(jobs, job -> !job.isLookup());
        this.lookups = kinds(jobs, OutboxJob::isLookup);
        this.clock = clock;
        this.mailTurns = new TenantFairness(clock, MAILS_A_TENANT);
        this.lookUpTurns = new TenantFairness(clock, LOOK_UPS_A_TENANT);
    }

    private static Set<String> kinds(List<OutboxJob> jobs, Predicate<OutboxJob> wanted) {
        return jobs.stream().filter(wanted).map(OutboxJob::kind).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the due entries of some kinds, without those of some realms, as {@link OutboxLeases#due} does. */
    interface DueEntries {
        List<OutboxEntity> of(Set<String> kinds, Set<String> busyRealms);
    }

    /** Reads the outbox in one transaction. */
    interface OutboxReader {
        Optional<OutboxEntity> read(Function<DueEntries, Optional<OutboxEntity>> search);
    }

    /** Adds an entry that this node has just committed; empty if it has to be looked for. */
    void add(Optional<OutboxEntity> entry) {
        entry.filter(known -> mails.contains(known.kind())).ifPresentOrElse(waiting::add, waiting::addUnknown);
    }

    /** Lets the workers look into the outbox, for what has become due, and for what other nodes have left. */
    void refresh() {
        waiting.refresh();
    }

    /** Whether anything may be left for another worker. */
    boolean hasMore() {
        return !waiting.isEmpty();
    }

    Stream<RunningAttempt> running() {
        return running.stream();
    }

    /**
     * Begins with the next due entry. Workers of this node look one after the other, because workers that read the same
     * rows would only wait for each other.
     *
     * @param passedOver the entries that the worker could not claim
     */
    synchronized Optional<RunningAttempt> next(PassedOver passedOver, OutboxReader outbox) {
        return lookedFor(passedOver, outbox).or(this::handedOver).map(entry -> {
            TenantFairness turns = mails.contains(entry.kind()) ? mailTurns : lookUpTurns;
            RunningAttempt attempt = new RunningAttempt(entry, turns, clock.millis());
            running.add(attempt);
            return attempt;
        });
    }

    /** Looks for an entry, unless all that wait were handed over. */
    private Optional<OutboxEntity> lookedFor(PassedOver passedOver, OutboxReader outbox) {
        boolean isAnyoneDeferred =
                !mailTurns.deferred().isEmpty() || !lookUpTurns.deferred().isEmpty();
        if (!waiting.beginLook(running, isAnyoneDeferred)) {
            return Optional.empty();
        }
        // This is after the begin: an attempt that ends from now on causes another look, and one that ended before
        // counts here.
        passedOver.forgetAfter(made.get());
        try {
            Optional<OutboxEntity> entry = outbox.read(due -> first(due.of(mails, mailTurns.yielding()), passedOver)
                    .or(() -> first(due.of(mails, mailTurns.deferred()), passedOver))
                    .or(() -> first(due.of(lookups, lookUpTurns.deferred()), passedOver)));
            entry.ifPresent(waiting::found);
            return entry;
        } catch (RuntimeException | Error e) {
            waiting.addUnknown();
            throw e;
        }
    }

    private Optional<OutboxEntity> first(List<OutboxEntity> due, PassedOver passedOver) {
        return due.stream()
                .filter(entry -> !passedOver.contains(entry) && !isRunning(entry))
                .findFirst();
    }

    private boolean isRunning(OutboxEntity entry) {
        return running.stream().anyMatch(attempt -> attempt.isOf(entry));
    }

    private Optional<OutboxEntity> handedOver() {
        return handedOver(mailTurns.yielding()).or(() -> handedOver(mailTurns.deferred()));
    }

    private Optional<OutboxEntity> handedOver(Set<String> busyRealms) {
        return waiting.take(entry -> !busyRealms.contains(entry.realmId()) && !isRunning(entry));
    }

    /** Notes that the attempt that ends next was claimed, so that what waited for its entry may be due. */
    void made() {
        made.incrementAndGet();
    }

    /** Notes that an entry could not be claimed. Another worker may have it, or it has to wait for another entry. */
    void passOver() {
        waiting.addUnknown();
    }

    /**
     * Ends an attempt, with what it has shown about the tenant's mail server.
     *
     * @return whether the worker still has its place
     */
    boolean end(RunningAttempt attempt, TenantFairness.Server server) {
        boolean hasPlace = attempt.end(server);
        running.remove(attempt);
        // This is last: the look that it may cause has to see that the tenant has one attempt less.
        waiting.ended(attempt);
        return hasPlace;
    }
}
