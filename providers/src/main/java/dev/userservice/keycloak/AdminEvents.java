package dev.userservice.keycloak;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.ModelToRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.services.resources.admin.AdminEventBuilder;

/** Keycloak's admin events, as the calls of its admin console would make them: who reads those sees our changes too. */
public final class AdminEvents {
    /** The names of details that Keycloak's own admin events do not have. */
    public static final String FROM = "from";

    public static final String TO = "to";
    public static final String ROLE = "role";
    public static final String SESSIONS = "sessions";
    public static final String ERASED = "erased";

    private static final String USERS = "users";

    private final ApiCall call;

    AdminEvents(ApiCall call) {
        this.call = call;
    }

    /** A user was made, changed or deleted; the representation says what of it, and holds no password. */
    void user(OperationType operation, String id, UserRepresentation what) {
        user(operation, id, what, Map.of());
    }

    /**
     * The same.
     *
     * @param details what the representation does not say, such as what was there before
     */
    void user(OperationType operation, String id, UserRepresentation what, Map<String, String> details) {
        AdminEventBuilder event =
                event(ResourceType.USER, operation).resourcePath(USERS, id).representation(what);
        details.forEach(event::detail);
        event.success();
    }

    /**
     * Roles were granted or taken away.
     *
     * @param from the name of the highest role that the user had; empty for none
     * @param to that of the one that they have now
     */
    void roles(OperationType operation, UserModel user, List<RoleModel> roles, Optional<String> from, String to) {
        if (!roles.isEmpty()) {
            event(ResourceType.REALM_ROLE_MAPPING, operation)
                    .detail(FROM, from.orElse(null))
                    .detail(TO, to)
                    .resourcePath(USERS, user.getId(), "role-mappings", "realm")
                    .representation(roles.stream()
                            .map(ModelToRepresentation::toBriefRepresentation)
                            .toList())
                    .success();
        }
    }

    void sessionsEnded(UserModel user, int sessions) {
        event(ResourceType.USER, OperationType.ACTION)
                .detail(SESSIONS, Integer.toString(sessions))
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
