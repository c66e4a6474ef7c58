package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.openqa.selenium.By;

/** Tests where the last page behind a mailed link leads to. */
@ExtendWith(ServerExtension.class)
final class OnwardIT {
    private static final String BUTTON = "#user-service-onward";
    private static final String NEW_PASSWORD = "Another-horse-2";

    private static Tenant tenant;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
    }

    private static void setHome(RelyingParty app, String name, String home) {
        ClientRepresentation client =
                tenant.admin().clients().findByClientId(app.clientId()).get(0);
        client.setName(name);
        client.setBaseUrl(home);
        tenant.admin().clients().get(client.getId()).update(client);
    }

    private static String href(Browser browser) {
        browser.awaitElement(BUTTON);
        return browser.driver().findElement(By.cssSelector(BUTTON)).getDomAttribute("href");
    }

    /** Activates an account and returns the page that says that the account is active now. */
    private static String activated(URI link) {
        return LinkScanner.sendsTheFormOf(LinkScanner.looksAt(link), link, Map.of("password", TestServer.PASSWORD))
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    @Test
    void whoRegisteredAtAnApplicationGoesOnToItsHome() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            String home = app.callback().resolve("/home?from=mail").toString();
            setHome(app, "Bob's <b>Shop</b>", home);
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            URI link = nora.mail().link();
            browser.goTo(link);
            browser.click("#user-service-confirm");
            browser.awaitTextOf(BUTTON, "Continue to Bob's <b>Shop</b>");
            assertEquals(home, href(browser));
            browser.screenshot("onward-application");

            browser.goTo(link);
            browser.awaitText("Your account is active already.");
            assertEquals(home, href(browser));
            browser.click(BUTTON);
            browser.awaitUrl("/home?from=mail");
        }
    }

    @Test
    void soDoesWhoForgotThePasswordThere() {
        String name = "forgetful";
        tenant.addUser(name);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open("de")) {
            String home = app.callback().resolve("/home").toString();
            setHome(app, "Laden", home);
            browser.goTo(app.login());
            browser.click("a[href*='reset-credentials']");
            browser.type("username", name);
            browser.click("#kc-reset-password-form [type='submit']");
            URI link = tenant.inbox().next(name + "@example.com").link();
            browser.goTo(link);
            browser.type("password-new", NEW_PASSWORD);
            browser.type("password-confirm", NEW_PASSWORD);
            browser.click("#user-service-reset");
            browser.awaitTextOf(BUTTON, "Weiter zu Laden");
            assertEquals(home, href(browser));

            browser.goTo(link);
            browser.awaitText("Dieser Link gilt nicht mehr");
            assertEquals(home, href(browser));
        }
    }

    @Test
    void withoutAHomeThereIsTheAccountConsole() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            browser.goTo(nora.mail().link());
            browser.click("#user-service-confirm");
            browser.awaitTextOf(BUTTON, "Go to your account");
            assertEquals("/realms/" + tenant.name() + "/account/", href(browser));
            browser.click(BUTTON);
            browser.awaitUrl("/realms/" + tenant.name());
            browser.awaitElement("#kc-login, #kc-form-login");
        }
    }

    @Test
    void theTenantsOwnSiteComesBeforeTheAccountConsole() {
        Tenant sited = Tenant.on(tenant.server());
        Newcomer nora = Newcomer.to(sited).registersByTheApi();
        URI link = nora.mail().link();
        RealmRepresentation realm = sited.admin().toRepresentation();
        realm.setDisplayName("Bread & Butter");
        // Links that are sent from now on lead to that site directly, but this one does not.
        realm.getAttributes().put("user-service.frontend-url", "https://app.example/start");
        sited.admin().update(realm);

        String page = activated(link);
        assertTrue(page.contains("href=\"https://app.example/start\""), page);
        assertTrue(page.contains("Continue to Bread &amp; Butter"), page);
    }

    /**
     * Checks that the request decides nothing about where the page leads to, neither by its parameters nor by its host, which is
     * all that a server without the option {@code hostname} knows.
     */
    @Test
    void theRequestDoesNotSayWhereTo() {
        Newcomer nora = Newcomer.to(tenant).registersByTheApi();
        URI link = nora.mail().link();
        assertTrue(activated(link).contains("href=\"/realms/" + tenant.name() + "/account/\""));
        String page = RestAssured.given()
                .urlEncodingEnabled(false)
                .get(link + "&redirect_uri=https://evil.example/&client_data=https://evil.example/")
                .asString();
        assertTrue(page.contains("href=\"/realms/" + tenant.name() + "/account/\""), page);
        assertFalse(page.contains("href=\"https://evil.example"), page);
    }

    @Test
    void aTenantWithoutTheAccountConsoleHasNoButton() {
        Tenant bare = Tenant.on(tenant.server());
        ClientRepresentation console =
                bare.admin().clients().findByClientId("account-console").get(0);
        console.setEnabled(false);
        bare.admin().clients().get(console.getId()).update(console);
        String page = activated(Newcomer.to(bare).registersByTheApi().mail().link());
        assertTrue(page.contains("Your account is active now."), page);
        assertFalse(page.contains("user-service-onward"), page);
    }
}
