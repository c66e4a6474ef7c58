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

/**
 * Fires Keycloak admin events for changes made through this API, as calls of the admin console would: readers of admin
 * events see these changes too.
 */
public record AdminEvents(ApiCall call) {
    /** The name of a note for the activity log, as are the following constants. */
    public static final String FROM = "from";

    public static final String TO = "to";
    public static final String ROLE = "role";
    public static final String SESSIONS = "sessions";
    public static final String ERASED = "erased";

    /** How many users an import has made, has changed, and has given a weak password hash. */
    public static final String IMPORTED = "imported";

    public static final String UPDATED = "updated";
    public static final String WEAK = "weak_hashes";

    /** Whether an export of users has begun, and whether it has their secrets. */
    public static final String EXPORTED = "exported";

    public static final String SECRETS = "secrets";

    /** Whether a user was created by an invitation, and whether one was deleted because the invitation was revoked. */
    public static final String INVITED = "invited";

    public static final String REVOKED = "revoked";

    private static final String NOTES = AdminEvents.class.getName();
    private static final String USERS = "users";

    /**
     * Fires the event that a user was created, changed or deleted.
     *
     * @param what what was changed, without a password
     * @param notes values for the activity log beyond the representation, such as previous values. They are not details
     *     of the event: Keycloak would store and print an event's details even where a realm does not keep
     *     representations
     */
    public void user(OperationType operation, String id, UserRepresentation what, Map<String, String> notes) {
        fire(event(ResourceType.USER, operation).resourcePath(USERS, id).representation(what), notes);
    }

    /** Fires the event that users were imported. There is one for each transaction of an import, and none for each user. */
    public void imported(int created, int updated, int weak) {
        fire(
                event(ResourceType.USER, OperationType.ACTION).resourcePath("users-import"),
                Map.of(
                        IMPORTED,
                        Integer.toString(created),
                        UPDATED,
                        Integer.toString(updated),
                        WEAK,
                        Integer.toString(weak)));
    }

    /** Fires the event that an export of users begins. */
    public void exported(boolean withSecrets) {
        fire(
                event(ResourceType.USER, OperationType.ACTION).resourcePath("users-export"),
                Map.of(EXPORTED, "true", SECRETS, Boolean.toString(withSecrets)));
    }

    /** Fires the event that all that is held about a user was exported. */
    public void exported(UserModel user) {
        fire(
                event(ResourceType.USER, OperationType.ACTION).resourcePath(USERS, user.getId(), "export"),
                Map.of(EXPORTED, "true"));
    }

    /** Fires the event that the mail of an invitation was requested again. */
    public void invitationResent(UserModel user) {
        event(ResourceType.USER, OperationType.ACTION)
                .resourcePath(USERS, user.getId(), "invitation")
                .success();
    }

    /**
     * Fires the event that roles were granted or revoked; none for an empty list.
     *
     * @param from the name of the user's highest role before the change; empty if there was none
     * @param to the name of the user's highest role now
     */
    public void roles(
            OperationType operation, UserModel user, List<RoleModel> roles, Optional<String> from, String to) {
        if (!roles.isEmpty()) {
            Map<String, String> notes = new HashMap<>();
            from.ifPresent(name -> notes.put(FROM, name));
            notes.put(TO, to);
            fire(
                    event(ResourceType.REALM_ROLE_MAPPING, operation)
                            .resourcePath(USERS, user.getId(), "role-mappings", "realm")
                            .representation(roles.stream()
                                    .map(ModelToRepresentation::toBriefRepresentation)
                                    .toList()),
                    notes);
        }
    }

    /** Fires the event that a credential was created or removed. Its only detail is the credential's type. */
    public void credential(OperationType operation, UserModel user, CredentialModel credential) {
        event(ResourceType.USER, operation)
                .resourcePath(USERS, user.getId(), "credentials", credential.getId())
                .detail(Details.CREDENTIAL_TYPE, credential.getType())
                .success();
    }

    public void sessionsEnded(UserModel user, int sessions) {
        fire(
                event(ResourceType.USER, OperationType.ACTION).resourcePath(USERS, user.getId(), "logout"),
                Map.of(SESSIONS, Integer.toString(sessions)));
    }

    private void fire(AdminEventBuilder event, Map<String, String> notes) {
        call.session().setAttribute(NOTES, Map.copyOf(notes));
        try {
            event.success();
        } finally {
            call.session().removeAttribute(NOTES);
        }
    }

    /**
     * Returns the notes for the activity log of the admin event that is being fired. Keycloak's own events have none.
     */
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
