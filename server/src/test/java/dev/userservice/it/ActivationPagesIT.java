package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests in a browser the page of a login that waits for the code of the mail. */
@ExtendWith(ServerExtension.class)
@ResourceLock(value = Shared.LATE_MAIL, mode = ResourceAccessMode.READ)
final class ActivationPagesIT {
    private static Tenant tenant;
    private static Tenant impatient;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        impatient = Tenant.on(
                tenant.server(), realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
    }

    @Test
    void whoRegistersTypesTheCodeAndIsLoggedIn() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.registration());
            browser.screenshot("registration");
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            browser.screenshot("activation");
            assertTrue(browser.text().contains("We have sent an e-mail with a code to n***@e***.com"), browser.text());
            assertFalse(browser.driver().getPageSource().contains(nora.email()));
            assertEquals("code", browser.driver().switchTo().activeElement().getAttribute("id"));
            Inbox.Mail mail = nora.mail();
            assertFalse(nora.isActive());

            nora.enters(" " + mail.code().toLowerCase(Locale.ROOT).replace('-', ' ') + " ", browser);
            browser.awaitText("Logged in as " + nora.username());
            assertTrue(nora.isActive());
            assertEquals(1, nora.mails());
            keepPictureOf(mail, "activation-mail", browser);
        }
    }

    private static void keepPictureOf(Inbox.Mail mail, String name, Browser browser) {
        browser.open(mail, name);
        browser.awaitText(mail.code());
        browser.screenshot(name);
    }

    @Test
    void aWrongCodeIsSaidAtTheField() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            for (String wrong : List.of("0000-0000-0000-0000-0000-0000-0000", "<b>x</b>", "")) {
                nora.enters(wrong, browser);
                browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            }
            browser.screenshot("activation-wrong-code");
            assertTrue(browser.driver()
                    .switchTo()
                    .activeElement()
                    .getAttribute("aria-describedby")
                    .contains("input-error-code"));
            assertFalse(nora.isActive());

            nora.enters(nora.mail().code(), browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    @Test
    void theCodeOfSomebodyElseIsRefusedAndStaysGood() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            String code = Newcomer.to(tenant).registersByTheApi().mail().code();
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            nora.enters(code, browser);
            browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            assertFalse(nora.isActive());
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(Map.of("token", code))
                    .post("/verify-email")
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void whoAsksForANewMailAtOnceIsToldHowLongToWait() {
        Tenant unhurried = Tenant.on(tenant.server(), ActivationPagesIT::coolDownForLong);
        try (RelyingParty app = RelyingParty.of(unhurried);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(unhurried);
            nora.registersAt(app, browser);
            nora.asksForANewMail(browser);
            browser.awaitText("The last e-mail was sent just now.");
            browser.screenshot("activation-cool-down");
            assertTrue(browser.text().matches("(?s).*Wait [1-6]?[0-9]?[0-9] seconds before.*"), browser.text());

            nora.enters(nora.mail().code(), browser);
            browser.awaitText("Logged in as " + nora.username());
            assertEquals(1, nora.mails());
        }
    }

    @Test
    void aNewMailBringsAnotherCode() {
        try (RelyingParty app = RelyingParty.of(impatient);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(impatient);
            nora.registersAt(app, browser);
            String old = nora.mail().code();
            nora.asksForANewMail(browser);
            browser.awaitText("A new e-mail is on its way.");
            browser.screenshot("activation-new-mail");
            String code = nora.mail().code();

            assertNotEquals(old, code);
            nora.enters("0000-0000", browser);
            browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            nora.enters(code, browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    @Test
    void whoRegisteredByTheApiIsAskedForTheCodeOfThatMail() {
        try (RelyingParty app = RelyingParty.of(impatient);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(impatient).registersByTheApi();
            String code = nora.mail().code();
            nora.logsInTo(app, browser);
            browser.awaitText(nora.maskedEmail());
            browser.screenshot("activation-at-login");
            browser.driver().navigate().refresh();
            browser.awaitText(nora.maskedEmail());
            nora.logsInTo(app, browser);
            browser.awaitText(nora.maskedEmail());

            // The mail of this later registration shows that everything that was requested before it has been sent.
            Newcomer.to(impatient).registersByTheApi().mail();
            assertEquals(1, nora.mails());
            nora.enters(code, browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    @Test
    void whoComesBackAfterTheCodeExpiredIsSentANewOne() {
        try (RelyingParty app = RelyingParty.of(impatient);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(impatient).registersByTheApi();
            String old = nora.mail().code();
            nora.letsTheCodeExpire();
            nora.logsInTo(app, browser);
            nora.enters(old, browser);
            browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            nora.enters(nora.mail().code(), browser);
            browser.awaitText("Logged in as " + nora.username());
            assertEquals(2, nora.mails());
        }
    }

    /** The address is corrected with the admin console or Keycloak's admin REST API, which report nobody's former address. */
    @Test
    void whoseAddressWasCorrectedIsSentTheCodeToTheNewOne() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant).registersByTheApi();
            String old = nora.mail().code();
            UserRepresentation user = nora.user();
            String corrected = "corrected-" + nora.email();
            user.setEmail(corrected);
            tenant.admin().users().get(user.getId()).update(user);
            for (int i = 0; i < 2; i++) {
                nora.logsInTo(app, browser);
                browser.awaitText("We have sent an e-mail with a code to c***@e***.com");
            }
            String code = tenant.inbox().next(corrected).code();
            nora.enters(old, browser);
            browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            nora.enters(code, browser);
            browser.awaitText("Logged in as " + nora.username());
            assertEquals(1, tenant.inbox().count(corrected));
        }
    }

    /** Sets a long cool-down, because pages and their screenshots take time. */
    private static void coolDownForLong(ObjectNode realm) {
        realm.withObject("/attributes").put("user-service.resend-cool-down", "600");
    }

    @Test
    void germansReadGerman() {
        Tenant unhurried = Tenant.on(tenant.server(), ActivationPagesIT::coolDownForLong);
        try (RelyingParty app = RelyingParty.of(unhurried);
                Browser browser = Browser.open("de")) {
            Newcomer nora = Newcomer.to(unhurried);
            nora.registersAt(app, browser);
            browser.awaitText("Konto aktivieren");
            browser.awaitText("Wir haben eine E-Mail mit einem Code an n***@e***.com gesendet.");
            nora.enters("x", browser);
            browser.awaitTextOf("#input-error-code", "Dieser Code ist ungültig oder abgelaufen.");
            nora.asksForANewMail(browser);
            browser.awaitText("Die letzte E-Mail wurde gerade erst gesendet.");
            browser.screenshot("activation-de");

            Inbox.Mail mail = nora.mail();
            assertEquals("Aktivieren Sie Ihr Konto bei " + unhurried.name(), mail.subject());
            keepPictureOf(mail, "activation-mail-de", browser);
            browser.goTo(mail.link());
            browser.awaitText("Bestätigen Sie, dass " + nora.email() + " Ihre E-Mail-Adresse ist.");
        }
    }

    @Test
    void thePageCanBeReadInAnotherLanguage() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            nora.enters("x", browser);
            browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            browser.click("#login-select-toggle option[value*='kc_locale=de']");
            browser.awaitText("Konto aktivieren");
            nora.enters(nora.mail().code(), browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    /** The jar contains everything that our pages and mails consist of, whatever themes the tenant has. */
    @ParameterizedTest
    @CsvSource({"keycloak.v2, keycloak", "keycloak, keycloak", "user-service, user-service"})
    void theTenantMayHaveOtherThemes(String loginTheme, String emailTheme) {
        Tenant themed = Tenant.on(tenant.server(), realm -> {
            realm.put("loginTheme", loginTheme).put("emailTheme", emailTheme);
            coolDownForLong(realm);
        });
        try (RelyingParty app = RelyingParty.of(themed);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(themed);
            nora.registersAt(app, browser);
            browser.screenshot("activation-theme-" + loginTheme);
            nora.enters("x", browser);
            browser.awaitTextOf("#input-error-code", "This code is not valid, or has expired.");
            browser.screenshot("activation-wrong-code-theme-" + loginTheme);
            nora.asksForANewMail(browser);
            browser.awaitText("The last e-mail was sent just now.");
            browser.screenshot("activation-cool-down-theme-" + loginTheme);
            nora.enters(nora.mail().code(), browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    /** The mail that waits here counts as late, which other tests look at, so it is removed together with its tenant. */
    @Test
    void whereNoMailCanBeSentNoneIsPromised() {
        Tenant bare = Tenant.on(tenant.server(), realm -> realm.remove("smtpServer"));
        try (RelyingParty app = RelyingParty.of(bare);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(bare).registersByTheApi();
            nora.logsInTo(app, browser);
            browser.awaitText("We cannot send you the e-mail with the code at the moment.");
            assertFalse(browser.text().contains("We have sent"), browser.text());
        } finally {
            bare.admin().remove();
        }
    }

    @Test
    void whoHasNoEmailAddressIsSentToTheAdministrator() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            tenant.addUser("stray");
            UserRepresentation user =
                    tenant.admin().users().searchByUsername("stray", true).get(0);
            user.setEmail("");
            user.setRequiredActions(List.of("activate-account"));
            tenant.admin().users().get(user.getId()).update(user);
            browser.goTo(app.login());
            browser.type("username", "stray");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("This account has no e-mail address");
            browser.screenshot("activation-no-email");
        }
    }
}
