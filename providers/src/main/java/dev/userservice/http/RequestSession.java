package dev.userservice.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;

/**
 * The session of the request, for what happens in a session beside it: Keycloak tells the listeners of a failure in one of its own,
 * while the request still holds its connection to the database.
 */
public final class RequestSession {
    private final KeycloakSession session;

    private RequestSession(KeycloakSession session) {
        this.session = session;
    }

    /**
     * The transactions of the request that this thread answers, as long as they can be waited for; empty on other threads, and in
     * that session itself.
     */
    public static Optional<KeycloakTransactionManager> transactionsBeside(KeycloakSession own) {
        return CurrentRequest.current()
                .flatMap(exchange -> exchange.get(RequestSession.class))
                .map(request -> request.session.getTransactionManager())
                .filter(transactions -> transactions != own.getTransactionManager() && transactions.isActive());
    }

    /** Remembers the session of each request. */
    @Provider
    public static final class Keeper implements ContainerRequestFilter {
        @Context
        KeycloakSession session;

        @Override
        public void filter(ContainerRequestContext request) {
            CurrentRequest.current().ifPresent(exchange -> exchange.put(new RequestSession(session)));
        }
    }
}
