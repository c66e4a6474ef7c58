package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.keycloak.authorization.fgap.AdminPermissionsSchema;
import org.keycloak.models.AccountRoles;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.services.resources.admin.AdminAuth;
import org.keycloak.services.resources.admin.fgap.AdminPermissions;
import org.keycloak.services.resources.admin.fgap.UserPermissionEvaluator;

/**
 * Who is calling, and what they may do in the realm that they call.
 *
 * <p>Verification is Keycloak's own: signature, times, issuer, type, revocation, session, client and user. A right counts
 * only if the person holds the role and the token's client has it in scope.
 */
public final class Caller {
    /** The realm role that makes a user of the platform realm a vendor; in any other realm the name means nothing. */
    public static final String VENDOR_ROLE = "vendor";

    private static final String NEEDS_VIEW = "This needs the permission view-users";

    private final KeycloakSession session;
    private final Tenancy tenancy;
    private final RealmModel home;
    private final AuthResult proof;

    private Caller(KeycloakSession session, Tenancy tenancy, RealmModel home, AuthResult proof) {
        this.session = session;
        this.tenancy = tenancy;
        this.home = home;
        this.proof = proof;
    }

    /**
     * Reads the request's bearer token, if there is one.
     *
     * @param audience what the token's {@code aud} must hold, if anything
     * @throws ApiProblem 401 for a token that is not a good access token of a tenant of this server
     */
    static Caller of(KeycloakSession session, Tenancy tenancy, Optional<String> audience) {
        return BearerToken.of(session)
                .map(token -> authenticate(session, tenancy, token, audience))
                .orElseGet(() -> new Caller(session, tenancy, tenancy.realm(), null));
    }

    /** Nobody in particular: the request proves itself by other means, or not at all. */
    static Caller anonymous(KeycloakSession session, Tenancy tenancy) {
        return new Caller(session, tenancy, tenancy.realm(), null);
    }

    private static Caller authenticate(
            KeycloakSession session, Tenancy tenancy, String token, Optional<String> audience) {
        RealmModel home =
                tenancy.tenantOf(BearerToken.claims(token).getIssuer()).orElseThrow(ApiProblem::invalidToken);
        KeycloakContext context = session.getContext();
        RealmModel here = context.getRealm();
        try {
            // Keycloak takes the signing keys, and the issuer that the token must have, from the context's realm.
            context.setRealm(home);
            AuthResult proof = new AppAuthManager.BearerTokenAuthenticator(session)
                    .setRealm(home)
                    .setTokenString(token)
                    .setAudience(audience.orElse(null))
                    .authenticate();
            if (proof == null) {
                throw ApiProblem.invalidToken();
            }
            return new Caller(session, tenancy, home, proof);
        } finally {
            context.setRealm(here);
            // What the call does next, such as a login, is not to be judged by this token.
            context.setClient(null);
            context.setBearerToken(null);
            context.setUserSession(null);
        }
    }

    /**
     * Demands what every call of a route must show.
     *
     * @throws ApiProblem 401 without a token where one is needed; 403 for a token without the right
     */
    void require(Permission permission) {
        if (proof != null && !isOfThisRealm() && !isVendor()) {
            throw ApiProblem.forbidden("The token belongs to another tenant");
        }
        switch (permission) {
            case PUBLIC, REFRESH_TOKEN, SESSION -> {}
            case ANONYMOUS -> {
                if (proof != null) {
                    throw ApiProblem.forbidden("People register themselves, without a token");
                }
            }
            case OWN_ACCOUNT_VIEW -> requireSelf();
            case SELF_OR_ADMIN_VIEW -> requireToken();
            case ADMIN_LIST -> requireList();
        }
    }

    private void requireToken() {
        if (proof == null) {
            throw ApiProblem.unauthorized("This needs an access token");
        }
    }

    /**
     * Demands the right to see one's own account, which the right to manage it includes, as in Keycloak's account API.
     *
     * @throws ApiProblem 401 or 403
     */
    public UserModel requireSelf() {
        requireToken();
        if (!mayViewOwnAccount()) {
            throw ApiProblem.forbidden("The token does not grant access to an account of this tenant");
        }
        return user();
    }

    private boolean mayViewOwnAccount() {
        boolean isPerson = isOfThisRealm() && user().getServiceAccountClientLink() == null;
        ClientModel account = home.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
        return isPerson
                && account != null
                && (isGranted(account.getRole(AccountRoles.VIEW_PROFILE))
                        || isGranted(account.getRole(AccountRoles.MANAGE_ACCOUNT)));
    }

    /**
     * Demands the right to see one user: one's own account, an admin's permission (fine-grained ones count), or a vendor's.
     *
     * @param id whom it is about; need not exist: who may not look learns nothing of that
     * @throws ApiProblem 403, or 404 for an unknown user
     */
    public UserModel requireView(String id) {
        requireToken();
        if (isSelf(id) && mayViewOwnAccount()) {
            return user();
        }
        return find(() -> isId(id) ? session.users().getUserById(tenancy.realm(), id) : null)
                .orElseThrow(() -> ApiProblem.notFound("User not found"));
    }

    /**
     * Whoever has this username or e-mail address, if the caller may see them, as with {@link #requireView(String)}. An
     * address that two users share is nobody's.
     *
     * @throws ApiProblem 401 or 403
     */
    public Optional<UserModel> findView(String identifier) {
        requireToken();
        boolean isOwn = isOfThisRealm()
                && (identifier.equalsIgnoreCase(user().getUsername())
                        || identifier.equalsIgnoreCase(user().getEmail()));
        return isOwn && mayViewOwnAccount()
                ? Optional.of(user())
                : find(() ->
                        Activation.find(session, tenancy.realm(), identifier).orElse(null));
    }

    /** Service accounts are clients, not users. */
    private Optional<UserModel> find(Supplier<UserModel> lookUp) {
        return visible(lookUp).filter(user -> user.getServiceAccountClientLink() == null);
    }

    private Optional<UserModel> visible(Supplier<UserModel> lookUp) {
        if (isVendor()) {
            return Optional.ofNullable(lookUp.get());
        }
        UserPermissionEvaluator permissions = userPermissions();
        boolean mayAsk = permissions.canQuery();
        // Fine-grained permissions may let somebody see one user who may not ask for users at all.
        if (!mayAsk && !AdminPermissionsSchema.SCHEMA.isAdminPermissionsEnabled(tenancy.realm())) {
            throw ApiProblem.forbidden(NEEDS_VIEW);
        }
        Optional<UserModel> seen = Optional.ofNullable(lookUp.get()).filter(permissions::canView);
        if (seen.isEmpty() && !mayAsk) {
            // The same for whom they may not see and for whom there is not.
            throw ApiProblem.forbidden(NEEDS_VIEW);
        }
        return seen;
    }

    /**
     * Demands the right to list users.
     *
     * @return whether all of them are listed; if not, only those that fine-grained admin permissions let the caller see, as
     *     Keycloak's own list does. Who sees all by their role but not by their token sees nobody: Keycloak's filter looks at
     *     the role alone.
     * @throws ApiProblem 401 or 403
     */
    public boolean requireList() {
        requireToken();
        if (isVendor() || (isOfThisRealm() && (mayAs(AdminRoles.VIEW_USERS) || mayAs(AdminRoles.MANAGE_USERS)))) {
            return true;
        }
        boolean isFiltered = isOfThisRealm()
                && AdminPermissionsSchema.SCHEMA.isAdminPermissionsEnabled(tenancy.realm())
                && mayAs(AdminRoles.QUERY_USERS)
                && Stream.of(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        .map(this::adminRole)
                        .noneMatch(role -> role != null && user().hasRole(role));
        if (!isFiltered) {
            throw ApiProblem.forbidden(NEEDS_VIEW);
        }
        return false;
    }

    private boolean mayAs(String adminRole) {
        return isGranted(adminRole(adminRole));
    }

    private RoleModel adminRole(String name) {
        ClientModel management = tenancy.realm().getClientByClientId(Constants.REALM_MANAGEMENT_CLIENT_ID);
        return management == null ? null : management.getRole(name);
    }

    /** Lets Keycloak see the caller while it does something that it judges by the caller's permissions. */
    <T> T inContext(Supplier<T> work) {
        KeycloakContext context = session.getContext();
        context.setBearerToken(token());
        try {
            return work.get();
        } finally {
            context.setBearerToken(null);
        }
    }

    /** Is this the id of the caller's own user? */
    public boolean isSelf(String id) {
        return isOfThisRealm() && id.equals(user().getId());
    }

    /** Can this be a user's id at all? Keycloak takes one that begins like a federated user's apart unseen. */
    private static boolean isId(String text) {
        return StrictJson.isStorable(text) && (!text.startsWith("f:") || text.indexOf(':', 2) > 0);
    }

    private UserPermissionEvaluator userPermissions() {
        AdminAuth auth = new AdminAuth(home, proof.token(), user(), client());
        return AdminPermissions.evaluator(session, tenancy.realm(), auth).users();
    }

    /** Is the caller a vendor: a user of the platform realm whose role {@code vendor} the token's client has in scope? */
    public boolean isVendor() {
        return proof != null && tenancy.isPlatform(home) && isGranted(home.getRole(VENDOR_ROLE));
    }

    private boolean isOfThisRealm() {
        return home.getId().equals(tenancy.realm().getId());
    }

    /** Held by the user, and in scope of the client and the client scopes that the token was issued with. */
    private boolean isGranted(RoleModel role) {
        return role != null
                && user().hasRole(role)
                && (client().isFullScopeAllowed()
                        || TokenManager.getRequestedClientScopes(session, token().getScope(), client(), user())
                                .anyMatch(scope -> scope.hasScope(role)));
    }

    public boolean isAnonymous() {
        return proof == null;
    }

    /** The user behind the token; a service account's user for a client's own token. Not for anonymous callers. */
    public UserModel user() {
        return Objects.requireNonNull(proof).user();
    }

    /** The client that the token was issued to. Not for anonymous callers. */
    public ClientModel client() {
        return Objects.requireNonNull(proof).client();
    }

    AccessToken token() {
        return Objects.requireNonNull(proof).token();
    }

    /**
     * The session of this realm that the token belongs to.
     *
     * @throws ApiProblem 403 for a client's own token, or a vendor's of the platform realm: they have none here
     */
    public UserSessionModel requireSession() {
        if (!isOfThisRealm() || token().getSessionId() == null) {
            throw ApiProblem.forbidden("The token belongs to no session of this tenant");
        }
        return proof.session();
    }
}
