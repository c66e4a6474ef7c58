package dev.userservice.it;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.AdminEventRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.representations.userprofile.config.UPAttributePermissions;
import org.keycloak.representations.userprofile.config.UPConfig.UnmanagedAttributePolicy;

/** Tests {@code PUT} and {@code PATCH /users/{id}}, by which an admin changes a user. */
@ExtendWith(ServerExtension.class)
final class UserChangeIT {
    private static Tenant tenant;
    private static AdminLog log;
    private static String admin;
    private String name;
    private String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        log = AdminLog.on(tenant);
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
    }

    private static Response put(String token, String id, Object body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).put("/users/" + id);
    }

    private Response put(Object body) {
        return put(admin, id, body);
    }

    private Response get() {
        return tenant.api(admin).get("/users/" + id);
    }

    /** Returns a body in which this field is a JSON null. */
    private static Map<String, Object> cleared(String field) {
        Map<String, Object> body = new HashMap<>();
        body.put(field, null);
        return body;
    }

    @Test
    void whatIsNamedChangesAndTheRestStays() {
        put(Map.of(
                        "first_name", "Jane",
                        "gender", "Female",
                        "preferences", Map.of("theme", "dark", "mail", Map.of("news", true, "tips", true))))
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("message", equalTo("User updated successfully"))
                .body("user.first_name", equalTo("Jane"))
                .body("user.last_name", equalTo("Person"))
                .body("user.full_name", equalTo("Jane Person"))
                .body("user.gender", equalTo("Female"))
                .body("user.email", equalTo(name + "@example.com"))
                .body("user.is_email_verified", equalTo(true))
                .body("user.is_active", equalTo(true))
                .body("user.preferences.theme", equalTo("dark"));
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body("""
                        {"full_name": "Jane Mary Doe", "gender": null,
                         "preferences": {"theme": null, "mail": {"tips": false}, "n": [1]}}""")
                .patch("/users/" + id)
                .then()
                .statusCode(200)
                .body("user.first_name", equalTo("Jane Mary"))
                .body("user.last_name", equalTo("Doe"))
                .body("user.gender", nullValue())
                .body(
                        "user.preferences",
                        equalTo(Map.of("mail", Map.of("news", true, "tips", false), "n", List.of(1))));
        put(cleared("last_name")).then().statusCode(200).body("user.full_name", equalTo("Jane Mary"));
        put(cleared("preferences")).then().statusCode(200).body("user.preferences", equalTo(Map.of()));
        get().then().body("full_name", equalTo("Jane Mary")).body("preferences", equalTo(Map.of()));
        log.holds(id, "UPDATE USER", "UPDATE USER", "UPDATE USER", "UPDATE USER");
    }

    @Test
    void whatMakesNoDifferenceIsNoEvent() {
        put(Map.of()).then().statusCode(200).body("user.id", equalTo(id));
        put(Map.of(
                        "first_name",
                        "Test",
                        "email",
                        name.toUpperCase(Locale.ROOT) + "@Example.com",
                        "username",
                        name,
                        "role",
                        "user",
                        "is_active",
                        true,
                        "preferences",
                        Map.of()))
                .then()
                .statusCode(200)
                .body("user.is_email_verified", equalTo(true));
        put(cleared("gender")).then().statusCode(200);
        log.holds(id);
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .put("/users/" + id)
                .then()
                .statusCode(400);
        put("null").then().statusCode(400);
    }

    @Test
    void aWrongTypeIsNamed() {
        for (String field : List.of(
                "is_active",
                "role",
                "username",
                "email",
                "first_name",
                "last_name",
                "full_name",
                "gender",
                "preferences")) {
            put(Map.of(field, 7)).then().statusCode(400).body("errors", hasKey(field));
            put(Map.of(field, List.of("x"))).then().statusCode(400).body("errors", hasKey(field));
        }
        for (String field : List.of("is_active", "role", "username")) {
            put(cleared(field)).then().statusCode(400).body("errors." + field, hasSize(1));
        }
        log.holds(id);
    }

    @Test
    void anUnlistedFieldIsRefused() {
        for (String field :
                List.of("id", "enabled", "emailVerified", "is_email_verified", "password", "attributes", "tenant")) {
            put(Map.of(field, "true", "first_name", "Nobody"))
                    .then()
                    .statusCode(400)
                    .body("errors", hasKey(field));
        }
        get().then().body("first_name", equalTo("Test"));
    }

    @Test
    void allThatIsWrongIsSaidTogetherAndNothingIsDone() {
        Response answer = put(Map.of(
                "email", "no-address",
                "first_name", "x".repeat(65),
                "full_name", "Both Names",
                "gender", "Unknown",
                "preferences", "dark",
                "role", "emperor",
                "username", "somebody-else",
                "is_active", false));
        answer.then().statusCode(400);
        Map<String, List<String>> errors = answer.path("errors");
        assertEquals(
                new TreeSet<>(List.of("email", "full_name", "gender", "preferences", "role", "username")),
                new TreeSet<>(errors.keySet()),
                errors.toString());
        put(Map.of("first_name", "Jane", "gender", "Unknown", "is_active", false))
                .then()
                .statusCode(400)
                .body("errors.keySet()", contains("gender"));
        get().then().body("first_name", equalTo("Test")).body("is_active", equalTo(true));
        log.holds(id);
        put(Map.of("preferences", Map.of("x", "y".repeat(8_192))))
                .then()
                .statusCode(400)
                .body("errors", hasKey("preferences"));
        put(Map.of("email", "x".repeat(60_000))).then().statusCode(400).body("errors.email", hasSize(1));
    }

    @DiffersByDatabase
    @Test
    void namesAreOnePersonsAlone() {
        tenant.addUser("rival-" + name);
        put(Map.of("email", "Rival-" + name + "@example.com"))
                .then()
                .statusCode(409)
                .body("errors.email", hasSize(1));
        // The template does not allow anybody to change a username.
        put(Map.of("username", "new-" + name)).then().statusCode(400).body("errors.username", hasSize(1));
        Tenant editable = Tenant.on(tenant.server(), realm -> realm.put("editUsernameAllowed", true));
        editable.addUser("the-admin", "admin");
        editable.addUser("rita");
        String paul = editable.addUser("paul");
        String token = editable.session("the-admin").access();
        editable.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("username", "rita"))
                .put("/users/" + paul)
                .then()
                .statusCode(409)
                .body("errors.username", hasSize(1));
        editable.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("username", "Paula"))
                .put("/users/" + paul)
                .then()
                .statusCode(200)
                .body("user.username", equalTo("paula"));
        editable.login("paula", TestServer.PASSWORD).then().statusCode(200);
    }

    @DiffersByDatabase
    @Test
    void ofEightWhoTakeOneAddressOneGetsIt() throws Exception {
        String email = UUID.randomUUID() + "@example.com";
        List<String> ids = Arrays.asList(new String[8]);
        for (int i = 0; i < ids.size(); i++) {
            ids.set(i, tenant.addUser("taker-" + i + name));
        }
        List<Integer> answers =
                Concurrently.patiently(ids.size(), i -> put(admin, ids.get(i), Map.of("email", email))).stream()
                        .map(Response::statusCode)
                        .sorted()
                        .toList();
        assertEquals(List.of(200, 409, 409, 409, 409, 409, 409, 409), answers);
    }

    @DiffersByDatabase
    @Test
    void changesAtOnceAreAllKept() throws Exception {
        Concurrently.patiently(8, i -> put(Map.of("preferences", Map.of("k" + i, i))))
                .forEach(answer -> answer.then().statusCode(200));
        get().then().body("preferences.size()", equalTo(8));
    }

    @Test
    void aNewAddressIsNotVerified() {
        String email = "new-" + name + "@example.com";
        put(Map.of("email", email))
                .then()
                .statusCode(200)
                .body("user.email", equalTo(email))
                .body("user.is_email_verified", equalTo(false))
                .body("user.is_active", equalTo(true));
        assertEquals(
                name + "@example.com",
                tenant.inbox().next(name + "@example.com").to());
        assertEquals(email, tenant.inbox().next(email).to());
        AdminEventRepresentation event = log.about(id).get(0);
        assertTrue(event.getRepresentation().contains(email), event.getRepresentation());
        assertEquals(
                tenant.admin().toRepresentation().getId(),
                event.getAuthDetails().getRealmId());
    }

    @Test
    void anAccountThatWaitsForItsCodeWaitsForThatOfTheNewAddress() {
        Response registered = tenant.registration(Map.of());
        String pending = registered.path("user.id");
        String old = registered.path("user.email");
        String code = tenant.inbox().next(old).code();
        String email = UUID.randomUUID() + "@example.com";
        put(admin, pending, Map.of("email", email)).then().statusCode(200).body("user.is_active", equalTo(false));
        activate(code).then().statusCode(404);
        activate(tenant.inbox().nextCode(email))
                .then()
                .statusCode(200)
                .body("email", equalTo(email))
                .body("is_active", equalTo(true));
    }

    private static Response activate(String code) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .patch("/users/activation");
    }

    @Test
    void aRealmThatVerifiesAddressesSendsACodeToANewOne() {
        Tenant verifying = Tenant.on(tenant.server(), realm -> realm.put("verifyEmail", true));
        verifying.addUser("the-admin", "admin");
        String paul = verifying.addUser("paul");
        String token = verifying.session("the-admin").access();
        verifying
                .api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("email", "new-" + name + "@example.com"))
                .put("/users/" + paul)
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(false));
        verifying
                .api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", verifying.inbox().nextCode("new-" + name + "@example.com")))
                .patch("/users/activation")
                .then()
                .statusCode(200);
        verifying
                .api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("email", "other-" + name + "@example.com", "is_active", true))
                .put("/users/" + paul)
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true))
                .body("user.is_email_verified", equalTo(true));
    }

    @Test
    void whoeverIsDisabledIsOut() {
        Tenant.Session session = tenant.session(name);
        put(Map.of("is_active", false)).then().statusCode(200).body("user.is_active", equalTo(false));
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
        tenant.refresh(session.refresh()).then().statusCode(401);
        assertEquals(0, tenant.admin().users().get(id).getUserSessions().size());
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        log.holds(id, "UPDATE USER", "ACTION USER /logout");
        put(Map.of("is_active", false)).then().statusCode(200);
        assertEquals(2, log.about(id).size());
        put(Map.of("is_active", true)).then().statusCode(200).body("user.is_active", equalTo(true));
        assertEquals(3, log.about(id).size());
        tenant.session(name);
    }

    /** Tests the sessions when the account is enabled again, because Keycloak accepts no token of a disabled account anyway. */
    @DiffersByDatabase
    @Test
    void noSessionOutlivesADisabledAccount() {
        SingleSignOn browser = new SingleSignOn(tenant, name);
        Response online = browser.tokens("online-" + name, "openid");
        Response sameLogin = browser.tokens("offline-" + name, "openid offline_access");
        SingleSignOn elsewhere = new SingleSignOn(tenant, name);
        Response otherLogin = elsewhere.tokens("elsewhere-" + name, "openid offline_access");
        put(Map.of("is_active", false)).then().statusCode(200);
        put(Map.of("is_active", true)).then().statusCode(200);
        browser.refresh("online-" + name, online).then().statusCode(400);
        browser.refresh("offline-" + name, sameLogin).then().statusCode(400);
        elsewhere.refresh("elsewhere-" + name, otherLogin).then().statusCode(400);
    }

    @Test
    void anOldCodeBringsNobodyBack() {
        Response registered = tenant.registration(Map.of());
        String pending = registered.path("user.id");
        String code = tenant.inbox().next(registered.path("user.email")).code();
        put(admin, pending, Map.of("is_active", false)).then().statusCode(200);
        activate(code).then().statusCode(404);
        put(admin, pending, Map.of("is_active", true))
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true))
                .body("user.is_email_verified", equalTo(false));
        activate(code).then().statusCode(404);
        tenant.login(registered.path("user.email"), TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void anAdminEndsALockout() {
        Tenant strict = Tenant.on(tenant.server(), realm -> realm.put("failureFactor", 2));
        strict.addUser("the-admin", "admin");
        String paul = strict.addUser("paul");
        String token = strict.session("the-admin").access();
        Eventually.holds("a lockout", Duration.ofMinutes(2), () -> {
            strict.login("paul", "wrong").then().statusCode(401);
            return Boolean.TRUE.equals(
                    strict.admin().attackDetection().bruteForceUserStatus(paul).get("disabled"));
        });
        strict.login("paul", TestServer.PASSWORD).then().statusCode(401);
        strict.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("is_active", true))
                .put("/users/" + paul)
                .then()
                .statusCode(200);
        strict.session("paul");
    }

    @Test
    void anybodyCanBeDisabledWhateverTheRulesOfTodaySay() {
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        assertFalse(user.getFirstName().isEmpty());
        Tenant tightened = Tenant.on(tenant.server());
        tightened.addUser("the-admin", "admin");
        String paul = tightened.addUser("paul");
        var profile = tightened.admin().users().userProfile();
        var config = profile.getConfiguration();
        config.getAttribute("firstName").getValidations().put("length", Map.of("min", 10, "max", 64));
        profile.update(config);
        String token = tightened.serviceTokenOf("manage-users", "view-users");
        tightened
                .api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("is_active", false))
                .put("/users/" + paul)
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(false));
        tightened
                .api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("gender", "Other"))
                .put("/users/" + paul)
                .then()
                .statusCode(400)
                .body("errors.keySet()", contains("first_name"));
    }

    @Test
    void whatTheApiDoesNotKnowStays() {
        Tenant rich = Tenant.on(tenant.server());
        rich.addUser("the-admin", "admin");
        String paul = rich.addUser("paul");
        var profile = rich.admin().users().userProfile();
        var config = profile.getConfiguration();
        config.setUnmanagedAttributePolicy(UnmanagedAttributePolicy.ADMIN_EDIT);
        UPAttribute hidden = new UPAttribute("hidden");
        hidden.setPermissions(new UPAttributePermissions(Set.of("admin"), Set.of("admin")));
        config.addOrReplaceAttribute(hidden);
        profile.update(config);
        UserRepresentation user = rich.admin().users().get(paul).toRepresentation();
        Map<String, List<String>> attributes = Map.of("shoes", List.of("42", "43"), "hidden", List.of("h"));
        user.setAttributes(attributes);
        rich.admin().users().get(paul).update(user);
        String token = rich.session("the-admin").access();
        rich.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Jane"))
                .put("/users/" + paul)
                .then()
                .statusCode(200);
        rich.api(rich.session("paul").access())
                .contentType(ContentType.JSON)
                .body(Map.of("last_name", "Doe"))
                .put("/users/me")
                .then()
                .statusCode(200)
                .body("user.full_name", equalTo("Jane Doe"));
        config.setUnmanagedAttributePolicy(null);
        profile.update(config);
        rich.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Paul"))
                .put("/users/" + paul)
                .then()
                .statusCode(200);
        config.setUnmanagedAttributePolicy(UnmanagedAttributePolicy.ENABLED);
        profile.update(config);
        assertEquals(
                attributes, rich.admin().users().get(paul).toRepresentation().getAttributes());
    }

    @Test
    void aVendorChangesAnybody(TestServer server) {
        Tenant platform = Tenant.platformOf(server);
        String vendor = platform.session(TestServer.VENDOR).access();
        put(vendor, id, Map.of("first_name", "Jane", "role", "admin"))
                .then()
                .statusCode(200)
                .body("user.role", equalTo("admin"));
        List<AdminEventRepresentation> events = log.about(id);
        assertEquals(2, events.size());
        events.forEach(event -> assertEquals(
                platform.admin().toRepresentation().getId(),
                event.getAuthDetails().getRealmId()));
        String theVendor =
                platform.admin().users().search(TestServer.VENDOR, true).get(0).getId();
        assertEquals(theVendor, events.get(0).getAuthDetails().getUserId());
        put(vendor, id, Map.of("role", "vendor")).then().statusCode(400).body("errors", hasKey("role"));
    }

    @Test
    void whoMayNotLearnsNothing(TestServer server) {
        Map<String, Object> body = Map.of("first_name", "Jane");
        String own = tenant.session(name).access();
        put(own, id, body).then().statusCode(403);
        put(own, "no-such-id", body).then().statusCode(403);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(body)
                .put("/users/" + id)
                .then()
                .statusCode(401);
        Tenant other = Tenant.on(server);
        String stranger = other.addUser("the-admin", "admin");
        put(other.session("the-admin").access(), id, body).then().statusCode(403);
        put(admin, stranger, body).then().statusCode(404).body("detail", equalTo("User not found"));
        put(admin, "no-such-id", body).then().statusCode(404);
        put(admin, "f:abc", body).then().statusCode(404);
        String viewer = tenant.serviceTokenOf("view-users");
        put(viewer, id, body).then().statusCode(403);
        put(viewer, "no-such-id", body).then().statusCode(404);
        get().then().body("first_name", equalTo("Test"));
    }

    @Test
    void aServiceAccountIsItsClientsAffair() {
        tenant.addClient("robot-" + name, true);
        var clients = tenant.admin().clients();
        String robot = clients.get(
                        clients.findByClientId("robot-" + name).get(0).getId())
                .getServiceAccountUser()
                .getId();
        put(admin, robot, Map.of("first_name", "Jane")).then().statusCode(404);
        tenant.api(admin).delete("/users/" + robot).then().statusCode(404);
        tenant.api(admin)
                .queryParam("identifier", "service-account-robot-" + name)
                .delete("/users/identifier")
                .then()
                .statusCode(404);
    }
}
