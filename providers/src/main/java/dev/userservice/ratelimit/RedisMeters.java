package dev.userservice.ratelimit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The availability of Redis: {@code user_service_redis_up}, 1 or 0; {@code user_service_redis_outages_total}; and
 * {@code user_service_redis_late_total}, the number of requests whose answer came too late. These metrics do not exist
 * if no Redis is configured.
 */
final class RedisMeters {
    private final MeterRegistry registry;
    private final AtomicInteger isUp = new AtomicInteger();
    private final Gauge gauge;
    private final Counter outages;
    private final Counter late;

    RedisMeters(MeterRegistry registry) {
        this.registry = registry;
        this.gauge = Gauge.builder("user.service.redis.up", isUp, AtomicInteger::get)
                .description("Whether rate limits are counted on Redis (1) or by each node for itself (0)")
                .strongReference(true)
                .register(registry);
        this.outages = Counter.builder("user.service.redis.outages")
                .description("How often Redis stopped answering in time")
                .register(registry);
        this.late = Counter.builder("user.service.redis.late")
                .description("How many questions Redis did not answer in time")
                .register(registry);
    }

    boolean isUp() {
        return isUp.get() == 1;
    }

    void isUp(boolean answers) {
        isUp.set(answers ? 1 : 0);
    }

    void outage() {
        outages.increment();
    }

    void late() {
        late.increment();
    }

    void close() {
        registry.remove(gauge);
        registry.remove(outages);
        registry.remove(late);
    }
}
