package dev.userservice.keycloak;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;

/**
 * A factory that needs nothing of a server's start or end. {@link ProviderFactory} leaves these methods to every factory,
 * unlike most of its others.
 *
 * @param <T> what the factory creates
 */
public interface FactoryDefaults<T extends Provider> extends ProviderFactory<T> {
    @Override
    default void init(Config.Scope config) {}

    @Override
    default void postInit(KeycloakSessionFactory factory) {}

    @Override
    default void close() {}
}
