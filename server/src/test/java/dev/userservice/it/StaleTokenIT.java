package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.ClientRepresentation;

/**
 * Tests what an application still has in its storage and sends with each call: an access token that is no longer valid, or never
 * was valid here. If the proof is in the body, or if no proof is needed, the call works as it does without the token.
 */
@ExtendWith(ServerExtension.class)
final class StaleTokenIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String NEW_PASSWORD = "N3w-horse-battery!";

    /** The complete {@code Authorization} headers, by what is wrong with each of them. */
    private static final Map<String, String> STALE = new LinkedHashMap<>();

    private static Tenant tenant;

    @BeforeAll
    static void collect(TestServer server, Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("alice");
        Tenant other = Tenant.on(server).withLongTokens();
        other.addUser("alice");
        STALE.put("garbage", "Bearer garbage");
        STALE.put("another scheme", "Basic YTpi");
        STALE.put("expired", "Bearer " + expired());
        STALE.put("another tenant's", "Bearer " + other.session("alice").access());
        STALE.put("an ended session's", "Bearer " + ended());
        STALE.put(
                "an ID token",
                "Bearer "
                        + Tenant.retryWhileUnauthorized(() -> tenant.api()
                                        .contentType(ContentType.JSON)
                                        .body(Map.of(
                                                "username",
                                                "alice",
                                                "password",
                                                TestServer.PASSWORD,
                                                "scope",
                                                "openid"))
                                        .post("/login"))
                                .path("id_token"));
    }

    private static String expired() {
        ClientRepresentation client = tenant.addClient("brief", true);
        client.setAttributes(Map.of("access.token.lifespan", "1"));
        tenant.admin().clients().get(client.getId()).update(client);
        String token = tenant.passwordToken("brief", "alice").path("access_token");
        Eventually.holds(
                "the end of a token",
                TIMEOUT,
                () -> tenant.api(token).get("/users/me").statusCode() == 401);
        return token;
    }

    private static String ended() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access()).post("/logout").then().statusCode(200);
        return session.access();
    }

    private static Stream<DynamicTest> withEach(Consumer<RequestSpecification> call) {
        return STALE.entrySet().stream()
                .map(stale -> dynamicTest(
                        stale.getKey(), () -> call.accept(tenant.api().header("Authorization", stale.getValue()))));
    }

    private static Response post(RequestSpecification call, String path, Map<String, ?> body) {
        return call.contentType(ContentType.JSON).body(body).post(path);
    }

    @TestFactory
    Stream<DynamicTest> aGoodRefreshTokenRefreshes() {
        return withEach(call -> post(
                        call,
                        "/refresh",
                        Map.of("refresh_token", tenant.session("alice").refresh()))
                .then()
                .statusCode(200));
    }

    @TestFactory
    Stream<DynamicTest> aGoodRefreshTokenEndsItsSession() {
        return withEach(call -> {
            Tenant.Session session = tenant.session("alice");
            post(call, "/logout", Map.of("refresh_token", session.refresh()))
                    .then()
                    .statusCode(200);
            tenant.api(session.access()).get("/users/me").then().statusCode(401);
            tenant.refresh(session.refresh()).then().statusCode(401);
        });
    }

    @Test
    void aBadTokenThatIsTheOnlyProofIsRefused() {
        for (String path : new String[] {"/refresh", "/logout"}) {
            tenant.api("garbage")
                    .post(path)
                    .then()
                    .statusCode(401)
                    .header("WWW-Authenticate", containsString("invalid_token"));
            tenant.api()
                    .header("Authorization", STALE.get("another tenant's"))
                    .post(path)
                    .then()
                    .statusCode(403);
        }
    }

    @TestFactory
    Stream<DynamicTest> aMailedCodeActivates() {
        return withEach(call -> {
            String email = tenant.register(Map.of());
            post(
                            call,
                            "/verify-email",
                            Map.of("token", tenant.inbox().next(email).code()))
                    .then()
                    .statusCode(200);
        });
    }

    @TestFactory
    Stream<DynamicTest> aMailedCodeActivatesByItsOtherRoute() {
        return withEach(call -> {
            String email = tenant.register(Map.of());
            call.contentType(ContentType.JSON)
                    .body(Map.of("code", tenant.inbox().next(email).code()))
                    .patch("/users/activation")
                    .then()
                    .statusCode(200);
        });
    }

    @TestFactory
    Stream<DynamicTest> aMailedCodeChoosesAPassword() {
        return withEach(call -> post(call, "/reset-password/" + codeOfReset(), Map.of("password", NEW_PASSWORD))
                .then()
                .statusCode(200));
    }

    @TestFactory
    Stream<DynamicTest> aMailedCodeChoosesAPasswordByItsOtherRoute() {
        return withEach(call -> post(
                        call, "/users/password/reset", Map.of("token", codeOfReset(), "new_password", NEW_PASSWORD))
                .then()
                .statusCode(200));
    }

    private static String codeOfReset() {
        String username = "r-" + UUID.randomUUID();
        String email = username + "@example.com";
        tenant.addUser(username);
        post(tenant.api(), "/reset-password", Map.of("email", email)).then().statusCode(200);
        return tenant.inbox().next(email).code();
    }

    @TestFactory
    Stream<DynamicTest> whoLogsInIsNotAskedWhoTheyWere() {
        return STALE.entrySet().stream()
                .map(stale -> dynamicTest(
                        stale.getKey(),
                        () -> Tenant.retryWhileUnauthorized(() -> post(
                                        tenant.api().header("Authorization", stale.getValue()),
                                        "/login",
                                        Map.of("username", "alice", "password", TestServer.PASSWORD)))
                                .then()
                                .statusCode(200)));
    }

    @TestFactory
    Stream<DynamicTest> theHealthIsTold() {
        // On a machine that is busy otherwise the database may take longer than the two seconds that the route waits
        // for it.
        return withEach(call -> Eventually.holds(
                "the health to be told",
                Duration.ofMinutes(1),
                () -> call.get("/users/health").statusCode() == 200));
    }

    @TestFactory
    Stream<DynamicTest> whoAsksForAnotherMailIsAnswered() {
        return withEach(call -> call.queryParam("identifier", "alice")
                .get("/users/activation/resend")
                .then()
                .statusCode(200));
    }

    @TestFactory
    Stream<DynamicTest> whoHasForgottenThePasswordIsAnswered() {
        return withEach(call -> post(call, "/users/password/forgot", Map.of("identifier", "nobody@example.com"))
                .then()
                .statusCode(200));
    }

    @TestFactory
    Stream<DynamicTest> whoRegistersIsAnswered() {
        return withEach(call -> post(
                        call,
                        "/register",
                        Map.of(
                                "email",
                                UUID.randomUUID() + "@example.com",
                                "password",
                                TestServer.PASSWORD,
                                "first_name",
                                "New"))
                .then()
                .statusCode(201));
    }

    /**
     * Tests {@code POST /users}. With a token, an admin makes the call; if a bad token were ignored, the call would register a
     * user, which the caller did not ask for.
     */
    @TestFactory
    Stream<DynamicTest> whoMakesAUserMustShowAGoodTokenOrNone() {
        return STALE.entrySet().stream()
                .map(stale -> dynamicTest(stale.getKey(), () -> {
                    int expected = stale.getKey().equals("another tenant's") ? 403 : 401;
                    assertEquals(
                            expected,
                            post(
                                            tenant.api().header("Authorization", stale.getValue()),
                                            "/users",
                                            Map.of("email", "a@b.example"))
                                    .statusCode());
                }));
    }

    @Test
    void whereATokenIsNeededNoneOfThemIsOne() {
        STALE.forEach((name, header) -> tenant.api()
                .header("Authorization", header)
                .get("/users/me")
                .then()
                .statusCode(name.equals("another tenant's") ? 403 : 401)
                .body("status", equalTo(name.equals("another tenant's") ? 403 : 401)));
    }
}
