package dev.userservice.ratelimit;

import dev.userservice.settings.Rate;
import io.github.bucket4j.TimeMeter;
import java.util.Optional;

/**
 * Counts in token buckets, one per key. If the nodes of a cluster share a store, the store decides. Each node counts
 * for itself as well, and its own count decides while the store is unavailable, so that an outage gives nobody a full
 * bucket.
 */
final class RateLimiter implements AutoCloseable {
    private final LocalBuckets local;
    private final Optional<RedisBuckets> shared;

    RateLimiter(TimeMeter clock, Optional<RedisBuckets> shared) {
        this.local = new LocalBuckets(clock);
        this.shared = shared;
    }

    /** Takes a permit if there is one. */
    LimitResult consume(String key, Rate rate, RedisTimeBudget budget) {
        return ask(key, rate, BucketOperation.CONSUME, budget);
    }

    /** Takes a permit on this node alone, for limits that need not be exact. */
    boolean takeHere(String key, Rate rate) {
        return local.bucket(key, rate).tryConsume(1);
    }

    /** Checks whether there is a permit, without taking it. */
    LimitResult peek(String key, Rate rate, RedisTimeBudget budget) {
        return ask(key, rate, BucketOperation.PEEK, budget);
    }

    /**
     * Gives back permits that were taken for something that does not count after all. Does not wait for the shared
     * store.
     */
    void giveBack(String key, Rate rate, long permits) {
        local.bucket(key, rate).addTokens(permits);
        shared.ifPresent(store -> store.giveBack(key, rate, permits));
    }

    private LimitResult ask(String key, Rate rate, BucketOperation operation, RedisTimeBudget budget) {
        LimitResult here = operation.here().apply(local.bucket(key, rate));
        return shared.flatMap(store -> store.ask(key, rate, operation, budget)).orElse(here);
    }

    @Override
    public void close() {
        shared.ifPresent(RedisBuckets::close);
    }
}
