package dev.userservice.keycloak;

import java.util.Optional;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.services.resources.KeycloakApplication;

/** The Keycloak that this code runs in, for what has neither a session nor a request, such as a health check. */
public final class ServerFactories {
    private ServerFactories() {}

    /** The factory of a provider, as {@link KeycloakSessionFactory} has it; empty for one of another class, and early at the start. */
    public static <T> Optional<T> factory(Class<? extends Provider> provider, String id, Class<T> type) {
        KeycloakSessionFactory sessions = KeycloakApplication.getSessionFactory();
        ProviderFactory<?> factory = sessions == null ? null : sessions.getProviderFactory(provider, id);
        return Optional.ofNullable(factory).filter(type::isInstance).map(type::cast);
    }
}
