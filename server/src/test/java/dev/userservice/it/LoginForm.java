package dev.userservice.it;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Uses Keycloak's login page as a script does: each login has a new browser, with the cookies of that login only. */
final class LoginForm {
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");
    private static final String HOME = "https://app.example/";

    private final Tenant tenant;
    private final String clientId;
    private final UnaryOperator<RequestSpecification> sender;

    /** Holds the cookies of the login that was opened last. */
    private final Map<String, String> cookies = new HashMap<>();

    LoginForm(Tenant tenant) {
        this(tenant, request -> request);
    }

    /** Creates a form whose requests pass through {@code sender}, which can say where they come from. */
    LoginForm(Tenant tenant, UnaryOperator<RequestSpecification> sender) {
        this.tenant = tenant;
        this.sender = sender;
        var client = tenant.addClient("form-" + UUID.randomUUID(), true);
        client.setRedirectUris(List.of(HOME));
        tenant.admin().clients().get(client.getId()).update(client);
        this.clientId = client.getClientId();
    }

    private RequestSpecification request() {
        return sender.apply(RestAssured.given().redirects().follow(false));
    }

    Response open() {
        return request()
                .queryParam("client_id", clientId)
                .queryParam("response_type", "code")
                .queryParam("scope", "openid")
                .queryParam("redirect_uri", HOME)
                .get(tenant.server().base() + "/realms/" + tenant.name() + "/protocol/openid-connect/auth");
    }

    /** Returns the answer to the form, which is 302 for a user who may log in. */
    Response post(String username, String password) {
        return postTo("authenticate", Map.of("username", username, "password", password));
    }

    /** Returns the answer to another form of the login: {@code registration} or {@code reset-credentials}. */
    Response postTo(String form, Map<String, String> fields) {
        return prepared(form, fields).get();
    }

    /** Sends the form of a page that was received before. */
    Response next(Response page, Map<String, String> fields) {
        cookies.putAll(page.cookies());
        return send(page, fields, action -> action).get();
    }

    /** Opens the page, and returns a function that sends its form. */
    Supplier<Response> prepared(String form, Map<String, String> fields) {
        Response page = open();
        page.then().statusCode(200);
        cookies.clear();
        cookies.putAll(page.cookies());
        return send(page, fields, action -> action.replace("/authenticate?", "/" + form + "?"));
    }

    private Supplier<Response> send(Response page, Map<String, String> fields, UnaryOperator<String> change) {
        Matcher action = FORM.matcher(page.asString());
        if (!action.find()) {
            throw new AssertionError("no form in " + page.asString());
        }
        Map<String, String> sent = Map.copyOf(cookies);
        return () -> request()
                .urlEncodingEnabled(false)
                .cookies(sent)
                .contentType(ContentType.URLENC)
                .formParams(fields)
                .post(change.apply(action.group(1).replace("&amp;", "&")));
    }
}
