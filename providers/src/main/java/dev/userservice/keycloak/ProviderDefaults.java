package dev.userservice.keycloak;

import org.keycloak.provider.Provider;

/** A provider that holds nothing that would have to be closed. */
public interface ProviderDefaults extends Provider {
    @Override
    default void close() {}
}
