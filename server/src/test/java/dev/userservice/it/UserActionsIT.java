package dev.userservice.it;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests the end of a lockout, the demand for a new password, and the list of somebody's credentials. */
@ExtendWith(ServerExtension.class)
final class UserActionsIT {
    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    private static String someone() {
        return "person-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static Response post(Tenant of, String token, String id, String action) {
        return of.api(token).post("/users/" + id + "/" + action);
    }

    /** Guesses the password until Keycloak has locked the user. It does not count a guess that arrives while it counts one. */
    private static void lock(Tenant of, String username, String id) {
        Eventually.holds("the lockout", Duration.ofMinutes(1), () -> {
            of.login(username, "wrong").then().statusCode(401);
            return Boolean.TRUE.equals(
                    of.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
    }

    @Test
    void aTemporaryLockoutEnds(TestServer server) {
        Tenant strict = Tenant.on(server, realm -> realm.put("failureFactor", 2).put("permanentLockout", false));
        strict.addUser("the-admin", "admin");
        String token = strict.session("the-admin").access();
        String id = strict.addUser("alice");
        lock(strict, "alice", id);
        post(strict, token, id, "unlock")
                .then()
                .statusCode(200)
                .body("message", equalTo("User unlocked successfully"))
                .body("user.id", equalTo(id));
        strict.session("alice");
        assertEquals(1, count(strict, token, id, "user_unlocked"));
        // A user who is not locked is left as they are, and nothing is noted.
        Eventually.holds(
                "the end of the count",
                Duration.ofMinutes(1),
                () -> Integer.valueOf(0)
                        .equals(strict.admin()
                                .attackDetection()
                                .bruteForceUserStatus(id)
                                .get("numFailures")));
        post(strict, token, id, "unlock").then().statusCode(200);
        assertEquals(1, count(strict, token, id, "user_unlocked"));
    }

    @Test
    void aPermanentLockoutEnds(TestServer server) {
        Tenant strict = Tenant.on(server, realm -> realm.put("failureFactor", 2).put("permanentLockout", true));
        strict.addUser("the-admin", "admin");
        String token = strict.session("the-admin").access();
        String id = strict.addUser("alice");
        lock(strict, "alice", id);
        Eventually.holds(
                "the lockout for good",
                Duration.ofMinutes(1),
                () -> !strict.admin().users().get(id).toRepresentation().isEnabled());
        post(strict, token, id, "unlock").then().statusCode(200).body("user.is_active", equalTo(true));
        strict.session("alice");
    }

    @Test
    void whomAnAdminHasDisabledStaysSo() {
        String id = tenant.addUser(someone());
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(id).update(user);
        post(tenant, admin, id, "unlock").then().statusCode(200).body("user.is_active", equalTo(false));
    }

    @Test
    void aNewPasswordIsDemandedOnce() {
        String username = someone();
        String id = tenant.addUser(username);
        for (int i = 0; i < 2; i++) {
            post(tenant, admin, id, "require-password-change")
                    .then()
                    .statusCode(200)
                    .body("message", equalTo("The user will have to choose a new password"));
        }
        Response refused = Tenant.retryUntil(
                answer -> answer.path("required_actions") != null, () -> tenant.login(username, TestServer.PASSWORD));
        refused.then().statusCode(401).body("required_actions", contains("UPDATE_PASSWORD"));
        assertEquals(1, count(tenant, admin, id, "update_user"));
    }

    @Test
    void credentialsAreListedWithoutTheirSecrets() {
        String id = tenant.addUser(someone());
        Totp.add(tenant, id);
        Response all = tenant.api(admin).get("/users/" + id + "/credentials");
        all.then().statusCode(200).body("type", contains("password", "otp"));
        all.then().body("[0].keySet()", equalTo(Set.of("type", "label", "created_at")));
        assertFalse(all.asString().contains("a-secret-of"), all.asString());
        tenant.api(tenant.serviceTokenOf("view-users"))
                .get("/users/" + id + "/credentials")
                .then()
                .statusCode(200);
    }

    @Test
    void whoMayNotManageChangesNothing() {
        String username = someone();
        String id = tenant.addUser(username);
        String viewer = tenant.serviceTokenOf("view-users");
        for (String action : List.of("unlock", "require-password-change")) {
            post(tenant, viewer, id, action).then().statusCode(403);
            post(tenant, admin, UUID.randomUUID().toString(), action).then().statusCode(404);
        }
        tenant.session(username);
    }

    @Test
    void whoIsAboveTheCallerIsLeftAlone() {
        String manager = tenant.serviceTokenOf("manage-users");
        String id = tenant.admin()
                .users()
                .searchByUsername("the-admin", true)
                .get(0)
                .getId();
        for (String action : List.of("unlock", "require-password-change")) {
            post(tenant, manager, id, action).then().statusCode(403);
        }
        tenant.api(admin)
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .body("action", not(hasItem("update_user")));
    }

    private static int count(Tenant of, String token, String id, String action) {
        return of.api(token)
                .queryParams(Map.of("action", action, "limit", 100))
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .extract()
                .path("size()");
    }
}
