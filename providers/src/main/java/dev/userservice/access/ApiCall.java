package dev.userservice.access;

import dev.userservice.settings.Settings;
import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.util.Optional;
import org.keycloak.headers.SecurityHeadersProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** One call of the API that has passed the door: whose it is, and in which tenant. What a resource is made of. */
public final class ApiCall {
    private final KeycloakSession session;
    private final Settings settings;
    private final Tenancy tenancy;
    private final Caller caller;
    private final String bearerRefreshToken;
    private final ApiProblem refusedToken;

    private ApiCall(
            KeycloakSession session,
            Settings settings,
            Tenancy tenancy,
            Caller caller,
            String bearerRefreshToken,
            ApiProblem refusedToken) {
        this.session = session;
        this.settings = settings;
        this.tenancy = tenancy;
        this.caller = caller;
        this.bearerRefreshToken = bearerRefreshToken;
        this.refusedToken = refusedToken;
    }

    /**
     * Takes the proof of who calls. A browser may show any page why this is refused: nothing is known of the caller yet, so
     * nothing of theirs can be in it.
     *
     * @throws ApiProblem 401 without a good token where one is needed
     */
    public static ApiCall of(KeycloakSession session, Tenancy tenancy, Permission permission, Settings settings) {
        Optional<String> audience = settings.of(tenancy.realm(), Settings.AUDIENCE);
        String refreshToken = null;
        ApiProblem refusal = null;
        Caller caller;
        try {
            if (permission == Permission.REFRESH_TOKEN || permission == Permission.SESSION) {
                refreshToken = BearerToken.of(session)
                        .filter(BearerToken::isRefreshToken)
                        .orElse(null);
            }
            caller = refreshToken == null ? Caller.of(session, tenancy, audience) : Caller.anonymous(session, tenancy);
            if (permission.passesOverTokens()) {
                caller.requireToBeKnownHere();
            }
        } catch (ApiProblem badToken) {
            if (!permission.passesOverTokens()) {
                throw badToken;
            }
            refusal = badToken;
            caller = Caller.anonymous(session, tenancy);
        }
        caller.nameInLog();
        if (permission.needsToken()) {
            caller.requireToken();
        }
        return new ApiCall(session, settings, tenancy, caller, refreshToken, refusal);
    }

    /**
     * Lets the call in. The origin comes before the permission, so that a page of an origin that may call can read each answer
     * that follows, a refusal too.
     *
     * @throws ApiProblem 403 for an origin that is none of the client's, and for a caller without the right
     */
    public void authorize(Permission permission) {
        boolean isPublic = permission == Permission.PUBLIC || permission == Permission.REFRESH_TOKEN;
        Optional<ClientModel> judge =
                isPublic || caller.isAnonymous() ? tenancy.apiClient() : Optional.of(caller.client());
        if (!judge.map(new CrossOrigin(session)::admits).orElse(true)) {
            throw ApiProblem.forbidden("Invalid origin");
        }
        caller.require(permission);
    }

    /**
     * The refusal of a body that is not JSON. Keycloak chooses its security headers by the request's media type and fails on
     * one that is none, so this answer brings its own.
     */
    public static ApiProblem refuseMediaType(KeycloakSession session) {
        session.getProvider(SecurityHeadersProvider.class).options().skipHeaders();
        return ApiProblem.unsupportedMediaType()
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer");
    }

    /** Whether a browser says that a page of another origin sends this than the API's client has; judged without a token. */
    public static boolean isOfForeignOrigin(KeycloakSession session, Tenancy tenancy) {
        return tenancy.apiClient()
                .filter(client -> !new CrossOrigin(session).isKnownTo(client))
                .isPresent();
    }

    /** Answers an OPTIONS request for a path that answers the given methods. */
    public static Response preflight(KeycloakSession session, String... methods) {
        return new CrossOrigin(session).preflight(methods);
    }

    /** Lets a page of any origin read why its call was refused before anything was known of the caller. */
    public static ApiProblem exposeToAnyOrigin(KeycloakSession session, ApiProblem refusal) {
        new CrossOrigin(session).admitAll();
        return refusal;
    }

    /**
     * Demands of the realm and the connection what Keycloak's token endpoint asks first.
     *
     * @throws ApiProblem 403
     */
    public static void requireServable(KeycloakSession session, RealmModel realm) {
        boolean isHttps =
                "https".equals(session.getContext().getUri().getBaseUri().getScheme());
        if (!isHttps && realm.getSslRequired().isRequired(session.getContext().getConnection())) {
            throw ApiProblem.forbidden("HTTPS required");
        }
        if (!realm.isEnabled()) {
            throw ApiProblem.forbidden("Realm not enabled");
        }
    }

    public KeycloakSession session() {
        return session;
    }

    public RealmModel realm() {
        return tenancy.realm();
    }

    public Tenancy tenancy() {
        return tenancy;
    }

    public Caller caller() {
        return caller;
    }

    /** The address below which this tenant's routes are, as the client sees it. */
    public UriBuilder base() {
        return session.getContext()
                .getUri()
                .getBaseUriBuilder()
                .path("realms")
                .path(realm().getName())
                .path(ApiPath.EXTENSION);
    }

    /** The address of one of the tenant's OIDC endpoints, {@code auth} or {@code token}, as the client sees it. */
    public URI oidcEndpoint(String name) {
        return session.getContext()
                .getUri()
                .getBaseUriBuilder()
                .path("realms")
                .path(realm().getName())
                .path("protocol/openid-connect")
                .path(name)
                .build();
    }

    /** The address of the page that is asked for, as the client sees it, but with another cursor. */
    public URI nextPage(String cursor) {
        URI asked = session.getContext().getUri().getRequestUri();
        String path = ApiPath.below(session.getContext().getUri().getPath());
        return base().path("{path}")
                .resolveTemplate("path", path.substring(1), false)
                .replaceQuery(asked.getRawQuery())
                .replaceQueryParam("offset")
                .replaceQueryParam("cursor", cursor)
                .build();
    }

    public Settings settings() {
        return settings;
    }

    /** The refresh token that came in place of an access token; not verified. */
    public Optional<String> bearerRefreshToken() {
        return Optional.ofNullable(bearerRefreshToken);
    }

    /** What is wrong with the token of the Authorization header, where the route goes on as if there were none. */
    public Optional<ApiProblem> refusedToken() {
        return Optional.ofNullable(refusedToken);
    }
}
