package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
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

/** Tests POST /users/auth/check, which says whether a password is the password of a user. */
@ExtendWith(ServerExtension.class)
final class AuthCheckIT {
    private static Tenant tenant;
    private static String backEnd;
    private String name;
    private String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        AdminLog.on(tenant);
        backEnd = tenant.serviceTokenOf("view-users");
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
    }

    private static Response check(Tenant where, String token, String identifier, String password) {
        return where.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", identifier, "password", password))
                .post("/users/auth/check");
    }

    /** Returns the answer to the right password, asked for as {@link Tenant#retryWhileUnauthorized} describes. */
    private static Response retryWhileUnauthorized(String identifier) {
        return Tenant.retryWhileUnauthorized(() -> check(tenant, backEnd, identifier, TestServer.PASSWORD));
    }

    private static void refused(Response answer) {
        answer.then()
                .statusCode(401)
                .header("WWW-Authenticate", equalTo("Bearer"))
                .body("message", equalTo("Invalid credentials"))
                .body("errors", nullValue());
    }

    private static List<EventRepresentation> events(String type, String user) {
        return tenant.admin().getEvents(List.of(type), null, user, null, null, null, null, null);
    }

    @Test
    void theRightPasswordIsAnsweredByTheUserAndIsNoLogin() {
        retryWhileUnauthorized(name)
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("id", equalTo(id))
                .body("username", equalTo(name))
                .body("last_login", nullValue());
        retryWhileUnauthorized(name + "@example.com").then().statusCode(200).body("id", equalTo(id));
        assertEquals(0, tenant.admin().users().get(id).getUserSessions().size());
        assertEquals(List.of(), events("LOGIN", id));
        tenant.api(tenant.serviceTokenOf("view-users"))
                .get("/users/" + id)
                .then()
                .body("last_login", nullValue());
    }

    @Test
    void everyOtherAnswerIsOne() {
        refused(check(tenant, backEnd, name, "wrong"));
        refused(check(tenant, backEnd, "nobody-" + name, TestServer.PASSWORD));
        tenant.addClient("robot-" + name, true);
        refused(check(tenant, backEnd, "service-account-robot-" + name, TestServer.PASSWORD));
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(id).update(user);
        refused(check(tenant, backEnd, name, TestServer.PASSWORD));
        String bare = "bare-" + name;
        var withoutPassword = tenant.admin().users().get(tenant.addUser(bare));
        withoutPassword.credentials().forEach(c -> withoutPassword.removeCredential(c.getId()));
        refused(check(tenant, backEnd, bare, TestServer.PASSWORD));

        List<EventRepresentation> errors = events("LOGIN_ERROR", id);
        assertEquals(
                List.of("user_disabled", "invalid_user_credentials"),
                errors.stream().map(EventRepresentation::getError).toList());
        assertEquals("auth_check", errors.get(0).getDetails().get("auth_method"));
        assertEquals(name, errors.get(0).getDetails().get("username"));
        assertTrue(events("LOGIN_ERROR", null).stream()
                .anyMatch(error -> ("nobody-" + name).equals(error.getDetails().get("username"))
                        && "user_not_found".equals(error.getError())));
    }

    @Test
    void anAccountThatAwaitsActivationIsToldAfterTheRightPasswordAlone() {
        String pending = tenant.register(Map.of());
        refused(check(tenant, backEnd, pending, "wrong"));
        Eventually.holds(
                "the right password's turn",
                Duration.ofMinutes(1),
                () -> "Account is inactive"
                        .equals(check(tenant, backEnd, pending, TestServer.PASSWORD)
                                .path("message")));
    }

    @Test
    void aSecondFactorIsNotAskedFor() {
        Totp.add(tenant, id);
        retryWhileUnauthorized(name).then().statusCode(200).body("mfa_enabled", equalTo(true));
        assertEquals(List.of(), events("LOGIN_ERROR", id));
    }

    @Test
    void failuresLockTheAccountAsThoseOfLoginsDo() {
        Tenant strict = Tenant.on(tenant.server(), realm -> realm.put("failureFactor", 3));
        String paul = strict.addUser("paul");
        String token = strict.serviceTokenOf("view-users");
        Eventually.holds("a lockout", Duration.ofMinutes(1), () -> {
            refused(check(strict, token, "paul", "wrong"));
            return isLockedOut(strict, paul);
        });
        assertEquals(3, failures(strict, paul));
        refused(check(strict, token, "paul", TestServer.PASSWORD));
        strict.login("paul", TestServer.PASSWORD).then().statusCode(401);
    }

    private static boolean isLockedOut(Tenant where, String id) {
        return Boolean.TRUE.equals(
                where.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
    }

    private static int failures(Tenant where, String id) {
        return ((Number)
                        where.admin().attackDetection().bruteForceUserStatus(id).get("numFailures"))
                .intValue();
    }

    @Test
    void guessesAtOnceAreMadeOneByOne() throws Exception {
        Tenant strict = Tenant.on(tenant.server(), realm -> realm.put("failureFactor", 3));
        String paul = strict.addUser("paul");
        String token = strict.serviceTokenOf("view-users");
        // Keycloak does not count what arrives while it counts another attempt.
        for (int round = 0; round < 50 && !isLockedOut(strict, paul); round++) {
            Concurrently.call(8, i -> check(strict, token, "paul", "wrong-" + i))
                    .forEach(AuthCheckIT::refused);
        }
        assertTrue(isLockedOut(strict, paul));
        // Keycloak allows the next attempt just before it has written the count of the last one, so one more attempt
        // may get through.
        assertTrue(Set.of(3, 4).contains(failures(strict, paul)));
    }

    @Test
    void theRightPasswordClearsFailuresUnlessThereIsASecondFactor() {
        refused(check(tenant, backEnd, name, "wrong"));
        Eventually.holds("one failure", Duration.ofMinutes(1), () -> failures(tenant, id) == 1);
        retryWhileUnauthorized(name).then().statusCode(200);
        Eventually.holds("no failure", Duration.ofMinutes(1), () -> failures(tenant, id) == 0);

        Totp.add(tenant, id);
        refused(check(tenant, backEnd, name, "wrong"));
        Eventually.holds("a failure again", Duration.ofMinutes(1), () -> failures(tenant, id) == 1);
        retryWhileUnauthorized(name).then().statusCode(200);
        // Keycloak records a success after the answer, but in the order of the requests, so this later failure is
        // recorded after it.
        refused(check(tenant, backEnd, name, "wrong"));
        Eventually.holds("one more failure", Duration.ofMinutes(1), () -> failures(tenant, id) == 2);
    }

    @Test
    void whoMayAsk(TestServer server) {
        tenant.addUser("admin-" + name, "admin");
        String vendor = Tenant.platformOf(server).session(TestServer.VENDOR).access();
        for (String token : List.of(tenant.session("admin-" + name).access(), vendor)) {
            Tenant.retryWhileUnauthorized(() -> check(tenant, token, name, TestServer.PASSWORD))
                    .then()
                    .statusCode(200);
        }
        check(tenant, tenant.session(name).access(), name, TestServer.PASSWORD)
                .then()
                .statusCode(403);
        Tenant other = Tenant.on(server);
        check(tenant, other.serviceTokenOf("view-users"), name, TestServer.PASSWORD)
                .then()
                .statusCode(403);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", name, "password", TestServer.PASSWORD))
                .post("/users/auth/check")
                .then()
                .statusCode(401);
    }

    @Test
    void aBodyIsNeeded() {
        tenant.api(backEnd)
                .contentType(ContentType.JSON)
                .post("/users/auth/check")
                .then()
                .statusCode(400);
        tenant.api(backEnd)
                .contentType(ContentType.JSON)
                .body(Map.of())
                .post("/users/auth/check")
                .then()
                .statusCode(400)
                .body("errors", hasKey("identifier"))
                .body("errors", hasKey("password"));
        check(tenant, backEnd, "x".repeat(256), "").then().statusCode(400);
        assertEquals(List.of(), events("LOGIN_ERROR", id));
    }
}
