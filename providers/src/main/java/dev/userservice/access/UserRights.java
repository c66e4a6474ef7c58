package dev.userservice.access;

import dev.userservice.keycloak.Identifier;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.authorization.fgap.AdminPermissionsSchema;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;
import org.keycloak.services.resources.admin.fgap.AdminPermissions;

/**
 * The caller's rights over the users of the called realm. A vendor has all of them. For any other caller Keycloak
 * decides, as in its admin API: by the roles of its client {@code realm-management} and, if the realm has fine-grained
 * admin permissions (version 2) enabled, by those; but only as far as the caller's token reaches.
 *
 * <p>A caller who may query users gets 404 both for users whom the caller may not view and for users who do not exist;
 * a caller who may not query users gets 403 for both. Service accounts are clients, not users.
 */
public final class UserRights {
    private static final int MAX_IDENTIFIER = 255;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Caller caller;

    UserRights(KeycloakSession session, RealmModel realm, Caller caller) {
        this.session = session;
        this.realm = realm;
        this.caller = caller;
    }

    /**
     * Requires the right to view one user: the caller's own user or, as an admin, another one.
     *
     * @param id the id, which need not exist
     * @throws ApiProblem 401, 403 or 404
     */
    public UserModel requireView(String id) {
        caller.requireToken();
        if (caller.isSelf(id) && caller.mayViewOwnAccount()) {
            return caller.user();
        }
        requireAny(AdminRoles.VIEW_USERS);
        return byId(id).filter(this::mayView).orElseThrow(() -> nobody(AdminRoles.VIEW_USERS));
    }

    /**
     * Returns the user with this username or e-mail address, if the caller may view them, as with {@link #requireView}.
     * An address that two users share identifies neither.
     *
     * @throws ApiProblem 401 or 403
     */
    public Optional<UserModel> findVisible(String identifier) {
        caller.requireToken();
        if (caller.isNamed(identifier) && caller.mayViewOwnAccount()) {
            return Optional.of(caller.user());
        }
        requireAny(AdminRoles.VIEW_USERS);
        Optional<UserModel> found = byIdentifier(identifier).filter(this::mayView);
        if (found.isEmpty() && !mayAsk()) {
            throw needs(AdminRoles.VIEW_USERS);
        }
        return found;
    }

    /**
     * Requires the right to query users.
     *
     * @return the test whether the caller may view a user
     * @throws ApiProblem 401 or 403
     */
    public Predicate<UserModel> requireViewUsers() {
        caller.requireToken();
        if (!mayAsk()) {
            throw needs(AdminRoles.VIEW_USERS);
        }
        return user -> isPerson(user) && mayView(user);
    }

    /**
     * Requires the right to list users.
     *
     * @return whether all users are listed; if not, only those are listed that fine-grained admin permissions let the
     *     caller view, as in Keycloak's own list. A caller whose role covers all users, but whose token does not, is
     *     refused: Keycloak's filter checks the role alone
     * @throws ApiProblem 401 or 403
     */
    public boolean requireList() {
        caller.requireToken();
        boolean isOfAll = maySeeAll();
        boolean isFiltered = isFineGrained()
                && isGranted(AdminRoles.QUERY_USERS)
                && Stream.of(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        .flatMap(name -> permission(name).stream())
                        .noneMatch(role -> HeldRoles.has(caller.user(), role));
        if (!isOfAll && !isFiltered) {
            throw needs(AdminRoles.VIEW_USERS);
        }
        return isOfAll;
    }

    /**
     * Requires the right to view every user.
     *
     * @throws ApiProblem 401 or 403
     */
    public void requireViewAll() {
        caller.requireToken();
        if (!maySeeAll()) {
            throw needs(AdminRoles.VIEW_USERS);
        }
    }

    /** Whether the caller may view every user. */
    public boolean maySeeAll() {
        return caller.isVendor()
                || Stream.of(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS).anyMatch(this::isGranted);
    }

    /**
     * Requires what every change of a user requires; {@link #requireManage(String)} checks the individual user.
     *
     * @throws ApiProblem 401 or 403
     */
    void requireManageUsers() {
        requireAny(AdminRoles.MANAGE_USERS);
    }

    /**
     * Requires the right to change one user.
     *
     * @param id the id, which need not exist
     * @throws ApiProblem 401 or 403; 400 without an id; 404
     */
    public UserModel requireManage(String id) {
        requireManageUsers();
        new FieldErrors().required("user_id", id).throwIfAny();
        return managed(byId(id));
    }

    /**
     * Requires the right to change the user with this username or e-mail address. An address that two users share
     * identifies neither.
     *
     * @throws ApiProblem 401, 403, 400 or 404
     */
    public UserModel requireManageNamed(String identifier) {
        requireManageUsers();
        new FieldErrors()
                .required("identifier", identifier)
                .text("identifier", identifier, 1, MAX_IDENTIFIER)
                .storable("identifier", identifier)
                .throwIfAny();
        return managed(byIdentifier(identifier));
    }

    /**
     * Requires the right to change a user once more, now that the user's row is locked.
     *
     * @throws ApiProblem 403 or 404
     */
    public UserModel requireManage(UserModel user) {
        return managed(Optional.of(user).filter(UserRights::isPerson));
    }

    /** Whether the caller may change every user, even one who no longer exists. */
    public boolean mayManageAll() {
        return caller.isVendor() || isGranted(AdminRoles.MANAGE_USERS);
    }

    private UserModel managed(Optional<UserModel> found) {
        return found.filter(user -> caller.isVendor()
                        || (isOfToken(AdminRoles.MANAGE_USERS)
                                && keycloak().users().canManage(user)))
                .orElseThrow(() -> found.filter(this::mayView)
                        .map(seen -> needs(AdminRoles.MANAGE_USERS))
                        .orElseGet(() -> nobody(AdminRoles.MANAGE_USERS)));
    }

    /**
     * Requires the right to create users.
     *
     * @throws ApiProblem 403 without the right
     */
    public void requireCreateUsers() {
        boolean mayMake = caller.isVendor()
                || (isOfToken(AdminRoles.MANAGE_USERS) && keycloak().users().canManage());
        if (!mayMake) {
            throw needs(AdminRoles.MANAGE_USERS);
        }
    }

    /** Whether Keycloak lets the caller grant this role to the user, or revoke it. */
    public boolean mayMap(RoleModel role, UserModel user) {
        return caller.isVendor()
                || (isOfToken(AdminRoles.MANAGE_USERS)
                        && keycloak().users().canMapRoles(user)
                        && keycloak().roles().canMapRole(role));
    }

    private void requireAny(String permission) {
        caller.requireToken();
        // Fine-grained permissions may let a caller view or change one user without the right to query users.
        if (!mayAsk() && !isFineGrained()) {
            throw needs(permission);
        }
    }

    private boolean mayAsk() {
        return caller.isVendor()
                || (isOfToken(AdminRoles.QUERY_USERS, AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        && keycloak().users().canQuery());
    }

    private boolean isFineGrained() {
        return caller.isOfThisRealm() && AdminPermissionsSchema.SCHEMA.isAdminPermissionsEnabled(realm);
    }

    private boolean mayView(UserModel user) {
        return caller.isVendor()
                || (isOfToken(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        && keycloak().users().canView(user));
    }

    /**
     * Whether the token covers one of the permissions. Keycloak checks only the user and the client. If it would
     * consider some of the permissions granted, the token must carry one of those. If none, only fine-grained
     * permissions can admit the caller, and the token must not be narrowed.
     */
    private boolean isOfToken(String... permissions) {
        List<RoleModel> roles = Stream.of(permissions)
                .flatMap(name -> permission(name).stream())
                .filter(caller::holdsForKeycloak)
                .toList();
        return roles.isEmpty() ? !caller.isNarrowed() : roles.stream().anyMatch(caller::holds);
    }

    private boolean isGranted(String permission) {
        return permission(permission).filter(caller::holds).isPresent();
    }

    private Optional<RoleModel> permission(String name) {
        ClientModel management = realm.getClientByClientId(Constants.REALM_MANAGEMENT_CLIENT_ID);
        return Optional.ofNullable(management).map(client -> client.getRole(name));
    }

    private Optional<UserModel> byId(String id) {
        // Keycloak splits an id that begins like a federated user's without checking its form.
        boolean isId = StrictJson.isStorable(id) && (!id.startsWith("f:") || id.indexOf(':', 2) > 0);
        // Keycloak finds a user that a session has already loaded by the id in every realm, and the caller is such a
        // user.
        boolean isOfElsewhere =
                !caller.isOfThisRealm() && id.equals(caller.user().getId());
        return isId && !isOfElsewhere
                ? Optional.ofNullable(session.users().getUserById(realm, id)).filter(UserRights::isPerson)
                : Optional.empty();
    }

    private Optional<UserModel> byIdentifier(String identifier) {
        return Identifier.of(identifier).find(session, realm).filter(UserRights::isPerson);
    }

    private static boolean isPerson(UserModel user) {
        return user.getServiceAccountClientLink() == null;
    }

    private ApiProblem nobody(String permission) {
        return mayAsk() ? ApiProblem.notFound("User not found") : needs(permission);
    }

    private static ApiProblem needs(String permission) {
        return ApiProblem.forbidden("This needs the permission " + permission);
    }

    private AdminPermissionEvaluator keycloak() {
        return AdminPermissions.evaluator(session, realm, caller.adminAuth());
    }
}
