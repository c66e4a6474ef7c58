package dev.userservice.gate;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Tells {@link KnownRealms} of the realm of each request that is answered, since refreshes and other calls do not wait at the gate. */
@Provider
public final class RealmKeeper implements ContainerResponseFilter {
    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        RealmModel realm = session.getContext().getRealm();
        if (realm != null) {
            KnownRealms.OF_THIS_SERVER.found(realm.getName());
        }
    }
}
