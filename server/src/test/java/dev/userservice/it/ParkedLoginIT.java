package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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
        var client = tenant.addClient("parked", true);
        client.setRedirectUris(List.of(HOME));
        tenant.admin().clients().get(client.getId()).update(client);
    }

    private static Response authorize(Map<String, String> cookies, Map<String, String> more) {
        Response answer = RestAssured.given()
                .redirects()
                .follow(false)
                .cookies(cookies)
                .queryParams(
                        Map.of("client_id", "parked", "response_type", "code", "scope", "openid", "redirect_uri", HOME))
                .queryParams(more)
                .get(tenant.server().base() + "/realms/" + tenant.name() + "/protocol/openid-connect/auth");
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
        RestAssured.given()
                .redirects()
                .follow(false)
                .urlEncodingEnabled(false)
                .cookies(browser)
                .contentType(ContentType.URLENC)
                .formParams(Map.of(FIELD, NEW_PASSWORD, "password-confirm", NEW_PASSWORD))
                .post(form.group(1).replace("&amp;", "&"))
                .then()
                .statusCode(302)
                .header("Location", containsString("code="));
    }
}
