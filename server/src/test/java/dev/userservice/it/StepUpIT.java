package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests which logins count as recent, and what a client gives in place of one. {@link StolenTokenIT} tries all routes with an
 * old login.
 */
@ExtendWith(ServerExtension.class)
final class StepUpIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WRONG = "Wrong-password-1!";

    /** A tenant whose logins are recent for ten minutes, longer than any of these tests takes. */
    private static Tenant tenant;

    /** A tenant whose logins are old after a second. */
    private static Tenant strict;

    private static Activities log;
    private String name;
    private String id;

    @BeforeAll
    static void add(TestServer server, Tenant fresh) {
        tenant = fresh.withLongTokens();
        strict = Tenant.on(server, realm -> set(realm, "recent-login", "1")).withLongTokens();
        log = Activities.of(strict);
        for (Tenant each : new Tenant[] {tenant, strict}) {
            each.addClient("front", true);
            each.addClient("bare", true);
            removeBasic(each, "bare");
        }
        tenant.addClient("svc", true);
        tenant.letExchange("svc", "front");
    }

    private static void set(ObjectNode realm, String setting, String value) {
        realm.withObject("/attributes").put("user-service." + setting, value);
    }

    /** Takes the client scope away that puts {@code auth_time} into access tokens. */
    private static void removeBasic(Tenant of, String clientId) {
        var clients = of.admin().clients();
        String scope = of.admin().clientScopes().findAll().stream()
                .filter(known -> known.getName().equals("basic"))
                .findFirst()
                .orElseThrow()
                .getId();
        clients.get(clients.findByClientId(clientId).get(0).getId()).removeDefaultClientScope(scope);
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
    }

    private void in(Tenant of) {
        id = of.addUser(name);
    }

    private static JsonNode claims(String token) {
        try {
            return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Response endOthers(Tenant of, String token) {
        return of.api(token).delete("/users/me/sessions");
    }

    private static Response endOthers(Tenant of, String token, Map<String, ?> proof) {
        return of.api(token).contentType(ContentType.JSON).body(proof).delete("/users/me/sessions");
    }

    /** Waits until a token of the strict tenant is refused because its login is old. */
    private static void awaitOld(String token) {
        Tenant.retryUntil(answer -> answer.statusCode() == 401, () -> endOthers(strict, token))
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", startsWith("Bearer error=\"insufficient_user_authentication\""));
    }

    private String old() {
        in(strict);
        String token = strict.session(name).access();
        awaitOld(token);
        return token;
    }

    /** Repeats a call while Keycloak still records the login or the failure before it. */
    private static Response proved(String token, Map<String, ?> proof) {
        return Tenant.retryUntil(
                answer -> answer.statusCode() != 400 && answer.statusCode() != 401,
                () -> endOthers(strict, token, proof));
    }

    @Test
    void aRefreshDoesNotRenewTheLogin() {
        in(tenant);
        long before = Instant.now().getEpochSecond();
        Tenant.Session session = tenant.session(name);
        long time = claims(session.access()).path("auth_time").asLong();
        assertTrue(time >= before && time <= Instant.now().getEpochSecond(), "auth_time " + time);
        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
        Response refreshed = tenant.refresh(session.refresh());
        JsonNode claims = claims(refreshed.then().statusCode(200).extract().path("access_token"));
        assertEquals(time, claims.path("auth_time").asLong());
        assertNotEquals(time, claims.path("iat").asLong());
        // The password grant of any other client tells it too.
        assertTrue(claims(tenant.passwordToken("front", name).path("access_token"))
                        .path("auth_time")
                        .asLong()
                >= time);
    }

    @Test
    void anOldTokenStaysOldAfterARefresh() {
        in(strict);
        Tenant.Session session = strict.session(name);
        awaitOld(session.access());
        String refreshed = strict.refresh(session.refresh()).path("access_token");
        endOthers(strict, refreshed).then().statusCode(401).body("max_age", equalTo(1));
    }

    @Test
    void aNewLoginInTheSameSessionIsRecentAndMakesNoOlderTokenRecent() {
        in(strict);
        for (String client : new String[] {"app-" + name, "bare-" + name}) {
            SingleSignOn browser = new SingleSignOn(strict, name);
            String first = browser.tokens(client, "openid").path("access_token");
            if (client.startsWith("bare")) {
                removeBasic(strict, client);
                first = browser.tokensAgain(client, "openid").path("access_token");
                assertTrue(claims(first).path("auth_time").isMissingNode());
            }
            awaitOld(first);
            // Without max_age, the existing login is used.
            String silent = browser.tokensAgain(client, "openid").path("access_token");
            endOthers(strict, silent).then().statusCode(401);
            // Times of logins and tokens are in whole seconds.
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            Response ended = Tenant.retryUntil(
                    answer -> answer.statusCode() == 204,
                    () -> endOthers(
                            strict,
                            browser.tokensAgain(client, "openid", Map.of("max_age", "1"))
                                    .path("access_token")));
            ended.then().statusCode(204);
            endOthers(strict, first).then().statusCode(401);
            endOthers(strict, silent).then().statusCode(401);
        }
    }

    @Test
    void withoutTheClaimTheSessionTells() {
        in(tenant);
        String token = tenant.passwordToken("bare", name).path("access_token");
        assertTrue(claims(token).path("auth_time").isMissingNode());
        endOthers(tenant, token).then().statusCode(204);
        in(strict);
        String other = strict.passwordToken("bare", name).path("access_token");
        awaitOld(other);
    }

    @Test
    void aTokenThatAServiceHasExchangedIsOfNoLogin() {
        in(tenant);
        String whole = tenant.passwordToken("front", name).path("access_token");
        String exchanged = tenant.exchangedToken("svc", whole, Map.of());
        assertTrue(claims(exchanged).path("auth_time").asLong() > 0);
        tenant.api(exchanged).get("/users/me").then().statusCode(200);
        endOthers(tenant, exchanged).then().statusCode(401).body("max_age", equalTo(600));
        endOthers(tenant, whole).then().statusCode(204);
    }

    @Test
    void aServiceAccountHasNoAccountToLose() {
        String token = tenant.serviceToken("front");
        endOthers(tenant, token).then().statusCode(403);
        tenant.api(token).patch("/users/mfa/enable").then().statusCode(403);
    }

    @Test
    void oneMayAlwaysLogOutOneself() {
        String token = old();
        String current = strict.api(token).get("/users/me/sessions").path("find { it.current }.id");
        strict.api(token).delete("/users/me/sessions/" + current).then().statusCode(204);
    }

    @Test
    void whatDoesNotTouchTheAddressNeedsNothing() {
        String token = old();
        strict.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("gender", "Other", "email", name.toUpperCase(Locale.ROOT) + "@example.com"))
                .put("/users/me")
                .then()
                .statusCode(200)
                .body("user.email", equalTo(name + "@example.com"));
        strict.api(token)
                .contentType(ContentType.JSON)
                .body("{\"email\": null}")
                .put("/users/me")
                .then()
                .statusCode(401);
    }

    @Test
    void aSecondFactorBelongsToTheProof() {
        in(strict);
        String token = strict.session(name).access();
        awaitOld(token);
        byte[] secret = Totp.add(strict, id);
        Map<String, String> password = Map.of("current_password", TestServer.PASSWORD);
        endOthers(strict, token, password).then().statusCode(401).body("mfa_required", equalTo(true));
        String code = "000000".equals(Totp.now(secret)) ? "000001" : "000000";
        Response wrong = endOthers(strict, token, Map.of("current_password", TestServer.PASSWORD, "totp", code));
        wrong.then()
                .statusCode(400)
                .body("errors.current_password[0]", equalTo("This, or the one-time code, is not the current one"));
        // A wrong password is answered in the same way, and does not use up the code.
        endOthers(strict, token, Map.of("current_password", WRONG, "totp", Totp.now(secret)))
                .then()
                .statusCode(400)
                .body("errors", equalTo(wrong.path("errors")));
        proved(token, Map.of("current_password", TestServer.PASSWORD, "totp", Totp.now(secret)))
                .then()
                .statusCode(204);
        Map<String, String> change = Map.of("current_password", TestServer.PASSWORD, "new_password", "Another-word-2!");
        strict.api(token)
                .contentType(ContentType.JSON)
                .body(change)
                .put("/users/me/password")
                .then()
                .statusCode(401)
                .body("mfa_required", equalTo(true));
    }

    @Test
    void aPasswordThatIsGivenIsCheckedAfterARecentLoginToo() {
        in(tenant);
        String token = tenant.session(name).access();
        endOthers(tenant, token, Map.of("current_password", WRONG))
                .then()
                .statusCode(400)
                .body("errors", hasKey("current_password"));
        endOthers(tenant, token).then().statusCode(204);
    }

    @Test
    void aPasswordIsNotForSomebodyElsesAccount() {
        in(tenant);
        String admin = "admin-" + name;
        tenant.addUser(admin, "admin");
        String token = tenant.session(admin).access();
        Map<String, String> change =
                Map.of("email", "new-" + name + "@example.com", "current_password", TestServer.PASSWORD);
        tenant.api(token)
                .contentType(ContentType.JSON)
                .body(change)
                .put("/users/" + id)
                .then()
                .statusCode(400)
                .body("errors", hasKey("current_password"));
        tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("user_id", id, "current_password", TestServer.PASSWORD))
                .patch("/users/mfa/enable")
                .then()
                .statusCode(400)
                .body("errors", hasKey("current_password"));
    }

    @Test
    void aWrongPasswordCountsAsAFailedLogin() {
        String token = old();
        endOthers(strict, token, Map.of("current_password", WRONG)).then().statusCode(400);
        Map<String, Object> row = log.last(id, "login_failed");
        assertEquals("recent_login", ((Map<?, ?>) row.get("details")).get("method"));
        Eventually.holds(
                "a counted failure",
                Duration.ofMinutes(2),
                () -> Integer.valueOf(1)
                        .equals(strict.admin()
                                .attackDetection()
                                .bruteForceUserStatus(id)
                                .get("numFailures")));
        proved(token, Map.of("current_password", TestServer.PASSWORD)).then().statusCode(204);
        // A right one is no login.
        assertNull(log.about(id).stream()
                .filter(one -> "login".equals(one.get("action")))
                .skip(1)
                .findAny()
                .orElse(null));
    }

    @Test
    void guessesAreLocked() {
        String token = old();
        Eventually.holds("a lockout", Duration.ofMinutes(2), () -> {
            endOthers(strict, token, Map.of("current_password", WRONG)).then().statusCode(400);
            return Boolean.TRUE.equals(
                    strict.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
        endOthers(strict, token, Map.of("current_password", TestServer.PASSWORD))
                .then()
                .statusCode(400);
        strict.login(name, TestServer.PASSWORD).then().statusCode(401);
    }

    @Test
    void guessesAreLimitedAsLoginsAre(TestServer server) {
        Tenant limited = Tenant.on(server, realm -> {
                    Tenant.withoutBruteForceProtection(realm);
                    Limits.on("limit-failed-login").accept(realm);
                })
                .withLongTokens();
        limited.addUser(name);
        String token = limited.session(name).access();
        for (int i = 0; i < 5; i++) {
            endOthers(limited, token, Map.of("current_password", WRONG)).then().statusCode(400);
        }
        endOthers(limited, token, Map.of("current_password", WRONG)).then().statusCode(429);
        limited.login(name, TestServer.PASSWORD).then().statusCode(429);
    }

    @Test
    void rightPasswordsAreLimitedToo(TestServer server) {
        Tenant limited = Tenant.on(server, realm -> {
                    Tenant.withoutBruteForceProtection(realm);
                    Limits.with(Map.of("limit-login", "3/1h")).accept(realm);
                })
                .withLongTokens();
        limited.addUser(name);
        String token = limited.session(name).access();
        Map<String, String> proof = Map.of("current_password", TestServer.PASSWORD);
        for (int i = 0; i < 3; i++) {
            endOthers(limited, token, proof).then().statusCode(204);
        }
        endOthers(limited, token, proof).then().statusCode(429);
        endOthers(limited, token).then().statusCode(204);
    }

    @Test
    void withZeroEveryLoginCounts(TestServer server) {
        Tenant careless = Tenant.on(server, realm -> set(realm, "recent-login", "0"));
        careless.addClient("front", true);
        careless.addClient("svc", true);
        careless.letExchange("svc", "front");
        careless.addUser(name);
        String whole = careless.passwordToken("front", name).path("access_token");
        endOthers(careless, careless.exchangedToken("svc", whole, Map.of()))
                .then()
                .statusCode(204);
    }
}
