package dev.userservice.bench;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Logs users in on Keycloak's login page: each login opens the page with no cookie, and sends its form. */
record LoginPage(Server server, String realm) {
    /** Is the address to which a login leads. Nobody calls it. */
    static final String HOME = "https://app.example/";

    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");

    /** Logs a user in, and returns how many nanoseconds that took. */
    long login(String user) throws IOException, InterruptedException {
        long start = System.nanoTime();
        String query =
                "?response_type=code&scope=openid&client_id=" + PlainRealm.CLIENT + "&redirect_uri=" + encoded(HOME);
        HttpResponse<String> page = send(
                server.get("/realms/" + realm + "/protocol/openid-connect/auth" + query)
                        .build(),
                200);
        Matcher form = FORM.matcher(page.body());
        if (!form.find()) {
            throw new IllegalStateException("no form in " + page.body());
        }
        String cookies = page.headers().allValues("set-cookie").stream()
                .map(cookie -> cookie.replaceFirst(";.*", ""))
                .collect(Collectors.joining("; "));
        URI action = URI.create(form.group(1).replace("&amp;", "&"));
        String body = "username=" + encoded(user) + "&password=" + encoded(Tenants.PASSWORD);
        HttpResponse<String> answer = send(
                server.post(action.getRawPath() + "?" + action.getRawQuery(), "application/x-www-form-urlencoded", body)
                        .header("Cookie", cookies)
                        .build(),
                302);
        if (!answer.headers().firstValue("location").orElse("").startsWith(HOME)) {
            throw new IllegalStateException(
                    "The login leads to " + answer.headers().map());
        }
        return System.nanoTime() - start;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> send(HttpRequest request, int expected)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = Server.HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IllegalStateException(request.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer;
    }
}
