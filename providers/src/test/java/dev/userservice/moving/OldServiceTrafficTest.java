package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.moving.OldServiceTraffic.Turn;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Tests who may ask an old service, and when. */
final class OldServiceTrafficTest {
    private static final URI ONE = URI.create("https://one.example/login");
    private static final URI OTHER = URI.create("https://other.example/login");
    private static final Duration LONG = Duration.ofMinutes(5);

    private final MovingClock clock = new MovingClock();

    /** A clock that only the test moves. */
    private static final class MovingClock extends Clock {
        private Instant now = Instant.EPOCH.plusSeconds(1);

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private static List<Turn> fill(OldServiceTraffic traffic, URI address) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < OldServiceTraffic.PLACES; i++) {
            turns.add(traffic.enter(address).orElseThrow());
        }
        return turns;
    }

    private static void fail(OldServiceTraffic traffic, URI address) {
        for (int i = 0; i < Breaker.FAILURES; i++) {
            try (Turn turn = traffic.enter(address).orElseThrow()) {
                turn.breaker().failed();
            }
        }
    }

    @Test
    void aFullAddressDelaysNoOther() {
        OldServiceTraffic traffic = new OldServiceTraffic(clock, Duration.ZERO);
        List<Turn> turns = fill(traffic, ONE);
        assertEquals(Optional.empty(), traffic.enter(ONE));
        assertTrue(traffic.enter(OTHER).isPresent());
        turns.forEach(Turn::close);
        fill(traffic, ONE);
    }

    @Test
    void whoFindsNoPlaceWaitsForOne() throws Exception {
        OldServiceTraffic traffic = new OldServiceTraffic(clock, LONG);
        List<Turn> turns = fill(traffic, ONE);
        CompletableFuture<Optional<Turn>> waiting = CompletableFuture.supplyAsync(() -> traffic.enter(ONE));
        // Who does not wait has an answer by then.
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        turns.get(0).close();
        assertTrue(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS).isPresent());
    }

    @Test
    void addressesTogetherTakeNotAllThreads() {
        OldServiceTraffic traffic = new OldServiceTraffic(clock, Duration.ZERO);
        int taken = 0;
        for (int i = 0; i < OldServiceTraffic.ALL; i++) {
            for (int j = 0; j < 2; j++) {
                taken +=
                        traffic.enter(URI.create("https://h" + i + ".example/")).isPresent() ? 1 : 0;
            }
        }
        assertEquals(OldServiceTraffic.ALL, taken);
    }

    @Test
    void afterFailuresItRestsAndThenOneAsks() {
        OldServiceTraffic traffic = new OldServiceTraffic(clock, Duration.ZERO);
        fail(traffic, ONE);
        assertFalse(traffic.enter(ONE).isPresent());
        assertTrue(traffic.enter(OTHER).isPresent());
        clock.now = clock.now.plus(Breaker.REST);
        try (Turn turn = traffic.enter(ONE).orElseThrow()) {
            assertFalse(traffic.enter(ONE).isPresent(), "one alone tries");
            turn.breaker().answered();
        }
        assertTrue(traffic.enter(ONE).isPresent());
    }

    @Test
    void theOnlyTurnAfterARestIsNotLostToWhoFindsNoPlace() {
        OldServiceTraffic traffic = new OldServiceTraffic(clock, Duration.ZERO);
        List<Turn> turns = fill(traffic, ONE);
        for (int i = 0; i < Breaker.FAILURES; i++) {
            turns.get(i).breaker().failed();
        }
        clock.now = clock.now.plus(Breaker.REST);
        assertFalse(traffic.enter(ONE).isPresent(), "there is no place");
        turns.forEach(Turn::close);
        assertTrue(traffic.enter(ONE).isPresent());
    }

    @Test
    void onlySoManyAddressesAreRemembered() {
        OldServiceTraffic traffic = new OldServiceTraffic(clock, Duration.ZERO);
        fail(traffic, ONE);
        fail(traffic, OTHER);
        for (int i = 0; i < OldServiceTraffic.ADDRESSES - 1; i++) {
            traffic.enter(OTHER);
            traffic.enter(URI.create("https://h" + i + ".example/")).ifPresent(Turn::close);
        }
        assertFalse(traffic.enter(OTHER).isPresent(), "this one was used all the time");
        assertTrue(traffic.enter(ONE).isPresent(), "what it had counted is forgotten");
    }
}
