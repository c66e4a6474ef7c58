package dev.userservice.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.Details;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.ModelToRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.services.resources.admin.AdminEventBuilder;

/** Keycloak's admin events, as the calls of its admin console would make them: who reads those sees our changes too. */
public final class AdminEvents {
    /** What the activity log is told, by name. */
    public static final String FROM = "from";

    public static final String TO = "to";
    public static final String ROLE = "role";
    public static final String SESSIONS = "sessions";
    public static final String ERASED = "erased";

    private static final String NOTES = AdminEvents.class.getName();
    private static final String USERS = "users";

    private final ApiCall call;

    public AdminEvents(ApiCall call) {
        this.call = call;
    }

    /** A user was made, changed or deleted; the representation says what of it, and holds no password. */
    public void user(OperationType operation, String id, UserRepresentation what) {
        user(operation, id, what, Map.of());
    }

    /**
     * The same.
     *
     * @param notes what the activity log is told beyond it, such as what was there before: Keycloak would keep and print
     *     an event's own details even where a realm wants no representations kept
     */
    public void user(OperationType operation, String id, UserRepresentation what, Map<String, String> notes) {
        tell(event(ResourceType.USER, operation).resourcePath(USERS, id).representation(what), notes);
    }

    /**
     * Roles were granted or taken away.
     *
     * @param from the name of the highest role that the user had; empty for none
     * @param to that of the one that they have now
     */
    public void roles(
            OperationType operation, UserModel user, List<RoleModel> roles, Optional<String> from, String to) {
        if (!roles.isEmpty()) {
            Map<String, String> notes = new HashMap<>();
            from.ifPresent(name -> notes.put(FROM, name));
            notes.put(TO, to);
            tell(
                    event(ResourceType.REALM_ROLE_MAPPING, operation)
                            .resourcePath(USERS, user.getId(), "role-mappings", "realm")
                            .representation(roles.stream()
                                    .map(ModelToRepresentation::toBriefRepresentation)
                                    .toList()),
                    notes);
        }
    }

    /** A credential was made or removed; nothing of it but the type is told. */
    public void credential(OperationType operation, UserModel user, CredentialModel credential) {
        event(ResourceType.USER, operation)
                .resourcePath(USERS, user.getId(), "credentials", credential.getId())
                .detail(Details.CREDENTIAL_TYPE, credential.getType())
                .success();
    }

    public void sessionsEnded(UserModel user, int sessions) {
        tell(
                event(ResourceType.USER, OperationType.ACTION).resourcePath(USERS, user.getId(), "logout"),
                Map.of(SESSIONS, Integer.toString(sessions)));
    }

    private void tell(AdminEventBuilder event, Map<String, String> notes) {
        call.session().setAttribute(NOTES, Map.copyOf(notes));
        try {
            event.success();
        } finally {
            call.session().removeAttribute(NOTES);
        }
    }

    /** What the event that a listener is being told of says to the activity log alone; nothing of Keycloak's own events. */
    @SuppressWarnings("unchecked")
    public static Map<String, String> notes(KeycloakSession session) {
        return Objects.requireNonNullElse(session.getAttribute(NOTES, Map.class), Map.of());
    }

    public void lockoutCleared(UserModel user) {
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
