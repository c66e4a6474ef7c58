package dev.userservice.access;

import java.util.stream.Stream;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * The roles that a user holds by themselves or by groups of the realm. {@link UserModel#hasRole} says the same, but for roles of groups of
 * organizations: those it leaves out for a user that comes from Keycloak's cache, and counts for one that the transaction has changed, or that is not cached.
 */
public final class HeldRoles {
    private HeldRoles() {}

    /** Whether the user holds the role, or one that contains it. */
    public static boolean has(UserModel user, RoleModel role) {
        return has(user, user.getRoleMappingsStream(), role);
    }

    /** The same, if the user were mapped to these roles. */
    public static boolean has(UserModel user, Stream<RoleModel> mapped, RoleModel role) {
        return RoleUtils.hasRole(mapped, role)
                || RoleUtils.hasRoleFromGroup(
                        user.getGroupsStream().filter(group -> group.getType() == GroupModel.Type.REALM), role, true);
    }
}
