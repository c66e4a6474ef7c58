package dev.userservice.ratelimit;

import dev.userservice.http.Exchange;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How long a request may still wait for Redis, all its questions together. */
final class Patience {
    static final Duration WHOLE = Duration.ofMillis(50);

    private final AtomicLong left = new AtomicLong(WHOLE.toNanos());

    /** That of the request that this thread answers. */
    static Patience ofRequest() {
        return Exchange.current()
                .map(request -> request.get(Patience.class).orElseGet(() -> {
                    Patience fresh = new Patience();
                    request.put(fresh);
                    return fresh;
                }))
                .orElseGet(Patience::new);
    }

    long leftNanos() {
        return left.get();
    }

    void spend(long nanos) {
        left.addAndGet(-nanos);
    }
}
