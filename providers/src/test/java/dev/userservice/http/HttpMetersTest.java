package dev.userservice.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Uses a registry that is composed of others, as the server's is. */
final class HttpMetersTest {
    private static final long MILLI = Duration.ofMillis(1).toNanos();

    private final SimpleMeterRegistry scraped = new SimpleMeterRegistry();
    private final CompositeMeterRegistry registry = new CompositeMeterRegistry();
    private final HttpMeters meters;

    HttpMetersTest() {
        registry.add(scraped);
        meters = new HttpMeters(registry);
    }

    private void answered(String realm) {
        meters.answered("GET", "/users/me", 200, realm, MILLI);
    }

    private Counter counter(String realm) {
        return scraped.find("http.requests").tag("realm", realm).counter();
    }

    private void removeAllOf(String realm) {
        List<Meter> all =
                List.copyOf(registry.find("http.requests").tag("realm", realm).meters());
        all.forEach(registry::remove);
    }

    @Test
    void whatWasRemovedCountsAgainFromZero() {
        answered("acme");
        answered("acme");
        answered("other");
        assertEquals(2, counter("acme").count());

        removeAllOf("acme");
        assertNull(counter("acme"));
        answered("acme");
        answered("other");
        assertNotNull(counter("acme"));
        assertEquals(1, counter("acme").count());
        assertEquals(2, counter("other").count());
        assertEquals(5, scraped.get("http.request.duration").timer().count());
    }

    /** The registry tells of a removal while it is locked, and a first request needs that lock too. */
    @Test
    void removalsAndFirstRequestsDoNotWaitForEachOther() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> requests = threads.submit(() -> {
                while (!isOver.get()) {
                    answered("acme");
                }
            });
            Future<?> removals = threads.submit(() -> {
                for (int i = 0; i < 5_000; i++) {
                    removeAllOf("acme");
                }
            });
            removals.get(1, TimeUnit.MINUTES);
            isOver.set(true);
            requests.get(1, TimeUnit.MINUTES);
        } finally {
            isOver.set(true);
            threads.shutdownNow();
        }
        removeAllOf("acme");
        answered("acme");
        assertEquals(1, counter("acme").count());
    }
}
