package dev.userservice.gate;

import dev.userservice.http.CurrentRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The realm that Keycloak has found for a request that came through the gate; kept in the {@link CurrentRequest}.
 *
 * @param name the realm's own name
 */
record FoundRealm(String name) {

    /** Keeps the realm of each such request. */
    @Provider
    public static final class Keeper implements ContainerResponseFilter {
        @Context
        KeycloakSession session;

        @Override
        public void filter(ContainerRequestContext request, ContainerResponseContext response) {
            RealmModel realm = session.getContext().getRealm();
            if (realm != null) {
                CurrentRequest.current()
                        .filter(current -> current.get(HeldRequest.class).isPresent())
                        .ifPresent(current -> current.put(new FoundRealm(realm.getName())));
            }
        }
    }
}
