package dev.userservice.access;

import dev.userservice.http.LogContext;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.core.Response;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.cors.Cors;

/** CORS (Fetch standard) by Keycloak's own rule: the web origins of a client decide. */
final class CrossOrigin {
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

    private final KeycloakSession session;

    CrossOrigin(KeycloakSession session) {
        this.session = session;
    }

    /** Lets the client's origins read the answer. False for a request from an origin that is none of them. */
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

    /** Is the request of one of the client's origins, or of none? */
    boolean isKnownTo(ClientModel client) {
        try {
            rule().checkAllowedOrigins(session, client);
            return true;
        } catch (ForbiddenException e) {
            return false;
        }
    }

    /** Lets any origin read the answer; for refusals, which hold nothing, so that a page may learn why. */
    void admitAll() {
        rule().allowAllOrigins().add();
    }

    /**
     * Made anew each time: a session keeps one, with the request that it saw first, and Keycloak's endpoints that run in
     * process must see theirs.
     */
    private Cors rule() {
        return session.getKeycloakSessionFactory()
                .getProviderFactory(Cors.class)
                .create(session)
                .auth()
                .exposedHeaders(EXPOSED);
    }

    /** Answers a pre-flight request; as everywhere in Keycloak the origin is judged by the request that follows. */
    Response preflight(String... methods) {
        return rule().preflight().allowedMethods(methods).add(Response.ok());
    }
}
