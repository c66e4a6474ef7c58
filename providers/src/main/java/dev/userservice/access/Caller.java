package dev.userservice.access;

import dev.userservice.http.LogContext;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.AccountRoles;
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

/**
 * The caller of the API, and the caller's rights in the called realm.
 *
 * <p>Keycloak itself verifies the token: signature, times, issuer, type, revocation, session, client and user. A right
 * counts only if the user holds the role, the token's client has it in scope, and the token carries it.
 */
public final class Caller {
    /** The realm role that makes a user of the platform realm a vendor; in any other realm the name has no meaning. */
    public static final String VENDOR_ROLE = "vendor";

    private final KeycloakSession session;
    private final Tenancy tenancy;
    private final RealmModel home;
    private final AuthResult proof;
    private final TokenRoles roles;
    private final UserRights users;

    private Caller(KeycloakSession session, Tenancy tenancy, RealmModel home, AuthResult proof) {
        this.session = session;
        this.tenancy = tenancy;
        this.home = home;
        this.proof = proof;
        this.roles = proof == null ? null : TokenRoles.of(session, proof.token());
        this.users = new UserRights(session, tenancy.realm(), this);
    }

    /**
     * Authenticates the sender of the request's bearer token; without a token, the caller is anonymous.
     *
     * @param audience the audience that the token's {@code aud} must contain; empty for no check
     * @throws ApiProblem 401 for a token that is not a valid access token of a tenant of this server
     */
    static Caller of(KeycloakSession session, Tenancy tenancy, Optional<String> audience) {
        return BearerToken.of(session)
                .map(token -> authenticate(session, tenancy, token, audience))
                .orElseGet(() -> new Caller(session, tenancy, tenancy.realm(), null));
    }

    /** Returns an anonymous caller, for a request that carries another proof than an access token, or none. */
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
            // Keycloak takes the signing keys and the expected issuer from the context's realm.
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
            // Later steps of the call, such as a login, must not be judged by this token.
            context.setClient(null);
            context.setBearerToken(null);
            context.setUserSession(null);
        }
    }

    /** Begins an event about an action of the caller's user, with the client and the session of the token. */
    public EventBuilder event(EventType type) {
        return AccountEvents.of(session, type).client(client()).user(user()).session(token().getSessionId());
    }

    /**
     * Checks that the caller has the permission of a route.
     *
     * @throws ApiProblem 401 without a token where one is needed; 403 for a token without the right
     */
    void require(Permission permission) {
        requireToBeKnownHere();
        switch (permission) {
            case PUBLIC, REFRESH_TOKEN, SESSION -> {}
            case ANONYMOUS_OR_ADMIN -> {
                if (proof != null) {
                    users.requireCreateUsers();
                }
            }
            case OWN_ACCOUNT_VIEW -> requireSelf();
            case OWN_ACCOUNT_MANAGE -> requireManageSelf();
            case SELF_OR_ADMIN_VIEW, SELF_OR_ADMIN_MANAGE -> requireToken();
            case ADMIN_LIST -> users.requireList();
            case ADMIN_VIEW_ALL -> users.requireViewAll();
            case ADMIN_VIEW -> users.requireViewUsers();
            case ADMIN_MANAGE -> users.requireManageUsers();
            case VENDOR -> requireVendor();
        }
    }

    /**
     * Rejects a token that is neither of this realm nor a vendor's.
     *
     * @throws ApiProblem 403 for such a token
     */
    void requireToBeKnownHere() {
        if (proof != null && !isOfThisRealm() && !isVendor()) {
            throw ApiProblem.forbidden("The token belongs to another tenant");
        }
    }

    private void requireVendor() {
        requireToken();
        if (!isVendor()) {
            throw ApiProblem.forbidden("This is for vendors");
        }
    }

    /**
     * Rejects a call without a token.
     *
     * @throws ApiProblem 401 for such a call
     */
    void requireToken() {
        if (proof == null) {
            throw ApiProblem.unauthorized("This needs an access token");
        }
    }

    /**
     * Requires the right to view one's own account. The right to manage it includes this one, as in Keycloak's account
     * API.
     *
     * @throws ApiProblem 401 without a token; 403 without the right
     */
    public UserModel requireSelf() {
        requireToken();
        if (!mayViewOwnAccount()) {
            throw ApiProblem.forbidden("The token does not grant access to an account of this tenant");
        }
        return user();
    }

    /**
     * Requires the right to change one's own account, as in Keycloak's account API.
     *
     * @throws ApiProblem 401 without a token; 403 without the right
     */
    public UserModel requireManageSelf() {
        requireToken();
        if (!hasAccountRole(AccountRoles.MANAGE_ACCOUNT)) {
            throw ApiProblem.forbidden("The token does not let change an account of this tenant");
        }
        return user();
    }

    /**
     * Locks the row of the caller's user, who may change their own account, and checks the token again: the first check
     * was made before the body arrived, which may have taken a while, and the owner may have recovered the account
     * meanwhile.
     *
     * @throws ApiProblem 401 if the user was disabled or deleted, or the user's tokens were invalidated, meanwhile; 403
     *     as for {@link #requireManageSelf}
     */
    public UserModel lockSelf() {
        return LockedUser.of(session, home, requireManageSelf())
                .filter(user -> user.isEnabled() && isNewEnoughFor(user))
                .orElseThrow(ApiProblem::invalidToken);
    }

    boolean mayViewOwnAccount() {
        return hasAccountRole(AccountRoles.VIEW_PROFILE) || hasAccountRole(AccountRoles.MANAGE_ACCOUNT);
    }

    private boolean hasAccountRole(String role) {
        boolean isPerson = isOfThisRealm() && user().getServiceAccountClientLink() == null;
        ClientModel account = home.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
        return isPerson && account != null && isGranted(account.getRole(role));
    }

    /** Returns the caller's rights over the users of this realm, as an admin or a vendor. */
    public UserRights users() {
        return users;
    }

    /**
     * Whether a permission (a role of the client {@code realm-management}) of this realm is granted. A vendor has them
     * all.
     */
    boolean holds(RoleModel permission) {
        return isVendor() || (isOfThisRealm() && isGranted(permission));
    }

    /**
     * Whether Keycloak itself would consider a permission of this realm granted. It does not check whether the token
     * carries it.
     */
    boolean holdsForKeycloak(RoleModel permission) {
        return isOfThisRealm() && isInScope(permission);
    }

    /**
     * Whether a token exchange has narrowed the token to an audience without this realm's client {@code account}.
     * Keycloak removes the client roles of all other clients from such a token, but leaves the realm roles in it; so
     * this check decides for rights that are no client roles. It cannot detect the narrowing if the user holds no role
     * of {@code account} in the client's scope.
     */
    boolean isNarrowed() {
        ClientModel account = home.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
        return account != null
                && !roles.areOf(account)
                && account.getRolesStream().anyMatch(this::isInScope);
    }

    /**
     * Runs work for which Keycloak checks the caller's permissions, with the caller in Keycloak's context. Keycloak
     * finds the user by the token's subject or, if the token has none, by the session; if it found nobody, it would
     * check nothing.
     *
     * @throws ApiProblem 403 if Keycloak would not find the caller
     */
    public <T> T inContext(Supplier<T> work) {
        KeycloakContext context = session.getContext();
        context.setBearerToken(token());
        context.setUserSession(proof.session());
        try {
            UserModel seen = context.getUser();
            if (seen == null || !seen.getId().equals(user().getId())) {
                throw ApiProblem.forbidden("The token does not say whose permissions it carries");
            }
            return work.get();
        } finally {
            context.setBearerToken(null);
            context.setUserSession(null);
            nameInLog();
        }
    }

    /**
     * Adds the caller to the log lines. Keycloak would read the caller from its session context, where it must not be
     * set.
     */
    void nameInLog() {
        if (proof != null) {
            LogContext.caller(user().getId(), client().getClientId());
        }
    }

    /** Whether this is the username or the e-mail address of the caller's own user. */
    boolean isNamed(String identifier) {
        String name = Identifier.of(identifier).text();
        return isOfThisRealm()
                && (LowerCase.same(name, user().getUsername()) || LowerCase.same(name, user().getEmail()));
    }

    /** Whether this is the id of the caller's own user. */
    public boolean isSelf(String id) {
        return isOfThisRealm() && id.equals(user().getId());
    }

    /** Returns the caller in the form in which Keycloak's admin API represents its own callers. */
    AdminAuth adminAuth() {
        return new AdminAuth(home, token(), user(), client());
    }

    /**
     * Whether the caller is a vendor: a user of the platform realm who holds the role {@code vendor}, which the token's
     * client has in scope and the token carries; the token must not be narrowed.
     */
    public boolean isVendor() {
        return proof != null && tenancy.isPlatform(home) && isGranted(home.getRole(VENDOR_ROLE)) && !isNarrowed();
    }

    boolean isOfThisRealm() {
        return home.getId().equals(tenancy.realm().getId());
    }

    /**
     * Whether the token carries the role and the user still holds it in scope: the token may be older than a change of
     * these.
     */
    private boolean isGranted(RoleModel role) {
        return role != null && roles.carry(role) && isInScope(role);
    }

    /**
     * Whether the user holds the role, and it is in scope of the client or of the client scopes that the token was
     * issued with.
     */
    private boolean isInScope(RoleModel role) {
        return HeldRoles.has(user(), role)
                && (client().isFullScopeAllowed()
                        || TokenManager.getRequestedClientScopes(session, token().getScope(), client(), user())
                                .anyMatch(scope -> scope.hasScope(role)));
    }

    /** Whether the token was issued no earlier than the user's not-before time, as the given user has it now. */
    boolean isNewEnoughFor(UserModel user) {
        Long issued = token().getIat();
        return issued != null
                && issued
                        >= session.users()
                                .getNotBeforeOfUser(session.getContext().getRealm(), user);
    }

    /** Whether the caller is a client itself, by its service account, and not a person. */
    public boolean isServiceAccount() {
        return proof != null && user().getServiceAccountClientLink() != null;
    }

    public boolean isAnonymous() {
        return proof == null;
    }

    /**
     * Returns the user behind the token; for a client's own token, the service account's user. Not for anonymous
     * callers.
     */
    public UserModel user() {
        return Objects.requireNonNull(proof).user();
    }

    /** Returns the client that the token was issued to. Not for anonymous callers. */
    public ClientModel client() {
        return Objects.requireNonNull(proof).client();
    }

    public AccessToken token() {
        return Objects.requireNonNull(proof).token();
    }

    /**
     * Returns the session of this realm that the token belongs to.
     *
     * @throws ApiProblem 403 for a client's own token, and for a vendor's token of the platform realm: neither has a
     *     session here
     */
    public UserSessionModel requireSession() {
        if (!isOfThisRealm() || token().getSessionId() == null) {
            throw ApiProblem.forbidden("The token belongs to no session of this tenant");
        }
        return proof.session();
    }
}
