package dev.userservice.ratelimit;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/**
 * The SPI that is shared by all parts of the extension that limit something: the API's routes, login flows, pages, and
 * the token endpoint.
 */
public final class RateLimitSpi implements Spi {
    @Override
    public boolean isInternal() {
        return true;
    }

    @Override
    public String getName() {
        return "user-service-rate-limit";
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
        return RateLimits.class;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
        return RateLimitsFactory.class;
    }
}
