package dev.userservice.codes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CodePolicyTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void eachMailOfADayWaitsLongerThanTheOneBeforeAndTenAreEnough() {
        CodePolicy times = new CodePolicy(Duration.ofMinutes(15), MINUTE, true);
        assertEquals(
                List.of(1L, 5L, 15L, 60L, 60L),
                IntStream.rangeClosed(1, 5)
                        .mapToObj(times::coolDown)
                        .map(Duration::toMinutes)
                        .toList());
        assertFalse(times.isEnough(9));
        assertTrue(times.isEnough(10));
        assertEquals(Duration.ofDays(1), times.memory());
    }

    @Test
    void whatCarriesNoCodeWaitsTheSameEachTime() {
        CodePolicy times = new CodePolicy(MINUTE, MINUTE);
        assertEquals(MINUTE, times.coolDown(7));
        assertFalse(times.isEnough(1_000));
        assertEquals(MINUTE, times.memory());
    }
}
