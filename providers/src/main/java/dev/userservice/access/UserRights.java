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
 * What a caller may do with the users of the realm that is called. A vendor may do all of it; of anybody else Keycloak judges,
 * as in its admin API: by the roles of its client {@code realm-management}, and where the realm has fine-grained admin
 * permissions (version 2) on, by these; but only as far as the caller's token reaches.
 *
 * <p>Who may ask for users is told 404 of those they may not see and of those there are not, and who may not is told 403 of
 * both. Service accounts are clients, not users.
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
     * Demands the right to see one user: oneself, or as an admin.
     *
     * @param id need not exist
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
     * Whoever has this username or e-mail address, if the caller may see them, as with {@link #requireView}. An address that
     * two users share is nobody's.
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
     * Demands the right to ask for users.
     *
     * @return which of them the caller may see
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
     * Demands the right to list users.
     *
     * @return whether all of them are listed; if not, only those that fine-grained admin permissions let the caller see, as
     *     Keycloak's own list does. Who sees all by their role but not by their token sees nobody: Keycloak's filter looks at
     *     the role alone.
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
     * Demands the right to see every user, whoever they are.
     *
     * @throws ApiProblem 401 or 403
     */
    public void requireViewAll() {
        caller.requireToken();
        if (!maySeeAll()) {
            throw needs(AdminRoles.VIEW_USERS);
        }
    }

    /** May the caller see every user? */
    public boolean maySeeAll() {
        return caller.isVendor()
                || Stream.of(AdminRoles.VIEW_USERS, AdminRoles.MANAGE_USERS).anyMatch(this::isGranted);
    }

    /**
     * Demands what nobody changes a user without; of which users it is true, {@link #requireManage(String)} asks.
     *
     * @throws ApiProblem 401 or 403
     */
    void requireManageUsers() {
        requireAny(AdminRoles.MANAGE_USERS);
    }

    /**
     * Demands the right to change one user.
     *
     * @param id need not exist
     * @throws ApiProblem 401 or 403; 400 for no id; 404
     */
    public UserModel requireManage(String id) {
        requireManageUsers();
        new FieldErrors().required("user_id", id).throwIfAny();
        return managed(byId(id));
    }

    /**
     * The same by a username or an e-mail address. Two users of one address are nobody.
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
     * Demands it again, of the user as it is under a lock.
     *
     * @throws ApiProblem 403 or 404
     */
    public UserModel requireManage(UserModel user) {
        return managed(Optional.of(user).filter(UserRights::isPerson));
    }

    /** May the caller change every user, also one who is no more? */
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
     * Demands the right to make users.
     *
     * @throws ApiProblem 403
     */
    public void requireCreateUsers() {
        boolean mayMake = caller.isVendor()
                || (isOfToken(AdminRoles.MANAGE_USERS) && keycloak().users().canManage());
        if (!mayMake) {
            throw needs(AdminRoles.MANAGE_USERS);
        }
    }

    /** Does Keycloak let the caller change this user's role mappings by this role? */
    public boolean mayMap(RoleModel role, UserModel user) {
        return caller.isVendor()
                || (isOfToken(AdminRoles.MANAGE_USERS)
                        && keycloak().users().canMapRoles(user)
                        && keycloak().roles().canMapRole(role));
    }

    private void requireAny(String permission) {
        caller.requireToken();
        // Fine-grained permissions may let somebody see or change one user who may not ask for users at all.
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
     * Keycloak judges by the person and the client. If it would take one of these permissions for granted, the token must carry
     * one of them too; if none, only fine-grained permissions can let the caller in, whose token then must not be narrowed.
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
        // Keycloak takes an id apart unseen that begins like a federated user's.
        boolean isId = StrictJson.isStorable(id) && (!id.startsWith("f:") || id.indexOf(':', 2) > 0);
        // A user that a session has loaded already, Keycloak finds by the id in every realm: the caller is one.
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
