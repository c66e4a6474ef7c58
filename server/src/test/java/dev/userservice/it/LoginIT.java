package dev.userservice.it;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.http.Headers;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;

@ExtendWith(ServerExtension.class)
final class LoginIT {
    private static Tenant tenant;

    @BeforeAll
    static void addPeople(TestServer server) {
        tenant = Tenant.on(server);
        tenant.addUser("alice");
    }

    private static Response login(Map<String, Object> body) {
        return tenant.api().contentType(ContentType.JSON).body(body).post("/login");
    }

    /** Returns the answer to a login that must not be refused; see {@link Tenant#retryWhileUnauthorized}. */
    private static Response retryWhileUnauthorized(Map<String, Object> body) {
        return Tenant.retryWhileUnauthorized(() -> login(body));
    }

    @ParameterizedTest
    @CsvSource({"identifier, alice", "identifier, alice@example.com", "username, alice", "email, alice@example.com"})
    void anyNameOfThePersonLogsIn(String field, String value) {
        retryWhileUnauthorized(Map.of(field, value, "password", TestServer.PASSWORD))
                .then()
                .statusCode(200)
                .header("Cache-Control", containsString("no-store"))
                .body("access_token", notNullValue())
                .body("refresh_token", notNullValue())
                .body("$", not(hasKey("id_token")))
                .body("token_type", equalTo("Bearer"))
                // Keycloak counts from the second of the token, and another second may have begun meanwhile.
                .body("expires_in", allOf(greaterThan(270), lessThanOrEqualTo(300)))
                .body("session_state", notNullValue());
    }

    @Test
    void theTokenIsKeycloaksOwn() {
        Tenant.Session session = tenant.session("alice");
        tenant.oidc()
                .header(
                        "Authorization",
                        "Bearer "
                                + retryWhileUnauthorized(Map.of(
                                                "username",
                                                "alice",
                                                "password",
                                                TestServer.PASSWORD,
                                                "scope",
                                                "openid"))
                                        .<String>path("access_token"))
                .get("/userinfo")
                .then()
                .statusCode(200)
                .body("preferred_username", equalTo("alice"));
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void theScopeOpenidAddsAnIdToken() {
        retryWhileUnauthorized(Map.of("username", "alice", "password", TestServer.PASSWORD, "scope", "openid profile"))
                .then()
                .statusCode(200)
                .body("id_token", matchesPattern("[\\w-]+\\.[\\w-]+\\.[\\w-]+"))
                .body("scope", containsString("openid"));
    }

    @Test
    void anOfflineTokenIsNeverGiven() {
        login(Map.of("username", "alice", "password", TestServer.PASSWORD, "scope", "openid offline_access"))
                .then()
                .statusCode(400)
                .body("errors.scope", notNullValue());
    }

    @Test
    void anUnknownScopeIsTheFieldsFault() {
        retryWhileUnauthorized(Map.of("username", "alice", "password", TestServer.PASSWORD, "scope", "no-such-scope"))
                .then()
                .statusCode(400)
                .body("errors.scope", notNullValue());
    }

    @Test
    void aTenantsNameMustBeTheRealms() {
        retryWhileUnauthorized(
                        Map.of("username", "alice", "password", TestServer.PASSWORD, "tenant_name", tenant.name()))
                .then()
                .statusCode(200);
        login(Map.of("username", "alice", "password", TestServer.PASSWORD, "tenant_name", "another"))
                .then()
                .statusCode(400)
                .body("errors.tenant_name", notNullValue());
    }

    @Test
    void wrongUnknownDisabledAndLockedAreToldAlike() {
        tenant.addUser("diana");
        String disabled = tenant.addUser("dennis");
        UserRepresentation user = tenant.admin().users().get(disabled).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(disabled).update(user);
        lockOut("lucy", tenant.addUser("lucy"));

        Map<String, Response> refusals = new LinkedHashMap<>();
        refusals.put("wrong", tenant.login("diana", "Wrong-horse-1"));
        refusals.put("unknown", tenant.login("nobody", TestServer.PASSWORD));
        refusals.put("disabled", tenant.login("dennis", TestServer.PASSWORD));
        refusals.put("disabled and wrong", tenant.login("dennis", "Wrong-horse-1"));
        refusals.put("locked", tenant.login("lucy", TestServer.PASSWORD));

        refusals.forEach((why, refusal) -> {
            refusal.then().statusCode(401).body("detail", equalTo("Invalid credentials"));
            assertEquals(refusals.get("wrong").asString(), refusal.asString(), why);
            assertEquals(headers(refusals.get("wrong").headers()), headers(refusal.headers()), why);
        });
    }

    /** Fails to log in until the account is locked. Keycloak counts on a thread of its own, and ignores attempts that arrive meanwhile. */
    private static void lockOut(String username, String id) {
        Eventually.holds("a lockout", Duration.ofMinutes(3), () -> {
            tenant.login(username, "Wrong-horse-1").then().statusCode(401);
            return Boolean.TRUE.equals(
                    tenant.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
    }

    private static Map<String, String> headers(Headers headers) {
        return headers.asList().stream()
                // This header differs for each request, whoever is refused.
                .filter(header -> !header.hasSameNameAs(new Header("X-Request-ID", "")))
                .collect(Collectors.toMap(
                        header -> header.getName(), header -> header.getValue(), (a, b) -> a + "," + b));
    }

    @Test
    void aPendingActivationIsToldOnlyToWhoKnowsThePassword(TestServer server) {
        Tenant verifying = Tenant.on(server, realm -> realm.put("verifyEmail", true));
        String id = verifying.addUser("penny");
        UserRepresentation user = verifying.admin().users().get(id).toRepresentation();
        user.setEmailVerified(false);
        verifying.admin().users().get(id).update(user);

        verifying
                .login("penny", TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("detail", equalTo("Account is inactive"))
                .body("message", equalTo("Account is inactive"));
        verifying.login("penny", "Wrong-horse-1").then().statusCode(401).body("detail", equalTo("Invalid credentials"));
    }

    @Test
    void anotherRequiredActionIsNamed() {
        String id = tenant.addUser("rachel");
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setRequiredActions(List.of("UPDATE_PASSWORD"));
        tenant.admin().users().get(id).update(user);
        tenant.login("rachel", TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("required_actions", contains("UPDATE_PASSWORD"));
    }

    @Test
    void aMissingOneTimeCodeIsToldOnlyToWhoKnowsThePassword() {
        byte[] secret = Totp.add(tenant, tenant.addUser("otto"));
        for (int i = 0; i < 35; i++) {
            // These are more attempts than lock an account, because a missing code does not count as a failure.
            tenant.login("otto", TestServer.PASSWORD).then().statusCode(401).body("mfa_required", equalTo(true));
        }
        tenant.login("otto", "Wrong-horse-1")
                .then()
                .statusCode(401)
                .body("detail", equalTo("Invalid credentials"))
                .body("mfa_required", nullValue());
        login(Map.of("username", "otto", "password", TestServer.PASSWORD, "totp", "000000"))
                .then()
                .statusCode(401)
                .body("detail", equalTo("Invalid credentials"));
        String code = Totp.now(secret);
        retryWhileUnauthorized(Map.of("username", "otto", "password", TestServer.PASSWORD, "totp", code))
                .then()
                .statusCode(200);
        login(Map.of("username", "otto", "password", TestServer.PASSWORD, "totp", code))
                .then()
                .statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"password\":\"x\"}",
                "{\"username\":\"alice\"}",
                "{\"username\":\"alice\",\"password\":\"\"}",
                "{\"username\":\"\",\"password\":\"x\"}",
                "{\"username\":\"alice\",\"email\":\"alice@example.com\",\"password\":\"x\"}",
                "{\"username\":\"alice\",\"password\":\"x\",\"role\":\"admin\"}",
                "{\"username\":\"alice\",\"password\":\"x\",\"totp\":123456}"
            })
    void aBodyThatIsNoLoginNamesItsFields(String body) {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(body)
                .post("/login")
                .then()
                .statusCode(400)
                .body("errors", notNullValue());
    }

    @Test
    void anAddressOfTwoPeopleLogsNobodyIn(TestServer server) {
        Tenant shared = Tenant.on(server, realm -> {
            realm.put("loginWithEmailAllowed", false);
            realm.put("duplicateEmailsAllowed", true);
        });
        shared.addUser("alice");
        UserRepresentation twin =
                shared.admin().users().get(shared.addUser("twin")).toRepresentation();
        twin.setEmail("alice@example.com");
        shared.admin().users().get(twin.getId()).update(twin);
        var realm = shared.admin().toRepresentation();
        realm.setDuplicateEmailsAllowed(false);
        realm.setLoginWithEmailAllowed(true);
        shared.admin().update(realm);

        shared.login("alice@example.com", TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("detail", equalTo("Invalid credentials"));
    }

    @Test
    void aRequestWithoutAPasswordIsNoFailedLogin() {
        tenant.addUser("nora");
        for (int i = 0; i < 35; i++) {
            login(Map.of("username", "nora")).then().statusCode(400);
        }
        tenant.login("nora", TestServer.PASSWORD).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "offline_access",
                "openid offline_access",
                "offline_\u0001access",
                "offline_[maccess",
                "offline_%0aaccess"
            })
    void noSpellingOfTheScopeGivesAnOfflineToken(String scope) {
        login(Map.of("username", "alice", "password", TestServer.PASSWORD, "scope", scope))
                .then()
                .statusCode(400);
    }

    /** A problem undoes what the request has done until then, which is a whole login here. */
    @Test
    void aClientThatAlwaysGivesOfflineTokensGivesNone(TestServer server) throws Exception {
        Tenant lax = Tenant.on(server);
        String id = lax.addUser("alice");
        var clients = lax.admin().clients();
        var client = clients.findByClientId("user-service-api").get(0);
        String offline = lax.admin().clientScopes().findAll().stream()
                .filter(scope -> scope.getName().equals("offline_access"))
                .findFirst()
                .orElseThrow()
                .getId();
        clients.get(client.getId()).addDefaultClientScope(offline);
        client.setFullScopeAllowed(true);
        clients.get(client.getId()).update(client);
        lax.login("alice", TestServer.PASSWORD).then().statusCode(500).body("detail", notNullValue());

        var user = lax.admin().users().get(id);
        assertEquals(0, user.getOfflineSessions(client.getId()).size());
        assertEquals(0, user.getUserSessions().size());
        if (server.node() != null) {
            assertEquals(0, server.node().database().count("us_last_login where user_id = ?", id));
        }
    }

    @Test
    void aTightenedProfileIsNamedToo(TestServer server) {
        Tenant strict = Tenant.on(server);
        strict.addUser("alice");
        var profile = strict.admin().users().userProfile().getConfiguration();
        var required = new org.keycloak.representations.userprofile.config.UPAttributeRequired();
        required.setRoles(java.util.Set.of("user"));
        profile.getAttribute("gender").setRequired(required);
        strict.admin().users().userProfile().update(profile);
        strict.login("alice", TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("required_actions", contains("VERIFY_PROFILE"));
    }

    @Test
    void aTenantThatForbidsDirectGrantsSaysSo(TestServer server) {
        Tenant misconfigured = Tenant.on(server);
        misconfigured.addUser("alice");
        var clients = misconfigured.admin().clients();
        var client = clients.findByClientId("user-service-api").get(0);
        client.setDirectAccessGrantsEnabled(false);
        clients.get(client.getId()).update(client);
        misconfigured.login("alice", TestServer.PASSWORD).then().statusCode(403).body("detail", notNullValue());
    }

    @Test
    void passwordsDoNotReachTheLog() {
        tenant.login("alice", "Secret-of-the-log-1").then().statusCode(401);
        tenant.awaitWholeLog();
        if (tenant.server().node() != null) {
            assertTrue(!tenant.server().node().log().contains("Secret-of-the-log-1"));
        }
    }
}
