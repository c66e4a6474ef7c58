package dev.userservice.keycloak;

import java.util.Optional;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.services.resources.KeycloakApplication;

/** Gives access to the running Keycloak for code that has neither a session nor a request, such as a health check. */
public final class ServerFactories {
    private ServerFactories() {}

    /**
     * Returns the factory of a provider from the {@link KeycloakSessionFactory}; empty if it is of another class, and
     * early during startup.
     */
    public static <T> Optional<T> factory(Class<? extends Provider> provider, String id, Class<T> type) {
        KeycloakSessionFactory sessions = KeycloakApplication.getSessionFactory();
        ProviderFactory<?> factory = sessions == null ? null : sessions.getProviderFactory(provider, id);
        return Optional.ofNullable(factory).filter(type::isInstance).map(type::cast);
    }
}
