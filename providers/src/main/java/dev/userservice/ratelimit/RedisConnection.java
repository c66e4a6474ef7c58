package dev.userservice.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.userservice.settings.Rate;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One connection to Redis, and the buckets there. It is not mended: what fails is given up, and another one opened. */
final class RedisConnection {
    private static final String PREFIX = "user-service:limit:";
    private static final Duration KEPT_AFTER_FULL = Duration.ofSeconds(10);
    private static final int TRIALS = 5;
    private static final Rate TRIAL = new Rate(1, Duration.ofSeconds(1));
    private static final int MOST_IN_USE = 10_000;
    private static final Duration IN_USE = Duration.ofSeconds(10);

    private final StatefulRedisConnection<String, byte[]> redis;
    private final AsyncProxyManager<String> buckets;

    /** Those of late: questions about one bucket that come together are asked together, so that a crowd waits no longer than one. */
    private final Cache<String, AsyncBucketProxy> inUse = Caffeine.newBuilder()
            .maximumSize(MOST_IN_USE)
            .expireAfterAccess(IN_USE)
            .build();

    private RedisConnection(StatefulRedisConnection<String, byte[]> redis) {
        this.redis = redis;
        this.buckets = Bucket4jLettuce.casBasedBuilder(redis)
                .requestTimeout(RedisTimeBudget.WHOLE)
                .expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_AFTER_FULL))
                .build()
                .asAsync();
    }

    /**
     * Waits until there is one, and until it has answered in time.
     *
     * @throws RuntimeException if there is none
     * @throws ExecutionException if it does not answer as it should
     * @throws TimeoutException if it is too slow
     */
    static RedisConnection open(RedisClient client) throws ExecutionException, TimeoutException, InterruptedException {
        RedisConnection connection =
                new RedisConnection(client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)));
        boolean isGood = false;
        try {
            connection.tryOut();
            isGood = true;
            return connection;
        } finally {
            if (!isGood) {
                connection.close();
            }
        }
    }

    /** Several times: the first answers take what the loading of classes takes. */
    private void tryOut() throws ExecutionException, TimeoutException, InterruptedException {
        for (int left = TRIALS; left > 0; left--) {
            try {
                ask("trial-" + left, TRIAL, BucketOperation.CONSUME, RedisTimeBudget.WHOLE.toNanos());
                return;
            } catch (TimeoutException e) {
                if (left == 1) {
                    throw e;
                }
            }
        }
    }

    /**
     * What a bucket answers.
     *
     * @param nanos how long to wait for it
     * @throws TimeoutException if it does not in time; the permit may be taken all the same
     * @throws ExecutionException if the connection is of no use any more
     */
    LimitResult ask(String key, Rate rate, BucketOperation operation, long nanos)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return operation.there().apply(bucket(key, rate)).get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (isLate(e)) {
                throw new TimeoutException(e.getMessage());
            }
            throw e;
        }
    }

    /** Gives permits back to a bucket, as far as there were any more; does not wait for it. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void giveBack(String key, Rate rate, long permits) {
        bucket(key, rate).addTokens(permits);
    }

    private AsyncBucketProxy bucket(String key, Rate rate) {
        return inUse.get(
                key,
                absent -> buckets.builder()
                        .withOptimization(Optimizations.batching())
                        .build(
                                PREFIX + key,
                                () -> CompletableFuture.completedFuture(LocalBuckets.configuration(rate))));
    }

    /** Was it Bucket4j that would not wait any longer? */
    private static boolean isLate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TimeoutException || cause instanceof io.github.bucket4j.TimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** Does not wait for it, and whether it ends well is nobody's concern. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void close() {
        redis.closeAsync();
    }
}
