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
 * The buckets of one node, in memory. A bucket that is full again is forgotten; and if there are more than {@value #MOST}, those
 * are that were asked for least.
 */
final class LocalBuckets {
    /** Some 40 MB at worst. */
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

    /** A bucket of nobody else's. */
    static Bucket inMemory(Rate rate) {
        return Bucket.builder().addLimit(bandwidth(rate)).build();
    }

    /** The same bucket, as a store of many nodes is told of it. */
    static BucketConfiguration configuration(Rate rate) {
        return BucketConfiguration.builder().addLimit(bandwidth(rate)).build();
    }

    private static Bandwidth bandwidth(Rate rate) {
        return Bandwidth.builder()
                .capacity(rate.permits())
                .refillGreedy(rate.permits(), rate.period())
                .build();
    }

    /** How many there are, after what is over has been forgotten. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
