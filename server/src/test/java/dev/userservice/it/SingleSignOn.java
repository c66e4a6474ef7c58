package dev.userservice.it;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.representations.idm.ClientRepresentation;

/** One login in a browser that several applications share. Of the browser, only the cookies and one form are simulated. */
final class SingleSignOn {
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");
    private static final Pattern CODE = Pattern.compile("[?&]code=([^&]+)");

    private final Tenant tenant;
    private final String username;
    private final Map<String, String> cookies = new HashMap<>();

    SingleSignOn(Tenant tenant, String username) {
        this.tenant = tenant;
        this.username = username;
    }

    /**
     * Adds an application and returns the tokens that it gets. For the first application the login form is filled in; the others
     * use the existing login.
     */
    Response tokens(String clientId, String scope) {
        ClientRepresentation client = tenant.addClient(clientId, true);
        String home = "https://" + clientId + ".example/";
        client.setRedirectUris(List.of(home));
        tenant.admin().clients().get(client.getId()).update(client);
        return tokensAgain(clientId, scope);
    }

    /** Returns the tokens that an application gets which exists already. */
    Response tokensAgain(String clientId, String scope) {
        return tokensAgain(clientId, scope, Map.of());
    }

    /** Returns the same tokens, by a login with additional parameters such as {@code max_age}. */
    Response tokensAgain(String clientId, String scope, Map<String, String> more) {
        String home = "https://" + clientId + ".example/";
        Response answer = kept(RestAssured.given()
                .redirects()
                .follow(false)
                .cookies(cookies)
                .queryParam("client_id", clientId)
                .queryParam("response_type", "code")
                .queryParam("scope", scope)
                .queryParam("redirect_uri", home)
                .queryParams(more)
                .get(tenant.server().base() + "/realms/" + tenant.name() + "/protocol/openid-connect/auth"));
        if (answer.statusCode() == 200) {
            // Keycloak shows the form again while another login of the same user is in progress.
            AtomicReference<Response> page = new AtomicReference<>(answer);
            answer = Tenant.retryUntil(
                    next -> next.statusCode() != 200, () -> page.updateAndGet(form -> kept(filledIn(form))));
        }
        answer.then().statusCode(302);
        Response tokens = tenant.token(
                clientId,
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        found(CODE, answer.header("Location")),
                        "redirect_uri",
                        home));
        tokens.then().statusCode(200);
        return tokens;
    }

    Response refresh(String clientId, Response tokens) {
        return tenant.token(
                clientId, Map.of("grant_type", "refresh_token", "refresh_token", tokens.path("refresh_token")));
    }

    private Response filledIn(Response page) {
        return RestAssured.given()
                .redirects()
                .follow(false)
                .urlEncodingEnabled(false)
                .cookies(cookies)
                .contentType(ContentType.URLENC)
                .formParam("username", username)
                .formParam("password", TestServer.PASSWORD)
                .post(found(FORM, page.asString()).replace("&amp;", "&"));
    }

    private Response kept(Response answer) {
        cookies.putAll(answer.cookies());
        return answer;
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError(pattern + " is not in " + text);
        }
        return matcher.group(1);
    }
}
