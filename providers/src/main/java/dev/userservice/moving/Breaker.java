package dev.userservice.moving;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Stops asking somebody who does not answer: after some failures in a row, nobody asks for a while, and then one does. A
 * right or wrong password is no failure.
 */
final class Breaker {
    static final int FAILURES = 3;
    static final Duration REST = Duration.ofSeconds(30);

    private final Clock clock;
    private int failures;
    private Instant rests = Instant.EPOCH;

    Breaker(Clock clock) {
        this.clock = clock;
    }

    /** Whether somebody may ask now. While it rests, the first who may after the rest is alone until the outcome is known. */
    synchronized boolean lets() {
        if (failures < FAILURES) {
            return true;
        }
        Instant now = clock.instant();
        if (now.isBefore(rests)) {
            return false;
        }
        rests = now.plus(REST);
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
    }

    /** Counts a failure, and returns whether the rest begins with it. */
    synchronized boolean failed() {
        failures++;
        rests = clock.instant().plus(REST);
        return failures == FAILURES;
    }
}
