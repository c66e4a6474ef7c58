package dev.userservice.ratelimit;

import dev.userservice.settings.Rate;
import io.github.bucket4j.TimeMeter;
import java.util.Optional;

/**
 * Counts in token buckets, one for each key. Where the nodes of a cluster share a store it decides; each node counts for itself
 * all the same, and that count decides while the store is not to be had, so that an outage gives nobody a full bucket.
 */
final class RateLimiter implements AutoCloseable {
    private final LocalBuckets local;
    private final Optional<RedisBuckets> shared;

    RateLimiter(TimeMeter clock, Optional<RedisBuckets> shared) {
        this.local = new LocalBuckets(clock);
        this.shared = shared;
    }

    /** Takes a permit, if there is one. */
    LimitResult consume(String key, Rate rate, RedisTimeBudget budget) {
        return ask(key, rate, BucketOperation.CONSUME, budget);
    }

    /** The same of this node alone, for what need not be exact. */
    boolean takeHere(String key, Rate rate) {
        return local.bucket(key, rate).tryConsume(1);
    }

    /** Is there a permit? Takes none. */
    LimitResult peek(String key, Rate rate, RedisTimeBudget budget) {
        return ask(key, rate, BucketOperation.PEEK, budget);
    }

    /** Gives back what was taken for something that is not to be counted after all. Nobody waits for that. */
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
