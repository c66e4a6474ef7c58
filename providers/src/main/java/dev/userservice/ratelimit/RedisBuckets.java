package dev.userservice.ratelimit;

import dev.userservice.settings.Rate;
import io.github.bucket4j.Bucket;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * The buckets of a cluster, on Redis. Redis is asked only while it answers at once. A connection that has failed, or is
 * late again and again, is given up. Another one is opened and tested in the background, and meanwhile requests get no
 * result from Redis. Thus only the requests that are in progress when Redis stops answering have to wait for it.
 */
final class RedisBuckets implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RedisBuckets.class);
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);
    private static final Duration MOST_PAUSE = Duration.ofSeconds(30);
    private static final Duration STABLE = Duration.ofSeconds(5);

    /**
     * How many answers may be late in a row, and within {@link #LATE_PERIOD}. A few late answers are normal on a busy
     * machine.
     */
    private static final int MOST_LATE = 5;

    private static final Duration LATE_PERIOD = Duration.ofSeconds(10);

    private final RedisClient client;
    private final String place;
    private final RedisMeters meters;
    private final AtomicReference<RedisConnection> current = new AtomicReference<>();
    private final AtomicBoolean isConnecting = new AtomicBoolean();
    private final AtomicBoolean isOutage = new AtomicBoolean();
    private final AtomicInteger lateInARow = new AtomicInteger();
    private volatile Bucket late;
    private volatile long connectedAt = System.nanoTime();
    private volatile Duration pause = LEAST_PAUSE;
    private volatile boolean isClosed;

    private RedisBuckets(String url, RedisMeters meters) {
        RedisURI uri = RedisURI.create(url);
        if (uri.getHost() == null
                || uri.getSocket() != null
                || !uri.getSentinels().isEmpty()) {
            throw new IllegalArgumentException("Neither sentinels nor sockets");
        }
        uri.setTimeout(CONNECT);
        this.place = uri.getHost() + ":" + uri.getPort();
        this.meters = meters;
        this.client = RedisClient.create(
                ClientResources.builder()
                        .ioThreadPoolSize(2)
                        .computationThreadPoolSize(2)
                        .build(),
                uri);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .socketOptions(SocketOptions.builder().connectTimeout(CONNECT).build())
                .build());
    }

    /**
     * Starts to connect, without waiting for the connection.
     *
     * @param url the address, in the syntax of Lettuce's RedisURI
     * @throws IllegalArgumentException if the address is not valid
     */
    static RedisBuckets at(String url, RedisMeters meters) {
        RedisBuckets buckets = new RedisBuckets(url, meters);
        buckets.connect();
        return buckets;
    }

    /**
     * Returns the bucket's result. It is empty while there is no connection, if the answer is late, and if the request
     * has already used up its time budget.
     */
    Optional<LimitResult> ask(String key, Rate rate, BucketOperation operation, RedisTimeBudget budget) {
        RedisConnection connection = current.get();
        if (connection == null) {
            connect();
            return Optional.empty();
        }
        if (budget.leftNanos() <= 0) {
            return Optional.empty();
        }
        long start = System.nanoTime();
        try {
            LimitResult result = connection.ask(key, rate, operation, budget.leftNanos());
            lateInARow.set(0);
            return Optional.of(result);
        } catch (TimeoutException e) {
            meters.late();
            if (lateInARow.incrementAndGet() > MOST_LATE || !late.tryConsume(1)) {
                lost(connection, e);
            }
        } catch (ExecutionException | RuntimeException e) {
            lost(connection, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            budget.spend(System.nanoTime() - start);
        }
        return Optional.empty();
    }

    /** Gives back permits, without waiting for the answer. */
    void giveBack(String key, Rate rate, long permits) {
        RedisConnection connection = current.get();
        if (connection != null) {
            try {
                connection.giveBack(key, rate, permits);
            } catch (RuntimeException e) {
                lost(connection, e);
            }
        }
    }

    private void lost(RedisConnection connection, Exception cause) {
        if (current.compareAndSet(connection, null)) {
            connection.close();
            // A connection that fails as soon as it is opened, or only refuses some commands, is not reopened every
            // second.
            boolean wasStable = System.nanoTime() - connectedAt > STABLE.toNanos();
            pause = wasStable ? LEAST_PAUSE : min(pause.multipliedBy(2), MOST_PAUSE);
            outage(cause);
            connect();
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void outage(Exception cause) {
        meters.isUp(false);
        if (!isClosed && isOutage.compareAndSet(false, true)) {
            meters.outage();
            LOG.warnf(
                    "Redis at %s does not answer: each node counts rate limits for itself until it does (%s)",
                    place, cause);
        }
    }

    /**
     * Connects in a thread of its own, which tries until it succeeds. Does nothing if such a thread is already running.
     */
    private void connect() {
        if (!isClosed && isConnecting.compareAndSet(false, true)) {
            try {
                Thread thread = new Thread(this::connectInTheEnd, "user-service-redis");
                thread.setDaemon(true);
                thread.start();
            } catch (RuntimeException | Error e) {
                isConnecting.set(false);
                throw e;
            }
        }
    }

    private void connectInTheEnd() {
        boolean hasConnected = false;
        try {
            if (isOutage.get()) {
                LockSupport.parkNanos(pause.toNanos());
            }
            while (!isClosed && !hasConnected) {
                hasConnected = hasConnected();
                if (!hasConnected) {
                    LockSupport.parkNanos(LEAST_PAUSE.toNanos());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!hasConnected) {
                isConnecting.set(false);
            }
        }
    }

    private boolean hasConnected() throws InterruptedException {
        try {
            RedisConnection fresh = RedisConnection.open(client);
            lateInARow.set(0);
            late = LocalBuckets.inMemory(new Rate(MOST_LATE, LATE_PERIOD));
            connectedAt = System.nanoTime();
            isOutage.set(false);
            meters.isUp(true);
            LOG.infof("Rate limits are counted on Redis at %s", place);
            // The flag is cleared before the connection can be lost again, because the loss starts to connect again.
            isConnecting.set(false);
            current.set(fresh);
            return true;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            outage(e);
            return false;
        }
    }

    @Override
    public void close() {
        isClosed = true;
        current.set(null);
        client.shutdown(Duration.ZERO, CONNECT);
        client.getResources()
                .shutdown(0, CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CONNECT.toMillis());
    }
}
