package dev.userservice.mail;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The waiting times between attempts at work that has failed.
 *
 * @param first the wait after the first failure; each later wait is twice as long
 * @param longest the upper limit of a wait
 * @param giveUpAfter the age at which an entry is given up
 */
record Backoff(Duration first, Duration longest, Duration giveUpAfter) {
    /**
     * The schedule for mails. When a mail server is back after a minute, all its mails are delivered within the next
     * minute. When it is unavailable for a day, the mails would be too late.
     */
    static final Backoff OF_MAIL = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofHours(24));

    /**
     * A permanent refusal of a recipient may be a mistake of the server or a short misconfiguration, so the mail is
     * tried a few times more, but not for long.
     */
    private static final int REFUSALS_BEFORE_THE_END = 3;

    private static final Duration AGE_OF_THE_REFUSED = Duration.ofMinutes(15);

    private static final int MAX_DOUBLINGS = 20;

    /**
     * Returns how long to wait after the given number of attempts.
     *
     * @param refusals how many of the attempts ended in a permanent refusal of the recipient
     * @param random adds up to a fifth to each wait, so that entries that failed together are not retried together
     * @return empty if the entry is to be given up
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
