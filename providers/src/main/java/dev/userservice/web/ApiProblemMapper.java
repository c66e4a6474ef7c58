package dev.userservice.web;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * Renders a problem and marks the transaction for rollback: Keycloak commits after any answer that is made from an
 * exception by a mapper other than its own.
 */
@Provider
public final class ApiProblemMapper implements ExceptionMapper<ApiProblem> {
    @Override
    public Response toResponse(ApiProblem problem) {
        if (!problem.isRemembered()) {
            KeycloakSessionUtil.getKeycloakSession().getTransactionManager().setRollbackOnly();
        }
        return problem.response();
    }
}
