package dev.userservice.activity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.userservice.keycloak.AdminEvents;
import dev.userservice.web.StrictJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

/**
 * Which of Keycloak's events tell of an activity, and of which. What is not named here is not noted: what Keycloak also calls by
 * an older name (UPDATE_PASSWORD, UPDATE_TOTP, REMOVE_TOTP), what only goes before something that is noted, and what fails
 * without being an attack.
 */
final class EventTable {
    private static final String CREDENTIAL_TYPE = "credential_type";
    private static final String PASSWORD = "password";
    private static final Set<String> SECOND_FACTORS = Set.of("otp", "webauthn");
    private static final String BEFORE = "previous_";
    private static final String AFTER = "updated_";

    /** The words of Keycloak's token endpoint for a refresh token that was used already. */
    private static final Set<String> REUSED = Set.of("Maximum allowed refresh token reuse exceeded", "Stale token");

    /** A new password that the user mistyped, or that the policy refuses, tells of nothing. */
    private static final Set<String> MISTYPED =
            Set.of("password_missing", "password_confirm_error", "password_rejected");

    private static final Pattern OF_USER = Pattern.compile("users/([^/]+)(?:/(.+))?");
    private static final Pattern OF_LOCKOUT = Pattern.compile("(?:attack-detection/brute-force/)?users(?:/([^/]+))?");
    private static final int MAX_REPRESENTATION = 256 * 1024;

    private static final Map<String, String> API_NAMES = Map.of(
            "firstName", "first_name",
            "lastName", "last_name",
            "enabled", "is_active",
            "emailVerified", "is_email_verified");

    /** What a representation of a user says that is not the user's to be changed. */
    private static final Set<String> NO_FIELDS = Set.of(
            "id",
            "access",
            "attributes",
            "createdTimestamp",
            "disableableCredentialTypes",
            "totp",
            "userProfileMetadata");

    private EventTable() {}

    /** What happened to whom. */
    record Entry(Action action, String userId, Details details) {}

    /** What a user event tells. */
    @SuppressWarnings("deprecation") // UPDATE_PASSWORD and its like, which are passed over
    static Optional<Entry> of(Event event) {
        Map<String, String> told = Objects.requireNonNullElse(event.getDetails(), Map.of());
        Details details = new Details();
        Action action = switch (event.getType()) {
            case REGISTER -> {
                details.text("username", told.get("username")).text("method", told.get("register_method"));
                yield Action.REGISTER;
            }
            case LOGIN -> {
                login(details, told);
                yield Action.LOGIN;
            }
            case LOGIN_ERROR, IDENTITY_PROVIDER_LOGIN_ERROR -> {
                login(details.text("reason", event.getError()), told);
                if (event.getUserId() == null) {
                    details.text("identifier", told.get("username"));
                }
                yield Action.LOGIN_FAILED;
            }
            case LOGOUT -> Action.LOGOUT;
            case CLIENT_LOGIN -> Action.CLIENT_LOGIN;
            case CLIENT_LOGIN_ERROR -> {
                details.text("reason", event.getError());
                yield Action.CLIENT_LOGIN_FAILED;
            }
            case REFRESH_TOKEN -> Action.TOKEN_REFRESH;
            case REFRESH_TOKEN_ERROR -> isOneOf(REUSED, told.get("reason")) ? Action.TOKEN_REUSE : null;
            case VERIFY_EMAIL -> Action.ACTIVATED;
            case SEND_VERIFY_EMAIL -> Action.ACTIVATION_RESENT;
            case UPDATE_PROFILE, UPDATE_EMAIL, VERIFY_PROFILE -> {
                details.changes(changes(told));
                yield Action.UPDATE_PROFILE;
            }
            case UPDATE_CREDENTIAL -> {
                String type = told.get(CREDENTIAL_TYPE);
                if (!PASSWORD.equals(type)) {
                    details.text(CREDENTIAL_TYPE, type);
                }
                yield PASSWORD.equals(type)
                        ? Action.UPDATE_PASSWORD
                        : isSecondFactor(type) ? Action.MFA_ENABLED : Action.UPDATE_CREDENTIAL;
            }
            case UPDATE_CREDENTIAL_ERROR -> {
                boolean isPassword = PASSWORD.equals(told.get(CREDENTIAL_TYPE));
                details.text("reason", event.getError());
                yield isPassword && !isOneOf(MISTYPED, event.getError()) ? Action.UPDATE_PASSWORD_FAILED : null;
            }
            case REMOVE_CREDENTIAL -> removed(details, told.get(CREDENTIAL_TYPE));
            case SEND_RESET_PASSWORD -> Action.PASSWORD_RESET_REQUESTED;
            case RESET_PASSWORD -> Action.PASSWORD_RESET;
            case FEDERATED_IDENTITY_LINK, FEDERATED_IDENTITY_OVERRIDE_LINK -> {
                details.text("identity_provider", told.get("identity_provider"));
                yield Action.IDENTITY_LINKED;
            }
            case REMOVE_FEDERATED_IDENTITY -> {
                details.text("identity_provider", told.get("identity_provider"));
                yield Action.IDENTITY_UNLINKED;
            }
            case GRANT_CONSENT, UPDATE_CONSENT -> {
                details.text("client", told.get("granted_client"));
                yield Action.CONSENT_GRANTED;
            }
            case REVOKE_GRANT -> {
                details.text("client", told.get("revoked_client"));
                yield Action.CONSENT_REVOKED;
            }
            case IMPERSONATE -> Action.IMPERSONATED;
            case USER_DISABLED_BY_TEMPORARY_LOCKOUT, USER_DISABLED_BY_PERMANENT_LOCKOUT -> {
                details.flag("permanent", event.getType() == EventType.USER_DISABLED_BY_PERMANENT_LOCKOUT)
                        .text("failures", told.get("num_failures"));
                yield Action.USER_LOCKED;
            }
            case DELETE_ACCOUNT -> {
                details.text("username", told.get("username"));
                yield Action.USER_DELETED;
            }
            default -> null;
        };
        String user = event.getUserId() == null ? told.get("refresh_token_sub") : event.getUserId();
        return Optional.ofNullable(action).map(known -> new Entry(known, user, details));
    }

    private static void login(Details details, Map<String, String> told) {
        String method = told.get("auth_method");
        details.text("method", method == null ? told.get("grant_type") : method)
                .text("identity_provider", told.get("identity_provider"))
                .flag("remember_me", "true".equals(told.get("remember_me")));
    }

    private static boolean isSecondFactor(String credentialType) {
        return isOneOf(SECOND_FACTORS, credentialType);
    }

    private static boolean isOneOf(Set<String> known, String text) {
        return text != null && known.contains(text);
    }

    private static Action removed(Details details, String credentialType) {
        details.text(CREDENTIAL_TYPE, credentialType);
        return isSecondFactor(credentialType) ? Action.MFA_DISABLED : Action.REMOVE_CREDENTIAL;
    }

    /** What was and what is, where an event tells of both under Keycloak's names for that. */
    private static Map<String, Details.Change> changes(Map<String, String> told) {
        Set<String> fields = new TreeSet<>();
        told.keySet().forEach(name -> {
            for (String prefix : List.of(BEFORE, AFTER)) {
                if (name.startsWith(prefix)) {
                    fields.add(name.substring(prefix.length()));
                }
            }
        });
        Map<String, Details.Change> changes = new LinkedHashMap<>();
        fields.forEach(
                field -> changes.put(field, new Details.Change(told.get(BEFORE + field), told.get(AFTER + field))));
        return changes;
    }

    /** What an admin event tells. */
    static Optional<Entry> of(AdminEvent event) {
        String path = Objects.requireNonNullElse(event.getResourcePath(), "");
        ResourceType resource = Objects.requireNonNullElse(event.getResourceType(), ResourceType.CUSTOM);
        Matcher user = OF_USER.matcher(path);
        if (resource == ResourceType.USER_LOGIN_FAILURE) {
            Matcher locked = OF_LOCKOUT.matcher(path);
            return Optional.of(
                    new Entry(Action.USER_UNLOCKED, locked.matches() ? locked.group(1) : null, new Details()));
        }
        if (resource == ResourceType.USER_SESSION) {
            return Optional.of(new Entry(Action.LOGOUT, null, new Details()));
        }
        if (!user.matches()) {
            return Optional.of(new Entry(Action.CONFIG_CHANGED, null, config(event, path)));
        }
        String id = user.group(1);
        String what = Objects.requireNonNullElse(user.group(2), "");
        return Optional.of(
                switch (resource) {
                    case USER -> ofUser(event, id, what);
                    case REALM_ROLE_MAPPING, CLIENT_ROLE_MAPPING ->
                        new Entry(Action.ROLE_CHANGED, id, roles(event, what));
                    case GROUP_MEMBERSHIP ->
                        new Entry(
                                event.getOperationType() == OperationType.DELETE
                                        ? Action.GROUP_LEFT
                                        : Action.GROUP_JOINED,
                                id,
                                new Details().text("group", text(representation(event), "path", "name")));
                    default -> new Entry(Action.UPDATE_USER, id, config(event, path));
                });
    }

    private static Entry ofUser(AdminEvent event, String id, String what) {
        Map<String, String> told = Objects.requireNonNullElse(event.getDetails(), Map.of());
        JsonNode now = representation(event);
        Details details = new Details();
        OperationType operation = event.getOperationType();
        if (what.isEmpty() && operation != OperationType.ACTION) {
            return switch (operation) {
                case CREATE ->
                    new Entry(
                            Action.USER_CREATED,
                            id,
                            details.text("username", text(now, "username")).text("role", told.get(AdminEvents.ROLE)));
                case DELETE ->
                    new Entry(
                            Action.USER_DELETED,
                            id,
                            details.text("username", text(now, "username"))
                                    .flag("erased", "true".equals(told.get(AdminEvents.ERASED))));
                default -> {
                    Map<String, Details.Change> changes = changes(told);
                    yield new Entry(
                            Action.UPDATE_USER,
                            id,
                            changes.isEmpty() ? details.list("fields", fields(now)) : details.changes(changes));
                }
            };
        }
        String first = what.split("/", 2)[0];
        return switch (first) {
            case "logout" -> {
                String ended = told.get(AdminEvents.SESSIONS);
                if (ended == null) {
                    details.flag(Details.ALL_SESSIONS, true);
                } else {
                    details.number(Details.SESSIONS_ENDED, Long.parseLong(ended));
                }
                yield new Entry(Action.LOGOUT, id, details);
            }
            case "reset-password" -> new Entry(Action.UPDATE_PASSWORD, id, details);
            case "credentials" -> new Entry(removed(details, told.get(CREDENTIAL_TYPE)), id, details);
            case "disable-credential-types" -> new Entry(Action.REMOVE_CREDENTIAL, id, details);
            case "reset-password-email" -> new Entry(Action.PASSWORD_RESET_REQUESTED, id, details);
            case "execute-actions-email" -> new Entry(Action.ACTIONS_REQUESTED, id, details);
            case "send-verify-email" -> new Entry(Action.ACTIVATION_RESENT, id, details);
            case "consents" ->
                new Entry(Action.CONSENT_REVOKED, id, details.text("client", what.substring(what.indexOf('/') + 1)));
            case "federated-identity" ->
                new Entry(
                        operation == OperationType.DELETE ? Action.IDENTITY_UNLINKED : Action.IDENTITY_LINKED,
                        id,
                        details.text("identity_provider", what.substring(what.indexOf('/') + 1)));
            default -> new Entry(Action.UPDATE_USER, id, config(event, what));
        };
    }

    private static Details roles(AdminEvent event, String what) {
        Map<String, String> told = Objects.requireNonNullElse(event.getDetails(), Map.of());
        if (told.containsKey(AdminEvents.TO)) {
            return new Details().text("from", told.get(AdminEvents.FROM)).text("to", told.get(AdminEvents.TO));
        }
        List<String> names = new ArrayList<>();
        representation(event).forEach(role -> names.add(text(role, "name")));
        boolean isTaken = event.getOperationType() == OperationType.DELETE;
        return new Details()
                .list(
                        isTaken ? "revoked" : "granted",
                        names.stream().filter(Objects::nonNull).toList())
                .text(
                        "of_client",
                        event.getResourceType() == ResourceType.CLIENT_ROLE_MAPPING
                                ? what.substring(what.lastIndexOf('/') + 1)
                                : null);
    }

    private static Details config(AdminEvent event, String path) {
        return new Details()
                .text("operation", event.getOperationType().name().toLowerCase(Locale.ROOT))
                .text(
                        "resource",
                        Objects.requireNonNullElse(event.getResourceTypeAsString(), "")
                                .toLowerCase(Locale.ROOT))
                .text("path", path);
    }

    private static List<String> fields(JsonNode user) {
        List<String> fields = new ArrayList<>();
        user.properties().forEach(field -> {
            if (!NO_FIELDS.contains(field.getKey()) && !field.getValue().isNull()) {
                fields.add(API_NAMES.getOrDefault(field.getKey(), field.getKey()));
            }
        });
        user.path("attributes").fieldNames().forEachRemaining(fields::add);
        return fields.stream().distinct().sorted().toList();
    }

    private static JsonNode representation(AdminEvent event) {
        String json = event.getRepresentation();
        return Optional.ofNullable(json)
                .filter(text -> text.length() <= MAX_REPRESENTATION)
                .flatMap(StrictJson::treeOf)
                .orElseGet(MissingNode::getInstance);
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
