package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.userservice.mail.TenantFairness.Server;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TenantFairnessTest {
    private long now = 1_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(now);
    private final TenantFairness turns = new TenantFairness(clock, 2);

    @Test
    void noTenantTakesAllWorkers() {
        turns.started("a");
        assertEquals(Set.of(), turns.deferred());
        turns.started("a");
        assertEquals(Set.of("a"), turns.deferred());
        turns.started("b");
        assertEquals(Set.of("a"), turns.deferred());
        turns.finished("a", Server.ANSWERED);
        assertEquals(Set.of(), turns.deferred());
    }

    @Test
    void aTenantWhoseServerIsAwayIsLeftAloneForLongerEachTime() {
        for (long seconds : new long[] {2, 4, 8, 16, 30, 30}) {
            turns.started("a");
            turns.finished("a", Server.AWAY);
            now += seconds * 1_000 - 1;
            assertEquals(Set.of("a"), turns.deferred(), "before " + seconds + " s are over");
            now += 1;
            assertEquals(Set.of(), turns.deferred(), "after " + seconds + " s");
        }
    }

    @Test
    void afterAPauseOneWorkerFindsOut() {
        turns.started("a");
        turns.finished("a", Server.AWAY);
        now += 2_000;
        turns.started("a");
        assertEquals(Set.of("a"), turns.deferred());
        turns.finished("a", Server.ANSWERED);
        assertEquals(Set.of(), turns.deferred());
        turns.started("a");
        assertEquals(Set.of(), turns.deferred());
    }

    @Test
    void whatSaysNothingOfTheServerEndsNoPause() {
        turns.started("a");
        turns.finished("a", Server.AWAY);
        turns.started("a");
        turns.finished("a", Server.UNKNOWN);
        assertEquals(Set.of("a"), turns.deferred());
    }

    @Test
    void noMoreThanTwoServersThatWereAwayAreTriedAtOnce() {
        for (String tenant : new String[] {"a", "b", "c"}) {
            turns.started(tenant);
            turns.finished(tenant, Server.AWAY);
        }
        now += 2_000;
        turns.started("a");
        assertEquals(Set.of("a"), turns.deferred());
        turns.started("b");
        assertEquals(Set.of("a", "b", "c"), turns.deferred());
        turns.finished("a", Server.ANSWERED);
        assertEquals(Set.of("b"), turns.deferred());
    }

    @Test
    void aSlowServerIsGivenOneWorkerUntilItIsQuickAgain() {
        turns.started("a");
        turns.slow("a");
        assertEquals(Set.of("a"), turns.deferred());
        turns.finished("a", Server.ANSWERED);
        assertEquals(Set.of(), turns.deferred(), "there is no pause");
        turns.started("a");
        assertEquals(Set.of("a"), turns.deferred());
        turns.finished("a", Server.ANSWERED);
        turns.started("a");
        assertEquals(Set.of(), turns.deferred(), "it was quick");
    }

    @Test
    void slowServersHoldUpNoTrialOnceTheirWorkersAreReplaced() {
        turns.started("away");
        turns.finished("away", Server.AWAY);
        now += 2_000;
        for (String tenant : new String[] {"a", "b"}) {
            turns.started(tenant);
            turns.slow(tenant);
        }
        assertEquals(Set.of("a", "b"), turns.deferred());
    }

    @Test
    void slowServersAreTriedTwoAtATime() {
        for (String tenant : new String[] {"a", "b", "c"}) {
            turns.started(tenant);
            turns.slow(tenant);
            turns.finished(tenant, Server.ANSWERED);
        }
        turns.started("a");
        turns.started("b");
        assertEquals(Set.of("a", "b", "c"), turns.deferred());
    }

    @Test
    void whoHasAWorkerYieldsToWhoHasNone() {
        turns.started("a");
        assertEquals(Set.of("a"), turns.yielding());
        assertEquals(Set.of(), turns.deferred());
    }
}
