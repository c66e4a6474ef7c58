package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.restassured.http.ContentType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ServerExtension.class)
final class LogoutIT {
    private static Tenant tenant;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh;
        tenant.addUser("alice");
        tenant.addClient("app-1", true);
    }

    private static void assertEnded(Tenant.Session session) {
        tenant.refresh(session.refresh()).then().statusCode(401);
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
        tenant.oidc()
                .formParam("client_id", "app-1")
                .formParam("client_secret", "secret")
                .formParam("token", session.access())
                .post("/token/introspect")
                .then()
                .statusCode(200)
                .body("active", equalTo(false));
    }

    @Test
    void anAccessTokenEndsItsSessionAtOnce() {
        Tenant.Session other = tenant.session("alice");
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access())
                .post("/logout")
                .then()
                .statusCode(200)
                .body("message", equalTo("Logged out successfully"));
        assertEnded(session);
        tenant.api(other.access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void aRefreshTokenInTheBodyEndsItsSession() {
        Tenant.Session session = tenant.session("alice");
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/logout")
                .then()
                .statusCode(200);
        assertEnded(session);
    }

    @Test
    void aRefreshTokenAsBearerEndsItsSession() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.refresh()).post("/logout").then().statusCode(200);
        assertEnded(session);
    }

    @Test
    void bothTokensEndTheirSessions() {
        Tenant.Session one = tenant.session("alice");
        Tenant.Session two = tenant.session("alice");
        tenant.api(one.access())
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", two.refresh()))
                .post("/logout")
                .then()
                .statusCode(200);
        assertEnded(one);
        assertEnded(two);
    }

    @Test
    void bothTokensOfOneSessionAreFine() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/logout")
                .then()
                .statusCode(200);
        assertEnded(session);
    }

    @Test
    void loggingOutTwiceByRefreshTokenIsNoError() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.refresh()).post("/logout").then().statusCode(200);
        tenant.api(session.refresh()).post("/logout").then().statusCode(200);
    }

    @Test
    void aBadRefreshTokenEndsNothing() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", "garbage"))
                .post("/logout")
                .then()
                .statusCode(401);
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void anyClientsOwnSessionCanBeEndedByItsAccessToken() {
        var tokens = tenant.passwordToken("app-1", "alice");
        tenant.api(tokens.<String>path("access_token")).post("/logout").then().statusCode(200);
        tenant.api(tokens.<String>path("access_token")).get("/users/me").then().statusCode(401);
    }

    @Test
    void nothingEndsIfTheAccessTokenHasNoSession() {
        Tenant.Session session = tenant.session("alice");
        tenant.api(tenant.serviceToken("app-1"))
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/logout")
                .then()
                .statusCode(403);
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void anOfflineSessionEndsByItsAccessTokenToo() {
        var tokens = Tenant.retryUntil(
                answer -> answer.statusCode() == 200,
                () -> tenant.token(
                        "app-1",
                        Map.of(
                                "grant_type", "password",
                                "username", "alice",
                                "password", TestServer.PASSWORD,
                                "scope", "openid offline_access")));
        tokens.then().statusCode(200);
        tenant.api(tokens.<String>path("access_token")).post("/logout").then().statusCode(200);
        tenant.token("app-1", Map.of("grant_type", "refresh_token", "refresh_token", tokens.path("refresh_token")))
                .then()
                .statusCode(400);
    }

    @Test
    void anExchangedTokenEndsTheSessionThatItCameFrom() {
        addExchangers();
        var tokens = tenant.passwordToken("front", "alice");
        String front = tokens.path("access_token");
        String exchanged = tenant.exchangedToken("svc", front, Map.of());
        tenant.api(exchanged).get("/users/me").then().statusCode(200);
        tenant.api(exchanged).post("/logout").then().statusCode(200);
        for (String token : List.of(exchanged, front)) {
            tenant.api(token).get("/users/me").then().statusCode(401);
        }
        tenant.token("front", Map.of("grant_type", "refresh_token", "refresh_token", tokens.path("refresh_token")))
                .then()
                .statusCode(400);
    }

    @Test
    void anExchangedTokenEndsTheOfflineSessionThatItCameFrom() {
        addExchangers();
        var tokens = Tenant.retryUntil(
                answer -> answer.statusCode() == 200,
                () -> tenant.token(
                        "front",
                        Map.of(
                                "grant_type", "password",
                                "username", "alice",
                                "password", TestServer.PASSWORD,
                                "scope", "openid offline_access")));
        String exchanged = tenant.exchangedToken("svc", tokens.path("access_token"), Map.of());
        tenant.api(exchanged).post("/logout").then().statusCode(200);
        tenant.token("front", Map.of("grant_type", "refresh_token", "refresh_token", tokens.path("refresh_token")))
                .then()
                .statusCode(400);
    }

    @Test
    void anExchangedTokenBesideTheRefreshTokenOfItsSessionEndsItOnce() {
        addExchangers();
        String id = tenant.addUser("erica");
        tenant.addUser("boss", "admin");
        Tenant.Session session = tenant.session("erica");
        tenant.api(tenant.exchangedToken("svc", session.access(), Map.of()))
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/logout")
                .then()
                .statusCode(200);
        assertEnded(session);
        tenant.api(tenant.session("boss").access())
                .queryParam("action", "logout")
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .body("size()", equalTo(1));
    }

    /** Makes the client {@code svc}, which may exchange tokens of {@code front} and of the API's own client. */
    private static void addExchangers() {
        if (tenant.admin().clients().findByClientId("svc").isEmpty()) {
            tenant.addClient("front", true);
            tenant.addClient("svc", true);
            tenant.letExchange("svc", "front");
            tenant.letExchange("svc", "user-service-api");
        }
    }

    @Test
    void withoutAnyTokenThereIsNothingToEnd() {
        tenant.api().post("/logout").then().statusCode(401).header("WWW-Authenticate", notNullValue());
        tenant.api()
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/logout")
                .then()
                .statusCode(401);
    }
}
