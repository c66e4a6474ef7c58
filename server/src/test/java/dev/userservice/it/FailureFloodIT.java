package dev.userservice.it;

import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that failures which anybody can cause without end do not fill the activity log. */
@ExtendWith(ServerExtension.class)
@Order(2)
final class FailureFloodIT {
    private static final int MANY = 150;

    /** Is the time to wait for a row of counted failures, which is written within a minute. */
    private static final Duration A_MINUTE_AND_MORE = Duration.ofMinutes(5);

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void start(TestServer server) {
        tenant = Tenant.on(server);
        tenant.addUser("boss", "admin");
        admin = tenant.withLongTokens().session("boss").access();
    }

    private static List<Map<String, Object>> rows(String action) {
        return tenant.api(admin)
                .queryParam("action", action)
                .queryParam("limit", 100)
                .get("/activity")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("$");
    }

    private static long times(List<Map<String, Object>> rows) {
        return rows.stream()
                .map(row -> ((Map<?, ?>) row.get("details")).get("times"))
                .mapToLong(times -> times == null ? 1 : ((Number) times).longValue())
                .sum();
    }

    @Test
    void wrongSecretsAreAFewRowsAndACount() {
        Instant start = Instant.now();
        for (int i = 0; i < MANY; i++) {
            tenant.oidc()
                    .formParams(Map.of(
                            "grant_type", "client_credentials",
                            "client_id", "user-service-api",
                            "client_secret", "wrong"))
                    .post("/token")
                    .then()
                    .statusCode(401);
        }
        Duration taken = Duration.between(start, Instant.now());
        Eventually.holds("all of them in the log", A_MINUTE_AND_MORE, () -> times(rows("client_login_failed")) == MANY);
        List<Map<String, Object>> rows = rows("client_login_failed");
        // Ten failures become rows at once, and one more every six seconds while they continue. The rest becomes one
        // row a minute, until the last one is counted.
        long most = 10 + taken.toSeconds() / 6 + 1 + taken.toMinutes() + 2;
        assertTrue(rows.size() <= most, "rows: " + rows.size() + ", after " + taken);
        assertTrue(
                rows.stream()
                        .filter(row -> ((Map<?, ?>) row.get("details")).containsKey("times"))
                        .allMatch(row -> row.get("ip_address") != null
                                && ((Map<?, ?>) row.get("details"))
                                        .get("addresses")
                                        .equals(1)),
                rows::toString);
    }

    /** An application asks in a loop whether somebody is logged in. */
    @Test
    void loginsBySingleSignOnAreAFewRowsAMinute() {
        String id = tenant.addUser("looping");
        SingleSignOn browser = new SingleSignOn(tenant, "looping");
        browser.tokens("first-app", "openid");
        Instant made = Instant.now();
        // The login that made the session is not one of these, so the test waits until it is over.
        Eventually.holds(
                "a session that is older than a login takes",
                A_MINUTE_AND_MORE,
                () -> Duration.between(made, Instant.now()).toSeconds() >= 3);
        long begun = System.nanoTime();
        for (int i = 0; i < 30; i++) {
            browser.tokensAgain("first-app", "openid");
        }
        long permits = 10 + Duration.ofNanos(System.nanoTime() - begun).toSeconds() / 6 + 1;
        List<Map<String, Object>> rows = tenant.api(admin)
                .queryParam("action", "login")
                .queryParam("user_id", id)
                .queryParam("limit", 100)
                .get("/activity")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("$");
        assertTrue(rows.size() > 5 && rows.size() <= permits + 1, "rows: " + rows.size());
    }

    @Test
    void whoTriesNoPasswordHasNotFailedToLogIn() {
        for (String query : List.of(
                "client_id=nope&response_type=code",
                "client_id=user-service-activity&response_type=code&redirect_uri=http://evil.example")) {
            RestAssured.given()
                    .baseUri(tenant.server().base().toString())
                    .get("/realms/" + tenant.name() + "/protocol/openid-connect/auth?" + query)
                    .then()
                    .statusCode(400);
        }
        tenant.login("nobody", "Wrong-password-1!").then().statusCode(401);
        Eventually.holds(
                "the failed login in the log",
                Duration.ofMinutes(2),
                () -> !rows("login_failed").isEmpty());
        tenant.api(admin)
                .queryParam("action", "login_failed")
                .get("/activity")
                .then()
                .statusCode(200)
                .body("$", hasSize(1));
        assertEquals("nobody", ((Map<?, ?>) rows("login_failed").get(0).get("details")).get("identifier"));
    }
}
