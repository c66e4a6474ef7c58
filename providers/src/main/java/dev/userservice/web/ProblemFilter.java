package dev.userservice.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import org.keycloak.models.KeycloakSession;

/**
 * Completes every response below the API's base: an error that the API did not create (an unknown realm, Keycloak's own
 * error page, a fault) becomes a problem too, and only a response that allows it may be stored by a cache.
 */
@Provider
public final class ProblemFilter implements ContainerResponseFilter {
    static final MediaType PROBLEM_JSON = new MediaType("application", "problem+json");

    private static final int RETRY_SECONDS = 5;

    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (!ApiPath.covers(request.getUriInfo().getPath())) {
            return;
        }
        if (!response.getHeaders().containsKey(HttpHeaders.CACHE_CONTROL)) {
            // Keycloak's own endpoints set the header in this place too, so that it appears only once.
            session.getContext().getHttpResponse().setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        }
        int status = response.getStatus();
        boolean isOurs = PROBLEM_JSON.equals(response.getMediaType()) || response.getEntity() instanceof JsonAnswer;
        if (status < 400 || isOurs) {
            return;
        }
        ApiProblem problem = ApiProblem.status(status);
        response.setEntity(problem.json(), new Annotation[0], PROBLEM_JSON);
        if (status == 401) {
            response.getHeaders().putSingle(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (status == 503) {
            response.getHeaders().putSingle(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
    }
}
