package dev.userservice.it;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.EventRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests {@code PUT /users/me} and {@code PUT /users/me/password}. */
@ExtendWith(ServerExtension.class)
final class OwnAccountIT {
    private static final String NEW_PASSWORD = "Another-horse-2";
    private static final Duration LONG = Duration.ofMinutes(2);

    private static Tenant tenant;
    private String name;
    private String id;
    private Tenant.Session session;

    @BeforeAll
    static void take(TestServer server) {
        // The cool-down is long, so that it does not end before a test does.
        tenant =
                Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "600"));
        AdminLog.on(tenant);
        tenant.addClient("offline-app", true);
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
        session = tenant.session(name);
    }

    private Response put(Object body) {
        return tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(body)
                .put("/users/me");
    }

    private static Response changePassword(Tenant where, String token, String current, String replacement) {
        return where.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", current, "new_password", replacement))
                .put("/users/me/password");
    }

    private Response changePassword(String current, String replacement) {
        return changePassword(tenant, session.access(), current, replacement);
    }

    private List<EventRepresentation> events(String... types) {
        return tenant.admin().getEvents(List.of(types), null, id, null, null, null, null, null);
    }

    private long errors(String type, String error) {
        return events(type).stream()
                .filter(event -> error.equals(event.getError()))
                .count();
    }

    @Test
    void oneChangesOnesOwnProfile() {
        put(Map.of("full_name", "Jane Doe", "gender", "Female", "preferences", Map.of("theme", "dark")))
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("message", equalTo("User updated successfully"))
                .body("user.id", equalTo(id))
                .body("user.full_name", equalTo("Jane Doe"))
                .body("user.gender", equalTo("Female"))
                .body("user.email", equalTo(name + "@example.com"))
                .body("user.preferences.theme", equalTo("dark"));
        Map<String, Object> cleared = new HashMap<>();
        cleared.put("last_name", null);
        cleared.put("gender", null);
        put(cleared)
                .then()
                .statusCode(200)
                .body("user.full_name", equalTo("Jane"))
                .body("user.gender", nullValue());
        put(Map.of()).then().statusCode(200).body("user.full_name", equalTo("Jane"));
        List<EventRepresentation> events = events("UPDATE_PROFILE");
        assertEquals(2, events.size());
        EventRepresentation first = events.get(1);
        assertEquals("user-service-api", first.getClientId());
        assertEquals("ACCOUNT", first.getDetails().get("context"));
        assertEquals("Test", first.getDetails().get("previous_first_name"));
        assertEquals("Jane", first.getDetails().get("updated_first_name"));
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .put("/users/me")
                .then()
                .statusCode(400);
    }

    @Test
    void aNumberWithoutAnEndIsRefused() {
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body("{\"preferences\": {\"sizes\": [1e999999999]}}")
                .put("/users/me")
                .then()
                .statusCode(400)
                .body("errors", hasKey("preferences.sizes"));
        tenant.api(session.access()).get("/users/me").then().body("preferences", equalTo(Map.of()));
    }

    @Test
    void oneIsNotOnesOwnAdmin() {
        for (String field : List.of("role", "is_active", "id", "password", "is_email_verified", "enabled")) {
            put(Map.of(field, "admin", "first_name", "Jane"))
                    .then()
                    .statusCode(400)
                    .body("errors", hasKey(field));
        }
        tenant.api(session.access()).get("/users/me").then().body("first_name", equalTo("Test"));
    }

    @Test
    void whatTheProfileDoesNotLetPeopleChangeIsSaid() {
        put(Map.of("username", "new-" + name, "gender", "Unknown", "email", "no-address"))
                .then()
                .statusCode(400)
                .body("errors.username", hasSize(1))
                .body("errors.gender", hasSize(1))
                .body("errors.email", hasSize(1));
        put(Map.of("username", name)).then().statusCode(200);
        Map<String, Object> noAddress = new HashMap<>();
        noAddress.put("email", null);
        put(noAddress).then().statusCode(400).body("errors.email", hasSize(1));

        Tenant strict = Tenant.on(tenant.server());
        String paul = strict.addUser("paul");
        var profile = strict.admin().users().userProfile();
        var config = profile.getConfiguration();
        config.getAttribute("gender").getPermissions().setEdit(Set.of("admin"));
        config.removeAttribute("preferences");
        profile.update(config);
        strict.api(strict.session("paul").access())
                .contentType(ContentType.JSON)
                .body(Map.of("gender", "Other", "preferences", Map.of("a", 1)))
                .put("/users/me")
                .then()
                .statusCode(400)
                .body("errors.gender", hasSize(1))
                .body("errors.preferences", hasSize(1));
        assertTrue(strict.admin().users().get(paul).toRepresentation().getAttributes() == null);
    }

    @Test
    void oneDoesNotAskForAnotherAddressAgainAndAgain() {
        put(Map.of("email", "first-" + name + "@example.com")).then().statusCode(200);
        tenant.inbox().nextCode("first-" + name + "@example.com");
        int wait = Integer.parseInt(put(Map.of("email", "second-" + name + "@example.com", "first_name", "Jane"))
                .then()
                .statusCode(429)
                .extract()
                .header("Retry-After"));
        assertTrue(0 < wait && wait <= 600, "Retry-After: " + wait);
        // An application sends all fields of a form: the address that waits already prevents no other change.
        put(Map.of("email", "FIRST-" + name + "@example.com", "last_name", "Doe"))
                .then()
                .statusCode(200)
                .body("user.full_name", equalTo("Test Doe"))
                .body("user.pending_email", equalTo("first-" + name + "@example.com"));
        tenant.addUser("admin-" + name, "admin");
        String admin = tenant.session("admin-" + name).access();
        for (String next : List.of("third-", "fourth-")) {
            tenant.api(admin)
                    .contentType(ContentType.JSON)
                    .body(Map.of("email", next + name + "@example.com"))
                    .put("/users/" + id)
                    .then()
                    .statusCode(200);
        }
        put(Map.of("email", "fifth-" + name + "@example.com")).then().statusCode(429);
        assertEquals(1, tenant.inbox().count("first-" + name + "@example.com"));
        assertEquals(0, tenant.inbox().count("second-" + name + "@example.com"));
    }

    @Test
    void aNewPasswordIsTheOnlyOne() {
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setRequiredActions(List.of("UPDATE_PASSWORD"));
        tenant.admin().users().get(id).update(user);
        Tenant.retryWhileUnauthorized(400, () -> changePassword(TestServer.PASSWORD, NEW_PASSWORD))
                .then()
                .statusCode(200)
                .body("message", equalTo("Password updated successfully"));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> tenant.login(name, NEW_PASSWORD))
                .then()
                .statusCode(200);
        assertEquals(1, events("UPDATE_CREDENTIAL").size());
        EventRepresentation event = events("UPDATE_PASSWORD").get(0);
        assertEquals("password", event.getDetails().get("credential_type"));
        assertEquals("user-service-api", event.getClientId());
    }

    @Test
    void allOtherSessionsEnd() {
        Tenant.Session other = tenant.session(name);
        Response offline = Tenant.retryUntil(
                answer -> answer.statusCode() == 200,
                () -> tenant.token(
                        "offline-app",
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                name,
                                "password",
                                TestServer.PASSWORD,
                                "scope",
                                "openid offline_access")));
        offline.then().statusCode(200);
        Tenant.retryWhileUnauthorized(400, () -> changePassword(TestServer.PASSWORD, NEW_PASSWORD))
                .then()
                .statusCode(200);
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
        tenant.refresh(session.refresh()).then().statusCode(200);
        tenant.api(other.access()).get("/users/me").then().statusCode(401);
        tenant.refresh(other.refresh()).then().statusCode(401);
        tenant.token(
                        "offline-app",
                        Map.of("grant_type", "refresh_token", "refresh_token", offline.path("refresh_token")))
                .then()
                .statusCode(400);
        assertEquals(1, tenant.admin().users().get(id).getUserSessions().size());
        assertEquals(2, events("LOGOUT").size());
    }

    @Test
    void theOfflineSessionOfTheVerySameLoginEndsToo() {
        SingleSignOn browser = new SingleSignOn(tenant, name);
        Response online = browser.tokens("online-" + name, "openid");
        Response offline = browser.tokens("offline-" + name, "openid offline_access");
        assertEquals(online.<String>path("session_state"), offline.path("session_state"));
        Tenant.retryWhileUnauthorized(
                        400,
                        () -> changePassword(tenant, online.path("access_token"), TestServer.PASSWORD, NEW_PASSWORD))
                .then()
                .statusCode(200);
        browser.refresh("offline-" + name, offline).then().statusCode(400);
        browser.refresh("online-" + name, online).then().statusCode(200);
        tenant.api(online.<String>path("access_token")).get("/users/me").then().statusCode(200);
    }

    @Test
    void anOfflineSessionOutlivesTheOnlineOneThatItWasMadeIn() {
        SingleSignOn browser = new SingleSignOn(tenant, name);
        Response online = browser.tokens("online-" + name, "openid");
        Response offline = browser.tokens("offline-" + name, "openid offline_access");
        Response renewed = browser.refresh("offline-" + name, offline);
        Tenant.retryWhileUnauthorized(
                        400,
                        () -> changePassword(tenant, renewed.path("access_token"), TestServer.PASSWORD, NEW_PASSWORD))
                .then()
                .statusCode(200);
        browser.refresh("online-" + name, online).then().statusCode(400);
        browser.refresh("offline-" + name, renewed).then().statusCode(200);
    }

    @Test
    void aWrongCurrentPasswordIsNoRefusalOfTheToken() {
        // Keycloak does not check the password while the login is not recorded yet.
        Eventually.holds("a password that is looked at", LONG, () -> {
            changePassword("wrong", NEW_PASSWORD)
                    .then()
                    .statusCode(400)
                    .body("errors.keySet()", contains("current_password"));
            return errors("UPDATE_PASSWORD_ERROR", "invalid_user_credentials") == 1;
        });
        assertEquals(1, errors("UPDATE_CREDENTIAL_ERROR", "invalid_user_credentials"));
        Eventually.holds("one failure", LONG, () -> failures(tenant, id) == 1);
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
    }

    private static int failures(Tenant where, String id) {
        return ((Number)
                        where.admin().attackDetection().bruteForceUserStatus(id).get("numFailures"))
                .intValue();
    }

    @Test
    void guessesOfTheCurrentPasswordLockTheAccount() {
        Tenant strict = Tenant.on(tenant.server(), realm -> realm.put("failureFactor", 3));
        String paul = strict.addUser("paul");
        String token = strict.session("paul").access();
        Eventually.holds("a lockout", LONG, () -> {
            changePassword(strict, token, "wrong", NEW_PASSWORD).then().statusCode(400);
            return Boolean.TRUE.equals(
                    strict.admin().attackDetection().bruteForceUserStatus(paul).get("disabled"));
        });
        assertEquals(3, failures(strict, paul));
        changePassword(strict, token, TestServer.PASSWORD, NEW_PASSWORD)
                .then()
                .statusCode(400)
                .body("errors", hasKey("current_password"));
        strict.login("paul", TestServer.PASSWORD).then().statusCode(401);
    }

    /**
     * Returns the answer about the new password. The change is repeated while Keycloak does not check the current password yet;
     * see {@link Tenant#retryWhileUnauthorized}.
     */
    private Response changeToWeak(String replacement) {
        return Tenant.retryUntil(
                answer -> answer.path("errors.current_password") == null,
                () -> changePassword(TestServer.PASSWORD, replacement));
    }

    @Test
    void thePolicyOfTheTenantIsObeyed() {
        changeToWeak("short").then().statusCode(400).body("errors.new_password", hasSize(4));
        changeToWeak("Tab\tulator-1!").then().statusCode(400).body("errors", hasKey("new_password"));
        assertEquals(1, errors("UPDATE_CREDENTIAL_ERROR", "password_rejected"));
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of())
                .put("/users/me/password")
                .then()
                .statusCode(400)
                .body("errors", hasKey("new_password"))
                .body("errors", hasKey("current_password"));
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .put("/users/me/password")
                .then()
                .statusCode(400);
    }

    @Test
    void whoHasNoPasswordHasNoCurrentOne() {
        var user = tenant.admin().users().get(id);
        user.credentials().forEach(credential -> user.removeCredential(credential.getId()));
        changePassword(TestServer.PASSWORD, NEW_PASSWORD)
                .then()
                .statusCode(400)
                .body("errors", hasKey("current_password"));
    }

    @Test
    void aTokenThatMayLookMayNotChange() {
        tenant.addClient("viewer-" + name, false);
        var clients = tenant.admin().clients();
        String viewer = clients.findByClientId("viewer-" + name).get(0).getId();
        String account = clients.findByClientId("account").get(0).getId();
        clients.get(viewer)
                .getScopeMappings()
                .clientLevel(account)
                .add(List.of(clients.get(account).roles().get("view-profile").toRepresentation()));
        String token = tenant.passwordToken("viewer-" + name, name).path("access_token");
        tenant.api(token).get("/users/me").then().statusCode(200);
        tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Jane"))
                .put("/users/me")
                .then()
                .statusCode(403);
        changePassword(tenant, token, TestServer.PASSWORD, NEW_PASSWORD).then().statusCode(403);
    }

    @Test
    void ofTwoNewPasswordsAtOnceOneIsTaken() throws Exception {
        Tenant unprotected = Tenant.on(tenant.server(), Tenant::withoutBruteForceProtection);
        unprotected.addUser("paul");
        String token = unprotected.session("paul").access();
        List<Integer> answers = Concurrently.patiently(
                        2, i -> changePassword(unprotected, token, TestServer.PASSWORD, "Another-horse-" + i))
                .stream()
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(List.of(200, 400), answers);
    }
}
