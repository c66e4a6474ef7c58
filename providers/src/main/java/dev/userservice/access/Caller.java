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
 * Who is calling, and what they may do in the realm that they call.
 *
 * <p>Verification is Keycloak's own: signature, times, issuer, type, revocation, session, client and user. A right counts
 * only if the person holds the role, the token's client has it in scope, and the token carries it.
 */
public final class Caller {
    /** The realm role that makes a user of the platform realm a vendor; in any other realm the name means nothing. */
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

    /** Begins an event of what the caller does themselves, by the client and in the session of their token. */
    public EventBuilder event(EventType type) {
        return AccountEvents.of(session, type).client(client()).user(user()).session(token().getSessionId());
    }

    /**
     * Demands what every call of a route must show.
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
     * Demands that the token, if there is one, is of this realm or a vendor's.
     *
     * @throws ApiProblem 403
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
     * Demands that there is a token at all.
     *
     * @throws ApiProblem 401
     */
    void requireToken() {
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

    /**
     * Demands the right to change one's own account, as in Keycloak's account API.
     *
     * @throws ApiProblem 401 or 403
     */
    public UserModel requireManageSelf() {
        requireToken();
        if (!hasAccountRole(AccountRoles.MANAGE_ACCOUNT)) {
            throw ApiProblem.forbidden("The token does not let change an account of this tenant");
        }
        return user();
    }

    /**
     * Locks the row of the caller, who may change their own account, and looks at the token once more: that was done before the body
     * came, which may have taken a while, and the owner may have got the account back meanwhile.
     *
     * @throws ApiProblem 401 for one who was disabled, deleted or whose tokens were declared invalid meanwhile; 403 as before
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

    /** What they may do with the users of this realm, as an admin or a vendor. */
    public UserRights users() {
        return users;
    }

    /** Is a permission of this realm's management granted? A vendor has them all. */
    boolean holds(RoleModel permission) {
        return isVendor() || (isOfThisRealm() && isGranted(permission));
    }

    /** Would Keycloak take a permission of this realm's management for granted? It does not ask whether the token carries it. */
    boolean holdsForKeycloak(RoleModel permission) {
        return isOfThisRealm() && isInScope(permission);
    }

    /**
     * Was the token narrowed by an exchange, to an audience without this realm's accounts? Keycloak takes the client roles of
     * everybody else out of such a token, and leaves the realm roles in: so a right that is no client role is told by this. Who
     * holds no role of their account in the scope of the client cannot be told so.
     */
    boolean isNarrowed() {
        ClientModel account = home.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
        return account != null
                && !roles.areOf(account)
                && account.getRolesStream().anyMatch(this::isInScope);
    }

    /**
     * Lets Keycloak see the caller while it does something that it judges by the caller's permissions. It finds the user by
     * the token, where that says whose it is, and else by the session; where it finds nobody it would judge nothing.
     *
     * @throws ApiProblem 403 if Keycloak would not know the caller
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

    /** Has lines of the log say who calls; Keycloak's context, from which it would know, must not have them. */
    void nameInLog() {
        if (proof != null) {
            LogContext.caller(user().getId(), client().getClientId());
        }
    }

    /** Is this the username or the e-mail address of the caller's own user? */
    boolean isNamed(String identifier) {
        String name = Identifier.of(identifier).text();
        return isOfThisRealm()
                && (LowerCase.same(name, user().getUsername()) || LowerCase.same(name, user().getEmail()));
    }

    /** Is this the id of the caller's own user? */
    public boolean isSelf(String id) {
        return isOfThisRealm() && id.equals(user().getId());
    }

    /** The caller as Keycloak's admin API knows its own. */
    AdminAuth adminAuth() {
        return new AdminAuth(home, token(), user(), client());
    }

    /**
     * Is the caller a vendor: a user of the platform realm whose role {@code vendor} the token's client has in scope, by a token
     * that carries it and is not narrowed?
     */
    public boolean isVendor() {
        return proof != null && tenancy.isPlatform(home) && isGranted(home.getRole(VENDOR_ROLE)) && !isNarrowed();
    }

    boolean isOfThisRealm() {
        return home.getId().equals(tenancy.realm().getId());
    }

    /** Carried by the token, and still held by the user and in scope: the token may be older than a change of these. */
    private boolean isGranted(RoleModel role) {
        return role != null && roles.carry(role) && isInScope(role);
    }

    /** Held by the user, and in scope of the client and the client scopes that the token was issued with. */
    private boolean isInScope(RoleModel role) {
        return HeldRoles.has(user(), role)
                && (client().isFullScopeAllowed()
                        || TokenManager.getRequestedClientScopes(session, token().getScope(), client(), user())
                                .anyMatch(scope -> scope.hasScope(role)));
    }

    /** Was the token issued after the last time that the user's tokens were declared invalid, as the user is now? */
    boolean isNewEnoughFor(UserModel user) {
        Long issued = token().getIat();
        return issued != null
                && issued
                        >= session.users()
                                .getNotBeforeOfUser(session.getContext().getRealm(), user);
    }

    /** Is this a client by itself, and no person? */
    public boolean isServiceAccount() {
        return proof != null && user().getServiceAccountClientLink() != null;
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

    public AccessToken token() {
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
