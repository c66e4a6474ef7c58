package dev.userservice.it;

import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.AdminEventRepresentation;
import org.keycloak.representations.userprofile.config.UPConfig;

/** Tests {@code POST /users} by an admin. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.VENDORS)
final class UserCreateIT {
    private static Tenant tenant;
    private static AdminLog log;
    private static String admin;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        log = AdminLog.on(tenant);
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    private static String newEmail() {
        return UUID.randomUUID() + "@example.com";
    }

    private static Response post(Tenant where, String token, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.putIfAbsent("email", newEmail());
        body.putIfAbsent("password", TestServer.PASSWORD);
        body.putIfAbsent("first_name", "Jane");
        return (token == null ? where.api() : where.api(token))
                .contentType(ContentType.JSON)
                .body(body)
                .post("/users");
    }

    private static Response post(Map<String, Object> more) {
        return post(tenant, admin, more);
    }

    @Test
    void whatTheTenantsProfileDoesNotTakeIsNamed() {
        Tenant strict = Tenant.on(tenant.server());
        strict.addUser("boss", "admin");
        var profile = strict.admin().users().userProfile();
        UPConfig config = profile.getConfiguration();
        config.getAttribute("gender").getPermissions().setEdit(Set.of("user"));
        profile.update(config);
        strict.api(strict.session("boss").access())
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username", "jane",
                        "email", "jane@example.com",
                        "password", TestServer.PASSWORD,
                        "first_name", "Jane",
                        "gender", "Other"))
                .post("/users")
                .then()
                .statusCode(400)
                .body("errors.gender", hasSize(1));
    }

    @Test
    void aUserIsActiveAtOnceIfTheAdminSaysSo() {
        String email = newEmail();
        Response answer = post(Map.of("email", email, "is_active", true, "last_name", "Doe", "gender", "Female"));
        String id = answer.path("id");
        answer.then()
                .statusCode(201)
                .header("Location", endsWith("/realms/" + tenant.name() + "/api/users/" + id))
                .body("email", equalTo(email))
                .body("username", equalTo(email))
                .body("full_name", equalTo("Jane Doe"))
                .body("gender", equalTo("Female"))
                .body("role", equalTo("user"))
                .body("is_active", equalTo(true))
                .body("is_email_verified", equalTo(false));
        tenant.login(email, TestServer.PASSWORD).then().statusCode(200);
        log.holds(id, "CREATE USER");
        AdminEventRepresentation event = log.about(id).get(0);
        assertTrue(event.getRepresentation().contains(email));
        assertFalse(event.getRepresentation().contains(TestServer.PASSWORD));
        assertEquals(List.of(), tenant.admin().getEvents(List.of("REGISTER"), null, id, null, null, null, null, null));
    }

    @DiffersByDatabase
    @Test
    void anybodyElseIsMailedACode() {
        String email = newEmail();
        post(Map.of("email", email)).then().statusCode(201).body("is_active", equalTo(false));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", tenant.inbox().next(email).code()))
                .patch("/users/activation")
                .then()
                .statusCode(200)
                .body("is_active", equalTo(true));
        tenant.login(email, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void anAdminMakesAdmins() {
        Response answer = post(Map.of("role", "admin", "is_active", true));
        answer.then().statusCode(201).body("role", equalTo("admin"));
        log.holds(answer.path("id"), "CREATE USER", "CREATE REALM_ROLE_MAPPING /role-mappings/realm");
        post(Map.of("role", "emperor", "password", "short"))
                .then()
                .statusCode(400)
                .body("errors", hasKey("role"))
                .body("errors", hasKey("password"));
        post(Map.of("role", "vendor")).then().statusCode(403);
    }

    @Test
    void nobodyGivesWhatTheyHaveNot() {
        String service = tenant.serviceTokenOf("manage-users");
        String email = newEmail();
        int before = tenant.admin().getAdminEvents().size();
        post(tenant, service, Map.of("email", email, "role", "admin")).then().statusCode(403);
        assertTrue(tenant.admin().users().searchByEmail(email, true).isEmpty());
        assertEquals(before, tenant.admin().getAdminEvents().size());
        assertEquals(0, tenant.inbox().count(email));
        post(tenant, service, Map.of("email", email, "role", "user", "is_active", true))
                .then()
                .statusCode(201);
    }

    @Test
    void theRulesOfTheTenantHold() {
        String email = newEmail();
        post(Map.of("email", email, "username", "x" + UUID.randomUUID())).then().statusCode(201);
        post(Map.of("email", email)).then().statusCode(409).body("errors.email", hasSize(1));
        post(Map.of("password", "short", "gender", "Unknown", "password_confirmation", "other", "username", "x"))
                .then()
                .statusCode(400)
                .body("errors.password", hasSize(4))
                .body("errors", hasKey("gender"))
                .body("errors", hasKey("username"))
                .body("errors", hasKey("password_confirmation"));
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Jane", "is_active", true))
                .post("/users")
                .then()
                .statusCode(400)
                .body("errors", hasKey("email"))
                .body("errors", hasKey("password"));
        tenant.api(admin).contentType(ContentType.JSON).post("/users").then().statusCode(400);
        post(Map.of("password", "Tab\tulator-1!")).then().statusCode(400).body("errors", hasKey("password"));
        post(Map.of("is_active", "true")).then().statusCode(400).body("errors", hasKey("is_active"));
    }

    @Test
    void whoRegistersIsNotAskedToDecide() {
        Map<String, Object> body = new HashMap<>(Map.of(
                "username", "x" + UUID.randomUUID(), "password_confirmation", TestServer.PASSWORD, "is_active", true));
        post(tenant, null, body).then().statusCode(403);
        body.put("is_active", false);
        post(tenant, null, body).then().statusCode(201).body("is_active", equalTo(false));
    }

    @Test
    void aClosedTenantIsOpenToItsAdmins() {
        Tenant closed = Tenant.on(tenant.server(), realm -> {
            realm.put("registrationAllowed", false);
            realm.put("verifyEmail", true);
        });
        closed.addUser("the-admin", "admin");
        post(closed, closed.session("the-admin").access(), Map.of("is_active", true))
                .then()
                .statusCode(201)
                .body("is_active", equalTo(true))
                .body("is_email_verified", equalTo(true));
    }

    @Test
    void nobodyElseMakesUsers(TestServer server) {
        tenant.addUser("somebody");
        post(tenant, tenant.session("somebody").access(), Map.of()).then().statusCode(403);
        post(tenant, tenant.serviceTokenOf("view-users"), Map.of()).then().statusCode(403);
        Tenant other = Tenant.on(server);
        other.addUser("the-admin", "admin");
        post(tenant, other.session("the-admin").access(), Map.of()).then().statusCode(403);
    }

    @Test
    void aVendorMakesUsersEverywhere(TestServer server) {
        Tenant platform = Tenant.platformOf(server);
        String vendor = platform.session(TestServer.VENDOR).access();
        post(tenant, vendor, Map.of("role", "admin", "is_active", true))
                .then()
                .statusCode(201)
                .body("tenant", equalTo(tenant.name()))
                .body("role", equalTo("admin"));
        Response made = post(platform, vendor, Map.of("role", "vendor", "is_active", true));
        made.then().statusCode(201).body("role", equalTo("vendor"));
        platform.api(vendor).delete("/users/" + made.path("id")).then().statusCode(204);
        // The platform realm has no activation of accounts.
        post(platform, vendor, Map.of()).then().statusCode(400).body("errors", hasKey("is_active"));
    }

    @DiffersByDatabase
    @Test
    void ofEightEqualOnesOneIsMade() throws Exception {
        String email = newEmail();
        List<Integer> answers = Concurrently.patiently(8, i -> post(Map.of("email", email))).stream()
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(List.of(201, 409, 409, 409, 409, 409, 409, 409), answers);
    }
}
