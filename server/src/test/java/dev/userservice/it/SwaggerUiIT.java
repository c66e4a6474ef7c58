package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;

/** Tests the page for trying out the API, as a person uses it who was given its address. */
@ExtendWith(ServerExtension.class)
final class SwaggerUiIT {
    /** The script that keeps what the page's Content-Security-Policy refuses. It runs before the page's own scripts. */
    private static final String WATCH = """
            window.refusals = [];
            document.addEventListener('securitypolicyviolation',
                event => window.refusals.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
            """;

    /**
     * The operations that check the credentials in their request. Those of the examples belong to nobody, so these operations may
     * be answered with 401.
     */
    private static final Set<String> OF_CREDENTIALS = Set.of(
            "operations-Account-login",
            "operations-Account-refresh",
            "operations-Account-logout",
            "operations-Users-checkPassword");

    /** The CSS selector of the status of the answer that a block shows. */
    private static final String STATUS = ".live-responses-table .response .response-col_status";

    private static Tenant tenant;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        tenant.addUser("alice");
    }

    private static URI page(String path) {
        return URI.create(tenant.server().base() + "/realms/" + tenant.name() + "/api" + path);
    }

    private static Response get(String path) {
        return RestAssured.given().redirects().follow(false).get(page(path));
    }

    private static Browser open(String path) {
        Browser browser = Browser.open();
        browser.driver().executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", WATCH));
        browser.goTo(page(path));
        browser.awaitElement("#operations-Users-listUsers");
        return browser;
    }

    private static void assertNothingRefused(Browser browser) {
        assertEquals(List.of(), browser.run("return window.refusals"));
    }

    /**
     * Logs in as a reader does: by the button, and on the tenant's login page in a window of its own, which leads back to the
     * page.
     */
    private static void logIn(String username, Browser browser) {
        String home = browser.driver().getWindowHandle();
        browser.click(".btn.authorize");
        browser.click(".auth-container:has(#client_id_authorizationCode) .btn.authorize");
        Eventually.holds(
                "a window to log in",
                Duration.ofMinutes(2),
                () -> browser.driver().getWindowHandles().size() == 2);
        browser.driver().getWindowHandles().stream()
                .filter(handle -> !handle.equals(home))
                .forEach(handle -> browser.driver().switchTo().window(handle));
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.click("#kc-login");
        browser.driver().switchTo().window(home);
        // The dialog speaks of "Logout" from the start, so only the lock tells that the page has its tokens.
        browser.awaitElement(".btn.authorize.locked");
        browser.click(".btn-done");
    }

    /** Sends the request that the page offers, and returns the status of the answer that the page shows. */
    private static String execute(String operation, Browser browser) {
        unfold(operation, browser);
        send(operation, browser);
        String status = status(operation, browser);
        clickAt(operation, ".opblock-summary-control", browser);
        return status;
    }

    /** Returns the status of the answer that the page shows. */
    private static String status(String operation, Browser browser) {
        return browser.driver()
                .findElement(By.cssSelector(block(operation) + " " + STATUS))
                .getText();
    }

    private static String block(String operation) {
        return "[id='" + operation + "']";
    }

    /**
     * Clicks on an element wherever it is on the page, because a block that has just been folded up still moves everything below
     * it.
     */
    private static void clickAt(String operation, String part, Browser browser) {
        browser.run("document.querySelector(\"" + block(operation) + " " + part + "\").click()");
    }

    /**
     * Opens the block and waits until the page has read its operation. Swagger UI shows the button before that; a click on it
     * then fails with OperationNotFoundError, and the page takes no other click.
     */
    private static void unfold(String operation, Browser browser) {
        clickAt(operation, ".opblock-summary-control", browser);
        browser.awaitElement(block(operation) + ":not(:has(.opblock-loading-animation)) .execute");
        browser.run("document.querySelector(\"" + block(operation) + "\").scrollIntoView()");
    }

    /**
     * Sends the request. The click is repeated until there is an answer, because a click on a block that is still unfolding is
     * lost.
     */
    private static void send(String operation, Browser browser) {
        try {
            Eventually.holds(operation + " is answered", Duration.ofMinutes(1), () -> {
                clickAt(operation, ".execute", browser);
                return browser.waitsFor(block(operation) + " " + STATUS);
            });
        } catch (AssertionError e) {
            browser.screenshot("swagger-ui-unanswered");
            throw new AssertionError(
                    e.getMessage() + "\n" + browser.complaints() + "\n"
                            + browser.run("return document.querySelector(\"" + block(operation) + "\").innerText"),
                    e);
        }
    }

    @Test
    void anAdminLogsInOnThePageAndListsUsers() {
        try (Browser browser = open("/apidocs")) {
            assertEquals(page("/apidocs/"), browser.at());
            browser.screenshots("swagger-ui", look -> {});
            logIn("the-admin", browser);

            unfold("operations-Users-listUsers", browser);
            send("operations-Users-listUsers", browser);
            browser.awaitTextOf("#operations-Users-listUsers " + STATUS, "200");
            browser.awaitText("\"username\": \"alice\"");
            browser.run("document.querySelector('#operations-Users-listUsers').scrollIntoView()");
            browser.screenshots("swagger-ui-users", look -> {});
            assertNothingRefused(browser);
        }
    }

    @Test
    void everyRouteCanBeTried() {
        try (Browser browser = open("/apidocs/")) {
            logIn("the-admin", browser);
            List<String> operations = new ArrayList<>(browser.driver().findElements(By.cssSelector(".opblock")).stream()
                    .map(block -> block.getAttribute("id"))
                    .toList());
            Map<String, Map<String, Object>> paths =
                    RestAssured.get(page("/openapi.json")).path("paths");
            assertEquals(paths.values().stream().mapToInt(Map::size).sum(), operations.size());
            // The logout comes last, because it ends the session, and without the session all later calls would be
            // refused.
            operations.remove("operations-Account-logout");
            operations.add("operations-Account-logout");

            List<String> wrong = new ArrayList<>();
            for (String operation : operations) {
                String status = execute(operation, browser);
                boolean isLoggedOut = status.equals("401") && !OF_CREDENTIALS.contains(operation);
                if (isLoggedOut || !status.matches("[24]\\d\\d")) {
                    wrong.add(operation + " " + status);
                }
            }

            assertEquals(List.of(), wrong);
            assertNothingRefused(browser);
        }
    }

    @Test
    void thePageLoadsFromHereAlone() {
        get("/apidocs")
                .then()
                .statusCode(307)
                .header("Location", page("/apidocs/").toString());
        get("/apidocs/")
                .then()
                .statusCode(200)
                .contentType(startsWith("text/html"))
                .header("Content-Security-Policy", startsWith("default-src 'none'; script-src 'self';"))
                .header("X-Content-Type-Options", "nosniff")
                .header("X-Frame-Options", "DENY")
                .header("Strict-Transport-Security", startsWith("max-age="));
        String html = get("/apidocs/").asString();
        assertFalse(html.matches("(?s).*<script(?![^>]*src=).*"), html);
        assertFalse(html.contains("//"), html);
    }

    @Test
    void aCopyThatABrowserHasIsAskedForOnlyOnce() {
        Response first = get("/apidocs/swagger-ui-bundle.js");
        first.then().statusCode(200).header("Cache-Control", "no-cache");
        RestAssured.given()
                .header("If-None-Match", first.header("ETag"))
                .get(page("/apidocs/swagger-ui-bundle.js"))
                .then()
                .statusCode(304);
        get("/openapi.json").then().header("Cache-Control", "no-store");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"gzip, deflate, br | gzip", "gzip;q=0 | ", "br | ", "identity | ", "| "})
    void itsFilesArePackedForWhoTakesThat(String accepted, String coding) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(page("/apidocs/swagger-ui-bundle.js"));
        if (accepted != null) {
            request.header("Accept-Encoding", accepted);
        }
        HttpClient client = Http1.client();
        HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        assertEquals(200, answer.statusCode());
        assertEquals(Optional.ofNullable(coding), answer.headers().firstValue("Content-Encoding"));
        assertTrue(answer.headers().allValues("Vary").toString().contains("Accept-Encoding"));
        byte[] plain = get("/apidocs/swagger-ui-bundle.js").asByteArray();
        byte[] received = answer.body();
        if (coding != null) {
            assertTrue(received.length * 2 < plain.length, received.length + " of " + plain.length);
            received = new GZIPInputStream(new ByteArrayInputStream(received)).readAllBytes();
        }
        assertArrayEquals(plain, received);
        HttpRequest again = request.header(
                        "If-None-Match", answer.headers().firstValue("ETag").orElseThrow())
                .build();
        assertEquals(
                304, client.send(again, HttpResponse.BodyHandlers.discarding()).statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/apidocs/nothing.js",
                "/apidocs/..%2fopenapi.json",
                "/apidocs/page.js/more",
                "/apidocs/%00",
                "/apidocs/index.html%3f"
            })
    void thereIsNothingElse(String path) {
        RestAssured.given()
                .urlEncodingEnabled(false)
                .get(page(path).toString())
                .then()
                .statusCode(not(equalTo(200)))
                .contentType("application/problem+json");
    }

    /**
     * Checks that these files are not served beside the API: Quarkus would serve them to everybody if it found them in its own
     * place for such files.
     */
    @Test
    void nothingOfItIsBesideTheApi() {
        for (String path : List.of("/swagger-ui-bundle.js", "/webjars/swagger-ui/5.34.1/swagger-ui.css")) {
            RestAssured.get(tenant.server().base() + path).then().statusCode(404);
        }
    }

    @Test
    void theDocumentNamesAClientThatIsThere() {
        Tenant other = Tenant.on(
                tenant.server(),
                realm -> realm.withObject("/attributes").put("user-service.apidocs-client", "user-service-api"));

        String scheme = "components.securitySchemes.oidc.";
        tenant.api().get("/openapi.json").then().body(scheme + "'x-client-id'", equalTo("app"));
        other.api().get("/openapi.json").then().body(scheme + "'x-client-id'", equalTo(null));
        tenant.api()
                .get("/openapi.json")
                .then()
                .body(
                        scheme + "flows.authorizationCode.tokenUrl",
                        equalTo(tenant.server().base() + "/realms/" + tenant.name()
                                + "/protocol/openid-connect/token"));
    }
}
