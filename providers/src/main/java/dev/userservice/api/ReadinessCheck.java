package dev.userservice.api;

import dev.userservice.keycloak.ServerFactories;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.ratelimit.RateLimitsFactory;
import dev.userservice.web.ApiPath;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.keycloak.services.resource.RealmResourceProvider;

/**
 * The service's part of {@code /health/ready} on the management port: how far behind the mail is, and whether Redis
 * answers. It is always up: a node that can do its work must not be taken out of service for lack of a mail server or
 * of a shared count. It makes no requests, but reports what is already known.
 */
@Readiness
@Singleton
public final class ReadinessCheck implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("User service").up();
        ServerFactories.factory(RealmResourceProvider.class, ApiPath.EXTENSION, ApiResourceProviderFactory.class)
                .ifPresent(
                        api -> answer.withData("mail_lag_seconds", api.mailLag().toSeconds()));
        ServerFactories.factory(RateLimits.class, RateLimitsFactory.ID, RateLimitsFactory.class)
                .map(limits ->
                        limits.isRedisUp().map(isUp -> isUp ? "up" : "down").orElse("none"))
                .ifPresent(state -> answer.withData("redis", state));
        return answer.build();
    }
}
