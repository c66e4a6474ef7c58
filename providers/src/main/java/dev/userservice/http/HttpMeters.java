package dev.userservice.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * The meters of API requests: the counter {@code http_requests_total{method,realm,route,status}} and the histogram
 * {@code http_request_duration_seconds{method,route}}, which has no realm label, since each label combination is a
 * dozen series. Clients cannot create more series than there are methods, routes, statuses and tenants.
 */
public final class HttpMeters {
    private static final String REQUESTS = "http.requests";

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    /** The usual buckets of Prometheus client libraries. */
    private static final Duration[] BUCKETS = LongStream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterProvider<Counter> requests;
    private final MeterProvider<Timer> durations;

    /**
     * The counters by their labels: the registry takes longer to find one. A counter that the registry has removed would count for
     * nobody, so a new map takes the place of this one then. That needs no lock: removals are told while the registry is
     * locked, and another thread may just be waiting for the registry to fill an entry of the map.
     */
    private volatile Map<Answered, Counter> counters = new ConcurrentHashMap<>();

    /** The timers by their labels. They belong to no tenant, so nobody removes them. */
    private final Map<Timed, Timer> timers = new ConcurrentHashMap<>();

    private record Answered(String method, String route, int status, String realm) {}

    private record Timed(String method, String route) {}

    public HttpMeters(MeterRegistry registry) {
        this.requests =
                Counter.builder(REQUESTS).description("Requests of the API").withRegistry(registry);
        this.durations = Timer.builder("http.request.duration")
                .description("Time from the arrival of a request of the API until its answer has gone out")
                .serviceLevelObjectives(BUCKETS)
                .withRegistry(registry);
        registry.config().onMeterRemoved(this::forget);
    }

    private void forget(Meter removed) {
        if (removed.getId().getName().equals(REQUESTS)) {
            counters = new ConcurrentHashMap<>();
        }
    }

    /** Returns a method's name as a label value: {@code OTHER} for a method that no standard defines. */
    public static String method(String name) {
        return METHODS.contains(name) ? name : "OTHER";
    }

    /**
     * Counts a response and records its duration.
     *
     * @param method the label value that {@link #method} returns
     * @param route the template of the path, never the path itself; empty if it is not in the table of routes
     * @param realm the name of an existing realm; empty for none
     * @param nanos the duration in nanoseconds
     */
    public void answered(String method, String route, int status, String realm, long nanos) {
        counters.computeIfAbsent(new Answered(method, route, status, realm), this::counter)
                .increment();
        timers.computeIfAbsent(new Timed(method, route), this::timer).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Counter counter(Answered what) {
        return requests.withTags(
                "method",
                what.method(),
                "route",
                what.route(),
                "status",
                Integer.toString(what.status()),
                "realm",
                what.realm());
    }

    private Timer timer(Timed what) {
        return durations.withTags("method", what.method(), "route", what.route());
    }
}
