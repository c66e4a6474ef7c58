package dev.userservice.ratelimit;

import dev.userservice.http.CurrentRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The time that a request may still wait for Redis, for all its operations together. */
final class RedisTimeBudget {
    static final Duration WHOLE = Duration.ofMillis(50);

    private final AtomicLong left = new AtomicLong(WHOLE.toNanos());

    /** Returns the budget of the request that this thread processes. */
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
