package dev.userservice.activity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

final class UserEventMappingTest {
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| ([^|]+)\\|.*");

    /** The details that an event of these types needs to be recorded, in addition to its type. */
    private static final Map<EventType, Map<String, String>> CONDITIONS = Map.of(
            EventType.REFRESH_TOKEN_ERROR,
            Map.of("reason", "Stale token"),
            EventType.UPDATE_CREDENTIAL_ERROR,
            Map.of("credential_type", "password"),
            EventType.REMOVE_CREDENTIAL_ERROR,
            Map.of("credential_type", "otp"));

    private static Map<String, String> documented() throws Exception {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/activity-log.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }

    private static Event event(EventType type, Map<String, String> details) {
        Event event = new Event();
        event.setType(type);
        event.setUserId("alice");
        event.setDetails(details);
        return event;
    }

    private static AdminEvent admin(
            ResourceType resource, OperationType operation, String path, String representation) {
        AdminEvent event = new AdminEvent();
        event.setResourceType(resource);
        event.setOperationType(operation);
        event.setResourcePath(path);
        event.setRepresentation(representation);
        return event;
    }

    private static String of(AdminEvent event) {
        UserEventMapping.Entry entry = AdminEventMapping.of(event, Map.of());
        return entry.action().id() + " " + entry.userId() + " "
                + entry.details().json();
    }

    @Test
    void theDocumentNamesEachActionAndNoOther() throws Exception {
        assertEquals(
                Stream.of(Action.values()).map(Action::id).sorted().toList(),
                List.copyOf(documented().keySet()));
    }

    @Test
    void theDocumentNamesEachUserEventWhereItBelongs() throws Exception {
        Map<String, String> documented = documented();
        for (EventType type : EventType.values()) {
            UserEventMapping.of(event(type, CONDITIONS.getOrDefault(type, Map.of())))
                    .ifPresentOrElse(
                            entry -> assertTrue(
                                    Pattern.compile("\\b" + type + "\\b")
                                                    .matcher(documented.get(
                                                            entry.action().id()))
                                                    .find()
                                            || type == EventType.UPDATE_CREDENTIAL
                                            || type == EventType.REMOVE_CREDENTIAL,
                                    type + " is " + entry.action()),
                            () -> assertFalse(
                                    documented.values().stream()
                                            .anyMatch(events -> Pattern.compile("\\b" + type + "\\b")
                                                    .matcher(events)
                                                    .find()),
                                    type + " is not noted"));
        }
    }

    @Test
    void whateverWasTooMuchIsOneAction() {
        for (EventType type :
                List.of(EventType.LOGIN_ERROR, EventType.REGISTER_ERROR, EventType.USER_INFO_REQUEST_ERROR)) {
            Event event =
                    event(type, Map.of("limit", "login", "address", "192.0.2.1", "username", "alice", "other", "x"));
            event.setError("rate_limited");
            UserEventMapping.Entry entry = UserEventMapping.of(event).orElseThrow();
            assertEquals(Action.RATE_LIMITED, entry.action());
            assertEquals(
                    "{\"limit\":\"login\",\"identifier\":\"alice\",\"address\":\"192.0.2.1\"}",
                    entry.details().json());
        }
    }

    @Test
    void whatAPolicyOfAClientRefusesIsNobodysFailedLogin() {
        Event bound = event(EventType.LOGIN_ERROR, Map.of("reason", "DPoP proof is missing"));
        bound.setError("invalid_dpop_proof");
        Event certificate = event(
                EventType.LOGIN_ERROR, Map.of("reason", "Client Certification missing for MTLS HoK Token Binding"));
        certificate.setError("invalid_request");
        Event executor = event(EventType.LOGIN_ERROR, Map.of("reason", "client_policy_error"));
        executor.setError("invalid_grant");
        for (Event event : List.of(bound, certificate, executor)) {
            assertTrue(UserEventMapping.of(event).isEmpty(), event.getError());
        }
        Event wrong = event(EventType.LOGIN_ERROR, Map.of());
        wrong.setError("invalid_user_credentials");
        assertEquals(
                Action.LOGIN_FAILED, UserEventMapping.of(wrong).orElseThrow().action());
    }

    @Test
    void onlyUsedRefreshTokensAndWrongPasswordsAreWorthARow() {
        assertTrue(UserEventMapping.of(event(EventType.REFRESH_TOKEN_ERROR, Map.of("reason", "Token is not active")))
                .isEmpty());
        Event mistyped = event(EventType.UPDATE_CREDENTIAL_ERROR, Map.of("credential_type", "password"));
        mistyped.setError("password_rejected");
        assertTrue(UserEventMapping.of(mistyped).isEmpty());
    }

    @Test
    void anAdminsCallSaysWhatItDid() {
        String user =
                "{\"id\":\"1\",\"username\":\"u\",\"firstName\":\"F\",\"enabled\":true,\"email\":null,\"attributes\":{\"gender\":[\"x\"]}}";
        assertEquals(
                "user_created 1 {\"username\":\"u\"}",
                of(admin(ResourceType.USER, OperationType.CREATE, "users/1", user)));
        assertEquals(
                "update_user 1 {\"fields\":[\"first_name\",\"is_active\",\"username\",\"gender\"]}",
                of(admin(ResourceType.USER, OperationType.UPDATE, "users/1", user)));
        assertEquals(
                "user_deleted f:x:y {\"username\":\"u\"}",
                of(admin(ResourceType.USER, OperationType.DELETE, "users/f:x:y", user)));
        assertEquals(
                "role_changed 1 {\"granted\":[\"a\",\"b\"]}",
                of(admin(
                        ResourceType.REALM_ROLE_MAPPING,
                        OperationType.CREATE,
                        "users/1/role-mappings/realm",
                        "[{\"name\":\"a\"},{\"name\":\"b\"}]")));
        assertEquals(
                "role_changed 1 {\"revoked\":[\"a\"],\"of_client\":\"c\"}",
                of(admin(
                        ResourceType.CLIENT_ROLE_MAPPING,
                        OperationType.DELETE,
                        "users/1/role-mappings/clients/c",
                        "[{\"name\":\"a\"}]")));
        assertEquals(
                "config_changed null {\"operation\":\"create\",\"resource\":\"realm_role_mapping\",\"path\":\"groups/g/role-mappings/realm\"}",
                of(admin(ResourceType.REALM_ROLE_MAPPING, OperationType.CREATE, "groups/g/role-mappings/realm", null)));
        assertEquals(
                "user_unlocked 1 null",
                of(admin(
                        ResourceType.USER_LOGIN_FAILURE,
                        OperationType.DELETE,
                        "attack-detection/brute-force/users/1",
                        null)));
        assertEquals(
                "user_unlocked null null",
                of(admin(
                        ResourceType.USER_LOGIN_FAILURE,
                        OperationType.DELETE,
                        "attack-detection/brute-force/users",
                        null)));
        assertEquals(
                "logout 1 {\"all_sessions\":true}",
                of(admin(ResourceType.USER, OperationType.ACTION, "users/1/logout", null)));
    }

    @Test
    void whatIsNoJsonOrTooMuchOfItIsPassedOver() {
        for (String broken :
                List.of("{", "[]", "\"x\"", "{\"a\":\"" + "x".repeat(300_000) + "\"}", "[".repeat(5_000))) {
            assertEquals("update_user 1 null", of(admin(ResourceType.USER, OperationType.UPDATE, "users/1", broken)));
        }
    }

    @Test
    void notEveryPathThatBeginsLikeAUsersIsOne() {
        assertEquals(
                "config_changed null {\"operation\":\"update\",\"resource\":\"user_profile\",\"path\":\"users/profile\"}",
                of(admin(ResourceType.USER_PROFILE, OperationType.UPDATE, "users/profile", "{}")));
        assertEquals(
                "user_created 1 {\"username\":\"u\"}",
                of(admin(ResourceType.REALM, OperationType.CREATE, "users/1", "{\"username\":\"u\"}")));
    }

    @Test
    void aRevokedTokenIsNoConsent() {
        assertTrue(UserEventMapping.of(event(EventType.REVOKE_GRANT, Map.of("token_id", "x")))
                .isEmpty());
        assertEquals(
                Action.LOGOUT,
                UserEventMapping.of(event(EventType.REVOKE_GRANT, Map.of("refresh_token_id", "x")))
                        .orElseThrow()
                        .action());
    }

    @Test
    void ofATenantsOwnAttributesOnlyTheNamesAreKept() {
        ActivityDetails details = UserEventMapping.of(event(
                        EventType.UPDATE_PROFILE,
                        Map.of(
                                "previous_email", "a@b.c",
                                "updated_email", "b@b.c",
                                "previous_tax_number", "4711",
                                "updated_tax_number", "4712")))
                .orElseThrow()
                .details();
        assertEquals(
                "{\"changes\":{\"email\":{\"from\":\"a@b.c\",\"to\":\"b@b.c\"}},\"fields\":[\"tax_number\"]}",
                details.json());
    }
}
