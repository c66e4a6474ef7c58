package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.access.BearerToken;
import dev.userservice.access.Tenancy;
import dev.userservice.activation.Activation;
import dev.userservice.grace.RefreshGrace;
import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.TotpAuthenticator;
import dev.userservice.keycloak.TransientFailure;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.password.PasswordCheck;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.util.TokenUtil;

/**
 * Login and refresh through Keycloak's own token endpoint.
 *
 * <p>The refusals that Keycloak must remember are {@linkplain ApiProblem#remembered() remembered}: lockout and the
 * detection of reused tokens need the transaction to commit.
 */
final class Tokens {
    private static final Logger LOG = Logger.getLogger(Tokens.class);

    /** The reasons that Keycloak's TokenManager gives for a refresh token that a newer one has replaced. */
    private static final Set<String> REUSE_REASONS =
            Set.of("Stale token", "Maximum allowed refresh token reuse exceeded");

    private final KeycloakSession session;
    private final RealmModel realm;
    private final OidcEndpoints endpoints;
    private final LoginName name;
    private final Optional<RefreshGrace> grace;

    /**
     * Uses the realm's API client.
     *
     * @throws ApiProblem 404 if the realm has no API client
     */
    public Tokens(ApiCall call) {
        this.session = call.session();
        this.realm = call.realm();
        this.endpoints = new OidcEndpoints(call);
        this.name = new LoginName(
                session,
                realm,
                call.settings().of(realm, Settings.OLD_SERVICE_URL).isPresent());
        this.grace = RefreshGrace.of(call);
    }

    /**
     * Executes the resource owner password credentials grant (RFC 6749, section 4.3).
     *
     * @param totp a one-time code, or null
     * @param scope OIDC scopes, or null
     * @throws ApiProblem 401, the same for an unknown, locked or disabled user and a wrong password; 403 if a policy of
     *     the tenant refuses the grant
     */
    public AccessTokenResponse login(Identifier identifier, String password, String totp, String scope) {
        Map<String, String> form = new HashMap<>();
        form.put(OAuth2Constants.GRANT_TYPE, OAuth2Constants.PASSWORD);
        form.put("username", name.of(identifier, password));
        form.put("password", password);
        if (totp != null) {
            form.put("totp", totp);
        }
        if (scope != null) {
            form.put(OAuth2Constants.SCOPE, scope);
        }
        OidcEndpoints.Answer answer;
        try {
            answer = endpoints.token(form);
        } catch (ModelDuplicateException e) {
            // Two users have the same email address. Keycloak's flow handles this, but its brute-force log then fails
            // because of it.
            PasswordCheck.dummyHash(session, realm);
            throw ApiProblem.unauthorized("Invalid credentials");
        }
        if (answer.entity() instanceof AccessTokenResponse tokens) {
            return online(tokens);
        }
        throw loginRefused(answer, identifier);
    }

    /**
     * Rejects offline tokens: this API never grants a session that outlives its login, whatever default scopes the
     * realm has given to its client.
     */
    private AccessTokenResponse online(AccessTokenResponse tokens) {
        String refreshToken = tokens.getRefreshToken();
        if (refreshToken != null
                && TokenUtil.TOKEN_TYPE_OFFLINE.equals(
                        BearerToken.claims(refreshToken).getType())) {
            LOG.errorf(
                    "The client %s of realm %s gives offline tokens; remove its client scope offline_access",
                    Tenancy.API_CLIENT, realm.getName());
            throw ApiProblem.serverError();
        }
        return tokens;
    }

    private ApiProblem loginRefused(OidcEndpoints.Answer answer, Identifier identifier) {
        if (answer.isOfPolicy()) {
            return endpoints.unexpected(answer);
        }
        if ("Account is not fully set up".equals(answer.error().getErrorDescription())) {
            // Keycloak says this only after the right password, about the user whom the flow has put into the
            // authentication session.
            return Activation.loginPending(realm, session.getContext().getAuthenticationSession())
                    .remembered();
        }
        return switch (String.valueOf(answer.error().getError())) {
            case TotpAuthenticator.MFA_REQUIRED ->
                ApiProblem.unauthorized("A one-time code is needed")
                        .with("mfa_required", true)
                        .remembered();
            case OAuthErrorException.INVALID_SCOPE -> ApiProblem.invalid("scope", "This scope is not granted here");
            case OAuthErrorException.INVALID_GRANT -> {
                takeAsLongAsAPassword(identifier);
                yield ApiProblem.unauthorized("Invalid credentials").remembered();
            }
            // Two users have the same email address, in a realm without brute-force detection.
            case OAuthErrorException.INVALID_REQUEST -> {
                PasswordCheck.dummyHash(session, realm);
                yield ApiProblem.unauthorized("Invalid credentials").remembered();
            }
            default -> endpoints.unexpected(answer);
        };
    }

    /**
     * Hashes a dummy password for a user who has no password, such as a user from a broker. Keycloak does so only for
     * unknown and locked users and for service accounts, and a fast refusal would distinguish them.
     */
    private void takeAsLongAsAPassword(Identifier identifier) {
        UserModel user = identifier.find(session, realm).orElse(null);
        if (user != null
                && user.getServiceAccountClientLink() == null
                && !user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)
                && !session.getProvider(BruteForceProtector.class).isTemporarilyDisabled(session, realm, user)) {
            PasswordCheck.dummyHash(session, realm);
        }
    }

    /**
     * Executes the refresh grant (RFC 6749, section 6), with rotation if the realm has enabled it, as the tenant
     * template does.
     *
     * @throws ApiProblem 401 for any token that is not the newest of its login; a used token ends the session of that
     *     login, unless the tenant's grace gives the same answer again
     */
    public AccessTokenResponse refresh(String refreshToken) {
        return grace.map(known -> known.answer(refreshToken, () -> refreshOnce(refreshToken)))
                .orElseGet(() -> refreshOnce(refreshToken));
    }

    private AccessTokenResponse refreshOnce(String refreshToken) {
        OidcEndpoints.Answer answer = refreshGrant(refreshToken);
        if (answer.entity() instanceof AccessTokenResponse tokens) {
            return tokens;
        }
        String error = String.valueOf(answer.error().getError());
        boolean isOfToken =
                error.equals(OAuthErrorException.INVALID_GRANT) || error.equals(OAuthErrorException.INVALID_REQUEST);
        if (answer.isOfPolicy() || !isOfToken) {
            throw endpoints.unexpected(answer);
        }
        endReusedSession(answer.event());
        throw ApiProblem.invalidToken().remembered();
    }

    private OidcEndpoints.Answer refreshGrant(String refreshToken) {
        try {
            return endpoints.token(Map.of(
                    OAuth2Constants.GRANT_TYPE,
                    OAuth2Constants.REFRESH_TOKEN,
                    OAuth2Constants.REFRESH_TOKEN,
                    refreshToken));
        } catch (RuntimeException e) {
            // Keycloak serializes the refreshes of one token over all nodes, and gives up after ten seconds. Its
            // exception has no type of its own.
            if (String.valueOf(e.getMessage()).contains("serialization lock")) {
                throw TransientFailure.problem(e);
            }
            throw e;
        }
    }

    /**
     * Ends the session of a refresh token that was replayed. Keycloak detaches the client from that session, so the
     * login belongs to no client any more.
     *
     * <p>This happens in a transaction of its own, because Keycloak 26.8 rolls back the transaction of a refused token
     * request. It begins when the request's transaction has ended, so that a replay never needs two database
     * connections at a time.
     */
    private void endReusedSession(Event event) {
        String reason = event.getDetails() == null ? null : event.getDetails().get(Details.REASON);
        if (event.getSessionId() == null || reason == null || !REUSE_REASONS.contains(reason)) {
            return;
        }
        LOG.warnf(
                "A used refresh token came back, or one from before a revocation; its session ends. realm=%s session=%s",
                realm.getName(), event.getSessionId());
        AfterTransaction.always(
                session,
                () -> KeycloakModelUtils.runJobInTransaction(
                        session.getKeycloakSessionFactory(),
                        session.getContext(),
                        own -> end(own, event.getSessionId())));
    }

    private static void end(KeycloakSession own, String sessionId) {
        UserSessions sessions = new UserSessions(own, own.getContext().getRealm());
        UserSessionModel reused = sessions.find(sessionId, false);
        if (reused != null) {
            sessions.end(reused);
        }
    }
}
