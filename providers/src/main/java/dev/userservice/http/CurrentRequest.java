package dev.userservice.http;

import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP request that this thread answers. Unlike attributes of a Keycloak session, values that are kept here are
 * also visible in the sessions that Keycloak opens beside the request's own, as it does for the listeners of a failure.
 */
public final class CurrentRequest {
    private static final int PATIENCE_SECONDS = 2;

    private final RoutingContext request;

    public CurrentRequest(RoutingContext request) {
        this.request = request;
    }

    /**
     * Returns the request; empty on a thread that answers none, such as those of timers and of Keycloak's brute-force
     * detection.
     */
    public static Optional<CurrentRequest> current() {
        try {
            Instance<RoutingContext> request = CDI.current().select(RoutingContext.class);
            return request.isResolvable()
                    ? Optional.ofNullable(request.get().request()).map(there -> new CurrentRequest(request.get()))
                    : Optional.empty();
        } catch (ContextNotActiveException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    RoutingContext context() {
        return request;
    }

    /** Returns the normalized path (RFC 3986, section 6.2.2), relative to Keycloak's base, which may be below a path of its own. */
    public String path() {
        String path = request.normalizedPath();
        String mount = request.mountPoint();
        return mount == null ? path : path.substring(Math.min(mount.length(), path.length()));
    }

    /** Keeps a value, by its class, for the rest of the request. */
    public void put(Object value) {
        request.put(value.getClass().getName(), value);
    }

    /** Keeps a value under a name that others read. */
    void put(String name, Object value) {
        request.put(name, value);
    }

    /** Returns the value of this class that was kept. */
    public <T> Optional<T> get(Class<T> type) {
        return Optional.ofNullable(type.cast(request.<Object>get(type.getName())));
    }

    /** The mark of a request whose answer was broken off. */
    private record BrokenOff() {}

    /**
     * Ends the request without the rest of its answer, by a reset of the stream with HTTP/2. Vert.x tells of the end of such a stream
     * as if the answer had been sent.
     */
    public void reset() {
        put(new BrokenOff());
        request.response().reset();
    }

    /** Whether this server has broken the answer off. */
    boolean isBrokenOff() {
        return get(BrokenOff.class).isPresent();
    }

    /**
     * Breaks the answer off, by closing the connection or, with HTTP/2, the stream. Without this, an answer of chunks whose
     * source fails would end like a whole one. Only for threads that may wait.
     */
    public void breakOff() {
        if (request.request().version() == HttpVersion.HTTP_2) {
            reset();
            return;
        }
        // A reset of HTTP/1 is sent together with what follows, which may be the end of the answer.
        CountDownLatch isClosed = new CountDownLatch(1);
        request.request().connection().close().onComplete(done -> isClosed.countDown());
        try {
            if (!isClosed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    && request.request().connection() instanceof ConnectionBase connection) {
                // Vert.x sends what was written before it closes, and this client does not read it.
                connection.channel().close().awaitUninterruptibly(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns the address at the other end of the connection, whatever headers say; behind a proxy, it is the proxy's.
     */
    Optional<String> peer() {
        return Optional.ofNullable(request.request().connection().remoteAddress())
                .map(SocketAddress::hostAddress);
    }

    /** Returns the lines of a header. */
    List<String> header(String name) {
        return request.request().headers().getAll(name);
    }
}
