package dev.userservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RateTest {
    @Test
    void aRateIsSoManyInAPeriod() {
        assertEquals(new Rate(5, Duration.ofMinutes(1)), Rate.parse("5/1m"));
        assertEquals(new Rate(100, Duration.ofSeconds(90)), Rate.parse("100/90s"));
        assertEquals(new Rate(1_000_000, Duration.ofDays(1)), Rate.parse("1000000/24h"));
        assertFalse(Rate.parse("5/1m").isUnlimited());
    }

    @Test
    void noughtIsNoLimit() {
        assertTrue(Rate.parse("0").isUnlimited());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "5/1m", "100/90s", "7/90m", "1000000/24h"})
    void itIsWrittenAsItIsRead(String text) {
        assertEquals(text, Rate.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "-1",
                "00",
                "0/1m",
                "5/0m",
                "5/m",
                "5/1",
                "5/1d",
                "5 /1m",
                "1000001/1m",
                "5/25h",
                "5/99999h",
                "٥/1m",
                "5/1m ",
                "99999999999999999999/1m"
            })
    void anythingElseIsNone(String text) {
        assertThrows(IllegalArgumentException.class, () -> Rate.parse(text));
    }
}
