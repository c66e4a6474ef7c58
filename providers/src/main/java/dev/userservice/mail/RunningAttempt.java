package dev.userservice.mail;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** An entry that a worker is busy with, and whether the worker still has its place among the workers of this node. */
final class RunningAttempt {
    /** The time after which an attempt is slow. Keycloak's own timeouts end most attempts with a dead server by then. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    /** How long a claim may take. It may ask the user's directory, which may not answer at all. */
    private static final Duration LONGEST_CLAIM = Duration.ofMinutes(1);

    private final OutboxEntity entry;
    private final TenantFairness turns;
    private final long startedAt;
    private final AtomicBoolean isDecided = new AtomicBoolean();

    /** The deadline, in milliseconds since 1970-01-01 UTC: at first of the claim, then of the whole attempt. */
    private long endsAt;

    /** The thread that may be interrupted now; null for none. */
    private Thread busy;

    /**
     * Begins the attempt.
     *
     * @param turns the turns of the tenants that the entry's kind belongs to
     * @param startedAt in milliseconds since 1970-01-01 UTC
     */
    RunningAttempt(OutboxEntity entry, TenantFairness turns, long startedAt) {
        this.entry = entry;
        this.turns = turns;
        this.startedAt = startedAt;
        this.endsAt = startedAt + LONGEST_CLAIM.toMillis();
        turns.started(entry.realmId());
    }

    OutboxEntity entry() {
        return entry;
    }

    boolean isOf(OutboxEntity other) {
        return entry.id().equals(other.id());
    }

    boolean isSlow(long now) {
        return now - startedAt > SLOW.toMillis();
    }

    /** Sets the deadline of the whole attempt, in milliseconds since 1970-01-01 UTC. */
    synchronized void endAt(long time) {
        endsAt = time;
    }

    /** Does a part of the attempt that {@link #interruptIfOverdue} may end. */
    <T> T interruptibly(Supplier<T> work) {
        setBusy(Thread.currentThread());
        try {
            return work.get();
        } finally {
            setBusy(null);
            // The interrupt was for the work alone. What follows needs the database.
            Thread.interrupted();
        }
    }

    private synchronized void setBusy(Thread thread) {
        busy = thread;
    }

    /**
     * Interrupts the attempt after its deadline. This closes the connection to the mail server, or ends the wait for a
     * user directory; the attempt then fails.
     *
     * @return whether the attempt was interrupted
     */
    synchronized boolean interruptIfOverdue(long now) {
        boolean isOverdue = busy != null && now > endsAt;
        if (isOverdue) {
            busy.interrupt();
        }
        return isOverdue;
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
