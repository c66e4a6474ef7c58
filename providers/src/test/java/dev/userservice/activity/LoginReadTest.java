package dev.userservice.activity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LoginReadTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    private static LoginRead read(Instant time, Instant at) {
        return new LoginRead(Optional.ofNullable(time), at);
    }

    /** A person who is logged in since the morning logs in to a second application at another node. */
    @Test
    void whatWasReadBeforeALoginInAnOldSessionDoesNotHideIt() {
        LoginRead before = read(NOON.minusSeconds(10_000), NOON.minusSeconds(10));
        assertFalse(before.knowsLoginOf(NOON));
        assertTrue(before.knowsLoginOf(NOON.minusSeconds(180)));
    }

    /** A token says in whole seconds when it was issued. */
    @Test
    void aLoginInTheSecondOfItsTokenIsKnown() {
        assertTrue(read(NOON.plusMillis(50), NOON.plusMillis(60)).knowsLoginOf(NOON));
        assertFalse(read(NOON.minusMillis(50), NOON.minusMillis(40)).knowsLoginOf(NOON));
    }

    @Test
    void afterARefreshTheOldLoginIsTheLastOneOnceItWasReadAgain() {
        assertFalse(read(NOON.minusSeconds(10_000), NOON.plusSeconds(1)).knowsLoginOf(NOON));
        assertTrue(read(NOON.minusSeconds(10_000), NOON.plusSeconds(11)).knowsLoginOf(NOON));
        assertTrue(read(null, NOON.plusSeconds(11)).knowsLoginOf(NOON));
    }

    @Test
    void whatWasReadBeforeALoginDoesNotReplaceIt() {
        LoginRead login = read(NOON, NOON);
        for (LoginRead old :
                new LoginRead[] {read(null, NOON.plusSeconds(1)), read(NOON.minusSeconds(60), NOON.plusSeconds(1))}) {
            assertEquals(login, LoginRead.later(login, old));
            assertEquals(login, LoginRead.later(old, login));
        }
        LoginRead again = read(NOON, NOON.plusSeconds(5));
        assertEquals(again, LoginRead.later(login, again));
        assertEquals(again, LoginRead.later(again, login));
    }
}
