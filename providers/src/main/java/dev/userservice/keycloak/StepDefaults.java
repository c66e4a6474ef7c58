package dev.userservice.keycloak;

import java.util.List;
import org.keycloak.authentication.ConfigurableAuthenticatorFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * A factory of a step of a flow that has no options, asks for no credential of its own, and has nothing that a user
 * could set up.
 *
 * @param <T> what the factory creates
 */
public interface StepDefaults<T extends Provider> extends FactoryDefaults<T>, ConfigurableAuthenticatorFactory {
    @Override
    default String getReferenceCategory() {
        return null;
    }

    @Override
    default boolean isConfigurable() {
        return false;
    }

    @Override
    default List<ProviderConfigProperty> getConfigProperties() {
        return List.of();
    }

    @Override
    default boolean isUserSetupAllowed() {
        return false;
    }
}
