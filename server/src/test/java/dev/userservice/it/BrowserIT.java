package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests Keycloak's own login in a browser. */
@ExtendWith(ServerExtension.class)
final class BrowserIT {
    @Test
    void aUserLogsInToAnApplication(TestServer server) {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        tenant.addUser("alice");
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", "alice");
            browser.type("password", "wrong");
            browser.screenshot("login");
            browser.click("#kc-login");
            browser.awaitText("Invalid username or password.");

            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("Logged in as alice");
            browser.screenshot("logged-in");
            assertEquals(app.callback().getPort(), browser.at().getPort());
            assertFalse(app.session().refresh().isEmpty());
            tenant.oidc()
                    .header("Authorization", "Bearer " + app.session().access())
                    .get("/userinfo")
                    .then()
                    .statusCode(200)
                    .body("preferred_username", equalTo("alice"));

            browser.goTo(app.login());
            browser.awaitText("Logged in as alice");
        }
    }

    @Test
    void theBrowsersLanguageIsTheLogins(Tenant tenant) {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open("de")) {
            browser.goTo(app.login());
            browser.awaitText("Passwort vergessen?");
            browser.screenshot("login-de");
        }
    }
}
