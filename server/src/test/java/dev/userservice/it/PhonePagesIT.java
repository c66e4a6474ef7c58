package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;
import org.openqa.selenium.By;
import org.openqa.selenium.interactions.Actions;

/** Tests that no page of a login is wider than a phone. */
@ExtendWith(ServerExtension.class)
final class PhonePagesIT {
    private static final List<Integer> WIDTHS = List.of(360, 390);

    private static Tenant tenant;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void everyPageFits(String language) {
        String withCode = language + "-code";
        String toSetUp = language + "-new";
        Totp.add(tenant, tenant.addUser(withCode));
        String id = tenant.addUser(toSetUp);
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setRequiredActions(List.of("CONFIGURE_TOTP"));
        tenant.admin().users().get(id).update(user);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open(language)) {
            browser.goTo(app.login());
            assertFits("login", "#kc-form-login", browser);
            browser.click("a[href*='reset-credentials']");
            assertFits("forgot-password", "#kc-reset-password-form", browser);
            browser.goTo(app.registration());
            assertFits("registration", "#kc-register-form", browser);

            logIn(withCode, app, browser);
            assertFits("login-otp-" + language, "#kc-otp-login-form", browser);
            WIDTHS.forEach(width -> browser.onPhone(width, () -> assertHintFits(width, browser)));
            logIn(toSetUp, app, browser);
            assertFits("totp-set-up", "#kc-totp-settings-form", browser);
        }
    }

    private static void logIn(String username, RelyingParty app, Browser browser) {
        browser.driver().manage().deleteAllCookies();
        browser.goTo(app.login());
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.click("#kc-login");
    }

    /** Checks that the hint of the button for starting again fits on the page while the mouse points at the button. */
    private static void assertHintFits(int width, Browser browser) {
        new Actions(browser.driver())
                .moveToElement(browser.driver().findElement(By.id("reset-login")))
                .perform();
        browser.awaitShown(".kc-tooltip-text");
        assertEquals(0, browser.overhang(), "with its hint the page is wider than " + width);
    }

    private static void assertFits(String page, String element, Browser browser) {
        browser.awaitElement(element);
        browser.screenshot("phone-" + page);
        for (int width : WIDTHS) {
            browser.onPhone(width, () -> assertEquals(0, browser.overhang(), page + " is wider than " + width));
        }
    }
}
