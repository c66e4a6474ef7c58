package dev.userservice.access;

import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.error.KeycloakErrorHandler;
import org.keycloak.storage.ReadOnlyException;

/**
 * The answer where Keycloak does not let anybody change a user: one of a directory that cannot be written to, or one whom a disabled
 * organization manages.
 */
public final class ReadOnlyUser {
    private ReadOnlyUser() {}

    public static ApiProblem problem() {
        return ApiProblem.badRequest(
                "The user cannot be changed: a directory that is read only has them, or an organization that is disabled manages them");
    }

    /** Any change may meet such a user, also one that did not think of it. Nothing of it is kept. */
    @Provider
    public static final class Mapper implements ExceptionMapper<ReadOnlyException> {
        @Context
        KeycloakSession session;

        @Override
        public Response toResponse(ReadOnlyException failure) {
            if (!ApiPath.covers(session.getContext().getUri().getPath())) {
                return KeycloakErrorHandler.getResponse(session, failure);
            }
            session.getTransactionManager().setRollbackOnly();
            return problem().response();
        }
    }
}
