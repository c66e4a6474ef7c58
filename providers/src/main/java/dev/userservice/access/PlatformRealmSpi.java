package dev.userservice.access;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI through which every part of the extension finds the {@link PlatformRealm}. */
public final class PlatformRealmSpi implements Spi {
    @Override
    public boolean isInternal() {
        return true;
    }

    @Override
    public String getName() {
        return "user-service-platform-realm";
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
        return PlatformRealm.class;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
        return PlatformRealmFactory.class;
    }
}
