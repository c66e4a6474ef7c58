package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests how a client returns the code of the mail, with POST /verify-email and PATCH /users/activation, and how it asks for a new one. */
@ExtendWith(ServerExtension.class)
final class ActivationIT {
    private static final String RESENT = "If the account awaits activation, a new code has been sent.";

    private static Tenant tenant;
    private static Tenant impatient;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        impatient = Tenant.on(
                tenant.server(), realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
    }

    private static String registered(Tenant at) {
        return at.register(Map.of());
    }

    private static Response verify(Tenant at, String token) {
        return at.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", token))
                .post("/verify-email");
    }

    private static Response activate(Tenant at, String code) {
        return at.api().contentType(ContentType.JSON).body(Map.of("code", code)).patch("/users/activation");
    }

    private static void assertUseless(Response answer) {
        answer.then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("message", equalTo("Invalid or expired activation code"));
    }

    @Test
    void theCodeOfTheMailActivatesOnce() {
        String email = registered(tenant);
        Inbox.Mail mail = tenant.inbox().next(email);
        verify(tenant, mail.code())
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("message", equalTo("Email verified successfully"))
                .body("user.email", equalTo(email))
                .body("user.is_active", equalTo(true))
                .body("user.is_email_verified", equalTo(true));
        assertUseless(verify(tenant, mail.code()));
        assertUseless(activate(tenant, mail.code()));
        tenant.login(email, TestServer.PASSWORD).then().statusCode(200);
        assertEquals(1, tenant.inbox().count(email));
    }

    @Test
    void theOtherRouteTakesTheSameCodeAsPeopleTypeIt() {
        String email = registered(tenant);
        String typed = tenant.inbox()
                .next(email)
                .code()
                .toLowerCase(Locale.ROOT)
                .replace("-", " ")
                .replace('0', 'o');
        activate(tenant, typed)
                .then()
                .statusCode(200)
                .body("email", equalTo(email))
                .body("is_active", equalTo(true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-0000-0000-0000-0000-0000-0000",
                "x",
                "'; drop table us_code; --",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void whatIsNoCodeIsUseless(String code) {
        assertUseless(verify(tenant, code));
        assertUseless(activate(tenant, code));
    }

    @Test
    void aCodeHasALength() {
        verify(tenant, "").then().statusCode(400);
        verify(tenant, "x".repeat(256)).then().statusCode(400);
        tenant.api()
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/verify-email")
                .then()
                .statusCode(400);
        tenant.api()
                .contentType(ContentType.JSON)
                .body("{\"code\":null}")
                .patch("/users/activation")
                .then()
                .statusCode(400);
    }

    @Test
    void anotherTenantDoesNotKnowTheCode() {
        String email = registered(tenant);
        String code = tenant.inbox().next(email).code();
        assertUseless(verify(impatient, code));
        verify(tenant, code).then().statusCode(200);
    }

    @Test
    void ofAHundredAtOnceOneSucceeds() throws Exception {
        String email = registered(tenant);
        String code = tenant.inbox().next(email).code();
        Map<Integer, Long> answers =
                Concurrently.patiently(100, i -> i % 2 == 0 ? verify(tenant, code) : activate(tenant, code)).stream()
                        .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(200, 1L, 404, 99L), answers);
    }

    @Test
    void aDisabledUserCannotBringItselfBack() {
        String email = registered(tenant);
        String code = tenant.inbox().next(email).code();
        UserRepresentation user =
                tenant.admin().users().searchByEmail(email, true).get(0);
        user.setEnabled(false);
        tenant.admin().users().get(user.getId()).update(user);
        assertUseless(verify(tenant, code));
        assertFalse(tenant.admin().users().get(user.getId()).toRepresentation().isEnabled());
    }

    @Test
    void aCodeProvesOnlyTheAddressThatItWasSentTo() {
        String email = registered(tenant);
        String code = tenant.inbox().next(email).code();
        UserRepresentation user =
                tenant.admin().users().searchByEmail(email, true).get(0);
        user.setEmail(UUID.randomUUID() + "@example.com");
        tenant.admin().users().get(user.getId()).update(user);
        assertUseless(verify(tenant, code));
    }

    @Test
    void aUserWhoIsGoneHasNoCode() {
        String email = registered(tenant);
        String code = tenant.inbox().next(email).code();
        tenant.admin()
                .users()
                .delete(tenant.admin().users().searchByEmail(email, true).get(0).getId())
                .close();
        assertUseless(verify(tenant, code));
    }

    @Test
    void whoAsksAgainGetsANewCodeAndTheOldOneStaysGoodUntilOneIsUsed() {
        String email = registered(impatient);
        String first = impatient.inbox().next(email).code();
        resend(impatient, email.toUpperCase(Locale.ROOT)).then().statusCode(200).body("message", equalTo(RESENT));
        String second = impatient.inbox().next(email).code();
        assertNotEquals(first, second);
        verify(impatient, first).then().statusCode(200);
        assertUseless(verify(impatient, second));
        assertEquals(2, impatient.inbox().count(email));
    }

    @Test
    void theCoolDownIsTheAccounts() {
        // The cool-down is long, so that it does not end before the test does.
        Tenant tenant = Tenant.on(
                impatient.server(),
                realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "600"));
        String email = registered(tenant);
        String code = tenant.inbox().next(email).code();
        for (int i = 0; i < 5; i++) {
            resend(tenant, email).then().statusCode(200).body("message", equalTo(RESENT));
        }
        // The mail of this later registration shows that everything that was requested before it has been done.
        tenant.inbox().next(registered(tenant));
        assertEquals(1, tenant.inbox().count(email));
        verify(tenant, code).then().statusCode(200);
    }

    @Test
    void whoDoesNotAwaitActivationIsSentNothing() {
        String active = registered(impatient);
        verify(impatient, impatient.inbox().next(active).code()).then().statusCode(200);
        String disabled = registered(impatient);
        impatient.inbox().next(disabled);
        UserRepresentation user =
                impatient.admin().users().searchByEmail(disabled, true).get(0);
        user.setEnabled(false);
        impatient.admin().users().get(user.getId()).update(user);
        String unknown = UUID.randomUUID() + "@example.com";
        for (String identifier : List.of(active, disabled, unknown)) {
            Response answer = resend(impatient, identifier);
            answer.then().statusCode(200).body("message", equalTo(RESENT));
        }
        impatient.inbox().next(registered(impatient));
        assertEquals(1, impatient.inbox().count(active));
        assertEquals(1, impatient.inbox().count(disabled));
        assertEquals(0, impatient.inbox().count(unknown));
    }

    @Test
    void anIdentifierIsNeeded() {
        tenant.api().get("/users/activation/resend").then().statusCode(400);
        for (String bad : List.of("", "x".repeat(256), "a\0b")) {
            resend(tenant, bad).then().statusCode(400);
        }
    }

    @Test
    void headSendsNoMail() {
        String email = impatient.register(Map.of());
        String later = impatient.register(Map.of());
        Inbox inbox = impatient.server().inbox();
        inbox.next(email);
        inbox.next(later);
        impatient
                .api()
                .queryParam("identifier", email)
                .head("/users/activation/resend")
                .then()
                .statusCode(200);
        // The look-ups are made in their order.
        resend(impatient, later).then().statusCode(200);
        inbox.next(later);
        assertEquals(1, inbox.count(email));
    }

    private static Response resend(Tenant at, String identifier) {
        return at.api().queryParam("identifier", identifier).get("/users/activation/resend");
    }

    @Test
    void theMailSpeaksThePersonsLanguage() {
        String email = UUID.randomUUID() + "@example.com";
        tenant.api()
                .header("Accept-Language", "de-DE,de;q=0.9,en;q=0.5")
                .contentType(ContentType.JSON)
                .body(Map.of("email", email, "password", TestServer.PASSWORD, "full_name", "Jörg Müller"))
                .post("/register")
                .then()
                .statusCode(201);
        Inbox.Mail german = tenant.inbox().next(email);
        assertTrue(german.subject().startsWith("Aktivieren Sie Ihr Konto"), german.subject());
        assertTrue(german.text().contains("1 Stunde"), german.text());
        Inbox.Mail english = tenant.inbox().next(registered(tenant));
        assertEquals("Activate your " + tenant.name() + " account", english.subject());
        assertTrue(english.text().contains("valid for 1 hour"), english.text());
        for (Inbox.Mail mail : List.of(german, english)) {
            assertTrue(mail.html().contains(mail.code()) && mail.html().contains("href=\""), mail.html());
            assertTrue(mail.html().contains(mail.link().toString().replace("&", "&amp;")), mail.html());
        }
    }

    @Test
    void whatATenantIsCalledCannotBreakTheMail() {
        Tenant hostile =
                Tenant.on(tenant.server(), realm -> realm.put("displayName", "<b>{0}</b> 'n' ${code} \n Bcc: x"));
        Inbox.Mail mail = hostile.inbox().next(registered(hostile));
        assertFalse(mail.html().contains("<b>{0}</b>"), mail.html());
        assertTrue(mail.subject().contains("'n'"), mail.subject());
        verify(hostile, mail.code()).then().statusCode(200);
    }

    @Test
    void theLinkOfATenantWithASiteOfItsOwnPointsThere() {
        Tenant branded = Tenant.on(
                tenant.server(),
                realm -> realm.withObject("/attributes")
                        .put("user-service.frontend-url", "https://www.example.com/shop/"));
        Inbox.Mail mail = branded.inbox().next(registered(branded));
        URI link = mail.link();
        assertEquals(
                "https://www.example.com/shop/verify-email", link.toString().replaceFirst("\\?.*", ""));
        verify(branded, link.getQuery().replaceFirst("token=", "")).then().statusCode(200);
    }

    @Test
    void theLinkWithoutOneAsksForAClickFirst() {
        String email = registered(tenant);
        URI link = tenant.inbox().next(email).link();
        RestAssured.given()
                .urlEncodingEnabled(false)
                .head(link.toString())
                .then()
                .statusCode(200);
        for (int i = 0; i < 2; i++) {
            RestAssured.given()
                    .urlEncodingEnabled(false)
                    .get(link.toString())
                    .then()
                    .statusCode(200);
        }
        assertEquals(
                List.of("activate-account"),
                tenant.admin().users().searchByEmail(email, true).get(0).getRequiredActions());
        LinkScanner.sendsTheFormOf(LinkScanner.looksAt(link), link, Map.of("password", TestServer.PASSWORD))
                .then()
                .statusCode(200);
        Tenant.retryWhileUnauthorized(() -> tenant.login(email, TestServer.PASSWORD))
                .then()
                .statusCode(200);
    }
}
