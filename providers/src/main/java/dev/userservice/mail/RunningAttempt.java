package dev.userservice.mail;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** An entry that a worker is busy with, and whether the worker still has its place among the workers of this node. */
final class RunningAttempt {
    /** The time after which an attempt is slow. Keycloak's own timeouts end most attempts with a dead server by then. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    private final OutboxLeases.DueEntry entry;
    private final TenantFairness turns;
    private final long startedAt;
    private final AtomicBoolean isDecided = new AtomicBoolean();

    /**
     * Begins the attempt.
     *
     * @param turns the turns of the tenants that the entry's kind belongs to
     * @param startedAt in milliseconds since 1970-01-01 UTC
     */
    RunningAttempt(OutboxLeases.DueEntry entry, TenantFairness turns, long startedAt) {
        this.entry = entry;
        this.turns = turns;
        this.startedAt = startedAt;
        turns.started(entry.realmId());
    }

    OutboxLeases.DueEntry entry() {
        return entry;
    }

    boolean isOf(OutboxLeases.DueEntry other) {
        return entry.id().equals(other.id());
    }

    boolean isSlow(long now) {
        return now - startedAt > SLOW.toMillis();
    }

    /** Takes the place from the worker; returns false if the attempt is over or the place is taken already. */
    boolean giveUpPlace() {
        boolean isTaken = isDecided.compareAndSet(false, true);
        if (isTaken) {
            turns.slow(entry.realmId());
        }
        return isTaken;
    }

    /** Ends the attempt; returns false if the worker has lost its place meanwhile. */
    boolean end(TenantFairness.Server server) {
        turns.finished(entry.realmId(), server);
        return isDecided.compareAndSet(false, true);
    }
}
