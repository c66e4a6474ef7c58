package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.WindowType;

/** Tests in a browser the pages behind the link of an activation mail. */
@ExtendWith(ServerExtension.class)
final class ActivationLinkIT {
    private static final String CLICK = "#user-service-confirm";
    private static final String GERMAN = "#login-select-toggle option[value*='kc_locale=de']";

    private static Tenant tenant;
    private static Tenant impatient;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        impatient = Tenant.on(
                tenant.server(), realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"#user-service-activate", "#user-service-resend"})
    void inAnotherBrowserItActivatesAndTheFirstOneGoesOn(String button) {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser first = Browser.open();
                Browser second = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, first);
            URI link = nora.mail().link();

            second.goTo(link);
            second.awaitText("Confirm that " + nora.email() + " is your e-mail address.");
            second.screenshot("activation-link");
            assertFalse(nora.isActive());
            second.click(CLICK);
            second.awaitText("Please specify password.");
            second.type("password", "not-hers");
            second.click(CLICK);
            second.awaitText("This is not the password of the account.");
            second.screenshot("activation-link-wrong-password");
            assertFalse(nora.isActive());
            second.type("password", TestServer.PASSWORD);
            second.click(CLICK);
            second.awaitText("Your account is active now. You can log in.");
            second.screenshot("activation-link-activated");
            assertTrue(nora.isActive());

            first.click(button);
            first.awaitText("Logged in as " + nora.username());
            second.goTo(link);
            second.awaitText("Your account is active already. You can log in.");
            second.screenshot("activation-link-activated-already");
        }
    }

    /** Somebody who has the mail but not the password did not register: somebody else registered with this person's address. */
    @Test
    void whoDoesNotKnowThePasswordTakesTheAccountOver() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser attackers = Browser.open();
                Browser owners = Browser.open()) {
            Newcomer account = Newcomer.to(tenant);
            account.registersAt(app, attackers);
            // The login that waits must have begun in an earlier second than the one in which the password changes.
            Eventually.holds("another second", Duration.ofSeconds(10), nextSecond());
            owners.goTo(account.mail().link());
            owners.awaitText("did not register here");
            owners.click("#user-service-take-over");
            owners.awaitElement("#user-service-reset-form");
            owners.screenshot("activation-link-take-over");
            assertFalse(account.isActive());
            owners.type("password-new", "Ve2y-own-password!");
            owners.type("password-confirm", "Another-one-1!");
            owners.click("#user-service-reset");
            owners.awaitElement("#input-error-password-confirm");
            owners.type("password-new", "Ve2y-own-password!");
            owners.type("password-confirm", "Ve2y-own-password!");
            owners.click("#user-service-reset");
            owners.awaitText("Your password has been changed");
            assertTrue(account.isActive());

            attackers.click("#user-service-activate");
            attackers.awaitElement("#kc-error-message");
            attackers.screenshot("login-under-way-ended");
            tenant.login(account.username(), TestServer.PASSWORD).then().statusCode(401);
            Tenant.retryWhileUnauthorized(() -> tenant.login(account.username(), "Ve2y-own-password!"))
                    .then()
                    .statusCode(200);
        }
    }

    private static BooleanSupplier nextSecond() {
        long now = Instant.now().getEpochSecond();
        return () -> Instant.now().getEpochSecond() > now;
    }

    @Test
    void whereTheRealmAllowsNoResetNobodyTakesOver() {
        Tenant strict = Tenant.on(tenant.server(), realm -> realm.put("resetPasswordAllowed", false));
        Newcomer nora = Newcomer.to(strict).registersByTheApi();
        URI link = nora.mail().link();
        String page = LinkScanner.looksAt(link);
        assertFalse(page.contains("take-over"), page);
        LinkScanner.sendsTheFormOf(
                        page,
                        link,
                        Map.of("password-new", "Ve2y-own-password!", "password-confirm", "Ve2y-own-password!"))
                .then()
                .statusCode(200)
                .body(containsString("Please specify password."));
        assertFalse(nora.isActive());
    }

    /** RFC 9110, section 9.2.1, says that GET and HEAD are safe. */
    @Test
    void whoOnlyLooksActivatesNobody() {
        Newcomer nora = Newcomer.to(tenant).registersByTheApi();
        URI link = nora.mail().link();
        String page = LinkScanner.looksAt(link);
        assertFalse(nora.isActive());

        LinkScanner.sendsTheFormOf(page, link, Map.of("password", TestServer.PASSWORD))
                .then()
                .statusCode(200)
                .body(containsString("Your account is active now."));
        assertTrue(nora.isActive());
    }

    @Test
    void itWorksInTheBrowserThatWaitsForTheCode() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            URI waiting = browser.at();
            browser.goTo(nora.mail().link());
            browser.click(CLICK);
            browser.awaitText("Your account is active now. You can log in.");
            assertTrue(nora.isActive());

            browser.goTo(waiting);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    /** One second after a page has loaded, Keycloak's scripts check whether this browser has another login in progress. */
    @Test
    void besideALoginThatWaitsItsPagesStay() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            browser.goTo(nora.mail().link());
            browser.awaitText("Confirm that");
            assertFalse(browser.shows("#password, #user-service-take-over"), "this browser knows the password");
            assertStays(browser);
            browser.click(CLICK);
            browser.awaitText("Your account is active now. You can log in.");
            assertStays(browser);
        }
    }

    private static void assertStays(Browser browser) {
        assertDoesNotThrow(
                () -> browser.driver().executeAsyncScript("setTimeout(arguments[arguments.length - 1], 1500)"),
                browser::text);
    }

    @Test
    void inAnotherTabItActivatesAndTheFirstOneGoesOn() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            URI link = nora.mail().link();
            String first = browser.driver().getWindowHandle();
            browser.driver().switchTo().newWindow(WindowType.TAB);
            browser.goTo(link);
            browser.click(CLICK);
            browser.awaitText("Your account is active now. You can log in.");
            String second = browser.driver().getWindowHandle();

            browser.driver().switchTo().window(first);
            browser.click("#user-service-activate");
            browser.awaitText("Logged in as " + nora.username());
            browser.driver().switchTo().window(second);
            browser.awaitText("You are already logged in.");
        }
    }

    @Test
    void itsPagesCanBeReadInAnotherLanguage() {
        try (Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant).registersByTheApi();
            browser.goTo(nora.mail().link());
            browser.awaitText("Confirm that");
            browser.click(GERMAN);
            browser.awaitText("Bestätigen Sie, dass");
            browser.type("password", TestServer.PASSWORD);
            browser.click(CLICK);
            browser.awaitText("Ihr Konto ist jetzt aktiv.");
            assertTrue(nora.isActive());
        }
    }

    @Test
    void afterItALoginInTheSameBrowserIsANormalOne() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            browser.goTo(nora.mail().link());
            browser.click(CLICK);
            browser.awaitText("Your account is active now. You can log in.");
            nora.logsInTo(app, browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    @Test
    void afterTheCodeWasTypedThereIsNothingToDo() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            Inbox.Mail mail = nora.mail();
            nora.enters(mail.code(), browser);
            browser.awaitText("Logged in as " + nora.username());
            browser.goTo(mail.link());
            browser.awaitText("Your account is active already. You can log in.");
        }
    }

    @Test
    void anExpiredOneSaysSoAndTheWaitingPageSendsANewOne() {
        try (RelyingParty app = RelyingParty.of(impatient);
                Browser browser = Browser.open();
                Browser phone = Browser.open()) {
            Newcomer nora = Newcomer.to(impatient);
            nora.registersAt(app, browser);
            URI link = nora.mail().link();
            phone.goTo(link);
            nora.letsTheCodeExpire();
            phone.type("password", TestServer.PASSWORD);
            phone.click(CLICK);
            phone.awaitText("This link is no longer valid");
            phone.screenshot("activation-link-expired");
            phone.goTo(link);
            phone.awaitText("This link is no longer valid");
            assertFalse(nora.isActive());

            nora.asksForANewMail(browser);
            browser.awaitText("A new e-mail is on its way.");
            phone.goTo(link);
            phone.awaitText("This link is no longer valid");
            phone.goTo(nora.mail().link());
            phone.type("password", TestServer.PASSWORD);
            phone.click(CLICK);
            phone.awaitText("Your account is active now. You can log in.");
        }
    }

    /** The test changes a character in the header, in the claims and in the signature of the token, one at a time. */
    @Test
    void aTamperedOneIsAnErrorPage() {
        try (Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant).registersByTheApi();
            String link = nora.mail().link().toString();
            int key = link.indexOf("key=") + "key=".length();
            int claims = link.indexOf('.', key);
            int signature = link.indexOf('.', claims + 1);
            for (int place : new int[] {key + 5, claims + 5, claims + 40, signature + 5}) {
                URI tampered = URI.create(
                        link.substring(0, place) + (link.charAt(place) == 'A' ? 'B' : 'A') + link.substring(place + 1));
                assertEquals(
                        400,
                        RestAssured.given()
                                .urlEncodingEnabled(false)
                                .get(tampered.toString())
                                .statusCode(),
                        "changed at " + place + " of " + link);
                browser.goTo(tampered);
                browser.awaitText("We are sorry...");
            }
            browser.screenshot("activation-link-tampered");
            assertFalse(nora.isActive());
        }
    }

    @Test
    void whomTheAdminHasDisabledItDoesNotBringBack() {
        try (Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant).registersByTheApi();
            URI link = nora.mail().link();
            browser.goTo(link);
            browser.awaitText("Confirm that");
            nora.enabledIs(false);
            browser.click(CLICK);
            browser.awaitText("Account is disabled, contact your administrator.");
            browser.screenshot("activation-link-disabled");
            browser.goTo(link);
            browser.awaitText("Account is disabled, contact your administrator.");
            assertFalse(nora.isActive());
            assertFalse(nora.user().isEnabled());

            nora.enabledIs(true);
            browser.goTo(link);
            browser.type("password", TestServer.PASSWORD);
            browser.click(CLICK);
            browser.awaitText("Your account is active now. You can log in.");
        }
    }
}
