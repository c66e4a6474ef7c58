package dev.userservice.activity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.userservice.access.AdminEvents;
import dev.userservice.activity.UserEventMapping.Entry;
import dev.userservice.web.StrictJson;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

/** Maps Keycloak's admin events to activities; each event has one. */
final class AdminEventMapping {
    /** The path of a user, or below it, in the admin REST API or in SCIM. */
    private static final Pattern OF_USER = Pattern.compile("(?:users|scim/v2/Users)/([^/]+)(?:/(.+))?");

    /** The path of an organization's members. A new member is named only in the event's details. */
    private static final Pattern OF_MEMBER = Pattern.compile("organizations/[^/]+/members(?:/([^/]+))?");

    private static final Pattern OF_LOCKOUT = Pattern.compile("(?:attack-detection/brute-force/)?users(?:/([^/]+))?");

    /** The path of a user in a partial import, whose events have the resource type of the realm. */
    private static final Pattern IMPORTED = Pattern.compile("users/[^/]+");

    /** The resource types whose paths begin with the user; those of other types may look the same. */
    private static final Set<ResourceType> OF_USERS = EnumSet.of(
            ResourceType.USER,
            ResourceType.REALM_ROLE_MAPPING,
            ResourceType.CLIENT_ROLE_MAPPING,
            ResourceType.GROUP_MEMBERSHIP);

    private static final int MAX_REPRESENTATION = 256 * 1024;

    private static final Map<String, String> API_NAMES = Map.of(
            "firstName", "first_name",
            "lastName", "last_name",
            "enabled", "is_active",
            "emailVerified", "is_email_verified");

    /** The fields of a user's representation that are not reported as changed. */
    private static final Set<String> NO_FIELDS = Set.of(
            "id",
            "access",
            "attributes",
            "createdTimestamp",
            "disableableCredentialTypes",
            "totp",
            "userProfileMetadata");

    private AdminEventMapping() {}

    /**
     * Returns the activity that an admin event reports.
     *
     * @param notes what the API's own routes know beyond the event
     */
    static Entry of(AdminEvent event, Map<String, String> notes) {
        String path = Objects.requireNonNullElse(event.getResourcePath(), "");
        ResourceType resource = Objects.requireNonNullElse(event.getResourceType(), ResourceType.CUSTOM);
        ActivityDetails details = new ActivityDetails();
        if (resource == ResourceType.USER_LOGIN_FAILURE) {
            Matcher locked = OF_LOCKOUT.matcher(path);
            return new Entry(Action.USER_UNLOCKED, locked.matches() ? locked.group(1) : null, details);
        }
        if (resource == ResourceType.USER_SESSION) {
            return new Entry(Action.LOGOUT, null, details);
        }
        if (notes.containsKey(AdminEvents.IMPORTED)) {
            Stream.of(AdminEvents.IMPORTED, AdminEvents.UPDATED, AdminEvents.WEAK)
                    .forEach(count -> details.number(count, Long.parseLong(notes.get(count))));
            return new Entry(Action.USERS_IMPORTED, null, details);
        }
        if (notes.containsKey(AdminEvents.EXPORTED)) {
            details.flag(AdminEvents.SECRETS, Boolean.parseBoolean(notes.get(AdminEvents.SECRETS)));
            Matcher exported = OF_USER.matcher(path);
            return new Entry(Action.USERS_EXPORTED, exported.matches() ? exported.group(1) : null, details);
        }
        Matcher member = OF_MEMBER.matcher(path);
        boolean isOfMember = resource == ResourceType.ORGANIZATION_MEMBERSHIP && member.matches();
        if (isOfMember && event.getOperationType() == OperationType.CREATE) {
            return new Entry(Action.ORGANIZATION_JOINED, null, details);
        }
        if (isOfMember && event.getOperationType() == OperationType.DELETE) {
            return new Entry(Action.ORGANIZATION_LEFT, member.group(1), details);
        }
        Matcher user = OF_USER.matcher(path);
        boolean isOfUser = OF_USERS.contains(resource)
                || (resource == ResourceType.REALM && IMPORTED.matcher(path).matches());
        if (!isOfUser || !user.matches()) {
            return new Entry(Action.CONFIG_CHANGED, null, config(details, event, path));
        }
        String id = user.group(1);
        String what = Objects.requireNonNullElse(user.group(2), "");
        Action action = switch (resource) {
            case REALM_ROLE_MAPPING, CLIENT_ROLE_MAPPING -> roles(event, notes, what, details);
            case GROUP_MEMBERSHIP -> {
                details.text("group", text(representation(event, details), "path", "name"));
                yield event.getOperationType() == OperationType.DELETE ? Action.GROUP_LEFT : Action.GROUP_JOINED;
            }
            default -> what.isEmpty() ? ofUser(event, notes, details) : ofPart(event, notes, what, details);
        };
        return new Entry(action, id, details);
    }

    private static Action ofUser(AdminEvent event, Map<String, String> notes, ActivityDetails details) {
        JsonNode user = representation(event, details);
        return switch (event.getOperationType()) {
            case CREATE -> {
                details.text("username", text(user, "username", "userName")).text("role", notes.get(AdminEvents.ROLE));
                yield notes.containsKey(AdminEvents.INVITED) ? Action.USER_INVITED : Action.USER_CREATED;
            }
            case DELETE -> {
                details.text("username", text(user, "username", "userName"))
                        .flag(AdminEvents.ERASED, notes.containsKey(AdminEvents.ERASED));
                yield notes.containsKey(AdminEvents.REVOKED) ? Action.INVITATION_REVOKED : Action.USER_DELETED;
            }
            case UPDATE, ACTION -> {
                if (notes.isEmpty()) {
                    details.list("fields", fields(user));
                } else {
                    UserEventMapping.changes(details, notes);
                }
                yield Action.UPDATE_USER;
            }
        };
    }

    private static Action ofPart(AdminEvent event, Map<String, String> notes, String what, ActivityDetails details) {
        String last = what.substring(what.lastIndexOf('/') + 1);
        String first = what.split("/", 2)[0];
        return switch (first) {
            case "logout" -> {
                if (notes.containsKey(AdminEvents.SESSIONS)) {
                    details.number(ActivityDetails.SESSIONS_ENDED, Long.parseLong(notes.get(AdminEvents.SESSIONS)));
                } else {
                    details.flag(ActivityDetails.ALL_SESSIONS, true);
                }
                yield Action.LOGOUT;
            }
            case "reset-password" -> Action.UPDATE_PASSWORD;
            case "credentials" -> {
                String type = Objects.requireNonNullElse(event.getDetails(), Map.<String, String>of())
                        .get(UserEventMapping.CREDENTIAL_TYPE);
                Action action = event.getOperationType() == OperationType.CREATE
                        ? UserEventMapping.updated(type)
                        : UserEventMapping.removed(type);
                details.text(UserEventMapping.CREDENTIAL_TYPE, action == Action.UPDATE_PASSWORD ? null : type);
                yield action;
            }
            case "reset-password-email" -> Action.PASSWORD_RESET_REQUESTED;
            case "execute-actions-email" -> Action.ACTIONS_REQUESTED;
            case "send-verify-email" -> Action.ACTIVATION_RESENT;
            case "invitation" -> Action.INVITATION_RESENT;
            case "consents" -> {
                details.text("client", last);
                yield Action.CONSENT_REVOKED;
            }
            case "federated-identity" -> {
                details.text("identity_provider", last);
                yield event.getOperationType() == OperationType.DELETE
                        ? Action.IDENTITY_UNLINKED
                        : Action.IDENTITY_LINKED;
            }
            default -> {
                config(details, event, what);
                yield Action.UPDATE_USER;
            }
        };
    }

    private static Action roles(AdminEvent event, Map<String, String> notes, String what, ActivityDetails details) {
        if (notes.containsKey(AdminEvents.TO)) {
            details.text(ActivityDetails.FROM, notes.get(AdminEvents.FROM))
                    .text(ActivityDetails.TO, notes.get(AdminEvents.TO));
            return Action.ROLE_CHANGED;
        }
        List<String> names = new ArrayList<>();
        representation(event, details)
                .forEach(role -> Optional.ofNullable(text(role, "name")).ifPresent(names::add));
        details.list(event.getOperationType() == OperationType.DELETE ? "revoked" : "granted", names);
        if (event.getResourceType() == ResourceType.CLIENT_ROLE_MAPPING) {
            details.text("of_client", what.substring(what.lastIndexOf('/') + 1));
        }
        return Action.ROLE_CHANGED;
    }

    private static ActivityDetails config(ActivityDetails details, AdminEvent event, String path) {
        String resource = Objects.requireNonNullElse(event.getResourceTypeAsString(), "");
        return details.text("operation", event.getOperationType().name().toLowerCase(Locale.ROOT))
                .text("resource", resource.toLowerCase(Locale.ROOT))
                .text("path", path);
    }

    /**
     * Returns the names of the changed fields. The user's own fields come first, because attributes can have any name
     * and there can be many.
     */
    private static List<String> fields(JsonNode user) {
        List<String> fields = new ArrayList<>();
        user.properties().forEach(field -> {
            if (!NO_FIELDS.contains(field.getKey()) && !field.getValue().isNull()) {
                fields.add(API_NAMES.getOrDefault(field.getKey(), field.getKey()));
            }
        });
        fields.sort(null);
        user.path("attributes").fieldNames().forEachRemaining(fields::add);
        return fields.stream().distinct().toList();
    }

    private static JsonNode representation(AdminEvent event, ActivityDetails details) {
        String json = event.getRepresentation();
        if (json == null) {
            return MissingNode.getInstance();
        }
        return Optional.of(json)
                .filter(text -> text.length() <= MAX_REPRESENTATION)
                .flatMap(StrictJson::treeOf)
                .orElseGet(() -> {
                    details.cut();
                    return MissingNode.getInstance();
                });
    }

    private static String text(JsonNode node, String... names) {
        for (String name : names) {
            if (node.path(name).isTextual()) {
                return node.path(name).textValue();
            }
        }
        return null;
    }
}
