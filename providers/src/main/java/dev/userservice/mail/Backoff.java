package dev.userservice.mail;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When to try again what failed.
 *
 * @param first after the first failure; each later wait is twice as long
 * @param longest no wait is longer
 * @param giveUpAfter how old an entry may become
 */
record Backoff(Duration first, Duration longest, Duration giveUpAfter) {
    /** A mail server that is back after a minute has everything within the next; one that is away for a day is too late. */
    static final Backoff OF_MAIL = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofHours(24));

    /** A server that refuses a recipient for good may be mistaken, or wrongly set up for a moment; but not for long. */
    private static final int REFUSALS_BEFORE_THE_END = 3;

    private static final Duration AGE_OF_THE_REFUSED = Duration.ofMinutes(15);

    private static final int MAX_DOUBLINGS = 20;

    /**
     * How long to wait after so many attempts.
     *
     * @param refusals how many of them ended in a refusal of the recipient, for good
     * @param random spreads the waits by up to a fifth, so that what failed together does not come back together
     * @return empty if it is time to give up
     */
    Optional<Duration> next(int attempts, Duration age, int refusals, RandomGenerator random) {
        boolean isRefused = refusals >= REFUSALS_BEFORE_THE_END && age.compareTo(AGE_OF_THE_REFUSED) >= 0;
        if (isRefused || age.compareTo(giveUpAfter) >= 0) {
            return Optional.empty();
        }
        long doubled = first.toMillis() << Math.min(attempts - 1, MAX_DOUBLINGS);
        long wait = Math.min(doubled, longest.toMillis());
        return Optional.of(Duration.ofMillis(wait + random.nextLong(wait / 5 + 1)));
    }
}
