package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import java.util.Set;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * Who is above a caller. Who changes somebody's e-mail address can be that person next, and who grants a role can have it
 * by another account: so nobody does either with what they do not hold themselves, whatever Keycloak's permission to manage
 * users allows.
 */
public final class EscalationGuard {
    private final RealmModel realm;
    private final Tenancy tenancy;
    private final Caller caller;

    public EscalationGuard(ApiCall call) {
        this.realm = call.realm();
        this.tenancy = call.tenancy();
        this.caller = call.caller();
    }

    /**
     * Demands that the user holds no permission of realm-management, and is no vendor, unless the caller is one as well.
     *
     * @throws ApiProblem 403
     */
    public void requireNotMorePrivileged(UserModel user) {
        if (caller.isVendor()) {
            return;
        }
        if (isMore(RoleUtils.getDeepUserRoleMappings(user))) {
            throw ApiProblem.forbidden("This user has permissions that the caller has not");
        }
    }

    /**
     * Demands that the caller holds all that a role contains.
     *
     * @throws ApiProblem 403
     */
    public void requireMayGrant(RoleModel granted) {
        if (caller.isVendor()) {
            return;
        }
        if (isMore(RoleUtils.expandCompositeRoles(Set.of(granted)))) {
            throw ApiProblem.forbidden("This role has permissions that the caller has not");
        }
    }

    private boolean isMore(Set<RoleModel> roles) {
        ClientModel management = realm.getClientByClientId(Constants.REALM_MANAGEMENT_CLIENT_ID);
        return roles.stream().anyMatch(role -> isVendorRole(role) || (isOf(management, role) && !caller.holds(role)));
    }

    private boolean isVendorRole(RoleModel role) {
        return tenancy.isPlatform() && role.equals(realm.getRole(Caller.VENDOR_ROLE));
    }

    private static boolean isOf(ClientModel management, RoleModel role) {
        return management != null
                && role.isClientRole()
                && role.getContainerId().equals(management.getId())
                && AdminRoles.REALM_MANAGEMENT_ROLES.contains(role.getName());
    }
}
