package dev.userservice.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class TimeOrderedIdTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void itIsAUuidOfVersion7() {
        UUID id = UUID.fromString(TimeOrderedId.of(1_700_000_000_000L, RANDOM));
        assertEquals(7, id.version());
        assertEquals(2, id.variant());
        assertEquals(1_700_000_000_000L, id.getMostSignificantBits() >>> 16);
    }

    @Test
    void itTellsItsTime() {
        String id = TimeOrderedId.of(1_700_000_000_000L, RANDOM);
        assertTrue(TimeOrderedId.isOf(1_700_000_000_000L, id));
        assertFalse(TimeOrderedId.isOf(1_700_000_000_001L, id));
        assertTrue(TimeOrderedId.isOf(TimeOrderedId.LAST, TimeOrderedId.of(TimeOrderedId.LAST, RANDOM)));
    }

    @Test
    void whatIsLaterSortsLater() {
        for (long time = 1_700_000_000_000L; time < 1_700_000_000_100L; time++) {
            assertTrue(TimeOrderedId.of(time, RANDOM).compareTo(TimeOrderedId.of(time + 1, RANDOM)) < 0);
        }
    }
}
