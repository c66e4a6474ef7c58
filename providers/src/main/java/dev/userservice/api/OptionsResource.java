package dev.userservice.api;

import dev.userservice.access.ApiCall;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.keycloak.models.KeycloakSession;

/**
 * Answers OPTIONS at every existing path with its methods, and a browser's preflight request with the permission to
 * call.
 */
public final class OptionsResource {
    private final KeycloakSession session;
    private final List<String> methods;

    public OptionsResource(KeycloakSession session, List<String> methods) {
        this.session = session;
        this.methods = methods;
    }

    @OPTIONS
    @Path("{any:.*}")
    public Response options() {
        return Response.fromResponse(ApiCall.preflight(session, methods.toArray(String[]::new)))
                .header("Allow", String.join(", ", methods))
                .build();
    }
}
