package dev.userservice.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.userservice.settings.Rate;
import dev.userservice.settings.Settings;
import io.github.bucket4j.TimeMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RateLimiterTest {
    private static final Rate FIVE_A_MINUTE = Rate.parse("5/1m");

    private final Clock clock = new Clock();
    private final RateLimiter limiter = new RateLimiter(clock, Optional.empty());

    /** A clock that the test moves forward. */
    private static final class Clock implements TimeMeter {
        private final AtomicLong nanos = new AtomicLong();

        void forward(Duration time) {
            nanos.addAndGet(time.toNanos());
        }

        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }

    private long taken(String key, int times) {
        return IntStream.range(0, times)
                .filter(i -> limiter.consume(key, FIVE_A_MINUTE, new RedisTimeBudget())
                        .isAllowed())
                .count();
    }

    @Test
    void thereAreSoManyAtOnce() {
        assertEquals(5, taken("a", 20));
    }

    @Test
    void theyComeBackEvenly() {
        taken("a", 5);
        clock.forward(Duration.ofSeconds(11));
        assertEquals(0, taken("a", 20));
        clock.forward(Duration.ofSeconds(1));
        assertEquals(1, taken("a", 20));
        clock.forward(Duration.ofMinutes(1));
        assertEquals(5, taken("a", 20));
        clock.forward(Duration.ofDays(1));
        assertEquals(5, taken("a", 20), "no more than there were");
    }

    @Test
    void aVerdictSaysHowManyAreLeftAndWhenThereIsOne() {
        LimitResult first = limiter.consume("a", FIVE_A_MINUTE, new RedisTimeBudget());
        assertEquals(new LimitResult(true, 4, Duration.ZERO, Duration.ofSeconds(12)), first);
        taken("a", 4);
        LimitResult refused = limiter.consume("a", FIVE_A_MINUTE, new RedisTimeBudget());
        assertEquals(new LimitResult(false, 0, Duration.ofSeconds(12), Duration.ofMinutes(1)), refused);
    }

    @Test
    void keysAreCountedApart() {
        taken("a", 5);
        assertEquals(5, taken("b", 20));
    }

    @Test
    void whoLooksTakesNothing() {
        for (int i = 0; i < 20; i++) {
            assertTrue(limiter.peek("a", FIVE_A_MINUTE, new RedisTimeBudget()).isAllowed());
        }
        assertEquals(5, taken("a", 20));
        LimitResult refused = limiter.peek("a", FIVE_A_MINUTE, new RedisTimeBudget());
        assertFalse(refused.isAllowed());
        assertEquals(Duration.ofSeconds(12), refused.retryAfter());
    }

    @Test
    void whatIsGivenBackCanBeTakenAgainAndIsNeverMoreThanThereWere() {
        taken("a", 5);
        limiter.giveBack("a", FIVE_A_MINUTE, 1);
        assertEquals(1, taken("a", 20));
        clock.forward(Duration.ofMinutes(1));
        limiter.giveBack("a", FIVE_A_MINUTE, 1);
        assertEquals(5, taken("a", 20));
    }

    @Test
    void addressesWithoutNumberTakeABoundedMemory() {
        LocalBuckets buckets = new LocalBuckets(clock);
        long before = usedMemory();
        for (int i = 0; i < 3 * LocalBuckets.MOST; i++) {
            buckets.bucket("failed-address:" + "x".repeat(36) + i, FIVE_A_MINUTE)
                    .tryConsume(1);
        }
        assertTrue(buckets.size() <= LocalBuckets.MOST, () -> buckets.size() + " buckets");
        long megabytes = (usedMemory() - before) >> 20;
        assertTrue(megabytes < 64, () -> megabytes + " MB");

        clock.forward(Duration.ofMinutes(2));
        assertEquals(0, buckets.size(), "a bucket that is full again is forgotten");
    }

    @Test
    void whoeverKeepsTryingIsNotForgottenForACrowd() {
        taken("a", 5);
        for (int i = 0; i < 2 * LocalBuckets.MOST; i++) {
            limiter.consume("crowd" + i, FIVE_A_MINUTE, new RedisTimeBudget());
            if (i % 1_000 == 0) {
                assertEquals(0, taken("a", 1));
            }
        }
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /**
     * Checks that the brute-force detection of the template forgets failures before one address may add enough to them, even by
     * both names of an account.
     */
    @ParameterizedTest
    @ValueSource(strings = {"tenant-template", "platform-realm"})
    void fromOneAddressNobodyIsLockedOutHoweverPatientTheyAre(String realm) throws Exception {
        JsonNode template = new ObjectMapper()
                .readTree(Path.of("../realm-config/" + realm + ".json").toFile());
        Rate limit = Settings.LIMIT_FAILED_LOGIN.defaultValue();
        long names = 2;
        double failuresASecond =
                names * (double) limit.permits() / limit.period().toSeconds();
        long factor = template.path("failureFactor").asLong();
        // These are the failures that are allowed at once, and those that become allowed while each failure comes just
        // in time to be added to the ones before.
        double most = names * limit.permits()
                + (factor - 1) * template.path("maxDeltaTimeSeconds").asLong() * failuresASecond;
        assertTrue(most < factor, () -> most + " failures in a row, and the account is locked by " + factor);
    }
}
