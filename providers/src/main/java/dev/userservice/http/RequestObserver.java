package dev.userservice.http;

import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import io.micrometer.core.instrument.Metrics;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Observes each API request from before Keycloak handles it until its response has been sent, whatever happens in
 * between: gives it an id, measures and counts it, and logs a line about it at DEBUG.
 */
@Singleton
public final class RequestObserver {
    /** The order before all of Keycloak's own handlers. */
    private static final int FIRST = Integer.MIN_VALUE + 1;

    /** The form of a request id from outside that is adopted because it is harmless in a log and in a header. */
    private static final Pattern GOOD_ID = Pattern.compile("[A-Za-z0-9._=+/-]{1,64}");

    private static final String ENCODED_NUL = "%00";

    /** The status that nginx uses for a client that did not get its response; RFC 9110 has none for it. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private static final double NANOS_A_MILLI = 1_000_000;

    private final HttpMeters meters = new HttpMeters(Metrics.globalRegistry);

    void watch(@Observes Router router) {
        router.route().order(FIRST).handler(this::begin);
    }

    private void begin(RoutingContext request) {
        String path = request.normalizedPath();
        if (ApiPath.covers(new CurrentRequest(request).path())) {
            long start = System.nanoTime();
            String id = id(request.request().getHeader(LogContext.REQUEST_HEADER));
            LogContext.request(id);
            request.response().putHeader(LogContext.REQUEST_HEADER, id);
            StreamedBody.announce(request, path);
            request.addEndHandler(sent -> end(request, System.nanoTime() - start, sent.succeeded()));
            Optional<ApiProblem> refusal = refusal(request.request().path(), path);
            if (refusal.isPresent()) {
                answer(request.response(), refusal.get());
                return;
            }
        }
        request.next();
    }

    /**
     * Returns the refusal of a path that no route has. Keycloak also refuses the second kind before any route, but with
     * an OAuth error.
     */
    private static Optional<ApiProblem> refusal(String path, String normalized) {
        // Keycloak would look for a realm of this name in the database, and PostgreSQL accepts no such text.
        if (normalized.contains(ENCODED_NUL) || normalized.indexOf('\0') >= 0) {
            return Optional.of(ApiProblem.badRequest("The path holds a character that nothing is called by"));
        }
        if (!normalized.equals(path) || path.indexOf(';') >= 0) {
            return Optional.of(ApiProblem.badRequest("The path is not in its normal form"));
        }
        return Optional.empty();
    }

    private static void answer(HttpServerResponse response, ApiProblem problem) {
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(problem.json());
    }

    /**
     * Returns the given id if it is harmless, or a new one. An id is no secret, so it needs no secure random generator,
     * whose use costs a lock.
     */
    private static String id(String given) {
        if (given != null && GOOD_ID.matcher(given).matches()) {
            return given;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    private void end(RoutingContext request, long nanos, boolean isEnded) {
        CurrentRequest current = new CurrentRequest(request);
        MatchedRoute matched = current.get(MatchedRoute.class).orElse(MatchedRoute.NOTHING);
        String method = HttpMeters.method(request.request().method().name());
        boolean isSent = isEnded && !current.isBrokenOff();
        int status = isSent ? request.response().getStatusCode() : CLIENT_CLOSED_REQUEST;
        meters.answered(method, matched.route(), status, matched.tenant(), nanos);
        if (LogContext.ACCESS.isDebugEnabled()) {
            current.get(LogContext.Snapshot.class).filter(snapshot -> isSent).ifPresent(LogContext.Snapshot::restore);
            String route = matched.route().isEmpty() ? "-" : matched.route();
            LogContext.ACCESS.debugf("%s %s %d %.1f ms", method, route, status, nanos / NANOS_A_MILLI);
        }
        if (isSent) {
            // If the response was not sent, the request's thread may still be running and writing log lines.
            LogContext.clear();
        }
    }
}
