package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests in a browser the page on which an admin reads the activity log. */
@ExtendWith(ServerExtension.class)
final class ActivityPageIT {
    private static final String ADMIN = "the-admin";
    private static final String HOSTILE = "<img src=x onerror=\"document.title='gotcha'\">";
    private static final String ROWS = "return document.querySelectorAll('#entries tbody tr').length";

    /** Is the number of rows of each kind. Together the rows are more than the page shows at first. */
    private static final int LOGINS = 14;

    private static Tenant tenant;
    private static String alice;

    @BeforeAll
    static void fill(Tenant fresh) {
        // Otherwise Keycloak's lockout would refuse a login right after a wrong one, and would add a row to the log.
        tenant = Tenant.on(fresh.server(), Tenant::withoutBruteForceProtection);
        tenant.addUser(ADMIN, "admin");
        alice = tenant.addUser("alice");
        for (int i = 0; i < LOGINS; i++) {
            tenant.session("alice");
            tenant.login("alice", "wrong").then().statusCode(401);
        }
    }

    private static URI page(Tenant at) {
        return URI.create(at.server().base() + "/realms/" + at.name() + "/api/activity-log/");
    }

    private static void open(Browser browser, Tenant at, String view, String username) {
        browser.goTo(page(at).resolve(view));
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.click("#kc-login");
    }

    private static void awaitRows(Browser browser, long count) {
        Eventually.holds(
                count + " rows", Duration.ofMinutes(2), () -> browser.run(ROWS).equals(count));
    }

    private static void assertFine(String name, Browser browser) {
        browser.screenshots(name, look -> {
            assertEquals(List.of(), Axe.barriers(browser), look);
            assertEquals(0L, browser.run("""
                    const page = document.scrollingElement;
                    return page.scrollWidth - page.clientWidth;
                    """), look + " is wider than the screen");
        });
    }

    @Test
    void anAdminFindsAUserAndReadsWhatHappened() {
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "", ADMIN);
            browser.awaitTextOf("#entries-title", "Activity of everybody");
            browser.awaitText("The newest 25 entries");
            assertFine("activity-log-all", browser);
            browser.type("search", "ali");
            browser.awaitText("alice@example.com");
            assertFine("activity-log-search", browser);
            browser.click("#found button");
            browser.awaitTextOf("#entries-title", "Activity of alice");
            awaitRows(browser, 25);
            assertTrue(browser.text().contains("alice@example.com"), browser::text);
            assertEquals(
                    "/admin/" + tenant.name() + "/console/#/" + tenant.name() + "/users/" + alice + "/settings",
                    browser.run(
                            "const link = document.getElementById('user-console'); return link.pathname + link.hash"));
            assertChart(browser);
            assertFine("activity-log-user", browser);
            browser.click("#more");
            awaitRows(browser, 1 + 2 * LOGINS);
            assertFalse(browser.shows("#more"));
            assertEquals(List.of(), browser.complaints());
        }
    }

    /** Asserts what the chart draws and that the table below it says the same. */
    private static void assertChart(Browser browser) {
        browser.click("#chart summary");
        assertEquals(30L, browser.run("return document.querySelectorAll('#chart tbody tr').length"));
        String sum = "return [...document.querySelectorAll('#chart tbody td:nth-child(%d)')]"
                + ".reduce((all, cell) => all + Number(cell.textContent), 0)";
        assertEquals((long) LOGINS, browser.run(sum.formatted(2)));
        assertEquals((long) LOGINS, browser.run(sum.formatted(3)));
        for (String kind : List.of("logins", "failures")) {
            assertTrue((Boolean) browser.run("return [...document.querySelectorAll('#chart rect." + kind
                    + "')].some(bar => bar.getBoundingClientRect().height > 10)"));
        }
        browser.click("#chart summary");
    }

    @Test
    void whatIsAskedForIsInTheAddressAndOutlivesAReload() {
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "?user=" + alice, ADMIN);
            awaitRows(browser, 25);
            browser.click("#actions-summary");
            browser.click("[value=login_failed]");
            awaitRows(browser, LOGINS);
            assertEquals(
                    List.of("login failed"),
                    browser.run("return [...new Set([...document.querySelectorAll('#entries td:nth-child(2)')]"
                            + ".map(cell => cell.innerText))]"));
            URI filtered = browser.at();
            assertEquals(
                    Set.of("action=login_failed", "user=" + alice),
                    Set.of(filtered.getFragment().split("&", -1)));
            browser.run("document.getElementById('filters').scrollIntoView()");
            assertFine("activity-log-filtered", browser);

            browser.driver().navigate().back();
            awaitRows(browser, 25);
            browser.driver().navigate().forward();
            awaitRows(browser, LOGINS);
            browser.driver().navigate().refresh();
            awaitRows(browser, LOGINS);
            assertEquals(filtered, browser.at());
            assertEquals(true, browser.run("return document.querySelector('[value=login_failed]').checked"));

            choose(browser, "from", "2100-01-01T00:00:00");
            browser.awaitText("Nothing was noted.");
            assertEquals(
                    true,
                    browser.run("return new URLSearchParams(location.hash.slice(1)).get('from')"
                            + " === new Date('2100-01-01T00:00:00').toISOString()"));
            browser.click("#clear");
            awaitRows(browser, 25);
            choose(browser, "to", "2100-01-01T00:00:00");
            awaitRows(browser, 25);
            choose(browser, "from", "2100-01-02T00:00:00");
            browser.awaitText("to: This must be later than from");
            assertEquals(List.of("400"), refusals(browser));
        }
    }

    /** Sets a time like the browser's own picker, because the way to type a time depends on the language. */
    private static void choose(Browser browser, String id, String local) {
        browser.run("const field = document.getElementById('" + id + "'); field.value = '" + local
                + "'; field.dispatchEvent(new Event('change'))");
    }

    /** Returns the statuses of the refused requests that the browser reported. The browser must have reported nothing else. */
    private static List<String> refusals(Browser browser) {
        return browser.complaints().stream()
                .map(complaint -> complaint.replaceFirst(".*responded with a status of (\\d+).*", "$1"))
                .toList();
    }

    @Test
    void whatPeopleWriteStaysText() throws Exception {
        Node node = tenant.server().node();
        Assumptions.assumeTrue(node != null && node.database() != null, "no way in lets such a name in");
        String id = tenant.addUser("mallory");
        node.database()
                .execute("update user_entity set first_name = '" + HOSTILE.replace("'", "''") + "' where id = '" + id
                        + "'");
        tenant.admin().clearUserCache();
        tenant.api()
                .header("User-Agent", HOSTILE)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "mallory", "password", "wrong"))
                .post("/login")
                .then()
                .statusCode(401);
        tenant.login(HOSTILE, "wrong").then().statusCode(401);
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "#action=login_failed", ADMIN);
            browser.awaitText("identifier");
            browser.type("search", "mallory");
            browser.awaitElement("#found button");
            assertTrue(browser.text().split(HOSTILE.substring(0, 12), -1).length >= 4, browser::text);
            browser.click("#found button");
            browser.awaitTextOf("#entries-title", "Activity of mallory");
            browser.awaitText(HOSTILE + " ");
            assertEquals(0L, browser.run("return document.images.length"));
            assertEquals("Activity log", browser.driver().getTitle());
            assertEquals(List.of(), browser.complaints());
            assertFine("activity-log-hostile", browser);
        }
    }

    @Test
    void whatFailedIsTriedAgain() {
        String id = tenant.addUser("passing");
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "?user=" + id, ADMIN);
            browser.awaitText("user created");
            // The clock stands still, so that what the page has just read stays fresh however long this step takes.
            browser.run("const now = Date.now(); Date.now = () => now;");
            browser.driver().executeCdpCommand("Network.enable", Map.of());
            block(browser, "*/users?*");
            browser.type("search", "ali");
            browser.awaitText("The server cannot be reached.");
            assertEquals("", browser.run("return document.getElementById('found-status').textContent"));
            block(browser);
            browser.click("#notice-button");
            browser.awaitText("alice@example.com");
            assertFalse(browser.shows("#notice"));

            tenant.admin().users().get(id).remove();
            browser.click("#actions-summary");
            browser.click("[value=login_failed]");
            browser.click("#notice-button");
            browser.awaitText("No person of this id can be shown");
            browser.awaitText("Nothing was noted.");
            assertStatusHasFocus(browser);
            assertTrue(browser.shows("#user-console"));
            browser.click("#clear");
            browser.awaitText("user deleted");
            assertStatusHasFocus(browser);
            browser.click("#everybody");
            awaitRows(browser, 25);
            assertStatusHasFocus(browser);
        }
    }

    private static void block(Browser browser, String... addresses) {
        browser.driver().executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(addresses)));
    }

    private static void assertStatusHasFocus(Browser browser) {
        assertEquals("entries-status", browser.run("return document.activeElement.id"));
    }

    @Test
    void theChartIsNotOlderThanAMinute() {
        String id = tenant.addUser("busy");
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "?user=" + id, ADMIN);
            awaitChart(browser, "0 logins and 0 failed logins, by days of UTC");
            tenant.session("busy");
            browser.run("const later = Date.now() + 61_000; Date.now = () => later");
            browser.click("#actions-summary");
            browser.click("[value=login]");
            awaitChart(browser, "1 login and 0 failed logins, by days of UTC");
            assertEquals(
                    "30 logins and at least 9000 failed logins, by days of UTC, some days not counted|20: 30"
                            + " logins, failed logins not counted",
                    browser.driver().executeAsyncScript("""
                    const done = arguments[0];
                    const days = [{ date: "2020-01-20", logins: 30, failures: null },
                        { date: "2020-01-21", logins: 0, failures: 9000 }];
                    import(new URL('chart.js', location.href))
                        .then(({ chart }) => chart(days))
                        .then(made => ["desc", "g title"].map(name => made.querySelector(name).textContent))
                        .then(([sums, day]) => done(sums + "|" + day.replace(/Jan | Jan/, "")), failure => done(String(failure)));
                    """));
        }
    }

    private static void awaitChart(Browser browser, String sums) {
        browser.awaitElement("#chart-text");
        Eventually.holds(
                "a chart of " + sums,
                Duration.ofMinutes(2),
                () -> sums.equals(browser.run("return document.getElementById('chart-text').textContent")));
    }

    @Test
    void aRealmThatDoesNotTakeItsTokensIsSaidToBeTheReason() {
        Tenant strict = Tenant.on(
                tenant.server(), realm -> realm.withObject("/attributes").put("user-service.audience", "elsewhere"));
        strict.addUser(ADMIN, "admin");
        try (Browser browser = Browser.open()) {
            open(browser, strict, "", ADMIN);
            browser.awaitText("This realm does not take the tokens of this page's client.");
            assertEquals(List.of("401"), refusals(browser));
        }
    }

    @Test
    void whoMayNotReadItIsToldSoAndCanLogOut() {
        // Another test counts the rows of alice, so somebody else has to log in here.
        tenant.addUser("bob");
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "", "bob");
            browser.awaitText("Your account may not read this.");
            assertFine("activity-log-forbidden", browser);
            assertEquals(List.of("403"), refusals(browser));
            browser.click("#notice-button");
            browser.awaitText("You are logged out.");
        }
    }

    @Test
    void loggingOutEndsTheSession() {
        String id = tenant.addUser("leaving", "admin");
        try (Browser browser = Browser.open()) {
            open(browser, tenant, "", "leaving");
            browser.awaitText("The newest 25 entries");
            assertEquals(0L, browser.run("return sessionStorage.length + localStorage.length"));
            assertEquals(1, tenant.admin().users().get(id).getUserSessions().size());
            browser.click("#log-out");
            browser.awaitText("You are logged out.");
            assertEquals(0, tenant.admin().users().get(id).getUserSessions().size());
            assertEquals(page(tenant), browser.at());
            browser.driver().navigate().back();
            browser.awaitElement("#kc-login");
            browser.goTo(page(tenant).resolve("?state=logged-out"));
            browser.click("#notice-button");
            browser.awaitElement("#kc-login");
        }
    }

    @Test
    void anAnswerThatNobodyAskedForIsNotTaken() {
        try (Browser browser = Browser.open()) {
            browser.goTo(page(tenant)
                    .resolve("?code=stolen&state=x&iss=" + page(tenant).resolve("../..")));
            browser.awaitText("The answer does not belong to a login that began in this tab.");
            assertEquals(page(tenant), browser.at());
            browser.run(
                    "sessionStorage.setItem('user-service-activity-login', JSON.stringify({state: 'x', view: ''}))");
            browser.goTo(page(tenant).resolve("?code=stolen&state=x&iss=https://elsewhere.example"));
            browser.awaitText("The answer is not of this realm.");
            assertEquals(List.of(), browser.complaints());
        }
    }

    /** The login page has the same origin, so it can reach what the tab has stored. */
    @Test
    void tokensOfAnotherLoginAreNotTaken() {
        try (Browser browser = Browser.open()) {
            browser.goTo(page(tenant));
            browser.awaitElement("#kc-login");
            browser.run("""
                    const name = "user-service-activity-login";
                    const begun = JSON.parse(sessionStorage.getItem(name));
                    sessionStorage.setItem(name, JSON.stringify({ ...begun, nonce: "another" }));
                    """);
            browser.type("username", ADMIN);
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("The answer does not belong to a login that began in this tab.");
            assertEquals(0L, browser.run(ROWS));
            assertEquals(0L, browser.run("return sessionStorage.length + localStorage.length"));
        }
    }

    /** Keycloak would end the session if a refresh token were used twice. */
    @Test
    void tokensAreRenewedOneAtATime() {
        Tenant brief = Tenant.on(tenant.server(), realm -> realm.put("accessTokenLifespan", 30));
        String id = brief.addUser(ADMIN, "admin");
        try (Browser browser = Browser.open()) {
            open(browser, brief, "?user=" + id, ADMIN);
            browser.awaitTextOf("#entries-title", "Activity of " + ADMIN);
            browser.awaitText("user created");
            assertEquals(1L, browser.driver().executeAsyncScript("""
                    const done = arguments[0];
                    import(new URL('login.js', location.href))
                        .then(login => Promise.all([1, 2, 3].map(() => login.accessToken())))
                        .then(tokens => done(new Set(tokens).size), failure => done(String(failure)));
                    """));
            browser.click("#everybody");
            browser.awaitTextOf("#entries-title", "Activity of everybody");
            browser.awaitText("user created");
            brief.admin().users().get(id).logout();
            browser.driver().navigate().back();
            browser.awaitText("Please log in again.");
        }
    }

    @Test
    void whereTheClientIsMissingThePageSaysWhatToDo() {
        Tenant without = Tenant.on(
                tenant.server(),
                realm -> realm.withArray("/clients").forEach(client -> {
                    if (client.path("clientId").asText().equals("user-service-activity")) {
                        ((ObjectNode) client).put("enabled", false);
                    }
                }));
        try (Browser browser = Browser.open()) {
            browser.goTo(URI.create(page(without).toString().replaceFirst("/$", "")));
            browser.awaitText("realm-config/tenant-template.json");
            assertEquals(page(without), browser.at());
            assertFine("activity-log-no-client", browser);
            assertEquals(List.of(), browser.complaints());
        }
    }
}
