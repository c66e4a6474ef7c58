package dev.userservice.it;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plays a program that judges mails by what is behind their links: it looks at the page and at everything that the page names, but presses
 * no button.
 */
final class LinkScanner {
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src|action|value)=\"([^\"]+)\"");
    private static final Pattern FORM = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");

    private LinkScanner() {}

    /** Looks at the page and at everything that it names, with GET and HEAD, and returns the page. */
    static String looksAt(URI link) {
        String page = RestAssured.given()
                .urlEncodingEnabled(false)
                .get(link.toString())
                .then()
                .statusCode(200)
                .extract()
                .asString();
        Set<URI> seen = new TreeSet<>();
        Matcher named = ADDRESS.matcher(page);
        while (named.find()) {
            String address = unescaped(named.group(1));
            if (address.startsWith("/") || address.startsWith("http")) {
                seen.add(link.resolve(address));
            }
        }
        seen.add(link);
        for (URI address : seen) {
            RestAssured.given().urlEncodingEnabled(false).head(address.toString());
            RestAssured.given().urlEncodingEnabled(false).get(address.toString());
        }
        return page;
    }

    /** Sends the form as a person does who presses the button of the page. */
    static Response sendsTheFormOf(String page, URI link, Map<String, String> fields) {
        Matcher form = FORM.matcher(page);
        if (!form.find()) {
            throw new AssertionError("No form in " + page);
        }
        return RestAssured.given()
                .urlEncodingEnabled(false)
                .contentType(ContentType.URLENC.withCharset("UTF-8"))
                .formParams(fields)
                .post(link.resolve(unescaped(form.group(1))).toString());
    }

    private static String unescaped(String attribute) {
        return attribute.replace("&amp;", "&").replace("&#61;", "=").replace("&#43;", "+");
    }
}
