package dev.userservice.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class KnownRealmsTest {
    private final KnownRealms realms = new KnownRealms();

    @Test
    void onlyARealmThatWasFoundIsATenantOfItsOwn() {
        assertEquals(KnownRealms.UNKNOWN, realms.tenant("demo"));
        realms.found("demo");
        assertEquals("demo", realms.tenant("demo"));
        assertEquals(KnownRealms.UNKNOWN, realms.tenant("Demo"));
        assertEquals(KnownRealms.UNKNOWN, realms.tenant(""));
    }

    @Test
    void anyNumberOfInventedNamesIsOneTenant() {
        assertEquals(
                1,
                IntStream.range(0, 1_000)
                        .mapToObj(i -> realms.tenant("invented-" + i))
                        .distinct()
                        .count());
    }
}
