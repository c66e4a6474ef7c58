package dev.userservice.it;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.NotFoundException;
import com.google.zxing.client.j2se.BufferedImageLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.EventRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests one-time codes as a second factor: PATCH /users/mfa/enable, POST /users/mfa/verify, GET /users/mfa/qr and PATCH /users/mfa/disable.
 */
@ExtendWith(ServerExtension.class)
@Order(2)
final class MfaIT {
    private static Tenant tenant;
    private static Activities log;
    private static String manager;

    private String name;
    private String id;
    private Tenant.Session session;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        AdminLog.on(tenant);
        log = Activities.of(tenant);
        manager = tenant.serviceTokenOf("view-users", "manage-users");
    }

    @BeforeEach
    void addSomebody() {
        name = "m" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
        session = tenant.session(name);
    }

    private static Response patch(String token, String path, Map<String, ?> body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).patch(path);
    }

    private Response enable() {
        return tenant.api(session.access()).patch("/users/mfa/enable");
    }

    private Response verify(String code) {
        return tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .post("/users/mfa/verify");
    }

    private Response disable(String code) {
        return patch(session.access(), "/users/mfa/disable", Map.of("totp", code));
    }

    private Response login(String code) {
        return login(tenant, code);
    }

    private Response login(Tenant where, String code) {
        return where.api()
                .contentType(ContentType.JSON)
                .body(Map.of("username", name, "password", TestServer.PASSWORD, "totp", code))
                .post("/login");
    }

    private static byte[] secretOf(Response answer) {
        return Totp.base32(parameters(answer.path("provisioning_uri")).get("secret"));
    }

    private static Map<String, String> parameters(String uri) {
        return Arrays.stream(URI.create(uri).getRawQuery().split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static String scanned(String png) throws Exception {
        var image = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(png)));
        try {
            return new QRCodeReader()
                    .decode(new BinaryBitmap(new HybridBinarizer(new BufferedImageLuminanceSource(image))))
                    .getText();
        } catch (NotFoundException e) {
            throw new AssertionError("No QR code in the picture", e);
        }
    }

    private byte[] enabled() {
        byte[] secret = secretOf(enable());
        verify(Totp.now(secret)).then().statusCode(200);
        return secret;
    }

    /** In full, the names of the tenant and the user have more bytes in a URI than a QR code can hold. */
    @Test
    void theLongestNamesFitIntoAQrCode() throws Exception {
        Tenant wordy = Tenant.on(tenant.server(), realm -> realm.put("displayName", "社".repeat(64)));
        String username = "€".repeat(200);
        // The template's user profile allows 64 such characters. Keycloak's own allows all of these, and an import
        // checks no profile.
        wordy.importUsers(List.of(username));
        String wordyId =
                wordy.admin().users().searchByUsername(username, true).get(0).getId();
        Response made = wordy.api(wordy.serviceTokenOf("view-users", "manage-users"))
                .contentType(ContentType.JSON)
                .body(Map.of("user_id", wordyId))
                .patch("/users/mfa/enable");
        made.then().statusCode(200);
        String uri = made.path("provisioning_uri");
        assertEquals(uri, scanned(made.path("qr_code_base64")));
        assertEquals(20, secretOf(made).length);
        String issuer = parameters(uri).get("issuer");
        assertTrue(issuer.startsWith("社社社"), issuer);
    }

    @Test
    void onesOwnSecretIsInForceAfterItsFirstCode() throws Exception {
        Response answer = enable();
        answer.then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("user_id", equalTo(id));
        assertEquals(answer.<String>path("provisioning_uri"), scanned(answer.path("qr_code_base64")));
        byte[] secret = secretOf(answer);
        tenant.api(session.access()).get("/users/me").then().body("mfa_enabled", equalTo(false));
        Tenant.retryWhileUnauthorized(() -> tenant.login(name, TestServer.PASSWORD))
                .then()
                .statusCode(200);

        verify("000000").then().statusCode(400).body("errors", hasKey("code"));
        assertEquals(List.of("password"), credentialTypes());
        String first = Totp.now(secret);
        verify(first).then().statusCode(200).body("mfa_enabled", equalTo(true));
        tenant.loginWithoutCode(name, TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("mfa_required", equalTo(true));
        login(first).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> login(Totp.at(secret, 1))).then().statusCode(200);
        assertEquals(List.of("otp", "password"), credentialTypes());
        assertEquals("otp", ((Map<?, ?>) row("mfa_enabled").get("details")).get("credential_type"));
        Inbox.Mail mail = tenant.inbox().next(name + "@example.com");
        assertTrue(mail.subject().startsWith("Two-factor authentication was enabled"), mail.subject());
    }

    private List<String> credentialTypes() {
        return credentialTypes(tenant, id);
    }

    private static List<String> credentialTypes(Tenant where, String user) {
        return where.admin().users().get(user).credentials().stream()
                .map(credential -> credential.getType())
                .sorted()
                .toList();
    }

    private Map<String, Object> row(String action) {
        return log.about(id).stream()
                .filter(row -> row.get("action").equals(action))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSecondOneTakesThePlaceOfOneThatWaits() {
        byte[] first = secretOf(enable());
        byte[] second = secretOf(enable());
        assertNotEquals(Arrays.toString(first), Arrays.toString(second));
        verify(Totp.now(first)).then().statusCode(400);
        verify(Totp.now(second)).then().statusCode(200);
        enable().then().statusCode(409);
        patch(manager, "/users/mfa/enable", Map.of("user_id", id)).then().statusCode(409);
        verify(Totp.at(second, 1)).then().statusCode(400);
    }

    @Test
    void itWaitsAQuarterOfAnHour() throws Exception {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database of this server is not at hand");
        byte[] secret = secretOf(enable());
        long now = System.currentTimeMillis();
        assertEquals(
                1,
                tenant.server()
                        .node()
                        .database()
                        .count(
                                "us_totp_setup where user_id = ? and expires_at between " + (now + 14 * 60_000)
                                        + " and " + (now + 15 * 60_000),
                                id));
        tenant.server()
                .node()
                .database()
                .execute("update us_totp_setup set expires_at = %d where user_id = '%s'".formatted(now, id));
        verify(Totp.now(secret)).then().statusCode(400);
        qr(session.access(), null).then().statusCode(400);
    }

    private static Response qr(String token, String userId) {
        Map<String, String> parameters = new HashMap<>();
        if (userId != null) {
            parameters.put("user_id", userId);
        }
        return tenant.api(token).queryParams(parameters).get("/users/mfa/qr");
    }

    @Test
    void theSecretIsShownAgainUntilItsFirstCode() {
        qr(session.access(), null).then().statusCode(400).body("message", equalTo("MFA is not enabled for this user"));
        Response made = enable();
        for (String user : new String[] {null, id}) {
            Response again = qr(session.access(), user);
            again.then().statusCode(200);
            assertEquals(made.asString(), again.asString());
        }
        verify(Totp.now(secretOf(made))).then().statusCode(200);
        qr(session.access(), null).then().statusCode(409);
        qr(manager, id).then().statusCode(409);
    }

    @Test
    void anAdminsIsInForceAtOnceAndShownUntilTheNextLogin() {
        Response made = patch(manager, "/users/mfa/enable", Map.of("user_id", id));
        made.then().statusCode(200).body("user_id", equalTo(id));
        assertEquals(made.asString(), qr(manager, id).asString());
        assertEquals(made.asString(), qr(session.access(), null).asString());
        tenant.loginWithoutCode(name, TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("mfa_required", equalTo(true));
        qr(session.access(), null).then().statusCode(200);
        Tenant.retryWhileUnauthorized(() -> login(Totp.now(secretOf(made))))
                .then()
                .statusCode(200);
        qr(manager, id).then().statusCode(409);
        qr(session.access(), null).then().statusCode(409);
        assertEquals("service_account", ((Map<?, ?>) row("mfa_enabled").get("actor")).get("kind"));
    }

    @Test
    void anAdminsSecretIsShownForADayAtMostAndMeetsADemandToSetOneUp() throws Exception {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database of this server is not at hand");
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setRequiredActions(List.of("CONFIGURE_TOTP"));
        tenant.admin().users().get(id).update(user);
        byte[] secret = secretOf(patch(manager, "/users/mfa/enable", Map.of("user_id", id)));
        tenant.server()
                .node()
                .database()
                .execute("update us_totp_setup set expires_at = %d where user_id = '%s'"
                        .formatted(System.currentTimeMillis(), id));
        qr(manager, id).then().statusCode(409);
        Tenant.retryWhileUnauthorized(() -> login(Totp.now(secret))).then().statusCode(200);
    }

    @Test
    void nobodyElseMay() {
        String other = tenant.addUser("o" + name);
        for (String path : List.of("/users/mfa/enable", "/users/mfa/disable")) {
            patch(session.access(), path, Map.of("user_id", other)).then().statusCode(403);
        }
        qr(session.access(), other).then().statusCode(403);
        String viewer = tenant.serviceTokenOf("view-users");
        patch(viewer, "/users/mfa/enable", Map.of("user_id", other)).then().statusCode(403);
        qr(viewer, other).then().statusCode(403);
        // A secret that a user requests for their own account is shown to nobody else.
        enable().then().statusCode(200);
        qr(manager, id).then().statusCode(400);
        String admin = tenant.addUser("a" + name, "admin");
        String helper = tenant.serviceTokenOf("manage-users");
        patch(helper, "/users/mfa/enable", Map.of("user_id", admin)).then().statusCode(403);
        qr(helper, admin).then().statusCode(403);
        patch(manager, "/users/mfa/enable", Map.of("user_id", UUID.randomUUID().toString()))
                .then()
                .statusCode(404);
        patch(manager, "/users/mfa/enable", Map.of()).then().statusCode(403);
    }

    /** Waits for the beginning of a step, so that the codes around this moment are still valid a moment later. */
    private static void awaitTheBeginningOfAStep() {
        while (System.currentTimeMillis() % 30_000 > 10_000) {
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
    }

    @Test
    void onesOwnIsDisabledByACodeAndOtherSessionsEnd() {
        byte[] secret = secretOf(enable());
        // Each code belongs to a later step than the one before it, even if another step begins meanwhile.
        awaitTheBeginningOfAStep();
        verify(Totp.at(secret, -1)).then().statusCode(200);
        Tenant.Session other = Tenant.Session.of(Tenant.retryWhileUnauthorized(() -> login(Totp.now(secret))));
        patch(session.access(), "/users/mfa/disable", Map.of())
                .then()
                .statusCode(400)
                .body("errors", hasKey("totp"));
        disable("000000").then().statusCode(400).body("errors", hasKey("totp"));
        Tenant.retryWhileUnauthorized(400, () -> disable(Totp.at(secret, 1)))
                .then()
                .statusCode(200)
                .body("mfa_enabled", equalTo(false));
        tenant.refresh(other.refresh()).then().statusCode(401);
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
        assertEquals(List.of("password"), credentialTypes());
        disable("000000").then().statusCode(400).body("message", equalTo("MFA is not enabled for this user"));
        Map<?, ?> told = (Map<?, ?>) row("mfa_disabled").get("details");
        assertEquals(1, told.get("sessions_ended"));
        tenant.inbox().next(name + "@example.com");
        Inbox.Mail mail = tenant.inbox().next(name + "@example.com");
        assertTrue(mail.subject().startsWith("Two-factor authentication was disabled"), mail.subject());
    }

    @Test
    void anAdminDisablesItWithoutOneAndAllSessionsEnd() {
        enabled();
        patch(manager, "/users/mfa/disable", Map.of("user_id", id))
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("mfa_enabled", equalTo(false));
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
        patch(manager, "/users/mfa/disable", Map.of("user_id", id)).then().statusCode(400);
        Tenant.retryWhileUnauthorized(() -> tenant.login(name, TestServer.PASSWORD))
                .then()
                .statusCode(200);
    }

    @Test
    void guessesOfCodesLockOut() {
        byte[] secret = enabled();
        // An attempt does not count if it arrives while Keycloak counts the one before.
        Eventually.holds("a lockout", Duration.ofMinutes(2), () -> {
            disable("000000").then().statusCode(400);
            return Boolean.TRUE.equals(
                    tenant.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
        assertEquals(tenant.admin().toRepresentation().getFailureFactor(), failures());
        assertEquals("user", ((Map<?, ?>) row("mfa_disable_failed").get("actor")).get("kind"));
        disable(Totp.at(secret, 1)).then().statusCode(400);
        login(Totp.at(secret, 1)).then().statusCode(401);
    }

    /** The realm's window is one step: a clock may be one step slow or fast, and no more. */
    @Test
    void aClockMayBeOneStepOff() {
        byte[] secret = secretOf(enable());
        awaitTheBeginningOfAStep();
        verify(Totp.at(secret, 2)).then().statusCode(400);
        verify(Totp.at(secret, -2)).then().statusCode(400);
        verify(Totp.at(secret, -1)).then().statusCode(200);
        login(Totp.at(secret, 2)).then().statusCode(401);
        String next = Totp.at(secret, 1);
        Tenant.retryWhileUnauthorized(() -> login(next)).then().statusCode(200);
        login(next).then().statusCode(401);
    }

    @Test
    void ofTenFirstCodesAtOnceOneMakesACredential() throws Exception {
        byte[] secret = secretOf(enable());
        String code = Totp.now(secret);
        List<Integer> answers = Concurrently.patiently(10, i -> verify(code)).stream()
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(1, answers.stream().filter(status -> status == 200).count(), answers::toString);
        assertEquals(List.of("otp", "password"), credentialTypes());
    }

    @Test
    void whatWaitsIsNothingOnceAnotherIsInForce() {
        byte[] secret = secretOf(enable());
        Totp.add(tenant, id);
        verify(Totp.now(secret)).then().statusCode(409);
        assertEquals(List.of("otp", "password"), credentialTypes());
    }

    @Test
    void theAccountConsoleShowsIt() {
        enabled();
        tenant.addClient("console", true);
        String token = tenant.token(
                        "console",
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                name,
                                "password",
                                TestServer.PASSWORD,
                                "totp",
                                "000000"))
                .path("access_token");
        assertNull(token);
        RestAssured.given()
                .header("Authorization", "Bearer " + session.access())
                .header("Accept", "application/json")
                .get(tenant.server().base() + "/realms/" + tenant.name() + "/account/credentials")
                .then()
                .statusCode(200)
                .body("find { it.type == 'otp' }.userCredentialMetadatas", hasSize(1));
    }

    @Test
    void aRealmMayCountInsteadOfLookingAtTheClock() {
        Tenant counting = Tenant.on(tenant.server(), realm -> realm.put("otpPolicyType", "hotp"));
        counting.addUser(name);
        String token = counting.session(name).access();
        Response made = counting.api(token).patch("/users/mfa/enable");
        String uri = made.then().statusCode(200).extract().path("provisioning_uri");
        assertTrue(uri.startsWith("otpauth://hotp/"), uri);
        byte[] secret = secretOf(made);
        counting.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("code", Totp.of(secret, 0)))
                .post("/users/mfa/verify")
                .then()
                .statusCode(200)
                .body("mfa_enabled", equalTo(true));
        counting.loginWithoutCode(name, TestServer.PASSWORD).then().statusCode(401);
        login(counting, Totp.of(secret, 0)).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> login(counting, Totp.of(secret, 1)))
                .then()
                .statusCode(200);
    }

    @Test
    void wrongCodesOfLoginsCountAndMissingOnesDoNot() {
        enabled();
        tenant.loginWithoutCode(name, TestServer.PASSWORD).then().body("mfa_required", equalTo(true));
        assertEquals(0, failures());
        for (int i = 0; i < 3; i++) {
            login("000000").then().statusCode(401);
        }
        Eventually.holds("failures that count", Duration.ofMinutes(2), () -> failures() > 0);
    }

    private int failures() {
        return (int) tenant.admin().attackDetection().bruteForceUserStatus(id).get("numFailures");
    }

    @Test
    void keycloaksOwnFlowTakesTheCodesToo() {
        Tenant stock = Tenant.on(tenant.server(), realm -> realm.put("directGrantFlow", "direct grant"));
        byte[] secret = Totp.add(stock, stock.addUser(name));
        stock.login(name, TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("mfa_required", nullValue())
                .body("detail", equalTo("Invalid credentials"));
        Tenant.retryWhileUnauthorized(() -> login(stock, Totp.now(secret)))
                .then()
                .statusCode(200);
    }

    @Test
    void ofTwoThatDisableItAtOnceOneDoes() throws Exception {
        Tenant unprotected = Tenant.on(tenant.server(), Tenant::withoutBruteForceProtection);
        String other = unprotected.addUser(name);
        byte[] secret = Totp.add(unprotected, other);
        String token = Tenant.Session.of(login(unprotected, Totp.now(secret))).access();
        String code = Totp.at(secret, 1);
        List<Integer> answers = Concurrently.patiently(
                        10,
                        i -> unprotected
                                .api(token)
                                .contentType(ContentType.JSON)
                                .body(Map.of("totp", code))
                                .patch("/users/mfa/disable"))
                .stream()
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(1, answers.stream().filter(status -> status == 200).count(), answers::toString);
        assertEquals(List.of("password"), credentialTypes(unprotected, other));
    }

    /** The digits, the period and the algorithm are those of the time when the secret was made, and the URI contains them. */
    @Test
    void aSecretKeepsThePolicyThatItWasMadeBy() {
        Tenant strict = Tenant.on(
                tenant.server(),
                realm -> realm.put("otpPolicyDigits", 8)
                        .put("otpPolicyPeriod", 60)
                        .put("otpPolicyAlgorithm", "HmacSHA256"));
        strict.addUser(name);
        String token = strict.session(name).access();
        Response made = strict.api(token).patch("/users/mfa/enable");
        RealmRepresentation realm = strict.admin().toRepresentation();
        realm.setOtpPolicyDigits(6);
        realm.setOtpPolicyPeriod(30);
        realm.setOtpPolicyAlgorithm("HmacSHA1");
        strict.admin().update(realm);
        Response again = strict.api(token).get("/users/mfa/qr");
        assertEquals(made.asString(), again.asString());
        Map<String, String> parameters = parameters(again.path("provisioning_uri"));
        assertEquals(
                List.of("8", "60", "SHA256"),
                List.of(parameters.get("digits"), parameters.get("period"), parameters.get("algorithm")));
    }

    @Test
    void theSecretIsNowhereElse() {
        Response made = enable();
        String secret = parameters(made.path("provisioning_uri")).get("secret");
        verify(Totp.now(secretOf(made))).then().statusCode(200);
        List<Map<String, String>> events = tenant.admin().getEvents().stream()
                .map(EventRepresentation::getDetails)
                .filter(Objects::nonNull)
                .toList();
        assertFalse(events.isEmpty());
        tenant.awaitWholeLog();
        for (String told : List.of(
                log.about(id).toString(),
                tenant.api(session.access()).get("/users/me").asString(),
                events.toString(),
                tenant.server().node() == null ? "" : tenant.server().node().log())) {
            assertFalse(told.contains(secret), "the secret is told");
        }
    }

    private static void requireOneComplaintOfTheRole(String name, Tenant of) {
        of.awaitLogged("names what is no role there", of.name());
        if (of.server().node() != null) {
            List<String> complaints = of.server()
                    .node()
                    .log()
                    .lines()
                    .filter(line -> line.contains("names what is no role there") && line.contains(of.name()))
                    .toList();
            assertEquals(1, complaints.size(), complaints::toString);
            assertTrue(complaints.get(0).contains(": " + name), complaints::toString);
        }
    }

    @Test
    void whoHoldsARoleThatDemandsItSetsItUpFirst() {
        Tenant strict = Tenant.on(
                tenant.server(),
                realm -> realm.withObject("/attributes").put("user-service.mfa-required-roles", "nobody, admin"));
        strict.addUser("plain");
        strict.login("plain", TestServer.PASSWORD).then().statusCode(200);
        String admin = strict.addUser("the-admin", "admin");
        strict.login("the-admin", TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("required_actions", contains("CONFIGURE_TOTP"));
        requireOneComplaintOfTheRole("nobody", strict);
        try (RelyingParty app = RelyingParty.of(strict);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", "the-admin");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitElement("#kc-totp-settings-form");
        }
        String back = strict.serviceTokenOf("view-users", "manage-users");
        byte[] secret = secretOf(strict.api(back)
                .contentType(ContentType.JSON)
                .body(Map.of("user_id", admin))
                .patch("/users/mfa/enable"));
        Tenant.retryWhileUnauthorized(() -> strict.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of(
                                "username", "the-admin", "password", TestServer.PASSWORD, "totp", Totp.now(secret)))
                        .post("/login"))
                .then()
                .statusCode(200);
        Tenant.Session session = Tenant.Session.of(Tenant.retryWhileUnauthorized(() -> strict.api()
                .contentType(ContentType.JSON)
                .body(Map.of("username", "the-admin", "password", TestServer.PASSWORD, "totp", Totp.at(secret, 1)))
                .post("/login")));
        strict.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("totp", "000000"))
                .patch("/users/mfa/disable")
                .then()
                .statusCode(409);
    }

    /** Whoever has stolen an old token could try passwords otherwise, without a code. */
    @Test
    void aWrongPasswordAndAWrongCodeHaveTheSameAnswer() {
        Tenant unprotected = Tenant.on(tenant.server(), Tenant::withoutBruteForceProtection);
        byte[] secret = Totp.add(unprotected, unprotected.addUser(name));
        String token = Tenant.Session.of(login(unprotected, Totp.now(secret))).access();
        List<String> answers = List.of(
                        Map.of("current_password", "wrong", "totp", "000000"),
                        Map.of("current_password", TestServer.PASSWORD, "totp", "000000"))
                .stream()
                .map(body -> patch(unprotected, token, body)
                        .then()
                        .statusCode(400)
                        .body("errors", hasKey("current_password"))
                        .extract()
                        .body()
                        .asString())
                .toList();
        assertEquals(answers.get(0), answers.get(1));
        unprotected.addUser("without");
        for (String password : List.of("wrong", TestServer.PASSWORD)) {
            patch(
                            unprotected,
                            unprotected.session("without").access(),
                            Map.of("current_password", password, "totp", "000000"))
                    .then()
                    .statusCode(400)
                    .body("message", equalTo("MFA is not enabled for this user"));
        }
    }

    private static Response patch(Tenant where, String token, Map<String, String> body) {
        return where.api(token).contentType(ContentType.JSON).body(body).patch("/users/mfa/disable");
    }

    @Test
    void theSameSecretWorksInTheBrowser() {
        byte[] secret = enabled();
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", name);
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.type("otp", Totp.at(secret, 1));
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + name);
        }
    }
}
