package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.EventRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests a forgotten password through the API: a user asks for the mail, and sends back its code with a new password. */
@ExtendWith(ServerExtension.class)
final class PasswordResetIT {
    private static final String NEW_PASSWORD = "Another-horse-2";
    private static final String ASKED = "If the email exists, a reset link has been sent.";
    private static final Duration SOON = Duration.ofMinutes(2);

    private static Tenant tenant;
    private static Tenant impatient;
    private static Activities log;

    private String name;
    private String email;
    private String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        impatient = Tenant.on(
                tenant.server(), realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
        AdminLog.on(tenant);
        tenant.addClient("offline-app", true);
        log = Activities.of(tenant);
    }

    @BeforeEach
    void addSomebody() {
        name = "r" + UUID.randomUUID().toString().substring(0, 8);
        email = name + "@example.com";
        id = tenant.addUser(name);
    }

    private static Response forgot(Tenant at, String identifier) {
        return at.api()
                .contentType(ContentType.JSON)
                .body(Map.of(identifier.contains("@") ? "email" : "identifier", identifier))
                .post("/reset-password");
    }

    private static Response reset(Tenant at, String code, String password) {
        return at.api()
                .contentType(ContentType.JSON)
                .body(Map.of("password", password))
                .post("/reset-password/{token}", code);
    }

    private static Response resetOfUser(Tenant at, String code, String password) {
        return at.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code, "new_password", password))
                .post("/users/password/reset");
    }

    private String mailedCode() {
        forgot(tenant, email).then().statusCode(200);
        return tenant.inbox().next(email).code();
    }

    private static void assertUseless(Response answer) {
        answer.then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("message", equalTo("Invalid or expired token"));
    }

    private static void update(String id, Consumer<UserRepresentation> change) {
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        change.accept(user);
        tenant.admin().users().get(id).update(user);
    }

    @Test
    void theCodeOfTheMailBringsANewPasswordOnce() {
        forgot(tenant, email)
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("message", equalTo(ASKED));
        Inbox.Mail mail = tenant.inbox().next(email);
        assertTrue(mail.subject().startsWith("A new password for your "), mail.subject());
        reset(tenant, mail.code(), NEW_PASSWORD)
                .then()
                .statusCode(200)
                .body("message", equalTo("Password has been reset successfully."));
        assertUseless(reset(tenant, mail.code(), TestServer.PASSWORD));
        assertUseless(resetOfUser(tenant, mail.code(), TestServer.PASSWORD));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> tenant.login(name, NEW_PASSWORD))
                .then()
                .statusCode(200);
    }

    @Test
    void theOtherRoutesDoTheSame() {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", name))
                .post("/users/password/forgot")
                .then()
                .statusCode(200)
                .body("message", equalTo(ASKED));
        String typed =
                tenant.inbox().next(email).code().toLowerCase(Locale.ROOT).replace("-", " ");
        resetOfUser(tenant, typed, NEW_PASSWORD)
                .then()
                .statusCode(200)
                .body("message", equalTo("Password has been reset successfully."));
        tenant.login(name, NEW_PASSWORD).then().statusCode(200);
    }

    @Test
    void allSessionsEndOnlineAndOffline() {
        Tenant.Session online = tenant.session(name);
        String offline = Tenant.retryUntil(
                        answer -> answer.statusCode() == 200,
                        () -> tenant.token(
                                "offline-app",
                                Map.of(
                                        "grant_type",
                                        "password",
                                        "username",
                                        name,
                                        "password",
                                        TestServer.PASSWORD,
                                        "scope",
                                        "openid offline_access")))
                .then()
                .statusCode(200)
                .extract()
                .path("refresh_token");
        reset(tenant, mailedCode(), NEW_PASSWORD).then().statusCode(200);
        tenant.refresh(online.refresh()).then().statusCode(401);
        tenant.api(online.access()).get("/users/me").then().statusCode(401);
        tenant.token("offline-app", Map.of("grant_type", "refresh_token", "refresh_token", offline))
                .then()
                .statusCode(400);
        Map<String, Object> row = log.last(id, "password_reset");
        assertEquals(2, ((Map<?, ?>) row.get("details")).get("sessions_ended"));
        List<String> actions = log.actions(id);
        assertEquals(
                List.of("password_reset_requested", "password_reset"),
                actions.stream()
                        .filter(action -> action.startsWith("password") || action.startsWith("update"))
                        .toList());
    }

    @Test
    void theUserIsToldByMail() {
        reset(tenant, mailedCode(), NEW_PASSWORD).then().statusCode(200);
        Inbox.Mail told = tenant.inbox().next(email);
        assertTrue(told.subject().startsWith("The password of your "), told.subject());
        assertTrue(told.text().contains("Username: " + name), told.text());
        assertTrue(told.text().contains("UTC"), told.text());
        assertTrue(told.text().contains("127.0.0.1"), told.text());
        assertEquals(2, tenant.inbox().count(email));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "no-upper-case-1",
                "NEWS-OF-TODAY-1",
                "no-Digit-here",
                "noSpecial1here",
                "\u0001Secret-horse-1"
            })
    void aWeakPasswordIsRefusedAndLeavesTheCodeGood(String weak) {
        String code = mailedCode();
        reset(tenant, code, weak).then().statusCode(400).body("errors", hasKey("password"));
        resetOfUser(tenant, code, weak).then().statusCode(400).body("errors", hasKey("new_password"));
        resetOfUser(tenant, code, name + "A-1").then().statusCode(200);
    }

    @Test
    void theNameIsNoPassword() {
        String username = "Name-" + name + "-1";
        tenant.addUser(username);
        forgot(tenant, username).then().statusCode(200);
        String code = tenant.inbox().next(username + "@example.com").code();
        reset(tenant, code, username.toLowerCase(Locale.ROOT)).then().statusCode(400);
        reset(tenant, code, NEW_PASSWORD).then().statusCode(200);
    }

    @Test
    void aRequestHasItsFields() {
        post("/reset-password", Map.of()).then().statusCode(400).body("errors", hasKey("email"));
        post("/reset-password", Map.of("email", "a", "identifier", "b")).then().statusCode(400);
        post("/reset-password", Map.of("email", "")).then().statusCode(400);
        post("/reset-password", Map.of("email", "x".repeat(256))).then().statusCode(400);
        post("/reset-password", Map.of("email", "a", "tenant_name", "other"))
                .then()
                .statusCode(400)
                .body("errors", hasKey("tenant_name"));
        post("/reset-password", Map.of("email", "a", "tenant_name", tenant.name()))
                .then()
                .statusCode(200);
        post("/reset-password/x", Map.of()).then().statusCode(400).body("errors", hasKey("password"));
        post("/reset-password/x", Map.of("password", NEW_PASSWORD, "new_password", NEW_PASSWORD))
                .then()
                .statusCode(400);
        post("/reset-password/x", Map.of("password", NEW_PASSWORD, "password_confirmation", "other"))
                .then()
                .statusCode(400)
                .body("errors", hasKey("password_confirmation"));
        post("/users/password/reset", Map.of("new_password", NEW_PASSWORD))
                .then()
                .statusCode(400)
                .body("errors", hasKey("token"));
        post("/users/password/reset", Map.of("token", "x", "new_password", "y".repeat(513)))
                .then()
                .statusCode(400);
        post("/reset-password/" + "x".repeat(300), Map.of("password", NEW_PASSWORD))
                .then()
                .statusCode(404);
    }

    private static Response post(String path, Map<String, Object> body) {
        return tenant.api().contentType(ContentType.JSON).body(body).post(path);
    }

    @Test
    void whatIsNoGoodCodeIsAnsweredAlike() {
        String old = mailedCode();
        assertUseless(reset(tenant, "x", NEW_PASSWORD));
        assertUseless(reset(tenant, "0000-0000-0000-0000-0000-0000-0000", NEW_PASSWORD));
        assertUseless(reset(tenant, "x", "weak"));
        assertUseless(reset(impatient, old, NEW_PASSWORD));
        String pending = tenant.register(Map.of());
        String activation = tenant.inbox().next(pending).code();
        assertUseless(reset(tenant, activation, NEW_PASSWORD));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", old))
                .post("/verify-email")
                .then()
                .statusCode(404);
        reset(tenant, old, NEW_PASSWORD).then().statusCode(200);
    }

    @Test
    void anExpiredCodeIsUseless() throws Exception {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database of this server is not at hand");
        String code = mailedCode();
        tenant.server().node().database().execute("""
                update us_code set expires_at = %d
                where request_id in (select id from us_code_request where user_id = '%s')""".formatted(System.currentTimeMillis(), id));
        assertUseless(reset(tenant, code, NEW_PASSWORD));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void aCodeLivesAQuarterOfAnHourUnlessTheTenantSaysOtherwise() throws Exception {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database of this server is not at hand");
        mailedCode();
        long now = System.currentTimeMillis();
        String lives =
                "us_code c, us_code_request r where r.id = c.request_id and r.user_id = ? and c.expires_at between "
                        + (now + 14 * 60_000) + " and " + (now + 15 * 60_000);
        assertEquals(1, tenant.server().node().database().count(lives, id));
    }

    @Test
    void theCodesOfThreeMailsAreGoodUntilOneIsUsedAndThereIsNoneTooSoon() {
        String other = impatient.register(Map.of());
        impatient.inbox().next(other);
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            forgot(impatient, other).then().statusCode(200);
            codes.add(impatient.inbox().next(other).code());
            impatient.awaitAllSent(
                    impatient.admin().users().searchByEmail(other, true).get(0).getId());
        }
        assertUseless(reset(impatient, codes.get(0), NEW_PASSWORD));
        reset(impatient, codes.get(1), NEW_PASSWORD).then().statusCode(200);
        assertUseless(reset(impatient, codes.get(2), NEW_PASSWORD));
        assertUseless(reset(impatient, codes.get(3), NEW_PASSWORD));

        // The cool-down is long, so that it does not end before the test does.
        Tenant unhurried = Tenant.on(
                tenant.server(), realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "600"));
        unhurried.addUser(name);
        forgot(unhurried, email).then().statusCode(200);
        String code = unhurried.inbox().next(email).code();
        for (String again : List.of(email, name, email.toUpperCase(Locale.ROOT))) {
            forgot(unhurried, again).then().statusCode(200);
        }
        // A later request is worked on later: when this mail has arrived, the others would have arrived too.
        String witness = "w" + name;
        unhurried.addUser(witness);
        forgot(unhurried, witness).then().statusCode(200);
        unhurried.inbox().next(witness + "@example.com");
        assertEquals(1, unhurried.inbox().count(email));
        reset(unhurried, code, NEW_PASSWORD).then().statusCode(200);
    }

    @Test
    void anAccountThatAwaitsActivationIsActiveThenAndItsOtherCodesAreVoid() {
        String pending = tenant.register(Map.of());
        String activation = tenant.inbox().next(pending).code();
        forgot(tenant, pending).then().statusCode(200);
        String code = tenant.inbox().nextCode(pending);
        reset(tenant, code, NEW_PASSWORD).then().statusCode(200);
        UserRepresentation user =
                tenant.admin().users().searchByEmail(pending, true).get(0);
        assertTrue(user.isEmailVerified());
        assertEquals(List.of(), user.getRequiredActions());
        assertTrue(log.actions(user.getId()).containsAll(List.of("activated", "password_reset")));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", activation))
                .post("/verify-email")
                .then()
                .statusCode(404);
        tenant.login(pending, NEW_PASSWORD).then().statusCode(200);
    }

    @Test
    void anOpenDemandForANewPasswordIsMet() {
        update(id, user -> user.setRequiredActions(List.of("UPDATE_PASSWORD", "CONFIGURE_TOTP")));
        reset(tenant, mailedCode(), NEW_PASSWORD).then().statusCode(200);
        assertEquals(
                List.of("CONFIGURE_TOTP"),
                tenant.admin().users().get(id).toRepresentation().getRequiredActions());
    }

    @Test
    void aDisabledAccountGetsNoMailAndItsCodesAreVoid() {
        String code = mailedCode();
        update(id, user -> user.setEnabled(false));
        assertUseless(reset(tenant, code, NEW_PASSWORD));
        assertFalse(tenant.admin().users().get(id).toRepresentation().isEnabled());
        update(id, user -> user.setEnabled(true));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void anotherAddressDoesNotTakeTheCodeOfTheOldOne() {
        String code = mailedCode();
        update(id, user -> user.setEmail("other-" + email));
        assertUseless(reset(tenant, code, NEW_PASSWORD));
    }

    @Test
    void aSecondFactorIsStillAskedFor() {
        byte[] secret = Totp.add(tenant, id);
        reset(tenant, mailedCode(), NEW_PASSWORD).then().statusCode(200);
        tenant.loginWithoutCode(name, NEW_PASSWORD).then().statusCode(401).body("mfa_required", equalTo(true));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("username", name, "password", NEW_PASSWORD, "totp", Totp.now(secret)))
                .post("/login")
                .then()
                .statusCode(200);
    }

    @Test
    void aTemporaryLockoutEnds() {
        // A failed login that meets the previous one does not count.
        Eventually.holds("a lockout", Duration.ofMinutes(2), () -> {
            tenant.login(name, "wrong").then().statusCode(401);
            return Boolean.TRUE.equals(
                    tenant.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
        reset(tenant, mailedCode(), NEW_PASSWORD).then().statusCode(200);
        Tenant.retryWhileUnauthorized(() -> tenant.login(name, NEW_PASSWORD))
                .then()
                .statusCode(200);
    }

    @Test
    void whereTheRealmAllowsNoResetItIsRefused() {
        Tenant strict = Tenant.on(tenant.server(), realm -> realm.put("resetPasswordAllowed", false));
        forgot(strict, "anybody").then().statusCode(403);
        reset(strict, "x", NEW_PASSWORD).then().statusCode(403);
    }

    @Test
    void theLinkLeadsToTheTenantsOwnSiteWhereItHasOne() {
        Tenant own = Tenant.on(
                tenant.server(),
                realm -> realm.withObject("/attributes")
                        .put("user-service.frontend-url", "https://app.example.com/account"));
        own.addUser(name);
        forgot(own, name).then().statusCode(200);
        // The mail is taken from this tenant's inbox, because the other tenant may have sent mail to the same address.
        Inbox.Mail mail = own.inbox().next(email);
        URI link = mail.link();
        assertEquals("https://app.example.com/account/reset-password?token=" + mail.code(), link.toString());
    }

    @Test
    void ofAHundredAtOnceOneSucceeds() throws Exception {
        String code = mailedCode();
        Map<Integer, Long> answers = Concurrently.call(100, i -> {
                    String password = NEW_PASSWORD + i;
                    return i % 2 == 0 ? reset(tenant, code, password) : resetOfUser(tenant, code, password);
                })
                .stream()
                .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(1L, answers.get(200));
        // A call that waits too long for the successful one is answered with 503, which tells the caller to try again.
        assertTrue(Set.of(200, 404, 503).containsAll(answers.keySet()), answers::toString);
        assertEquals(
                1, log.actions(id).stream().filter("password_reset"::equals).count());
        tenant.inbox().next(email);
        assertEquals(2, tenant.inbox().count(email));
    }

    @Test
    void whoIsDisabledAtTheSameTimeStaysDisabled() throws Exception {
        String admin = tenant.serviceTokenOf("view-users", "manage-users");
        for (int round = 0; round < 5; round++) {
            String person = "d" + UUID.randomUUID().toString().substring(0, 8);
            String personId = tenant.addUser(person);
            forgot(tenant, person).then().statusCode(200);
            String code = tenant.inbox().next(person + "@example.com").code();
            List<Response> answers = Concurrently.patiently(
                    2,
                    i -> i == 0
                            ? reset(tenant, code, NEW_PASSWORD)
                            : tenant.api(admin)
                                    .contentType(ContentType.JSON)
                                    .body(Map.of("is_active", false))
                                    .put("/users/" + personId));
            answers.get(1).then().statusCode(200);
            int status = answers.get(0).statusCode();
            assertTrue(status == 200 || status == 404, "status " + status);
            assertFalse(tenant.admin().users().get(personId).toRepresentation().isEnabled());
            assertUseless(reset(tenant, code, NEW_PASSWORD));
            tenant.login(person, NEW_PASSWORD).then().statusCode(401);
        }
    }

    @Test
    void keycloaksEventsTellOfIt() {
        reset(tenant, mailedCode(), NEW_PASSWORD).then().statusCode(200);
        assertUseless(reset(tenant, "x", NEW_PASSWORD));
        Eventually.holds(
                "the events",
                SOON,
                () -> events().containsAll(List.of(
                        "SEND_RESET_PASSWORD", "RESET_PASSWORD", "UPDATE_CREDENTIAL", "UPDATE_PASSWORD")));
    }

    private List<String> events() {
        return tenant.admin().getEvents(null, null, id, null, null, null, null, null).stream()
                .map(EventRepresentation::getType)
                .toList();
    }
}
