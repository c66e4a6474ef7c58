package dev.userservice.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;

/**
 * A request body of any length, which a route reads while it arrives. The server limits all bodies
 * ({@code quarkus.http.limits.max-body-size}, 10 MiB): one that declares a larger {@code Content-Length} is refused
 * before any route is known, and any other once that much of it has been read.
 */
public final class StreamedBody {
    /** The media type of lines of JSON. It is not registered, but in general use. */
    public static final String NDJSON = "application/x-ndjson";

    private static final String PATH = "/users/import";

    /** The length of the text of a length that may be beyond the server's limit. */
    private static final int DIGITS_OF_LIMIT = 8;

    /** The key under which Quarkus keeps the limit of a request; see VertxInputStream of its REST server. */
    private static final String LIMIT = "io.quarkus.max-request-size";

    private StreamedBody() {}

    /**
     * Lets a body through to the route that reads it as a stream, whatever its length. The route still reads no more than
     * the server's limit, until the call is {@linkplain #admit() admitted}.
     */
    static void announce(RoutingContext request, String path) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && length.length() >= DIGITS_OF_LIMIT && path.endsWith(PATH)) {
            // Quarkus judges the declared length by this header alone; how the body ends has been decided before.
            request.request().headers().remove(HttpHeaders.CONTENT_LENGTH);
        }
    }

    /** Lifts the limit for the call that this thread answers, whose caller is known by now. */
    public static void admit() {
        CurrentRequest.current().ifPresent(current -> current.put(LIMIT, Long.MAX_VALUE));
    }
}
