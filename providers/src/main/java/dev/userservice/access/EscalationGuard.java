package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import java.util.Set;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * Refuses changes that would give a caller more permissions. Whoever changes a user's e-mail address can take over that
 * user's account, and whoever grants a role can gain it through another account: so callers may do neither with
 * permissions that they do not hold themselves, whatever Keycloak's permission to manage users allows.
 */
public record EscalationGuard(ApiCall call) {

    /**
     * Rejects a user who is a vendor or holds a permission of {@code realm-management} that the caller does not hold.
     * If the caller is a vendor, no user is rejected.
     *
     * @throws ApiProblem 403 for such a user
     */
    public void requireNotMorePrivileged(UserModel user) {
        if (!call.caller().isVendor() && isMore(RoleUtils.getDeepUserRoleMappings(user))) {
            throw ApiProblem.forbidden("This user has permissions that the caller has not");
        }
    }

    /**
     * Rejects a role that contains permissions that the caller does not hold. If the caller is a vendor, no role is
     * rejected.
     *
     * @throws ApiProblem 403 for such a role
     */
    public void requireMayGrant(RoleModel granted) {
        if (!call.caller().isVendor() && isMore(RoleUtils.expandCompositeRoles(Set.of(granted)))) {
            throw ApiProblem.forbidden("This role has permissions that the caller has not");
        }
    }

    private boolean isMore(Set<RoleModel> roles) {
        ClientModel management = call.realm().getClientByClientId(Constants.REALM_MANAGEMENT_CLIENT_ID);
        return roles.stream()
                .anyMatch(role -> isVendorRole(role)
                        || (isOf(management, role) && !call.caller().holds(role)));
    }

    private boolean isVendorRole(RoleModel role) {
        return call.tenancy().isPlatform() && role.equals(call.realm().getRole(Caller.VENDOR_ROLE));
    }

    private static boolean isOf(ClientModel management, RoleModel role) {
        return management != null
                && role.isClientRole()
                && role.getContainerId().equals(management.getId())
                && AdminRoles.REALM_MANAGEMENT_ROLES.contains(role.getName());
    }
}
