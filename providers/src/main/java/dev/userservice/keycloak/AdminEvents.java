package dev.userservice.keycloak;

import java.util.List;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.ModelToRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.services.resources.admin.AdminEventBuilder;

/** Keycloak's admin events, as the calls of its admin console would make them: who reads those sees our changes too. */
final class AdminEvents {
    private static final String USERS = "users";

    private final ApiCall call;

    AdminEvents(ApiCall call) {
        this.call = call;
    }

    /** A user was made, changed or deleted; the representation says what of it, and holds no password. */
    void user(OperationType operation, String id, UserRepresentation what) {
        event(ResourceType.USER, operation)
                .resourcePath(USERS, id)
                .representation(what)
                .success();
    }

    /** Roles were granted or taken away. */
    void roles(OperationType operation, UserModel user, List<RoleModel> roles) {
        if (!roles.isEmpty()) {
            event(ResourceType.REALM_ROLE_MAPPING, operation)
                    .resourcePath(USERS, user.getId(), "role-mappings", "realm")
                    .representation(roles.stream()
                            .map(ModelToRepresentation::toBriefRepresentation)
                            .toList())
                    .success();
        }
    }

    void sessionsEnded(UserModel user) {
        event(ResourceType.USER, OperationType.ACTION)
                .resourcePath(USERS, user.getId(), "logout")
                .success();
    }

    void lockoutCleared(UserModel user) {
        event(ResourceType.USER_LOGIN_FAILURE, OperationType.DELETE)
                .resourcePath("attack-detection", "brute-force", USERS, user.getId())
                .success();
    }

    private AdminEventBuilder event(ResourceType resource, OperationType operation) {
        return new AdminEventBuilder(
                        call.realm(),
                        call.caller().adminAuth(),
                        call.session(),
                        call.session().getContext().getConnection())
                .resource(resource)
                .operation(operation);
    }
}
