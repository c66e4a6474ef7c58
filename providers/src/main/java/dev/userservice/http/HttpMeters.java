package dev.userservice.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * The requests of the API: {@code http_requests_total{method,realm,route,status}} and the histogram
 * {@code http_request_duration_seconds{method,route}}, which has no realm, since each of its series is a dozen. No client can
 * make more series than there are methods, routes, statuses and tenants.
 */
public final class HttpMeters {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    /** The client library's usual ones, those of Prometheus. */
    private static final Duration[] BUCKETS = LongStream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;

    public HttpMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A method's name for a label: {@code OTHER} for what no standard knows. */
    public static String method(String name) {
        return METHODS.contains(name) ? name : "OTHER";
    }

    /**
     * Counts an answer.
     *
     * @param method as {@link #method} has it
     * @param route the template of the path, never the path; empty for none of ours
     * @param realm the name of a realm that is there; empty for none
     */
    public void answered(String method, String route, int status, String realm, long nanos) {
        Counter.builder("http.requests")
                .description("Requests of the API")
                .tags("method", method, "route", route, "status", Integer.toString(status), "realm", realm)
                .register(registry)
                .increment();
        Timer.builder("http.request.duration")
                .description("Time from the arrival of a request of the API until its answer has gone out")
                .tags("method", method, "route", route)
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
