package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see who have tried too often. */
@ExtendWith(ServerExtension.class)
final class RateLimitPagesIT {
    @ParameterizedTest
    @CsvSource({
        "en, Please wait 30 minutes before you try again, Please wait 15 minutes before you try again",
        "de, 'Bitte warten Sie 30 Minuten, bevor Sie es wieder versuchen', 'Bitte warten Sie 15 Minuten, bevor Sie es wieder versuchen'"
    })
    void aPageSaysHowLongToWait(String language, String ofAccount, String ofAddress, TestServer server) {
        Tenant tenant =
                Tenant.on(server, Limits.with(Map.of("limit-failed-login", "2/1h", "limit-failed-address", "4/1h")));
        tenant.addUser("alice");
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open(language)) {
            browser.goTo(app.login());
            for (int i = 0; i < 2; i++) {
                enter(browser, "alice", "Wrong-password-1!");
                browser.awaitElement("#input-error-username");
            }
            enter(browser, "alice", TestServer.PASSWORD);
            browser.awaitText(ofAccount);
            look(browser, "login-limited-" + language);

            for (String other : new String[] {"bob", "carol"}) {
                enter(browser, other, "Wrong-password-1!");
                browser.awaitElement("#input-error-username");
            }
            enter(browser, "dave", "Wrong-password-1!");
            browser.awaitText(ofAddress);
            look(browser, "address-limited-" + language);
        }
    }

    private static void enter(Browser browser, String username, String password) {
        browser.type("username", username);
        browser.type("password", password);
        browser.click("#kc-login");
    }

    private static void look(Browser browser, String name) {
        browser.screenshots("page-" + name, look -> assertEquals(List.of(), Axe.barriers(browser), look));
    }
}
