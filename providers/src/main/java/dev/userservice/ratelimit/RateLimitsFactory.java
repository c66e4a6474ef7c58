package dev.userservice.ratelimit;

import dev.userservice.http.ClientAddress;
import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.settings.Settings;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.Metrics;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;

/** Holds the buckets of this server and its connection to Redis. */
public final class RateLimitsFactory implements FactoryDefaults<RateLimits> {
    public static final String ID = "default";

    private Settings settings;
    private ClientAddress addresses;
    private RateLimiter limiter;
    private MeterProvider<Counter> refusals;
    private Optional<RedisMeters> storeMeters;

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public void init(Config.Scope config) {
        settings = Settings.ofThisServer();
        addresses = ClientAddress.ofThisServer();
        Optional<String> redis = settings.ofServer(Settings.REDIS_URL);
        storeMeters = redis.map(url -> new RedisMeters(Metrics.globalRegistry));
        refusals = Counter.builder("rate.limited")
                .description("What was refused because there was too much of it")
                .withRegistry(Metrics.globalRegistry);
        limiter = new RateLimiter(TimeMeter.SYSTEM_NANOTIME, redis.map(this::buckets));
    }

    /**
     * Creates the buckets on Redis. Rejects a wrong URL: a cluster whose nodes do not count together must not start as
     * if they did.
     */
    private RedisBuckets buckets(String url) {
        try {
            return RedisBuckets.at(url, storeMeters.orElseThrow());
        } catch (IllegalArgumentException e) {
            // The message of the cause may contain the URL, and thus a password.
            throw new IllegalArgumentException("The option redis-url must be " + Settings.REDIS_URL.valueFormat());
        }
    }

    @Override
    public RateLimits create(KeycloakSession session) {
        return new RateLimits(session, settings, addresses, limiter, refusals);
    }

    /** Whether the nodes count together at the moment; empty if no Redis is configured. */
    public Optional<Boolean> isRedisUp() {
        return storeMeters.map(RedisMeters::isUp);
    }

    @Override
    public void close() {
        limiter.close();
        storeMeters.ifPresent(RedisMeters::close);
    }
}
