package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.users.RoleChange;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import java.util.Optional;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** What a caller may give to others: nobody gives permissions that they do not hold. */
record CallersGranting(ApiCall call) implements Granting {
    @Override
    public RealmModel realm() {
        return call.realm();
    }

    @Override
    public RoleModel role(String name) {
        FieldErrors unknown = new FieldErrors();
        Optional<RoleModel> role = RoleChange.role(call, name, unknown);
        unknown.throwIfAny();
        RoleChange.requireGrantable(role.get(), call);
        return role.get();
    }

    @Override
    public GroupModel group(String path) {
        GroupModel group = KeycloakModelUtils.findGroupByPath(call.session(), call.realm(), path);
        if (group == null || group.getType() != GroupModel.Type.REALM) {
            throw ApiProblem.invalid("groups", "There is no group " + StrictJson.printable(path));
        }
        EscalationGuard guard = new EscalationGuard(call);
        for (GroupModel giver = group; giver != null; giver = giver.getParent()) {
            giver.getRoleMappingsStream().forEach(guard::requireMayGrant);
        }
        return group;
    }
}
