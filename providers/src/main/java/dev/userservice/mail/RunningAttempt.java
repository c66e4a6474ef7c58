package dev.userservice.mail;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** An attempt that a worker is making, and whether the worker still has its place among the workers of this node. */
final class RunningAttempt {
    /** The time after which an attempt is slow. Keycloak's own timeouts end most attempts with a dead server by then. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    private final DeliveryAttempt delivery;
    private final long startedAt;
    private final AtomicBoolean isDecided = new AtomicBoolean();

    /** @param startedAt in milliseconds since 1970-01-01 UTC */
    RunningAttempt(DeliveryAttempt delivery, long startedAt) {
        this.delivery = delivery;
        this.startedAt = startedAt;
    }

    DeliveryAttempt delivery() {
        return delivery;
    }

    boolean isSlow(long now) {
        return now - startedAt > SLOW.toMillis();
    }

    /** Takes the place from the worker; returns false if the attempt is over or the place is taken already. */
    boolean giveUpPlace() {
        return isDecided.compareAndSet(false, true);
    }

    /** Ends the attempt; returns false if the worker has lost its place meanwhile. */
    boolean keepPlace() {
        return isDecided.compareAndSet(false, true);
    }
}
