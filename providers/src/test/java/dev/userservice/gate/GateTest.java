package dev.userservice.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GateTest {
    private final List<String> through = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    private final class Named implements Gate.Waiter {
        private final String tenant;
        private final String client;
        private final String name;

        private Named(String tenant, String client, String name) {
            this.tenant = tenant;
            this.client = client;
            this.name = name;
        }

        @Override
        public String tenant() {
            return tenant;
        }

        @Override
        public String client() {
            return client;
        }

        @Override
        public void admit() {
            through.add(name);
        }

        @Override
        public void refuse() {
            refused.add(name);
        }
    }

    private Named enter(Gate gate, String tenant, String client, String name) {
        Named one = new Named(tenant, client, name);
        gate.enter(one);
        return one;
    }

    @Test
    void aPermitThatIsGivenBackGoesToTheNext() {
        Gate gate = new Gate(1, 10, 10);
        Named first = enter(gate, "a", "x", "first");
        Named second = enter(gate, "a", "x", "second");
        enter(gate, "a", "x", "third");
        assertEquals(List.of("first"), through);
        assertEquals(2, gate.waiting());

        gate.release(first);
        assertEquals(List.of("first", "second"), through);
        gate.release(second);
        assertEquals(List.of("first", "second", "third"), through);
        assertEquals(0, gate.waiting());
    }

    /** Two tenants with directories that hang would otherwise hold all permits. */
    @Test
    void aPermitThatIsLentGoesToOthersButNotToTheSameTenant() {
        Gate gate = new Gate(3, 10, 10);
        Named one = enter(gate, "a", "x", "a1");
        enter(gate, "a", "x", "a2");
        enter(gate, "a", "x", "a3");
        enter(gate, "b", "y", "b1");
        enter(gate, "c", "z", "c1");
        assertEquals(List.of("a1", "a2", "b1"), through);
        assertTrue(gate.lend());
        assertEquals(List.of("a1", "a2", "b1", "c1"), through);
        assertTrue(gate.lend());
        assertEquals(1, gate.waiting());

        gate.releaseLent(one);
        assertEquals(List.of("a1", "a2", "b1", "c1", "a3"), through);
    }

    @Test
    void noMoreIsLentThanTheBoundAndAllComesBack() {
        Gate gate = new Gate(2, 100, 100);
        List<Named> slow = new ArrayList<>();
        for (int i = 0; gate.lend(); i++) {
            slow.add(enter(gate, "t" + i, "x", "slow " + i));
        }
        assertEquals(8, slow.size());
        slow.forEach(gate::releaseLent);
        through.clear();
        enter(gate, "a", "x", "one");
        enter(gate, "b", "x", "two");
        enter(gate, "c", "x", "three");
        assertEquals(List.of("one", "two"), through);
    }

    @Test
    void whoWantsOneHashAtATimeGetsThat() {
        assertFalse(new Gate(1, 10, 10).lend());
    }

    @Test
    void aTenantWithOneIsNotBehindATenantWithMany() {
        Gate gate = new Gate(1, 200, 1_000);
        Named running = enter(gate, "storm", "x", "running");
        IntStream.range(0, 100).forEach(i -> enter(gate, "storm", "x", "storm-" + i));
        enter(gate, "calm", "y", "calm");

        gate.release(running);
        gate.release(new Named("storm", "x", "storm-0"));
        assertEquals(List.of("running", "storm-0", "calm"), through);
    }

    @Test
    void aClientWithOneIsNotBehindAClientWithManyOfTheSameTenant() {
        Gate gate = new Gate(1, 200, 1_000);
        Named running = enter(gate, "a", "storm", "running");
        IntStream.range(0, 100).forEach(i -> enter(gate, "a", "storm", "storm-" + i));
        enter(gate, "a", "calm", "calm");

        gate.release(running);
        gate.release(running);
        assertEquals(List.of("running", "storm-0", "calm"), through);
    }

    @Test
    void oneTenantLeavesTheLastPermitToOthers() {
        Gate gate = new Gate(3, 10, 10);
        enter(gate, "a", "x", "a1");
        Named second = enter(gate, "a", "x", "a2");
        enter(gate, "a", "x", "a3");
        assertEquals(List.of("a1", "a2"), through);
        Named other = enter(gate, "b", "x", "b1");
        assertEquals(List.of("a1", "a2", "b1"), through);

        gate.release(other);
        assertEquals(List.of("a1", "a2", "b1"), through);
        gate.release(second);
        assertEquals(List.of("a1", "a2", "b1", "a3"), through);
    }

    @Test
    void ofTooManyTheLastOfTheFullestIsRefused() {
        Gate gate = new Gate(1, 3, 4);
        enter(gate, "a", "x", "running");
        enter(gate, "a", "x", "ax1");
        enter(gate, "a", "x", "ax2");
        enter(gate, "a", "x", "ax3");
        enter(gate, "a", "x", "ax4");
        assertEquals(List.of("ax4"), refused);

        // The place of a client with little is taken from the one with much.
        enter(gate, "a", "y", "ay1");
        assertEquals(List.of("ax4", "ax3"), refused);
        enter(gate, "b", "x", "bx1");
        assertEquals(List.of("ax4", "ax3"), refused);
        // Now all places are taken, most of them by the first tenant.
        enter(gate, "c", "x", "cx1");
        assertEquals(List.of("ax4", "ax3", "ax2"), refused);
        assertEquals(4, gate.waiting());
    }

    @Test
    void whoHasLeftIsNeitherLetThroughNorRefused() {
        Gate gate = new Gate(1, 1, 1);
        Named running = enter(gate, "a", "x", "running");
        Named gone = enter(gate, "a", "x", "gone");
        assertTrue(gate.leave(gone));
        assertFalse(gate.leave(gone));
        assertFalse(gate.leave(running));
        enter(gate, "a", "x", "next");
        gate.release(running);

        assertEquals(List.of("running", "next"), through);
        assertEquals(List.of(), refused);
    }

    /** One request of many threads: it runs for a moment, or leaves before its turn. */
    private static final class Racer implements Gate.Waiter {
        private final String tenant = "tenant-" + ThreadLocalRandom.current().nextInt(5);
        private final AtomicInteger decisions = new AtomicInteger();
        private final CountDownLatch decided = new CountDownLatch(1);
        private volatile boolean isThrough;

        @Override
        public String tenant() {
            return tenant;
        }

        @Override
        public String client() {
            return "client";
        }

        @Override
        public void admit() {
            isThrough = true;
            decide();
        }

        @Override
        public void refuse() {
            decide();
        }

        void decide() {
            decisions.incrementAndGet();
            decided.countDown();
        }
    }

    @Test
    void manyThreadsNeitherLoseNorAddAPermit() throws Exception {
        int permits = 4;
        Gate gate = new Gate(permits, 20, 50);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        List<Racer> racers = Collections.synchronizedList(new ArrayList<>());
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < 32; thread++) {
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        Racer racer = new Racer();
                        racers.add(racer);
                        gate.enter(racer);
                        if (i % 7 == 0 && gate.leave(racer)) {
                            racer.decide();
                        }
                        assertTrue(racer.decided.await(1, TimeUnit.MINUTES));
                        if (racer.isThrough) {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000));
                            running.decrementAndGet();
                            served.incrementAndGet();
                            gate.release(racer);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : done) {
                one.get(2, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }

        assertEquals(32 * 500, racers.size());
        assertTrue(racers.stream().allMatch(racer -> racer.decisions.get() == 1));
        assertTrue(most.get() <= permits, () -> most + " at once");
        assertTrue(served.get() > 1_000, served::toString);
        assertEquals(0, gate.waiting());
        // All permits are back: the next ones go through at once.
        for (int i = 0; i < permits; i++) {
            enter(gate, i == 0 ? "other" : "tenant", "client", "after");
        }
        assertEquals(permits, through.size());
    }
}
