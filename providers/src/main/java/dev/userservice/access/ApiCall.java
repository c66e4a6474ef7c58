package dev.userservice.access;

import dev.userservice.settings.Settings;
import dev.userservice.web.AcceptedTypes;
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

/** One call of the API, with its caller and its tenant. Every resource is constructed from the call that it answers. */
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
     * Authenticates the caller. If this fails, a page of any origin may read the refusal: the caller is not known yet,
     * so the refusal cannot contain the caller's data.
     *
     * @param signed the subject of the request's bearer token, if there is one and its signature is right
     * @throws ApiProblem 401 without a token where one is needed, and for an invalid token unless the permission
     *     ignores it
     */
    public static ApiCall of(
            KeycloakSession session,
            Tenancy tenancy,
            Optional<TokenSubject> signed,
            Permission permission,
            Settings settings) {
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
            caller = refreshToken == null
                    ? Caller.of(session, tenancy, signed, audience)
                    : Caller.anonymous(session, tenancy);
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
     * Checks the origin and then the permission. The origin comes first so that a page of an allowed origin can read
     * every later response, including a refusal.
     *
     * @throws ApiProblem 403 for an origin that is not one of the client's web origins, and for a caller without the
     *     right
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
     * Returns the refusal of a body that is not of the type that the route takes. Keycloak chooses its security headers by the request's media type
     * and fails on a malformed one, so this response sets its own.
     */
    public static ApiProblem refuseMediaType(KeycloakSession session, String wanted) {
        session.getProvider(SecurityHeadersProvider.class).options().skipHeaders();
        return ApiProblem.unsupportedMediaType(wanted)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer");
    }

    /** Whether the request's Origin header is not one of the API client's web origins. A token is not considered. */
    public static boolean isOfForeignOrigin(KeycloakSession session, Tenancy tenancy) {
        return tenancy.apiClient()
                .filter(client -> !new CrossOrigin(session).isKnownTo(client))
                .isPresent();
    }

    /** Answers an OPTIONS request for a path that supports the given methods. */
    public static Response preflight(KeycloakSession session, String... methods) {
        return new CrossOrigin(session).preflight(methods);
    }

    /** Lets a page of any origin read the refusal of a call whose caller is not known yet. */
    public static ApiProblem exposeToAnyOrigin(KeycloakSession session, ApiProblem refusal) {
        new CrossOrigin(session).admitAll();
        return refusal;
    }

    /**
     * Makes the checks that Keycloak's token endpoint makes first: HTTPS, where the realm requires it, and an enabled
     * realm.
     *
     * @throws ApiProblem 403 if one of them fails
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

    /**
     * Returns the same call in another session, for work that outlives the transaction of the request. The caller is
     * looked up again, so that the rights count that the caller has now.
     *
     * @throws ApiProblem 401 if the caller or the client of the token has been removed or disabled, or the session of the
     *     token has ended; 404 if the tenant has been removed or disabled
     */
    public ApiCall in(KeycloakSession other) {
        RealmModel again = other.realms().getRealm(realm().getId());
        if (again == null || !again.isEnabled()) {
            throw ApiProblem.notFound("The tenant has been removed or disabled");
        }
        Tenancy here = new Tenancy(other, again);
        return new ApiCall(other, settings, here, caller.in(other, here), bearerRefreshToken, refusedToken);
    }

    /** Returns the media types that the caller accepts as an answer. */
    public AcceptedTypes accepted() {
        return AcceptedTypes.of(session.getContext().getHttpRequest().getHttpHeaders());
    }

    /**
     * Whether the caller wants no more than the status and the headers. JAX-RS answers HEAD by the method for GET; one that
     * does much work, or records that it was called, ends before that.
     */
    public boolean isHead() {
        return "HEAD".equals(session.getContext().getHttpRequest().getHttpMethod());
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

    /** Returns the address below which this tenant's routes are, as the client sees it. */
    public UriBuilder base() {
        return ofRealm().path(ApiPath.EXTENSION);
    }

    /**
     * Returns the address of one of the tenant's OIDC endpoints, {@code auth} or {@code token}, as the client sees it.
     */
    public URI oidcEndpoint(String name) {
        return ofRealm().path("protocol/openid-connect").path(name).build();
    }

    private UriBuilder ofRealm() {
        return session.getContext().getUri().getBaseUriBuilder().path("realms").path(realm().getName());
    }

    /** Returns the address of the requested page with another cursor and without an offset, as the client sees it. */
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

    /** Returns the refresh token that was sent in place of an access token. It is not verified. */
    public Optional<String> bearerRefreshToken() {
        return Optional.ofNullable(bearerRefreshToken);
    }

    /**
     * Returns what is wrong with the token of the Authorization header, if the route continues as if there were none.
     */
    public Optional<ApiProblem> refusedToken() {
        return Optional.ofNullable(refusedToken);
    }
}
