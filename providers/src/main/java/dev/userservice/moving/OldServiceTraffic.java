package dev.userservice.moving;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Shares a node's threads among the logins that ask old services. Keycloak has at least fifty threads for requests. Each
 * login that asks, or waits for its turn to ask, occupies one of them, and no old service may take them all.
 */
final class OldServiceTraffic {
    /** How many logins may ask one address at once; more wait for them. */
    static final int PLACES = 16;

    /** How many logins may ask one address or wait for it. */
    static final int OF_AN_ADDRESS = 24;

    /** How many logins may ask or wait altogether. */
    static final int ALL = 40;

    /** How many addresses are remembered: a tenant may change its own as often as it likes. */
    static final int ADDRESSES = 1_000;

    private final Clock clock;
    private final Duration patience;
    private final Semaphore all = new Semaphore(ALL);

    /** The address that was used longest ago comes first. */
    private final Map<URI, Address> addresses = new LinkedHashMap<>(16, 0.75f, true);

    /** Creates the traffic of a node, in which a login waits this long for its turn. */
    OldServiceTraffic(Clock clock, Duration patience) {
        this.clock = clock;
        this.patience = patience;
    }

    private record Address(Breaker breaker, Semaphore present, Semaphore places) {}

    /** The turn of a login that asks. It must be closed when the answer is there. */
    record Turn(Breaker breaker, Runnable end) implements AutoCloseable {
        @Override
        public void close() {
            end.run();
        }
    }

    /**
     * Waits for a turn to ask.
     *
     * @return empty if the old service is left alone for a while, or if too many others ask it
     */
    Optional<Turn> enter(URI uri) {
        Address address = of(uri);
        if (address.breaker().isResting() || !all.tryAcquire()) {
            return Optional.empty();
        }
        if (!address.present().tryAcquire()) {
            all.release();
            return Optional.empty();
        }
        if (!waits(address.places())) {
            leave(address);
            return Optional.empty();
        }
        // The breaker is asked last, so that its only turn after a rest is not lost to a login that finds no place.
        if (!address.breaker().lets()) {
            address.places().release();
            leave(address);
            return Optional.empty();
        }
        return Optional.of(new Turn(address.breaker(), () -> {
            address.places().release();
            leave(address);
        }));
    }

    private void leave(Address address) {
        address.present().release();
        all.release();
    }

    private boolean waits(Semaphore places) {
        try {
            return places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Address of(URI uri) {
        synchronized (addresses) {
            Address address = addresses.computeIfAbsent(
                    uri,
                    none -> new Address(
                            new Breaker(clock), new Semaphore(OF_AN_ADDRESS, true), new Semaphore(PLACES, true)));
            if (addresses.size() > ADDRESSES) {
                addresses.remove(addresses.keySet().iterator().next());
            }
            return address;
        }
    }
}
