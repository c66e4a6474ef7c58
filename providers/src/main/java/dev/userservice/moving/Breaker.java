package dev.userservice.moving;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Stops asking somebody who does not answer: after some failures in a row, nobody asks for a while, and then one does.
 * Whatever is answered, right or wrong or odd, is no failure.
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

    /** Whether nobody may ask now. This is only a look, and takes no turn from anybody. */
    synchronized boolean isResting() {
        return failures >= FAILURES && clock.instant().isBefore(rests);
    }

    /**
     * Whether the caller may ask, and does so now. While it rests, the first who may after the rest is alone until the
     * outcome is known.
     */
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

    synchronized void answered() {
        failures = 0;
    }

    /** Counts a failure, and returns whether nobody asks for a while after it. */
    synchronized boolean failed() {
        failures++;
        rests = clock.instant().plus(REST);
        return failures >= FAILURES;
    }
}
