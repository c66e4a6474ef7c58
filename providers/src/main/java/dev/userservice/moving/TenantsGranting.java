package dev.userservice.moving;

import dev.userservice.access.Caller;
import dev.userservice.access.ManagedRoles;
import dev.userservice.access.Tenancy;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.RoleUtils;

/**
 * What a tenant's old service may give to its users: the permissions of the tenant's role {@code admin} and no more. It
 * makes neither vendors nor anybody who may change the realm.
 */
record TenantsGranting(KeycloakSession session, RealmModel realm) implements Granting {
    private static final String ADMIN = "admin";

    @Override
    public RoleModel role(String name) {
        if (name.equals(Caller.VENDOR_ROLE)) {
            throw ApiProblem.forbidden("Only a vendor makes vendors");
        }
        RoleModel role = Optional.of(name)
                .filter(new ManagedRoles(session, new Tenancy(session, realm)).highestFirst()::contains)
                .map(realm::getRole)
                .orElseThrow(() -> ApiProblem.invalid("role", "This is not a role of this tenant's users"));
        requireNoMoreThanAdmin(Set.of(role));
        return role;
    }

    @Override
    public GroupModel group(String path) {
        GroupModel group = Optional.ofNullable(KeycloakModelUtils.findGroupByPath(session, realm, path))
                .filter(found -> found.getType() == GroupModel.Type.REALM)
                .orElseThrow(() -> ApiProblem.invalid("groups", "There is no group " + StrictJson.printable(path)));
        for (GroupModel giver = group; giver != null; giver = giver.getParent()) {
            requireNoMoreThanAdmin(giver.getRoleMappingsStream().collect(Collectors.toSet()));
        }
        return group;
    }

    /** Rejects roles with a permission over the realm that the tenant's own role {@code admin} has not. */
    private void requireNoMoreThanAdmin(Set<RoleModel> given) {
        ClientModel management = realm.getClientByClientId(Constants.REALM_MANAGEMENT_CLIENT_ID);
        RoleModel admin = realm.getRole(ADMIN);
        Set<RoleModel> allowed = admin == null ? Set.of() : RoleUtils.expandCompositeRoles(Set.of(admin));
        boolean isMore = RoleUtils.expandCompositeRoles(given).stream()
                .filter(role -> role.isClientRole()
                        && management != null
                        && role.getContainerId().equals(management.getId()))
                .anyMatch(role -> !allowed.contains(role));
        if (isMore) {
            throw ApiProblem.forbidden("This gives permissions over the realm, which only its administrators give");
        }
    }
}
