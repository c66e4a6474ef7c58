package dev.userservice.moving;

import dev.userservice.access.Caller;
import dev.userservice.access.ManagedRoles;
import dev.userservice.access.Tenancy;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import java.util.Optional;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** What a tenant's old service may give to its users: everything in the tenant, and nothing on the platform. */
record TenantsGranting(KeycloakSession session, RealmModel realm) implements Granting {
    @Override
    public RoleModel role(String name) {
        if (name.equals(Caller.VENDOR_ROLE)) {
            throw ApiProblem.forbidden("Only a vendor makes vendors");
        }
        return Optional.of(name)
                .filter(new ManagedRoles(session, new Tenancy(session, realm)).highestFirst()::contains)
                .map(realm::getRole)
                .orElseThrow(() -> ApiProblem.invalid("role", "This is not a role of this tenant's users"));
    }

    @Override
    public GroupModel group(String path) {
        return Optional.ofNullable(KeycloakModelUtils.findGroupByPath(session, realm, path))
                .filter(group -> group.getType() == GroupModel.Type.REALM)
                .orElseThrow(() -> ApiProblem.invalid("groups", "There is no group " + StrictJson.printable(path)));
    }
}
