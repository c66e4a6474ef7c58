package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.authorization.fgap.AdminPermissionsSchema;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;
import org.keycloak.services.resources.admin.fgap.AdminPermissions;

/**
 * The caller's rights over the users of the called realm. A vendor has all of them. For any other caller Keycloak
 * decides, as in its admin API: by the roles of its client {@code realm-management} and, if the realm has fine-grained
 * admin permissions (version 2) enabled, by those; but only as far as the caller's token reaches. Keycloak's evaluator is
 * costly to make, so it is not asked about a caller whose roles cover all users: it would ask for these roles first.
 *
 * <p>A caller who may query users gets 404 both for users whom the caller may not view and for users who do not exist;
 * a caller who may not query users gets 403 for both. Service accounts are clients, not users.
 */
public final class UserRights {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final Caller caller;
    private final AdminPermissionRoles permissions;
    private final UserLookup users;

    UserRights(KeycloakSession session, RealmModel realm, Caller caller) {
        this.session = session;
        this.realm = realm;
        this.caller = caller;
        this.permissions = new AdminPermissionRoles(realm, caller);
        this.users = new UserLookup(session, realm, caller);
    }

    /**
     * Requires the right to view one user: the caller's own user or, as an admin, another one.
     *
     * @param id the id, which need not exist
     * @throws ApiProblem 401, 403 or 404
     */
    public UserModel requireView(String id) {
        caller.requireToken();
        if (caller.isSelf(id) && caller.ownAccount().mayView()) {
            return caller.user();
        }
        requireAny(AdminRoles.VIEW_USERS);
        return users.byId(id).filter(this::mayView).orElseThrow(() -> nobody(AdminRoles.VIEW_USERS));
    }

    /**
     * Returns the user with this username or e-mail address, if the caller may view them, as with {@link #requireView}.
     * An address that two users share identifies neither.
     *
     * @throws ApiProblem 401 or 403
     */
    public Optional<UserModel> findVisible(String identifier) {
        caller.requireToken();
        if (caller.isNamed(identifier) && caller.ownAccount().mayView()) {
            return Optional.of(caller.user());
        }
        requireAny(AdminRoles.VIEW_USERS);
        Optional<UserModel> found = users.byIdentifier(identifier).filter(this::mayView);
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
        return user -> UserLookup.isPerson(user) && mayView(user);
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
                && permissions.isGranted(AdminRoles.QUERY_USERS)
                && Stream.of(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        .flatMap(name -> permissions.role(name).stream())
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
                || Stream.of(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS).anyMatch(permissions::isGranted);
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
        return managed(users.byId(id));
    }

    /**
     * Requires the right to change the user with this username or e-mail address. An address that two users share
     * identifies neither.
     *
     * @throws ApiProblem 401, 403, 400 or 404
     */
    public UserModel requireManageNamed(String identifier) {
        requireManageUsers();
        new FieldErrors().required("identifier", identifier).throwIfAny();
        return managed(users.byIdentifier(identifier));
    }

    /**
     * Requires the right to change a user once more, now that the user's row is locked.
     *
     * @throws ApiProblem 403 or 404
     */
    public UserModel requireManage(UserModel user) {
        return managed(Optional.of(user).filter(UserLookup::isPerson));
    }

    /** Whether the caller may change every user, even one who no longer exists. */
    public boolean mayManageAll() {
        return caller.isVendor() || permissions.isGranted(AdminRoles.MANAGE_USERS);
    }

    private UserModel managed(Optional<UserModel> found) {
        return found.filter(user -> mayManageAll()
                        || (permissions.isAnyOfToken(AdminRoles.MANAGE_USERS)
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
        boolean mayMake = mayManageAll()
                || (permissions.isAnyOfToken(AdminRoles.MANAGE_USERS)
                        && keycloak().users().canManage());
        if (!mayMake) {
            throw needs(AdminRoles.MANAGE_USERS);
        }
    }

    /**
     * Requires the right to import users, which is that to manage every user.
     *
     * @throws ApiProblem 403 without the right
     */
    public void requireImport() {
        if (!mayManageAll()) {
            throw needs(AdminRoles.MANAGE_USERS);
        }
    }

    /**
     * Requires the right to export users, which is that to manage every user. Secrets are for vendors alone.
     *
     * @param withSecrets whether the export has password hashes and second factors
     * @throws ApiProblem 403 without the right
     */
    public void requireExport(boolean withSecrets) {
        if (!mayManageAll()) {
            throw needs(AdminRoles.MANAGE_USERS);
        }
        if (withSecrets && !caller.isVendor()) {
            throw ApiProblem.forbidden("Only a vendor may export secrets");
        }
    }

    /** Whether Keycloak lets the caller grant this role to the user, or revoke it. */
    public boolean mayMap(RoleModel role, UserModel user) {
        return caller.isVendor()
                || (permissions.isAnyOfToken(AdminRoles.MANAGE_USERS)
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
        return maySeeAll()
                || (permissions.isAnyOfToken(AdminRoles.QUERY_USERS, AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        && keycloak().users().canQuery());
    }

    private boolean isFineGrained() {
        return caller.isOfThisRealm() && AdminPermissionsSchema.SCHEMA.isAdminPermissionsEnabled(realm);
    }

    private boolean mayView(UserModel user) {
        return maySeeAll()
                || (permissions.isAnyOfToken(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS)
                        && keycloak().users().canView(user));
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
