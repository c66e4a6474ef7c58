package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.UserRepresentation;
import org.openqa.selenium.By;

/**
 * Tests a forgotten password in a browser: the user asks for a mail on the login page, and chooses a new password on the page
 * behind the mail's link.
 */
@ExtendWith(ServerExtension.class)
final class PasswordResetPagesIT {
    private static final String NEW_PASSWORD = "Another-horse-2";
    private static final String SENT = "You should receive an email shortly with further instructions.";
    private static final String DONE = "Your password has been changed, and all your sessions have ended.";
    private static final String INVALID = "This link is no longer valid";
    private static final String GERMAN = "#login-select-toggle option[value*='kc_locale=de']";

    private static Tenant tenant;

    private String name;
    private String email;
    private String id;

    @BeforeAll
    static void take(TestServer server) {
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
    }

    @BeforeEach
    void addSomebody() {
        name = "f" + UUID.randomUUID().toString().substring(0, 8);
        email = name + "@example.com";
        id = tenant.addUser(name);
    }

    private static void forgets(String typed, RelyingParty app, Browser browser) {
        browser.goTo(app.login());
        browser.click("a[href*='reset-credentials']");
        browser.type("username", typed);
        browser.click("#kc-reset-password-form [type='submit']");
    }

    private URI mailedLink() {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", name))
                .post("/users/password/forgot")
                .then()
                .statusCode(200);
        return tenant.inbox().next(email).link();
    }

    private static void chooses(String password, String again, Browser browser) {
        browser.type("password-new", password);
        browser.type("password-confirm", again);
        browser.click("#user-service-reset");
    }

    private void logsIn(RelyingParty app, Browser browser, String password) {
        browser.goTo(app.login());
        browser.type("username", name);
        browser.type("password", password);
        browser.click("#kc-login");
    }

    @Test
    void whoForgotItAsksOnTheLoginPageAndChoosesAnotherInAnotherBrowser() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser first = Browser.open();
                Browser second = Browser.open()) {
            forgets(" " + email + " ", app, first);
            first.awaitText(SENT);
            first.screenshot("forgot-password-sent");
            Inbox.Mail mail = tenant.inbox().next(email);

            second.goTo(mail.link());
            second.awaitText("Choose a new password for " + name + ".");
            second.screenshot("reset-password");
            assertEquals(
                    "password-new", second.driver().switchTo().activeElement().getAttribute("id"));
            chooses(NEW_PASSWORD, NEW_PASSWORD, second);
            second.awaitText(DONE);
            second.screenshot("reset-password-done");
            assertFalse(second.text().contains("Logged in"), second.text());

            // The login that waits in the first browser continues where it was.
            first.type("username", name);
            first.type("password", TestServer.PASSWORD);
            first.click("#kc-login");
            first.awaitText("Invalid username or password.");
            first.type("password", NEW_PASSWORD);
            first.click("#kc-login");
            first.awaitText("Logged in as " + name);

            second.goTo(mail.link());
            second.awaitText(INVALID);
            second.screenshot("reset-password-used-link");
        }
    }

    @Test
    void whoIsUnknownReadsTheSame() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            forgets(email, app, browser);
            browser.awaitText(SENT);
            String known = browser.text();
            forgets("nobody-" + UUID.randomUUID(), app, browser);
            browser.awaitText(SENT);
            assertEquals(known, browser.text());
            forgets(" ", app, browser);
            browser.awaitText("Please specify username.");
        }
    }

    @Test
    void whatIsWrongIsSaidAtTheFieldAndTheLinkStaysGood() {
        try (Browser browser = Browser.open()) {
            browser.goTo(mailedLink());
            browser.awaitText("Choose a new password");
            chooses("weak", "weak", browser);
            browser.awaitText("Invalid password: minimum length 8.");
            String said = browser.driver()
                    .findElement(By.id("input-error-password-new"))
                    .getText();
            assertTrue(said.contains("must contain at least 1 upper case characters."), said);
            assertTrue(said.contains("must contain at least 1 numerical digits."), said);
            browser.screenshot("reset-password-weak");
            chooses(NEW_PASSWORD, NEW_PASSWORD + "x", browser);
            browser.awaitTextOf("#input-error-password-confirm", "Passwords don't match.");
            chooses("", "", browser);
            browser.awaitTextOf("#input-error-password-new", "Please specify password.");
            chooses("Secret%0a-horse-1", "Secret%0a-horse-1", browser);
            browser.awaitText("no control characters");
            browser.click(GERMAN);
            browser.awaitText("Wählen Sie ein neues Passwort für " + name + ".");
            chooses("schwach", "schwach", browser);
            browser.awaitText("Ungültiges Passwort");
            browser.screenshot("reset-password-weak-german");
            chooses(NEW_PASSWORD, NEW_PASSWORD, browser);
            browser.awaitText("Ihr Passwort wurde geändert, und alle Ihre Sitzungen sind beendet.");
        }
        tenant.login(name, NEW_PASSWORD).then().statusCode(200);
    }

    @Test
    void aGermanBrowserBringsAGermanMail() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open("de")) {
            forgets(name, app, browser);
            browser.awaitText("Sie sollten in Kürze eine E-Mail");
            Inbox.Mail mail = tenant.inbox().next(email);
            assertTrue(mail.subject().startsWith("Ein neues Passwort für Ihr Konto bei "), mail.subject());
            assertTrue(mail.text().contains("gelten 15 Minuten lang und nur einmal"), mail.text());
            browser.goTo(mail.link());
            chooses(NEW_PASSWORD, NEW_PASSWORD, browser);
            browser.awaitText("Passwort geändert");
            Inbox.Mail told = tenant.inbox().next(email);
            assertTrue(told.subject().startsWith("Das Passwort Ihres Kontos bei "), told.subject());
            assertTrue(told.text().contains("UTC"), told.text());
        }
    }

    /** Checks that opening the link changes nothing: programs that follow the links of mails do not send the form. */
    @Test
    void whoOnlyLooksChangesNothing() {
        URI link = mailedLink();
        LinkScanner.looksAt(link);
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
        try (Browser browser = Browser.open()) {
            browser.goTo(link);
            chooses(NEW_PASSWORD, NEW_PASSWORD, browser);
            browser.awaitText(DONE);
        }
    }

    @Test
    void theSecondFactorIsAskedForInTheNextLogin() {
        byte[] secret = Totp.add(tenant, id);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(mailedLink());
            chooses(NEW_PASSWORD, NEW_PASSWORD, browser);
            browser.awaitText(DONE);
            logsIn(app, browser, NEW_PASSWORD);
            browser.type("otp", Totp.now(secret));
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + name);
        }
        assertEquals(
                List.of("password", "otp"),
                tenant.admin().users().get(id).credentials().stream()
                        .map(credential -> credential.getType())
                        .sorted((one, other) -> other.compareTo(one))
                        .toList());
    }

    @Test
    void inTheBrowserOfTheirOwnSessionThatEnds() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            logsIn(app, browser, TestServer.PASSWORD);
            browser.awaitText("Logged in as " + name);
            String refresh = app.session().refresh();
            browser.goTo(mailedLink());
            chooses(NEW_PASSWORD, NEW_PASSWORD, browser);
            browser.awaitText(DONE);
            tenant.oidc()
                    .formParam("grant_type", "refresh_token")
                    .formParam("client_id", app.clientId())
                    .formParam("refresh_token", refresh)
                    .post("/token")
                    .then()
                    .statusCode(400);
            logsIn(app, browser, NEW_PASSWORD);
            browser.awaitText("Logged in as " + name);
        }
    }

    @Test
    void inTheBrowserOfSomebodyElseItAsksThemToLogOut() {
        String other = "o" + name;
        tenant.addUser(other);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", other);
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + other);
            browser.goTo(mailedLink());
            browser.awaitText("You are already authenticated as different user");
            browser.screenshot("reset-password-different-user");
        }
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void whomTheAdminHasDisabledItDoesNotBringBack() {
        try (Browser browser = Browser.open()) {
            URI link = mailedLink();
            browser.goTo(link);
            browser.awaitText("Choose a new password");
            UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
            user.setEnabled(false);
            tenant.admin().users().get(id).update(user);
            chooses(NEW_PASSWORD, NEW_PASSWORD, browser);
            browser.awaitText("Account is disabled, contact your administrator.");
            assertFalse(tenant.admin().users().get(id).toRepresentation().isEnabled());
        }
    }

    @Test
    void aTamperedLinkAndOneOfAnotherTenantAreErrorPages() {
        String link = mailedLink().toString();
        int signature = link.lastIndexOf('.') + 5;
        Tenant other = Tenant.on(tenant.server());
        for (String bad : List.of(
                link.substring(0, signature)
                        + (link.charAt(signature) == 'A' ? 'B' : 'A')
                        + link.substring(signature + 1),
                link.replace("/realms/" + tenant.name() + "/", "/realms/" + other.name() + "/"))) {
            String form = bad.replace("action-token", "reset-credentials");
            assertEquals(
                    List.of(400, 400),
                    List.of(
                            RestAssured.given()
                                    .urlEncodingEnabled(false)
                                    .get(bad)
                                    .statusCode(),
                            RestAssured.given()
                                    .urlEncodingEnabled(false)
                                    .contentType(ContentType.URLENC.withCharset("UTF-8"))
                                    .body("password-new=" + NEW_PASSWORD + "&password-confirm=" + NEW_PASSWORD)
                                    .post(form)
                                    .statusCode()));
        }
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
    }
}
