package dev.userservice.gate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * The meters of the gate: {@code user_service_gate_waiting}, how many wait now; {@code user_service_gate_wait_seconds}, how
 * long those have waited who were let through; and {@code user_service_gate_refused_total{reason}}.
 */
final class GateMeters {
    /** Why a request was refused. */
    enum Reason {
        /** Too many were waiting. */
        FULL,
        /** The request has waited for as long as it may. */
        LATE
    }

    private static final Duration[] BUCKETS = LongStream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterProvider<Counter> refused;
    private final Timer wait;

    GateMeters(MeterRegistry registry, Supplier<Number> waiting) {
        Gauge.builder("user.service.gate.waiting", waiting)
                .description("Requests that wait before they hash a password")
                .strongReference(true)
                .register(registry);
        this.refused = Counter.builder("user.service.gate.refused")
                .description("Requests that were refused because too many hash passwords")
                .withRegistry(registry);
        this.wait = Timer.builder("user.service.gate.wait")
                .description("How long requests have waited before they hashed a password")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        for (Reason reason : Reason.values()) {
            counter(reason);
        }
    }

    private Counter counter(Reason reason) {
        return refused.withTag("reason", reason == Reason.FULL ? "full" : "late");
    }

    void refused(Reason reason) {
        counter(reason).increment();
    }

    void admittedAfter(long nanos) {
        wait.record(nanos, TimeUnit.NANOSECONDS);
    }
}
