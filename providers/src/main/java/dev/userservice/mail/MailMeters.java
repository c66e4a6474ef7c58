package dev.userservice.mail;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The metrics of mails. {@code user_service_mails_total} counts the delivery attempts by realm, kind and result.
 * {@code user_service_mail_lag_seconds} is the age of the oldest undelivered mail, over all nodes and tenants.
 */
final class MailMeters {
    private static final long NONE = Long.MAX_VALUE;
    private static final double MILLIS_A_SECOND = 1_000;

    private final MeterRegistry registry;
    private final MeterProvider<Counter> mails;
    private final InstantSource clock;
    private final AtomicLong oldest = new AtomicLong(NONE);
    private final Gauge lag;

    MailMeters(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.mails = Counter.builder("user.service.mails")
                .description("Attempts to deliver what the outbox was asked for")
                .withRegistry(registry);
        this.lag = Gauge.builder("user.service.mail.lag", () -> lag().toMillis() / MILLIS_A_SECOND)
                .description("Age of the oldest mail that is wanted and not delivered")
                .baseUnit("seconds")
                .register(registry);
    }

    /** The result of one attempt. */
    enum Result {
        SENT,
        RETRIED,
        FAILED
    }

    void count(String realm, String kind, Result result) {
        mails.withTags("realm", realm, "kind", kind, "result", result.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** Records when the oldest waiting mail was queued, in milliseconds since 1970-01-01 UTC. */
    void oldestWaiting(Optional<Long> createdAt) {
        oldest.set(createdAt.orElse(NONE));
    }

    /** Returns the age of the oldest undelivered mail; zero if there is none. */
    Duration lag() {
        long since = oldest.get();
        return since == NONE ? Duration.ZERO : Duration.ofMillis(Math.max(0, clock.millis() - since));
    }

    void close() {
        registry.remove(lag);
    }
}
