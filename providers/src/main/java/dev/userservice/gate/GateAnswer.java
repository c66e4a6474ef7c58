package dev.userservice.gate;

import dev.userservice.http.LogContext;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.LanguageHeader;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The answers to requests that do not pass the gate, in the form that their clients understand: 503 (RFC 9110, section
 * 15.6.4) for one that cannot wait any longer. They are given before Keycloak has a session, so a page has neither the
 * realm's theme nor its language.
 */
final class GateAnswer {
    /** The key of the page's text. */
    private static final String MESSAGE = "userServiceBusy";

    private static final String MESSAGES = "/theme-resources/messages/messages_%s.properties";
    private static final List<String> LANGUAGES = List.of("en", "de");

    private static final Duration LINGER = Duration.ofSeconds(2);

    private static final String PROBLEM_JSON = "application/problem+json";
    private static final String POLICY =
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static final String PAGE = "<!DOCTYPE html><html lang=\"%1$s\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>%2$s</title></head>"
            + "<body><p>%2$s</p></body></html>";

    private final Map<String, String> pages = new LinkedHashMap<>();
    private final int seconds;

    /**
     * Prepares the answers.
     *
     * @param wait when the client may try again
     */
    GateAnswer(Duration wait) {
        this.seconds = (int) wait.toSeconds();
        LANGUAGES.forEach(language -> pages.put(language, PAGE.formatted(language, message(language))));
    }

    /** Answers that the request may be made again later. */
    void busy(RoutingContext request, GatedCall.Kind kind) {
        closeUnlessRead(request);
        HttpServerResponse response = request.response();
        response.setStatusCode(503)
                .putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(seconds))
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer");
        switch (kind) {
            case API, API_BY_BODY -> {
                exposeToAnyOrigin(request);
                end(response, PROBLEM_JSON, ApiProblem.unavailable(seconds).json());
            }
            case TOKEN -> {
                exposeToAnyOrigin(request);
                // RFC 6749 defines this error for another endpoint, and none for a token endpoint that is busy.
                end(
                        response,
                        "application/json",
                        StrictJson.write(Map.of(
                                "error",
                                "temporarily_unavailable",
                                "error_description",
                                "Too many users log in at the moment; try again in " + seconds + " s")));
            }
            case PAGE -> {
                response.putHeader("Content-Security-Policy", POLICY).putHeader("X-Robots-Tag", "none");
                end(response, "text/html; charset=utf-8", pages.get(language(request)));
            }
        }
    }

    /** Answers 413 to a request with a body that turned out to be too long. */
    static void tooLong(RoutingContext request, GatedCall.Kind kind) {
        closeUnlessRead(request);
        ApiProblem problem = ApiProblem.tooLarge();
        HttpServerResponse response = request.response().setStatusCode(problem.status());
        if (kind.isApi()) {
            exposeToAnyOrigin(request);
            end(response, PROBLEM_JSON, problem.json());
        } else {
            end(response, "text/plain; charset=utf-8", problem.getMessage());
        }
    }

    /**
     * Lets the connection end soon after the answer if a rest of the body is still to come. Until then the rest is read and
     * dropped: if a connection is closed with something unread, its client may lose the answer (RFC 9112, section 9.6).
     */
    private static void closeUnlessRead(RoutingContext request) {
        HttpServerRequest half = request.request();
        if (half.isEnded() || request.body().buffer() != null) {
            return;
        }
        half.resume();
        request.vertx().setTimer(LINGER.toMillis(), late -> {
            if (half.isEnded()) {
                return;
            }
            if (half.version() == HttpVersion.HTTP_2) {
                half.response().reset(0);
            } else {
                half.connection().close();
            }
        });
    }

    private static void end(HttpServerResponse response, String type, String body) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
    }

    /** Lets a page of any origin read the answer, which says nothing of anybody, so that its script knows when to try again. */
    private static void exposeToAnyOrigin(RoutingContext request) {
        if (request.request().getHeader(HttpHeaders.ORIGIN) != null) {
            request.response()
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                    .putHeader(
                            HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS,
                            HttpHeaders.RETRY_AFTER + ", " + LogContext.REQUEST_HEADER);
        }
    }

    private String language(RoutingContext request) {
        return request.acceptableLanguages().stream()
                .map(LanguageHeader::tag)
                .filter(pages::containsKey)
                .findFirst()
                .orElse(LANGUAGES.get(0));
    }

    private static String message(String language) {
        String resource = MESSAGES.formatted(language);
        Properties messages = new Properties();
        try (Reader reader =
                new InputStreamReader(GateAnswer.class.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
            messages.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource, e);
        }
        return messages.getProperty(MESSAGE);
    }
}
