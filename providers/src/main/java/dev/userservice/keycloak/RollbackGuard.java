package dev.userservice.keycloak;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.models.KeycloakSession;

/**
 * Keeps a request from being answered with success when nothing of it is kept. Keycloak goes on when a listener of its events
 * fails; but a statement that the database has refused dooms the transaction of the request, which at its end is rolled back
 * without a word (DefaultKeycloakSession).
 */
@Provider
public final class RollbackGuard implements ContainerResponseFilter {
    private static final String CAUSE = RollbackGuard.class.getName();

    @Context
    KeycloakSession session;

    /**
     * Has the request fail in the end, if its transaction is doomed.
     *
     * @param cause what a listener that was told of a success is about to swallow
     */
    public static void failResponse(KeycloakSession session, RuntimeException cause) {
        if (session.getTransactionManager().getRollbackOnly()) {
            session.setAttribute(CAUSE, cause);
        }
    }

    /** Before Keycloak's own filter, which ends the session. */
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        RuntimeException cause = session.getAttribute(CAUSE, RuntimeException.class);
        if (cause != null && response.getStatus() < 400) {
            throw cause;
        }
    }
}
