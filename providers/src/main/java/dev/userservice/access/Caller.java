package dev.userservice.access;

import dev.userservice.http.LogContext;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.Identifier;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.services.resources.admin.AdminAuth;

/**
 * The caller of the API, and the caller's rights in the called realm.
 *
 * <p>Keycloak itself verifies the token; see {@link TokenAuthentication}. {@link GrantedRoles} says which roles count.
 */
public final class Caller {
    /** The realm role that makes a user of the platform realm a vendor; in any other realm the name has no meaning. */
    public static final String VENDOR_ROLE = "vendor";

    private final KeycloakSession session;
    private final Tenancy tenancy;
    private final RealmModel home;
    private final AuthResult proof;
    private final GrantedRoles roles;
    private final UserRights users;
    private final OwnAccountRights ownAccount;

    private Caller(KeycloakSession session, Tenancy tenancy, RealmModel home, AuthResult proof, TokenRoles carried) {
        this.session = session;
        this.tenancy = tenancy;
        this.home = home;
        this.proof = proof;
        this.roles = proof == null ? null : new GrantedRoles(session, home, proof, carried);
        this.users = new UserRights(session, tenancy.realm(), this);
        this.ownAccount = new OwnAccountRights(session, home, this, roles);
    }

    /**
     * Authenticates the sender of the request's bearer token; without a token, the caller is anonymous.
     *
     * @param signed the subject of that token, if the called realm or the platform has signed it
     * @param audience the audience that the token's {@code aud} must contain; empty for no check
     * @throws ApiProblem 401 for a token that is not a valid access token of a tenant of this server
     */
    static Caller of(
            KeycloakSession session, Tenancy tenancy, Optional<TokenSubject> signed, Optional<String> audience) {
        return BearerToken.of(session)
                .map(token -> {
                    RealmModel home = signed.filter(subject ->
                                    subject.home().equals(tenancy.realm().getId()))
                            .map(subject -> tenancy.realm())
                            .or(() -> tenancy.tenantOf(BearerToken.claims(token).getIssuer()))
                            .orElseThrow(ApiProblem::invalidToken);
                    AuthResult proof = TokenAuthentication.verify(session, home, token, audience);
                    return new Caller(session, tenancy, home, proof, TokenRoles.of(session, proof));
                })
                .orElseGet(() -> anonymous(session, tenancy));
    }

    /** Returns an anonymous caller, for a request that carries another proof than an access token, or none. */
    static Caller anonymous(KeycloakSession session, Tenancy tenancy) {
        return new Caller(session, tenancy, tenancy.realm(), null, null);
    }

    /**
     * Returns the same caller in another session.
     *
     * @throws ApiProblem 401 if the user or the client of the token has been removed or disabled
     */
    Caller in(KeycloakSession other, Tenancy there) {
        RealmModel realm = other.realms().getRealm(home.getId());
        UserModel user = realm == null ? null : other.users().getUserById(realm, user().getId());
        ClientModel client = realm == null ? null : realm.getClientById(client().getId());
        if (user == null || client == null || !user.isEnabled() || !client.isEnabled() || isEnded(other, realm, user)) {
            throw ApiProblem.invalidToken();
        }
        AuthResult known = new AuthResult(user, proof.session(), token(), client);
        return new Caller(other, there, realm, known, roles.carried());
    }

    /** Whether the session of the token has ended, or the tokens of the user or of the realm have been revoked. */
    private boolean isEnded(KeycloakSession other, RealmModel realm, UserModel user) {
        UserSessionModel known = proof.session();
        boolean isKept = known != null
                && known.getPersistenceState() != UserSessionModel.SessionPersistenceState.TRANSIENT
                && token().getSessionId() != null;
        boolean isGone = isKept
                && other.sessions().getUserSession(realm, token().getSessionId()) == null
                && other.sessions().getOfflineUserSession(realm, token().getSessionId()) == null;
        int revoked = Math.max(realm.getNotBefore(), other.users().getNotBeforeOfUser(realm, user));
        return isGone || token().getIat() < revoked;
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
            case OWN_ACCOUNT_VIEW -> ownAccount.requireView();
            case OWN_ACCOUNT_MANAGE -> ownAccount.requireManage();
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

    /** Returns the caller's rights over their own account. */
    public OwnAccountRights ownAccount() {
        return ownAccount;
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
        return isVendor() || (isOfThisRealm() && roles.isGranted(permission));
    }

    /**
     * Whether Keycloak itself would consider a permission of this realm granted. It does not check whether the token
     * carries it.
     */
    boolean holdsForKeycloak(RoleModel permission) {
        return isOfThisRealm() && roles.isInScope(permission);
    }

    /** Whether a token exchange has narrowed the token; see {@link GrantedRoles#isNarrowed}. */
    boolean isNarrowed() {
        return roles.isNarrowed();
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
        return proof != null && tenancy.isPlatform(home) && roles.isGranted(home.getRole(VENDOR_ROLE)) && !isNarrowed();
    }

    boolean isOfThisRealm() {
        return home.getId().equals(tenancy.realm().getId());
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

    /** Returns when the token was issued, in whole seconds; empty for a token that does not say so. */
    public Optional<Instant> tokenIssuedAt() {
        return Optional.ofNullable(token().getIat()).map(Instant::ofEpochSecond);
    }

    /** Returns when the person behind the token has logged in; empty if that cannot be told, see {@link LoginTime}. */
    public Optional<Instant> loggedInAt() {
        return proof == null ? Optional.empty() : LoginTime.of(proof, roles.carried());
    }

    /** Returns the session of this realm that the token belongs to; empty for a token that belongs to none. */
    public Optional<UserSessionModel> ownSession() {
        return Optional.ofNullable(proof)
                .filter(known -> isOfThisRealm() && known.token().getSessionId() != null)
                .map(AuthResult::session);
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
        return ownSession().orElseThrow(() -> ApiProblem.forbidden("The token belongs to no session of this tenant"));
    }
}
