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

/**
 * One connection to Redis, and the buckets there. It is not repaired: a connection that fails is given up, and another
 * one is opened.
 */
final class RedisConnection {
    private static final String PREFIX = "user-service:limit:";
    private static final Duration KEPT_AFTER_FULL = Duration.ofSeconds(10);
    private static final int TRIALS = 5;
    private static final Rate TRIAL = new Rate(1, Duration.ofSeconds(1));
    private static final int MOST_IN_USE = 10_000;
    private static final Duration IN_USE = Duration.ofSeconds(10);

    private final StatefulRedisConnection<String, byte[]> redis;
    private final AsyncProxyManager<String> buckets;

    /**
     * The recently used buckets. Concurrent requests for one bucket are sent together, so that many of them wait no
     * longer than one.
     */
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
     * Opens a connection, and waits until it has answered in time.
     *
     * @throws RuntimeException if no connection can be opened
     * @throws ExecutionException if the connection does not answer correctly
     * @throws TimeoutException if the connection is too slow
     */
    static RedisConnection open(RedisClient client) throws ExecutionException, TimeoutException, InterruptedException {
        RedisConnection connection =
                new RedisConnection(client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)));
        try {
            connection.tryOut();
            return connection;
        } catch (ExecutionException | TimeoutException | InterruptedException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    /** Tries several times, because the first answers also take the time to load classes. */
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
     * Returns the bucket's result.
     *
     * @param nanos how long to wait for the answer, in nanoseconds
     * @throws TimeoutException if there is no answer in time; the permit may be taken nevertheless
     * @throws ExecutionException if the connection is no longer usable
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

    /** Gives permits back to a bucket, up to its capacity. Does not wait for the answer. */
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

    /** Whether the failure is a timeout of Bucket4j. */
    private static boolean isLate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TimeoutException || cause instanceof io.github.bucket4j.TimeoutException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes the connection. Neither waits for the end nor checks whether it succeeds, because nothing depends on it.
     */
    @SuppressWarnings("FutureReturnValueIgnored")
    void close() {
        redis.closeAsync();
    }
}
