package dev.userservice.http;

import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.List;
import java.util.Optional;

/**
 * The HTTP request that this thread answers. Unlike attributes of a Keycloak session, what is kept here is seen by the sessions
 * that Keycloak opens beside the request's own, as it does for the listeners of a failure.
 */
public final class CurrentRequest {
    private final RoutingContext request;

    CurrentRequest(RoutingContext request) {
        this.request = request;
    }

    /** Empty on a thread that answers none, such as those of Keycloak's brute-force detection and of timers. */
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

    /** Keeps something for the rest of the request. */
    public void put(Object value) {
        request.put(value.getClass().getName(), value);
    }

    /** What of this class was kept. */
    public <T> Optional<T> get(Class<T> type) {
        return Optional.ofNullable(type.cast(request.<Object>get(type.getName())));
    }

    /** The address at the other end of the connection, whatever headers say; a proxy's, if there is one. */
    Optional<String> peer() {
        return Optional.ofNullable(request.request().connection().remoteAddress())
                .map(SocketAddress::hostAddress);
    }

    /** The lines of a header. */
    List<String> header(String name) {
        return request.request().headers().getAll(name);
    }
}
