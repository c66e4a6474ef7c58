package dev.userservice.keycloak;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.models.KeycloakSession;

/**
 * Prevents a success response to a request whose transaction is rolled back. Keycloak continues when a listener of its
 * events fails; but a statement that the database has refused marks the request's transaction for rollback, which then
 * happens at its end without an error (DefaultKeycloakSession).
 */
@Provider
public final class RollbackGuard implements ContainerResponseFilter {
    private static final String CAUSE = RollbackGuard.class.getName();

    @Context
    KeycloakSession session;

    /**
     * Makes the request fail at its end, if its transaction is marked for rollback.
     *
     * @param cause the exception that a listener of a successful event is about to swallow
     */
    public static void failResponse(KeycloakSession session, RuntimeException cause) {
        if (session.getTransactionManager().getRollbackOnly()) {
            session.setAttribute(CAUSE, cause);
        }
    }

    /** Runs before Keycloak's own filter, which ends the session. */
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        RuntimeException cause = session.getAttribute(CAUSE, RuntimeException.class);
        if (cause != null && response.getStatus() < 400) {
            throw cause;
        }
    }
}
