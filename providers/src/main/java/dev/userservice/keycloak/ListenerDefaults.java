package dev.userservice.keycloak;

import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;

/** A factory of a listener that is active in every realm without being listed among the realm's event listeners. */
public interface ListenerDefaults extends EventListenerProviderFactory, FactoryDefaults<EventListenerProvider> {
    @Override
    default boolean isGlobal() {
        return true;
    }
}
