package dev.userservice.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.userservice.settings.Rate;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;

/**
 * The buckets of one node, in memory. A bucket that is full again is removed. If there are more than {@value #MOST},
 * the least used buckets are removed.
 */
final class LocalBuckets {
    /** Corresponds to some 40 MB in the worst case. */
    static final int MOST = 100_000;

    private final TimeMeter clock;
    private final Cache<String, Sized> buckets;

    LocalBuckets(TimeMeter clock) {
        this.clock = clock;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MOST)
                .ticker(clock::currentTimeNanos)
                .expireAfter(Expiry.<String, Sized>accessing(
                        (key, sized) -> sized.rate().period()))
                .build();
    }

    private record Sized(Bucket bucket, Rate rate) {}

    Bucket bucket(String key, Rate rate) {
        return buckets.get(
                        key,
                        absent -> new Sized(
                                Bucket.builder()
                                        .addLimit(bandwidth(rate))
                                        .withCustomTimePrecision(clock)
                                        .build(),
                                rate))
                .bucket();
    }

    /** Creates a bucket that is not shared. */
    static Bucket inMemory(Rate rate) {
        return Bucket.builder().addLimit(bandwidth(rate)).build();
    }

    /** Returns the configuration of the same bucket for a store that several nodes share. */
    static BucketConfiguration configuration(Rate rate) {
        return BucketConfiguration.builder().addLimit(bandwidth(rate)).build();
    }

    private static Bandwidth bandwidth(Rate rate) {
        return Bandwidth.builder()
                .capacity(rate.permits())
                .refillGreedy(rate.permits(), rate.period())
                .build();
    }

    /** Returns the number of buckets, after the removal of expired ones. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
