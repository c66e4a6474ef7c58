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
 * The response if Keycloak does not allow anybody to change a user: the user comes from a read-only directory, or a
 * disabled organization manages the user.
 */
public final class ReadOnlyUser {
    private ReadOnlyUser() {}

    public static ApiProblem problem() {
        return ApiProblem.badRequest(
                "The user cannot be changed: a directory that is read only has them, or an organization that is disabled manages them");
    }

    /** Renders Keycloak's exception, because any change may meet such a user. The transaction is rolled back. */
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
