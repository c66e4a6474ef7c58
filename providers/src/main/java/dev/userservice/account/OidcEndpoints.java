package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.FormRequest;
import dev.userservice.keycloak.PolicyRefusal;
import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.endpoints.LogoutEndpoint;
import org.keycloak.protocol.oidc.endpoints.TokenEndpoint;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * Calls Keycloak's own token and logout endpoints in process, as the realm's own API client, whose secret never leaves
 * the server. Flows, lockout, required actions, client policies, events and sessions are therefore Keycloak's.
 */
final class OidcEndpoints {
    private static final Logger LOG = Logger.getLogger(OidcEndpoints.class);
    private static final int RETRY_SECONDS = 5;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;

    /**
     * Uses the realm's API client.
     *
     * @throws ApiProblem 404 if the realm, such as the platform realm, has no API client
     */
    OidcEndpoints(ApiCall call) {
        this.session = call.session();
        this.realm = call.realm();
        this.client = call.tenancy()
                .apiClient()
                .orElseThrow(() -> ApiProblem.notFound("This realm has no client to log in by"));
    }

    /** The response of an endpoint, and the event that the endpoint has made. */
    record Answer(int status, Object entity, Event event) {
        /** Returns the OAuth error; without content if the response is not an error. */
        OAuth2ErrorRepresentation error() {
            return entity instanceof OAuth2ErrorRepresentation error ? error : new OAuth2ErrorRepresentation();
        }

        /** Whether a policy refused the API's client, for whatever user it asked. */
        boolean isOfPolicy() {
            return PolicyRefusal.isToldBy(event);
        }
    }

    Answer token(Map<String, String> form) {
        return inProcess(form, event -> new TokenEndpoint(session, new TokenManager(), event).processGrantRequest());
    }

    Answer logout(Map<String, String> form) {
        return inProcess(form, event -> new LogoutEndpoint(session, new TokenManager(), event).logout());
    }

    private Answer inProcess(Map<String, String> fields, Function<EventBuilder, Response> endpoint) {
        Map<String, String> form = new HashMap<>(fields);
        form.put(OAuth2Constants.CLIENT_ID, client.getClientId());
        form.put(OAuth2Constants.CLIENT_SECRET, client.getSecret());

        KeycloakContext context = session.getContext();
        HttpRequest original = context.getHttpRequest();
        EventBuilder event = new EventBuilder(realm, session, context.getConnection());
        context.setHttpRequest(new FormRequest(original, form));
        try {
            Response response = endpoint.apply(event);
            return new Answer(response.getStatus(), response.getEntity(), event.getEvent());
        } catch (WebApplicationException e) {
            return new Answer(e.getResponse().getStatus(), e.getResponse().getEntity(), event.getEvent());
        } finally {
            context.setHttpRequest(original);
        }
    }

    /**
     * Returns the problem for a response that no caller can influence. Mostly the realm's owner has configured the API
     * client or a policy in this way.
     */
    ApiProblem unexpected(Answer answer) {
        String error = String.valueOf(answer.error().getError());
        LOG.warnf(
                "Keycloak refused the client %s of realm %s: %s (%s)",
                client.getClientId(), realm.getName(), error, answer.error().getErrorDescription());
        return switch (error) {
            // Because the secret comes from the store itself, this means that the store could not be read or that the
            // realm is only half configured.
            case OAuthErrorException.INVALID_CLIENT -> ApiProblem.unavailable(RETRY_SECONDS);
            case OAuthErrorException.UNAUTHORIZED_CLIENT ->
                ApiProblem.forbidden("This tenant does not allow this way of logging in");
            default ->
                answer.status() < 500
                        ? ApiProblem.forbidden("A policy of this tenant refuses this")
                        : ApiProblem.serverError();
        };
    }
}
