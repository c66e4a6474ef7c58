package dev.userservice.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;

/**
 * The session of the request, for work in another session beside it: Keycloak calls the listeners of a failure in a
 * session of their own, while the request still holds its database connection.
 */
public record RequestSession(KeycloakSession session) {

    /**
     * Returns the transactions of the session of the request that this thread answers, if they are active;
     * empty on other threads, and if {@code own} is the request's own session.
     */
    public static Optional<KeycloakTransactionManager> transactionsBeside(KeycloakSession own) {
        return CurrentRequest.current()
                .flatMap(current -> current.get(RequestSession.class))
                .map(request -> request.session.getTransactionManager())
                .filter(transactions -> transactions != own.getTransactionManager() && transactions.isActive());
    }

    /** Keeps the session of each request. */
    @Provider
    public static final class Keeper implements ContainerRequestFilter {
        @Context
        KeycloakSession session;

        @Override
        public void filter(ContainerRequestContext request) {
            CurrentRequest.current().ifPresent(current -> current.put(new RequestSession(session)));
        }
    }
}
