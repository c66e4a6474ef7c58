package dev.userservice.ratelimit;

import dev.userservice.http.CurrentRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How long a request may still wait for Redis, all its questions together. */
final class RedisTimeBudget {
    static final Duration WHOLE = Duration.ofMillis(50);

    private final AtomicLong left = new AtomicLong(WHOLE.toNanos());

    /** That of the request that this thread answers. */
    static RedisTimeBudget ofRequest() {
        return CurrentRequest.current()
                .map(request -> request.get(RedisTimeBudget.class).orElseGet(() -> {
                    RedisTimeBudget fresh = new RedisTimeBudget();
                    request.put(fresh);
                    return fresh;
                }))
                .orElseGet(RedisTimeBudget::new);
    }

    long leftNanos() {
        return left.get();
    }

    void spend(long nanos) {
        left.addAndGet(-nanos);
    }
}
