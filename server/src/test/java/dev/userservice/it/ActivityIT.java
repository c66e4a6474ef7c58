package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** What the activity log notes, by each way in. */
@ExtendWith(ServerExtension.class)
final class ActivityIT {
    private static final String AGENT = "a test/1.0";

    private static Activities log;

    @BeforeEach
    void read(Tenant tenant) {
        if (log == null) {
            log = Activities.of(tenant);
        }
    }

    private static String someone() {
        return "u-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static Response login(Tenant tenant, String identifier, String password) {
        return tenant.api()
                .header("User-Agent", AGENT)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", identifier, "password", password))
                .post("/login");
    }

    private static Response put(Tenant tenant, String token, String path, Map<String, ?> body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).put(path);
    }

    private static void assertActor(Map<String, Object> row, String id, String kind) {
        assertEquals(Map.of("id", id, "kind", kind), row.get("actor"));
    }

    private static Map<?, ?> details(Map<String, Object> row) {
        return (Map<?, ?>) row.get("details");
    }

    private static Map<String, Object> change(String from, String to) {
        Map<String, Object> change = new HashMap<>();
        change.put("from", from);
        change.put("to", to);
        return change;
    }

    @Test
    void aLoginByTheApiSaysWhoAndFromWhere(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        login(tenant, username, TestServer.PASSWORD).then().statusCode(200);
        Map<String, Object> row = log.last(id, "login");
        assertActor(row, id, "user");
        assertEquals("127.0.0.1", row.get("ip_address"));
        assertEquals(AGENT, row.get("user_agent"));
        assertEquals("user-service-api", row.get("client_id"));
        assertNotNull(row.get("session_id"));
        assertEquals(List.of("user_created", "login"), log.actions(id));
    }

    @Test
    void aFailedLoginNamesAKnownUserAndOnlyQuotesAnUnknownOne(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        login(tenant, username, "wrong").then().statusCode(401);
        Map<String, Object> row = log.last(id, "login_failed");
        assertNull(row.get("actor"));
        assertEquals("127.0.0.1", row.get("ip_address"));
        assertEquals(AGENT, row.get("user_agent"));
        assertEquals("invalid_user_credentials", details(row).get("reason"));
        assertFalse(details(row).containsKey("identifier"));

        String nobody = someone() + "\"}\u0007{<script>" + "x".repeat(400);
        login(tenant, nobody, "wrong").then().statusCode(anyOf400And401());
        String short_ = someone() + "\"}\t{<script>";
        login(tenant, short_, "wrong").then().statusCode(401);
        List<Map<String, Object>> failed = log.all(Map.of("action", "login_failed"));
        Map<String, Object> last = failed.get(failed.size() - 1);
        assertNull(last.get("user_id"));
        assertNull(last.get("actor"));
        assertTrue(((String) details(last).get("identifier")).startsWith(short_.substring(0, 10)));
    }

    private static org.hamcrest.Matcher<Integer> anyOf400And401() {
        return org.hamcrest.Matchers.oneOf(400, 401);
    }

    @Test
    void aLoginInTheBrowserIsOneAndSoIsTheLogout(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", username);
            browser.type("password", "wrong");
            browser.click("#kc-login");
            browser.awaitText("Invalid username or password.");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + username);
            Map<String, Object> row = log.last(id, "login");
            assertActor(row, id, "user");
            assertEquals(app.clientId(), row.get("client_id"));
            assertTrue(((String) row.get("user_agent")).contains("Chrome"));
            tenant.admin().users().get(id).logout();
            Map<String, Object> ended = log.last(id, "logout");
            assertEquals("server_admin", ((Map<?, ?>) ended.get("actor")).get("kind"));
            assertEquals("admin-cli", ended.get("client_id"));
        }
        assertEquals(List.of("user_created", "login_failed", "login", "logout"), log.actions(id));
    }

    @Test
    void registrationActivationAndResendAreThree(Tenant tenant) {
        Response registered = tenant.registration(Map.of());
        registered.then().statusCode(201);
        String id = registered.path("user.id");
        String email = registered.path("user.email");
        String code = tenant.inbox().next(email).code();
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .patch("/users/activation")
                .then()
                .statusCode(200);
        assertEquals(List.of("register", "activated"), log.actions(id));
        assertActor(log.last(id, "activated"), id, "user");
    }

    @Test
    void refreshesAreNotedOnlyWhereATenantAsksAndReuseAlways(Tenant tenant, TestServer server) {
        Tenant curious = Tenant.on(
                server, realm -> realm.withObject("/attributes").put("user-service.activity-token-refreshes", "true"));
        Activities theirs = Activities.of(curious);
        String id = curious.addUser("alice");
        Tenant.Session session = curious.session("alice");
        curious.refresh(session.refresh()).then().statusCode(200);
        curious.refresh(session.refresh()).then().statusCode(401);
        assertEquals(List.of("user_created", "login", "token_refresh", "token_reuse"), theirs.actions(id));
        Map<String, Object> reuse = theirs.last(id, "token_reuse");
        assertNull(reuse.get("actor"));

        String username = someone();
        String other = tenant.addUser(username);
        Tenant.Session quiet = tenant.session(username);
        tenant.refresh(quiet.refresh()).then().statusCode(200);
        assertEquals(List.of("user_created", "login"), log.actions(other));
        assertEquals(List.of(), theirs.about(other));
    }

    @Test
    void anAdminsChangeSaysFromAndTo(Tenant tenant) {
        String adminName = someone();
        String adminId = tenant.addUser(adminName, "admin");
        String admin = tenant.session(adminName).access();
        String username = someone();
        String id = tenant.addUser(username);
        tenant.session(username);
        put(tenant, admin, "/users/" + id, Map.of("first_name", "Zoe", "is_active", false, "role", "admin"))
                .then()
                .statusCode(200);
        List<Map<String, Object>> rows = log.about(id);
        List<String> actions = log.actions(id);
        assertEquals(List.of("user_created", "login"), actions.subList(0, 2));
        assertEquals(4, actions.size(), actions.toString());
        Map<String, Object> update = rows.stream()
                .filter(row -> row.get("action").equals("update_user"))
                .findFirst()
                .orElseThrow();
        Map<?, ?> changes = (Map<?, ?>) details(update).get("changes");
        assertEquals("Zoe", ((Map<?, ?>) changes.get("first_name")).get("to"));
        assertEquals(change("true", "false"), changes.get("is_active"));
        assertEquals(1, details(update).get("sessions_ended"));
        assertActor(update, adminId, "user");
        Map<String, Object> role = rows.stream()
                .filter(row -> row.get("action").equals("role_changed"))
                .findFirst()
                .orElseThrow();
        assertEquals(Map.of("from", "user", "to", "admin"), role.get("details"));
    }

    @Test
    void keycloaksAdminRestNamesTheFields(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        UserRepresentation user = new UserRepresentation();
        user.setFirstName("Zoe");
        user.setEnabled(false);
        user.setAttributes(Map.of("gender", List.of("Other")));
        tenant.admin().users().get(id).update(user);
        Map<String, Object> row = log.last(id, "update_user");
        List<?> fields = (List<?>) details(row).get("fields");
        assertTrue(fields.containsAll(List.of("first_name", "is_active", "gender")), fields.toString());
        assertFalse(row.toString().contains("Zoe"));
        assertEquals("server_admin", ((Map<?, ?>) row.get("actor")).get("kind"));

        CredentialRepresentation password = new CredentialRepresentation();
        password.setType("password");
        password.setValue("Other-secret-1");
        tenant.admin().users().get(id).resetPassword(password);
        assertFalse(log.last(id, "update_password").toString().contains("Other-secret-1"));
        tenant.admin().users().get(id).remove();
        assertEquals(username, details(log.last(id, "user_deleted")).get("username"));
        assertEquals(List.of("user_created", "update_user", "update_password", "user_deleted"), log.actions(id));
    }
}
