package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what people see who have tried too often. */
@ExtendWith(ServerExtension.class)
final class RateLimitPagesIT {
    @ParameterizedTest
    @CsvSource({
        "en, 'Please wait ', ' minutes before you try again'",
        "de, 'Bitte warten Sie ', ' Minuten, bevor Sie es wieder versuchen'"
    })
    void aPageSaysHowLongToWait(String language, String wait, String minutes, TestServer server) {
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
            awaitWait(browser, wait, 30, minutes);
            look(browser, "login-limited-" + language);

            for (String other : new String[] {"bob", "carol"}) {
                enter(browser, other, "Wrong-password-1!");
                browser.awaitElement("#input-error-username");
            }
            enter(browser, "dave", "Wrong-password-1!");
            awaitWait(browser, wait, 15, minutes);
            look(browser, "address-limited-" + language);
        }
    }

    private static void enter(Browser browser, String username, String password) {
        browser.type("username", username);
        browser.type("password", password);
        browser.click("#kc-login");
    }

    /**
     * Waits for the text about the minutes to wait and checks their number, which may be lower than the given one because some
     * time has passed since the first attempt.
     */
    private static void awaitWait(Browser browser, String before, int most, String after) {
        browser.awaitText(before);
        String text = browser.text();
        Matcher wait = Pattern.compile(Pattern.quote(before) + "(\\d+)" + Pattern.quote(after))
                .matcher(text);
        assertTrue(wait.find(), text);
        int told = Integer.parseInt(wait.group(1));
        assertTrue(told > most - 10 && told <= most, text);
    }

    private static void look(Browser browser, String name) {
        browser.screenshots("page-" + name, look -> assertEquals(List.of(), Axe.barriers(browser), look));
    }
}
