package dev.userservice.access;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * Checks the roles that a user holds directly or through groups of the realm. {@link UserModel#hasRole} differs only in
 * the roles of organization groups: it ignores them for a user from Keycloak's cache, but counts them for a user that
 * is not cached or that the transaction has changed.
 */
public final class HeldRoles {
    private HeldRoles() {}

    /** Whether the user holds the role, or a composite that contains it. */
    public static boolean has(UserModel user, RoleModel role) {
        return has(user, user.getRoleMappingsStream(), role);
    }

    /** Returns all roles that the user holds, with those that composites contain. */
    public static Set<RoleModel> all(UserModel user) {
        Stream<RoleModel> ofGroups = user.getGroupsStream()
                .filter(group -> group.getType() == GroupModel.Type.REALM)
                .flatMap(group -> Stream.iterate(group, Objects::nonNull, GroupModel::getParent))
                .flatMap(GroupModel::getRoleMappingsStream);
        return RoleUtils.expandCompositeRolesStream(Stream.concat(user.getRoleMappingsStream(), ofGroups))
                .collect(Collectors.toSet());
    }

    /** Whether the user would hold the role if these were the user's direct role mappings. */
    public static boolean has(UserModel user, Stream<RoleModel> mapped, RoleModel role) {
        return RoleUtils.hasRole(mapped, role) || has(user.getGroupsStream(), role);
    }

    /** Whether members of the groups hold the role. */
    static boolean has(Stream<GroupModel> groups, RoleModel role) {
        return RoleUtils.hasRoleFromGroup(groups.filter(group -> group.getType() == GroupModel.Type.REALM), role, true);
    }
}
