package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.http.ContentType;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.RealmRepresentation;

/** Tests the tab "User service" of Keycloak's admin console in a browser; {@link SettingsComponentIT} tests what is behind it. */
@ExtendWith(ServerExtension.class)
final class SettingsTabIT {
    private static final String LOGIN = "config.limit-login";
    private static final String SAVE = "[data-testid='save']";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Opens the tab in a new browser and logs in as the server's administrator. */
    private static Browser open(Tenant tenant) {
        Browser browser = Browser.open();
        goToTab(browser, tenant, "user-service");
        browser.type("username", "admin");
        browser.type("password", "admin");
        browser.click("#kc-login");
        awaitForm(browser);
        return browser;
    }

    private static void goToTab(Browser browser, Tenant tenant, String tab) {
        browser.goTo(URI.create(
                tenant.server().base() + "/admin/master/console/#/" + tenant.name() + "/realm-settings/" + tab));
    }

    private static void reload(Browser browser) {
        browser.driver().navigate().refresh();
        awaitForm(browser);
    }

    /**
     * Waits until the page has loaded everything. Its fields appear before the page has received the stored values, and it
     * requests nothing after these.
     */
    private static void awaitForm(Browser browser) {
        browser.awaitElement("[name='" + LOGIN + "']");
        AtomicReference<Object> last = new AtomicReference<>();
        Eventually.holds("a page at rest", TIMEOUT, () -> {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            Object loaded = browser.run("return performance.getEntriesByType('resource').length");
            return loaded.equals(last.getAndSet(loaded));
        });
    }

    private static String value(Browser browser, String field) {
        return (String) browser.run("return document.querySelector(\"[name='" + field + "']\")?.value");
    }

    private static void valueBecomes(Browser browser, String field, String wanted) {
        Eventually.holds(field + " of " + wanted, TIMEOUT, () -> wanted.equals(value(browser, field)));
    }

    /**
     * Fills in fields. The page puts the stored values into its fields a moment after it has received them, so what was typed
     * before that moment is typed again.
     */
    private static void fillIn(Browser browser, Map<String, String> fields) {
        Eventually.holds("fields with what was typed", TIMEOUT, () -> {
            boolean isFilledIn = fields.entrySet().stream()
                    .allMatch(field -> field.getValue().equals(value(browser, field.getKey())));
            if (!isFilledIn) {
                fields.forEach(browser::type);
            }
            return isFilledIn;
        });
    }

    private static void attributesBecome(Tenant tenant, Predicate<Map<String, String>> wanted) {
        Eventually.holds("the attributes", TIMEOUT, () -> wanted.test(attributes(tenant)));
    }

    /** Returns only our own attributes of the realm. */
    private static Map<String, String> attributes(Tenant tenant) {
        Map<String, String> attributes = tenant.admin().toRepresentation().getAttributes();
        attributes.keySet().removeIf(name -> !name.startsWith("user-service."));
        return attributes;
    }

    private static void attributeIs(Tenant tenant, String name, String value) {
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.getAttributes().put(name, value);
        tenant.admin().update(realm);
    }

    @Test
    void whatIsSavedHoldsAndWhatIsEmptiedIsGone(TestServer server) {
        Tenant tenant = Tenant.on(server);
        try (Browser browser = open(tenant)) {
            browser.awaitText("User service");
            browser.click("#nav-toggle");
            browser.screenshots("settings-tab", name -> {});
            fillIn(browser, Map.of(LOGIN, "1/1h"));
            browser.click(SAVE);
            browser.awaitText("successful");
            assertEquals(Map.of("user-service.limit-login", "1/1h"), attributes(tenant), "nothing else is set");
            Map<String, String> body = Map.of("identifier", "nobody", "password", "wrong");
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(body)
                    .post("/login")
                    .then()
                    .statusCode(401);
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(body)
                    .post("/login")
                    .then()
                    .statusCode(429);

            reload(browser);
            valueBecomes(browser, LOGIN, "1/1h");
            attributeIs(tenant, "user-service.limit-login", "2/1h");
            reload(browser);
            valueBecomes(browser, LOGIN, "2/1h");

            browser.empty(LOGIN);
            browser.click(SAVE);
            attributesBecome(tenant, attributes -> !attributes.containsKey("user-service.limit-login"));
            assertEquals(Map.of(), attributes(tenant));
        }
    }

    @Test
    void aBadValueIsRefusedWithWhatAGoodOneIs(TestServer server) {
        Tenant tenant = Tenant.on(
                server,
                realm -> realm.withObject("/attributes")
                        .put("user-service.limit-login", "often")
                        .put("user-service.activation-lifetime", "never"));
        Map<String, String> before = attributes(tenant);
        try (Browser browser = open(tenant)) {
            valueBecomes(browser, LOGIN, "often");
            valueBecomes(browser, "config.activation-lifetime", "never");
            browser.click("#nav-toggle");
            fillIn(browser, Map.of("config.activation-lifetime", "30", LOGIN, "seldom"));
            browser.click(SAVE);
            browser.awaitText("limit-login must be <number>/<period>, with a period in s, m or h");
            browser.screenshots("settings-tab-refused", name -> {});
            assertEquals(before, attributes(tenant));

            fillIn(browser, Map.of(LOGIN, "9/1m"));
            browser.click(SAVE);
            attributesBecome(tenant, attributes -> "9/1m".equals(attributes.get("user-service.limit-login")));
            assertEquals("30", attributes(tenant).get("user-service.activation-lifetime"));
        }
    }

    @Test
    void anotherTabThatWasOpenedBeforeUndoesNothing(TestServer server) {
        Tenant tenant = Tenant.on(server);
        try (Browser browser = open(tenant)) {
            fillIn(browser, Map.of(LOGIN, "3/1m"));
            browser.click(SAVE);
            attributesBecome(tenant, attributes -> "3/1m".equals(attributes.get("user-service.limit-login")));

            browser.click("[data-testid='rs-general-tab']");
            fillIn(browser, Map.of("displayName", "A new name"));
            browser.click("[data-testid='realmSettingsGeneralTab-save']");
            Eventually.holds(
                    "the new name",
                    TIMEOUT,
                    () -> "A new name".equals(tenant.admin().toRepresentation().getDisplayName()));
            assertEquals("3/1m", attributes(tenant).get("user-service.limit-login"));
        }
    }
}
