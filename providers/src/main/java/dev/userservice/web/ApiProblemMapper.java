package dev.userservice.web;

import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.models.KeycloakSession;

/**
 * Renders a problem and marks the transaction for rollback: Keycloak commits after any response that a mapper other
 * than its own makes from an exception.
 */
@Provider
public final class ApiProblemMapper implements ExceptionMapper<ApiProblem> {
    /** The session is injected, not looked up: after a failed commit the thread has no session any more. */
    @Context
    KeycloakSession session;

    @Override
    public Response toResponse(ApiProblem problem) {
        if (!problem.isRemembered()) {
            session.getTransactionManager().setRollbackOnly();
        }
        return problem.response();
    }
}
