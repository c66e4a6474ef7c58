package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.userservice.mail.TenantTurns.Server;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TenantTurnsTest {
    private long now = 1_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(now);
    private final TenantTurns turns = new TenantTurns(clock, 2);

    @Test
    void noTenantTakesAllWorkers() {
        turns.begin("a");
        assertEquals(Set.of(), turns.waiting());
        turns.begin("a");
        assertEquals(Set.of("a"), turns.waiting());
        turns.begin("b");
        assertEquals(Set.of("a"), turns.waiting());
        turns.end("a", Server.ANSWERED);
        assertEquals(Set.of(), turns.waiting());
    }

    @Test
    void aTenantWhoseServerIsAwayIsLeftAloneForLongerEachTime() {
        for (long seconds : new long[] {2, 4, 8, 16, 30, 30}) {
            turns.begin("a");
            turns.end("a", Server.AWAY);
            now += seconds * 1_000 - 1;
            assertEquals(Set.of("a"), turns.waiting(), "before " + seconds + " s are over");
            now += 1;
            assertEquals(Set.of(), turns.waiting(), "after " + seconds + " s");
        }
    }

    @Test
    void afterAPauseOneWorkerFindsOut() {
        turns.begin("a");
        turns.end("a", Server.AWAY);
        now += 2_000;
        turns.begin("a");
        assertEquals(Set.of("a"), turns.waiting());
        turns.end("a", Server.ANSWERED);
        assertEquals(Set.of(), turns.waiting());
        turns.begin("a");
        assertEquals(Set.of(), turns.waiting());
    }

    @Test
    void whatSaysNothingOfTheServerEndsNoPause() {
        turns.begin("a");
        turns.end("a", Server.AWAY);
        turns.begin("a");
        turns.end("a", Server.UNKNOWN);
        assertEquals(Set.of("a"), turns.waiting());
    }

    @Test
    void noMoreThanTwoServersThatWereAwayAreTriedAtOnce() {
        for (String tenant : new String[] {"a", "b", "c"}) {
            turns.begin(tenant);
            turns.end(tenant, Server.AWAY);
        }
        now += 2_000;
        turns.begin("a");
        assertEquals(Set.of("a"), turns.waiting());
        turns.begin("b");
        assertEquals(Set.of("a", "b", "c"), turns.waiting());
        turns.end("a", Server.ANSWERED);
        assertEquals(Set.of("b"), turns.waiting());
    }
}
