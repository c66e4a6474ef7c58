package dev.userservice.ratelimit;

import dev.userservice.settings.Rate;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * The buckets of a cluster, on Redis. It is asked only while it answers at once: a connection that has failed, or is late
 * again and again, is given up, and another one is made and tried out beside the requests, which meanwhile are told nothing. So
 * nobody waits for it but those who are there when it stops answering.
 */
final class RedisBuckets implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RedisBuckets.class);
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration MOST_LATE = Duration.ofMillis(100);
    private static final long ON_TIME = Long.MIN_VALUE;

    private final RedisClient client;
    private final String place;
    private final StoreMeters meters;
    private final AtomicReference<RedisConnection> current = new AtomicReference<>();
    private final AtomicBoolean isConnecting = new AtomicBoolean();
    private final AtomicBoolean isOutage = new AtomicBoolean();

    /** Since when, in {@link System#nanoTime}, each answer was late: a few may be, where a machine is busy. */
    private final AtomicLong lateSince = new AtomicLong(ON_TIME);

    private volatile long nextAttempt = System.nanoTime();
    private volatile boolean isClosed;

    private RedisBuckets(String url, StoreMeters meters) {
        RedisURI uri = RedisURI.create(url);
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
     * Begins to connect, and does not wait for it.
     *
     * @param url as Lettuce's RedisURI takes it
     */
    static RedisBuckets at(String url, StoreMeters meters) {
        RedisBuckets buckets = new RedisBuckets(url, meters);
        buckets.connectIfDue();
        return buckets;
    }

    /** What the bucket of a key answers; empty while there is nobody to ask, and where the answer is late. */
    Optional<Verdict> ask(String key, Rate rate, Question question) {
        RedisConnection connection = current.get();
        if (connection == null) {
            connectIfDue();
            return Optional.empty();
        }
        try {
            Verdict verdict = connection.ask(key, rate, question);
            lateSince.set(ON_TIME);
            return Optional.of(verdict);
        } catch (TimeoutException e) {
            meters.late();
            if (!lateSince.compareAndSet(ON_TIME, System.nanoTime())
                    && System.nanoTime() - lateSince.get() > MOST_LATE.toNanos()) {
                lost(connection, e);
            }
        } catch (ExecutionException | RuntimeException e) {
            lost(connection, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private void lost(RedisConnection connection, Exception cause) {
        if (current.compareAndSet(connection, null)) {
            outage(cause);
            nextAttempt = System.nanoTime() + PAUSE.toNanos();
            connection.close();
        }
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

    /** Connects on a thread of its own, at most once a {@link #PAUSE}. */
    private void connectIfDue() {
        if (System.nanoTime() - nextAttempt < 0 || isClosed || !isConnecting.compareAndSet(false, true)) {
            return;
        }
        Thread thread = new Thread(this::connect, "user-service-redis");
        thread.setDaemon(true);
        thread.start();
    }

    private void connect() {
        try {
            RedisConnection fresh = RedisConnection.open(client);
            lateSince.set(ON_TIME);
            current.set(fresh);
            isOutage.set(false);
            meters.isUp(true);
            LOG.infof("Rate limits are counted on Redis at %s", place);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            outage(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            nextAttempt = System.nanoTime() + PAUSE.toNanos();
            isConnecting.set(false);
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
