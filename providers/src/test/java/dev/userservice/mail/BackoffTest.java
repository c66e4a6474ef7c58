package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private static final RandomGenerator NO_CHANCE = () -> 0;
    private static final Duration YOUNG = Duration.ofSeconds(1);

    private final Backoff backoff = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofHours(24));

    private Optional<Duration> next(int attempts) {
        return backoff.next(attempts, YOUNG, 0, NO_CHANCE);
    }

    @Test
    void eachWaitIsTwiceAsLongUpToABound() {
        assertEquals(Optional.of(Duration.ofSeconds(5)), next(1));
        assertEquals(Optional.of(Duration.ofSeconds(10)), next(2));
        assertEquals(Optional.of(Duration.ofSeconds(320)), next(7));
        assertEquals(Optional.of(Duration.ofMinutes(10)), next(8));
        assertEquals(Optional.of(Duration.ofMinutes(10)), next(1_000_000));
    }

    @Test
    void chanceLengthensAWaitByAFifthAtMost() {
        RandomGenerator random = RandomGenerator.getDefault();
        for (int i = 0; i < 1_000; i++) {
            long wait = backoff.next(2, YOUNG, 0, random).orElseThrow().toMillis();
            assertTrue(wait >= 10_000 && wait <= 12_000, "waits " + wait);
        }
    }

    @Test
    void whatIsTooOldIsGivenUp() {
        assertTrue(backoff.next(30, Duration.ofHours(24).minusMillis(1), 0, NO_CHANCE)
                .isPresent());
        assertEquals(Optional.empty(), backoff.next(1, Duration.ofHours(24), 0, NO_CHANCE));
    }

    @Test
    void aRefusedRecipientIsGivenUpAfterThreeRefusalsAndAQuarterOfAnHour() {
        Duration quarter = Duration.ofMinutes(15);
        assertTrue(backoff.next(3, quarter.minusMillis(1), 3, NO_CHANCE).isPresent());
        assertTrue(backoff.next(9, quarter, 2, NO_CHANCE).isPresent());
        assertEquals(Optional.empty(), backoff.next(3, quarter, 3, NO_CHANCE));
    }
}
