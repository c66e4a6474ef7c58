package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ServerExtension.class)
final class RefreshIT {
    private static Tenant tenant;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh;
        tenant.addUser("alice");
    }

    @Test
    void aRefreshGivesNewTokensEachTime() {
        Tenant.Session first = tenant.session("alice");
        Response second = tenant.refresh(first.refresh());
        second.then().statusCode(200).body("refresh_token", not(equalTo(first.refresh())));
        Response third = tenant.refresh(second.path("refresh_token"));
        third.then().statusCode(200).body("access_token", notNullValue());
        tenant.api(third.<String>path("access_token")).get("/users/me").then().statusCode(200);
    }

    @Test
    void theRefreshTokenMayComeAsBearerWithoutABody() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.refresh()).post("/refresh").then().statusCode(200);
    }

    @Test
    void aUsedTokenEndsItsLoginsSessionAndNoOther() {
        Tenant.Session other = tenant.session("alice");
        Tenant.Session session = tenant.session("alice");
        Clock.passASecond();
        Response renewed = tenant.refresh(session.refresh());
        renewed.then().statusCode(200);
        Clock.passASecond();

        tenant.refresh(session.refresh()).then().statusCode(401).header("WWW-Authenticate", notNullValue());

        tenant.refresh(renewed.path("refresh_token")).then().statusCode(401);
        tenant.api(renewed.<String>path("access_token")).get("/users/me").then().statusCode(401);
        tenant.refresh(other.refresh()).then().statusCode(200);
        tenant.awaitLogged("A used refresh token came back", tenant.name());
    }

    @Test
    void ofAHundredAtOnceAtMostOneSucceeds() throws Exception {
        Tenant.Session session = tenant.session("alice");
        List<Response> answers = Concurrently.call(100, i -> tenant.refresh(session.refresh()));
        List<Response> successes =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertTrue(successes.size() <= 1, successes.size() + " succeeded");
        answers.stream()
                .filter(answer -> answer.statusCode() != 200)
                .forEach(answer -> assertTrue(
                        answer.statusCode() == 401 || answer.statusCode() == 503,
                        answer.statusLine() + answer.asString()));
        assertEquals(401, tenant.refresh(session.refresh()).statusCode());
        successes.forEach(success ->
                assertEquals(401, tenant.refresh(success.path("refresh_token")).statusCode()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "…"})
    void garbageIs401(String token) {
        tenant.refresh(token).then().statusCode(401);
    }

    @Test
    void whatKeycloaksTokenEndpointCallsInvalidIsABadTokenToo() {
        tenant.refresh("x".repeat(10_000)).then().statusCode(401);
        Tenant.Session session = tenant.session("alice");
        tenant.api()
                .header("DPoP", "garbage")
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/refresh")
                .then()
                .statusCode(200);
    }

    @Test
    void onlyARefreshTokenOfThisClientAndTenantCounts(TestServer server) {
        Tenant.Session session = tenant.session("alice");
        tenant.refresh(session.access()).then().statusCode(401);
        Tenant other = Tenant.on(server);
        other.addUser("alice");
        tenant.refresh(other.session("alice").refresh()).then().statusCode(401);
        tenant.addClient("somebody-else", true);
        tenant.refresh(tenant.passwordToken("somebody-else", "alice").path("refresh_token"))
                .then()
                .statusCode(401);
    }

    @Test
    void aMissingTokenNamesItsField() {
        tenant.api()
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/refresh")
                .then()
                .statusCode(400)
                .body("errors.refresh_token", notNullValue());
        tenant.api().post("/refresh").then().statusCode(400);
        tenant.refresh("").then().statusCode(400);
        tenant.refresh("x".repeat(16_385)).then().statusCode(400);
    }

    @Test
    void aBearerThatDisagreesWithTheBodyIsRefused() {
        Tenant.Session session = tenant.session("alice");
        Tenant.Session other = tenant.session("alice");
        tenant.api(other.refresh())
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/refresh")
                .then()
                .statusCode(400);
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/refresh")
                .then()
                .statusCode(200);
    }

    @Test
    void theSessionOfADisabledUserDoesNotRefresh() {
        String id = tenant.addUser("dennis");
        Tenant.Session session = tenant.session("dennis");
        var user = tenant.admin().users().get(id).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(id).update(user);
        tenant.refresh(session.refresh()).then().statusCode(401);
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
    }

    /** Lets a second pass, because Keycloak compares the issue times of refresh tokens in whole seconds. */
    private static final class Clock {
        static void passASecond() {
            LockSupport.parkNanos(Duration.ofMillis(1_100).toNanos());
        }
    }
}
