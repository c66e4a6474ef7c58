package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests a login that knows its user from an earlier session, and that somebody has left waiting in a browser of their own for a
 * required action. It does not outlive an event that takes the account out of the hands of that person.
 */
@ExtendWith(ServerExtension.class)
final class ParkedLoginIT {
    private static final String HOME = "https://parked.example/";
    private static final String NEW_PASSWORD = "Battery-staple-2";
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");

    /** The name of a field that only the page for choosing a new password has. */
    private static final String FIELD = "password-new";

    private static Tenant tenant;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        addClient(tenant);
    }

    private static void addClient(Tenant to) {
        var client = to.addClient("parked", true);
        client.setRedirectUris(List.of(HOME));
        to.admin().clients().get(client.getId()).update(client);
    }

    private static Response authorize(Map<String, String> cookies, Map<String, String> more) {
        return authorize(tenant, cookies, more);
    }

    private static Response authorize(Tenant at, Map<String, String> cookies, Map<String, String> more) {
        Response answer = RestAssured.given()
                .redirects()
                .follow(false)
                .cookies(cookies)
                .queryParams(
                        Map.of("client_id", "parked", "response_type", "code", "scope", "openid", "redirect_uri", HOME))
                .queryParams(more)
                .get(at.server().base() + "/realms/" + at.name() + "/protocol/openid-connect/auth");
        cookies.putAll(answer.cookies());
        return answer;
    }

    /**
     * Returns the cookies of a browser that has a login in progress, and of the session of a user who has logged in beside it.
     */
    private static Map<String, String> browserOf(String username) {
        Map<String, String> login = new HashMap<>();
        Response page = authorize(login, Map.of());
        Matcher form = FORM.matcher(page.asString());
        assertTrue(form.find(), page.asString());
        Response loggedIn = Tenant.retryUntil(
                answer -> answer.statusCode() == 302,
                () -> RestAssured.given()
                        .redirects()
                        .follow(false)
                        .urlEncodingEnabled(false)
                        .cookies(login)
                        .contentType(ContentType.URLENC)
                        .formParams(Map.of("username", username, "password", TestServer.PASSWORD))
                        .post(form.group(1).replace("&amp;", "&")));
        Map<String, String> browser = new HashMap<>();
        authorize(browser, Map.of()).then().statusCode(200);
        loggedIn.cookies().forEach((name, value) -> {
            if (name.startsWith("KEYCLOAK_")) {
                browser.put(name, value);
            }
        });
        return browser;
    }

    /** Returns the URL at which the login continues that waits for a new password. */
    private static String parked(Map<String, String> browser) {
        Response waiting = authorize(browser, Map.of("kc_action", "UPDATE_PASSWORD"));
        waiting.then().statusCode(302).header("Location", containsString("required-action"));
        return waiting.header("Location");
    }

    private static Response goOn(Map<String, String> browser, String address) {
        return RestAssured.given().urlEncodingEnabled(false).cookies(browser).get(address);
    }

    private static void reset(String email) {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", email))
                .post("/reset-password")
                .then()
                .statusCode(200);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("password", NEW_PASSWORD))
                .post(
                        "/reset-password/{token}",
                        tenant.inbox().nextWithCode(email).code())
                .then()
                .statusCode(200);
    }

    @Test
    void itDoesNotOutliveAReset() {
        tenant.addUser("alice");
        Map<String, String> browser = browserOf("alice");
        String address = parked(browser);
        reset("alice@example.com");
        Response page = goOn(browser, address);
        assertFalse(page.asString().contains(FIELD), page.asString());
    }

    @Test
    void norAChangeOfOnesOwnPassword() {
        tenant.addUser("bob");
        Map<String, String> browser = browserOf("bob");
        String address = parked(browser);
        Tenant.Session session = tenant.session("bob");
        tenant.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", NEW_PASSWORD))
                .put("/users/me/password")
                .then()
                .statusCode(200);
        Response page = goOn(browser, address);
        assertFalse(page.asString().contains(FIELD), page.asString());
    }

    /** Keycloak notes in whole seconds from when on a user's tokens are valid. */
    @Test
    void norWhatDeclaresTheUsersTokensInvalidWithinTheSameSecond() {
        String id = tenant.addUser("erin");
        boolean isSameSecond = false;
        for (int i = 0; i < 60 && !isSameSecond; i++) {
            Map<String, String> browser = browserOf("erin");
            awaitBeginOfSecond();
            long second = System.currentTimeMillis() / 1000;
            String address = parked(browser);
            // No new password comes with this, which would have a time of its own.
            tenant.admin().users().get(id).logout();
            isSameSecond = System.currentTimeMillis() / 1000 == second;
            Response page = goOn(browser, address);
            assertFalse(page.asString().contains(FIELD), page.asString());
        }
        assertTrue(isSameSecond, "never were both in the same second");
    }

    private static void awaitBeginOfSecond() {
        LockSupport.parkNanos(
                Duration.ofMillis(1_000 - System.currentTimeMillis() % 1_000).toNanos());
    }

    /**
     * Keycloak's own reset of a password goes on with a copy of the login, which lacks our note of its time. Keycloak's note
     * is in whole seconds, so that a password counts as newer from the next second on. Such a login is dropped, and the
     * owner of the mail chooses the password outside of it.
     */
    @Test
    void aLoginThatKeycloakHasCopiedOutlivesAPasswordOfItsOwnSecondAlone() throws Exception {
        Database database =
                tenant.server().node() == null ? null : tenant.server().node().database();
        Assumptions.assumeTrue(database != null, "only PostgreSQL can be reached from here");
        Tenant stock = Tenant.on(tenant.server(), realm -> realm.put("resetCredentialsFlow", "reset credentials"));
        addClient(stock);
        for (int late : List.of(999, 1_000)) {
            String username = "heidi-" + late;
            String id = stock.addUser(username);
            Map<String, String> browser = new HashMap<>();
            long second = mailedWithinASecond(stock, username, browser);
            database.execute("update credential set created_date = %d where user_id = '%s'"
                    .formatted(second * 1_000 + late, id));
            stock.admin().clearUserCache();
            awaitBeginOfSecond();
            awaitBeginOfSecond();
            Response page = follow(
                    browser,
                    stock.inbox().next(username + "@example.com").link().toString());
            Matcher form = FORM.matcher(page.asString());
            assertTrue(form.find(), page.asString());
            Response changed = choosePassword(browser, form.group(1));
            // Without the login, Keycloak knows no application to go back to.
            assertEquals(
                    late < 1_000,
                    changed.statusCode() == 302 && changed.header("Location").startsWith(HOME),
                    changed.asString());
        }
    }

    /** Has a mail sent for a new password, and returns the second in which all of it has happened. */
    private static long mailedWithinASecond(Tenant at, String username, Map<String, String> browser) {
        for (int i = 0; i < 60; i++) {
            browser.clear();
            awaitBeginOfSecond();
            long second = System.currentTimeMillis() / 1_000;
            String page = authorize(at, browser, Map.of()).asString();
            Matcher link =
                    Pattern.compile("href=\"([^\"]+/reset-credentials[^\"]+)\"").matcher(page);
            assertTrue(link.find(), page);
            URI base = at.server().base();
            Response asked = goOn(
                    browser, base.resolve(link.group(1).replace("&amp;", "&")).toString());
            browser.putAll(asked.cookies());
            Matcher form = FORM.matcher(asked.asString());
            assertTrue(form.find(), asked.asString());
            if (System.currentTimeMillis() / 1_000 != second) {
                continue;
            }
            Response sent = RestAssured.given()
                    .urlEncodingEnabled(false)
                    .cookies(browser)
                    .contentType(ContentType.URLENC)
                    .formParams(Map.of("username", username))
                    .redirects()
                    .follow(false)
                    .post(form.group(1).replace("&amp;", "&"));
            browser.putAll(sent.cookies());
            return second;
        }
        throw new AssertionError("never were all requests in the same second");
    }

    /** Follows a link, and all redirects, as a browser does. */
    private static Response follow(Map<String, String> browser, String link) {
        Response answer = null;
        String address = link;
        for (int i = 0; i < 10 && address != null; i++) {
            answer = RestAssured.given()
                    .urlEncodingEnabled(false)
                    .cookies(browser)
                    .redirects()
                    .follow(false)
                    .get(address);
            browser.putAll(answer.cookies());
            address = answer.header("Location");
        }
        return answer;
    }

    /**
     * Whoever sends the form may keep its body back until the owner has recovered. The gate before the hash reads a short form
     * before anything looks at the request, which then finds that its login has ended. It does not read a long one, which a
     * filter sees before its body.
     */
    @ParameterizedTest
    @CsvSource({"dave, 0, 302", "david, 70000, 400"})
    void norDoesAFormWhoseBodyIsKeptBackMeanwhile(String name, int padding, int status) throws Exception {
        tenant.addUser(name);
        Map<String, String> browser = browserOf(name);
        Matcher form = FORM.matcher(goOn(browser, parked(browser)).asString());
        assertTrue(form.find());
        URI action = URI.create(form.group(1).replace("&amp;", "&"));
        String theirs = "Intruder-horse-3";
        byte[] body = (FIELD + "=" + theirs + "&password-confirm=" + theirs + "&padding=" + "x".repeat(padding))
                .getBytes(StandardCharsets.US_ASCII);
        String cookies = browser.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        try (Socket socket = new Socket(action.getHost(), action.getPort())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            String head = "POST " + action.getRawPath() + "?" + action.getRawQuery() + " HTTP/1.1\r\nHost: "
                    + action.getAuthority() + "\r\nCookie: " + cookies
                    + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length
                    + "\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            byte[] goOn = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            assertEquals(
                    new String(goOn, StandardCharsets.US_ASCII),
                    new String(in.readNBytes(goOn.length), StandardCharsets.US_ASCII));
            reset(name + "@example.com");
            out.write(body);
            out.flush();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
            // Nobody is sent to the application: at most back to the begin of a login.
            assertFalse(answer.contains("Location: " + HOME), answer);
        }
        tenant.login(name, theirs).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> tenant.login(name, NEW_PASSWORD))
                .then()
                .statusCode(200);
    }

    /**
     * Whoever sends the form in the very moment in which the owner recovers the account must wait for the outcome. Otherwise
     * the second factor would be stored after the existing ones have been removed.
     */
    @Test
    void norDoesAFormThatArrivesWhileTheOwnerRecovers() throws Exception {
        Database database =
                tenant.server().node() == null ? null : tenant.server().node().database();
        Assumptions.assumeTrue(database != null, "only PostgreSQL can be reached from here");
        String id = tenant.addUser("grace");
        UserRepresentation grace = tenant.admin().users().get(id).toRepresentation();
        grace.setEmailVerified(false);
        tenant.admin().users().get(id).update(grace);
        Map<String, String> browser = browserOf("grace");
        Response waiting = authorize(browser, Map.of("kc_action", "CONFIGURE_TOTP"));
        String page = goOn(browser, waiting.header("Location")).asString();
        Matcher form = FORM.matcher(page);
        assertTrue(form.find(), page);
        Matcher secret =
                Pattern.compile("name=\"totpSecret\" value=\"([^\"]+)\"").matcher(page);
        assertTrue(secret.find(), page);
        Map<String, String> fields = Map.of(
                "totpSecret",
                secret.group(1),
                "totp",
                Totp.now(secret.group(1).getBytes(StandardCharsets.UTF_8)),
                "userLabel",
                "mine");
        List<CompletableFuture<Response>> sent = new ArrayList<>();
        database.whileRecovered(id, holder -> {
            sent.add(CompletableFuture.supplyAsync(() -> RestAssured.given()
                    .redirects()
                    .follow(false)
                    .urlEncodingEnabled(false)
                    .cookies(browser)
                    .contentType(ContentType.URLENC)
                    .formParams(fields)
                    .post(form.group(1).replace("&amp;", "&"))));
            Eventually.holds(
                    "the form to wait or to be answered",
                    Duration.ofMinutes(1),
                    () -> sent.get(0).isDone() || database.isWaitedFor(holder));
        });
        sent.get(0).join().then().statusCode(400);
        assertEquals(
                List.of("password"),
                tenant.admin().users().get(id).credentials().stream()
                        .map(CredentialRepresentation::getType)
                        .toList());
    }

    @Test
    void whereNothingHasHappenedItGoesOn() {
        tenant.addUser("carol");
        Map<String, String> browser = browserOf("carol");
        String address = parked(browser);
        Response page = goOn(browser, address);
        assertTrue(page.asString().contains(FIELD), page.asString());
        Matcher form = FORM.matcher(page.asString());
        assertTrue(form.find());
        // Choosing a new password in this login does not end the login itself.
        choosePassword(browser, form.group(1)).then().statusCode(302).header("Location", containsString("code="));
    }

    private static Response choosePassword(Map<String, String> browser, String action) {
        return RestAssured.given()
                .redirects()
                .follow(false)
                .urlEncodingEnabled(false)
                .cookies(browser)
                .contentType(ContentType.URLENC)
                .formParams(Map.of(FIELD, NEW_PASSWORD, "password-confirm", NEW_PASSWORD))
                .post(action.replace("&amp;", "&"));
    }
}
