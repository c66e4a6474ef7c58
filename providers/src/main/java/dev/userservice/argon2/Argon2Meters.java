package dev.userservice.argon2;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The metrics of Argon2. {@code user_service_argon2_library} is 1 for the code that is used: libsodium from the {@code jar} or of the
 * {@code system}, or {@code keycloak}. {@code user_service_argon2_fallbacks_total} counts the hashes that Keycloak's own code computed
 * although libsodium is there.
 */
final class Argon2Meters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Gauge library;
    private final Counter unsupported;
    private final Counter failed;

    Argon2Meters(MeterRegistry registry, String source) {
        this.registry = registry;
        this.library = Gauge.builder("user.service.argon2.library", () -> 1)
                .description("The code that computes Argon2 hashes")
                .tag("library", source)
                .register(registry);
        this.unsupported = counter("unsupported");
        this.failed = counter("failed");
    }

    private Counter counter(String reason) {
        return Counter.builder("user.service.argon2.fallbacks")
                .description("Argon2 hashes that libsodium could not compute, and Keycloak's own code did")
                .tag("reason", reason)
                .register(registry);
    }

    /** Counts a hash whose parameters, salt or password libsodium does not take. */
    void countUnsupported() {
        unsupported.increment();
    }

    /** Counts a hash for which libsodium found no memory. */
    void countFailed() {
        failed.increment();
    }

    @Override
    public void close() {
        registry.remove(library);
    }
}
