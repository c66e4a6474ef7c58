package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.endpoints.LogoutEndpoint;
import org.keycloak.protocol.oidc.endpoints.TokenEndpoint;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Login, refresh and logout through Keycloak's own token and logout endpoints, in process: flows, lockout, required
 * actions, client policies, events and sessions are Keycloak's. All of it runs as the realm's own API client, whose secret
 * never leaves the server.
 *
 * <p>The problems that these methods throw are {@linkplain ApiProblem#remembered() remembered}: lockout and the detection
 * of reused tokens need the transaction to commit.
 */
public final class Tokens {
    private static final Logger LOG = Logger.getLogger(Tokens.class);

    /** What Keycloak's TokenManager says of a refresh token that a newer one has replaced. */
    private static final Set<String> REUSE_REASONS =
            Set.of("Stale token", "Maximum allowed refresh token reuse exceeded");

    private static final int RETRY_SECONDS = 5;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClientModel client;

    /**
     * Takes the realm's API client.
     *
     * @throws ApiProblem 404 where the realm (the platform realm, perhaps) has no API client to log in by
     */
    public Tokens(ApiCall call) {
        this.session = call.session();
        this.realm = call.realm();
        this.client = call.tenancy()
                .apiClient()
                .orElseThrow(() -> ApiProblem.notFound("This realm has no client to log in by"));
    }

    /**
     * The resource owner password credentials grant (RFC 6749, section 4.3).
     *
     * @param identifier username or e-mail
     * @param totp a one-time code, or null
     * @param scope OIDC scopes, or null
     * @throws ApiProblem 401, the same for an unknown, locked or disabled user and a wrong password
     */
    public AccessTokenResponse login(String identifier, String password, String totp, String scope) {
        Map<String, String> form = new HashMap<>();
        form.put(OAuth2Constants.GRANT_TYPE, OAuth2Constants.PASSWORD);
        form.put("username", identifier);
        form.put("password", password);
        if (totp != null) {
            form.put("totp", totp);
        }
        if (scope != null) {
            form.put(OAuth2Constants.SCOPE, scope);
        }
        Answer answer = token(form);
        if (answer.entity() instanceof AccessTokenResponse tokens) {
            return tokens;
        }
        throw loginRefused(answer, identifier);
    }

    private ApiProblem loginRefused(Answer answer, String identifier) {
        String description = String.valueOf(answer.error().getErrorDescription());
        if ("Account is not fully set up".equals(description)) {
            // Said only after the right password, and of the user that Keycloak's flow found by the same look-up.
            UserModel user = KeycloakModelUtils.findUserByNameOrEmail(session, realm, identifier);
            return Activation.loginPending(realm, user).remembered();
        }
        return switch (String.valueOf(answer.error().getError())) {
            case TotpAuthenticator.MFA_REQUIRED ->
                ApiProblem.unauthorized("A one-time code is needed")
                        .with("mfa_required", true)
                        .remembered();
            case OAuthErrorException.INVALID_SCOPE -> ApiProblem.invalid("scope", "This scope is not granted here");
            // Two users of one e-mail address make "invalid_request" of a login that Keycloak cannot decide.
            case OAuthErrorException.INVALID_GRANT, OAuthErrorException.INVALID_REQUEST ->
                ApiProblem.unauthorized("Invalid credentials").remembered();
            default -> unexpected(answer);
        };
    }

    /**
     * The refresh grant (RFC 6749, section 6), with rotation where the realm has it on, as the tenant template does.
     *
     * @throws ApiProblem 401 for any token that is not the newest of its login; a used one ends that login's session
     */
    public AccessTokenResponse refresh(String refreshToken) {
        Answer answer = token(Map.of(
                OAuth2Constants.GRANT_TYPE,
                OAuth2Constants.REFRESH_TOKEN,
                OAuth2Constants.REFRESH_TOKEN,
                refreshToken));
        if (answer.entity() instanceof AccessTokenResponse tokens) {
            return tokens;
        }
        if (!OAuthErrorException.INVALID_GRANT.equals(answer.error().getError())) {
            throw unexpected(answer);
        }
        endReusedSession(answer.event());
        throw ApiProblem.invalidToken().remembered();
    }

    /** Keycloak detaches the client from a session whose token was replayed; that login is nobody's then, so it ends. */
    private void endReusedSession(Event event) {
        String reason = event.getDetails() == null ? null : event.getDetails().get(Details.REASON);
        if (event.getSessionId() == null || reason == null || !REUSE_REASONS.contains(reason)) {
            return;
        }
        LOG.warnf(
                "A used refresh token came back; its session ends. realm=%s session=%s",
                realm.getName(), event.getSessionId());
        UserSessionModel reused = session.sessions().getUserSession(realm, event.getSessionId());
        if (reused != null) {
            end(reused);
        }
    }

    /**
     * Ends the session that a refresh token belongs to (OpenID Connect, as Keycloak's logout endpoint takes it). A session
     * that has ended already is no error.
     *
     * @throws ApiProblem 401 for a token that is no refresh token of this realm's API client
     */
    public void logout(String refreshToken) {
        Answer answer = inProcess(
                Map.of(OAuth2Constants.REFRESH_TOKEN, refreshToken),
                event -> new LogoutEndpoint(session, new TokenManager(), event).logout());
        if (answer.status() >= 400) {
            throw OAuthErrorException.INVALID_GRANT.equals(answer.error().getError())
                    ? ApiProblem.invalidToken()
                    : unexpected(answer);
        }
    }

    /** Ends the session that the caller's access token belongs to. */
    public void logout(Caller caller) {
        UserSessionModel own = caller.userSession()
                .orElseThrow(() -> ApiProblem.forbidden("The token belongs to no session of this tenant"));
        if (session.sessions().getUserSession(realm, own.getId()) == null) {
            return;
        }
        EventBuilder event = new EventBuilder(
                        realm, session, session.getContext().getConnection())
                .event(EventType.LOGOUT)
                .client(caller.client())
                .user(caller.user())
                .session(own);
        end(own);
        event.success();
    }

    private void end(UserSessionModel ended) {
        KeycloakContext context = session.getContext();
        AuthenticationManager.backchannelLogout(
                session,
                realm,
                ended,
                context.getUri(),
                context.getConnection(),
                context.getHttpRequest().getHttpHeaders(),
                true,
                ended.isOffline());
    }

    private Answer token(Map<String, String> form) {
        return inProcess(form, event -> new TokenEndpoint(session, new TokenManager(), event).processGrantRequest());
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

    /** An answer that no user of the API can help: mostly an API client that was set up wrongly. */
    private ApiProblem unexpected(Answer answer) {
        LOG.errorf(
                "Keycloak refused the client %s of realm %s: %s (%s)",
                client.getClientId(),
                realm.getName(),
                answer.error().getError(),
                answer.error().getErrorDescription());
        if (OAuthErrorException.INVALID_CLIENT.equals(answer.error().getError())) {
            // With a secret that comes from the store itself, this is a store that could not be read, or a realm half
            // set up.
            return ApiProblem.unavailable(RETRY_SECONDS);
        }
        return answer.status() == 403
                ? ApiProblem.forbidden("A policy of this tenant refuses this")
                : ApiProblem.serverError();
    }

    private record Answer(int status, Object entity, Event event) {
        OAuth2ErrorRepresentation error() {
            return entity instanceof OAuth2ErrorRepresentation error ? error : new OAuth2ErrorRepresentation();
        }
    }
}
