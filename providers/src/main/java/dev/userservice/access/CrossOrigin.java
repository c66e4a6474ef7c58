package dev.userservice.access;

import dev.userservice.http.LogContext;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.core.Response;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.cors.Cors;

/** Applies CORS (Fetch standard) by Keycloak's own rule: the web origins of a client decide. */
record CrossOrigin(KeycloakSession session) {
    private static final String[] EXPOSED = {
        "Allow",
        "Link",
        "Location",
        "Retry-After",
        "RateLimit",
        "RateLimit-Policy",
        "WWW-Authenticate",
        LogContext.REQUEST_HEADER
    };

    /**
     * Lets pages of the client's web origins read the response.
     *
     * @return false if the request comes from any other origin
     */
    boolean admits(ClientModel client) {
        Cors cors = rule();
        try {
            cors.checkAllowedOrigins(session, client);
        } catch (ForbiddenException e) {
            return false;
        }
        cors.add();
        return true;
    }

    /** Whether the request comes from one of the client's web origins, or has no origin. */
    boolean isKnownTo(ClientModel client) {
        try {
            rule().checkAllowedOrigins(session, client);
            return true;
        } catch (ForbiddenException e) {
            return false;
        }
    }

    /**
     * Lets pages of any origin read the response. It is meant for refusals, which hold no data, so that a page can
     * learn the reason.
     */
    void admitAll() {
        rule().allowAllOrigins().add();
    }

    /**
     * Creates a new provider each time. A session would keep one with the request that it saw first, but Keycloak's
     * endpoints that run in process must see their own request.
     */
    private Cors rule() {
        return session.getKeycloakSessionFactory()
                .getProviderFactory(Cors.class)
                .create(session)
                .auth()
                .exposedHeaders(EXPOSED);
    }

    /** Answers a preflight request. As everywhere in Keycloak, the origin is checked in the request that follows. */
    Response preflight(String... methods) {
        return rule().preflight().allowedMethods(methods).add(Response.ok());
    }
}
