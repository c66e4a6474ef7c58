package dev.userservice.it;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Compares every call of the suite with the {@linkplain ApiDocument OpenAPI document}, in both directions. The document must describe each answer, field
 * by field. A request that the document does not allow must have been refused; one that it allows may be refused too.
 */
final class Contract implements Filter {
    private static final Map<URI, Contract> BY_SERVER = new ConcurrentHashMap<>();
    private static final Header CONTENT_TYPE = new Header("Content-Type", "");
    private static final Pattern BASE = Pattern.compile("/realms/[^/]+/api");

    private final OpenApiInteractionValidator document;

    private Contract(String document) {
        this.document = OpenApiInteractionValidator.createForInlineApiSpecification(document)
                .withBasePathOverride("/")
                .build();
    }

    static Contract of(TestServer server, String realm) {
        return BY_SERVER.computeIfAbsent(
                server.base(),
                base -> new Contract(ApiDocument.withPages(server, realm).toString()));
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification response, FilterContext context) {
        Response answer = context.next(request, response);
        if (request.getMethod().equals("OPTIONS") || request.getMethod().equals("HEAD")) {
            return answer;
        }
        String path = BASE.matcher(URI.create(request.getURI()).getRawPath()).replaceFirst("");
        ValidationReport asked = document.validateRequest(simple(request, path));
        boolean isUndocumented =
                has(asked, "validation.request.path.missing") || has(asked, "validation.request.operation.notAllowed");
        // For a literal path without this method, the validator falls back to a path template that has the method, but
        // the server does not.
        if (isUndocumented || answer.statusCode() == 405) {
            require(answer.statusCode() == 404 || answer.statusCode() == 405, request, answer, asked);
            require("application/problem+json".equals(answer.contentType()), request, answer, asked);
            return answer;
        }
        require(isAsDocumented(asked) || answer.statusCode() >= 400, request, answer, asked);
        ValidationReport answered =
                document.validateResponse(path, Request.Method.valueOf(request.getMethod()), simple(answer));
        require(!answered.hasErrors(), request, answer, answered);
        return answer;
    }

    /** Returns whether a call is as documented. A route that takes no body ignores the one that it gets (RFC 9110, section 6.4). */
    private static boolean isAsDocumented(ValidationReport asked) {
        return asked.getMessages().stream()
                .filter(message -> message.getLevel() == ValidationReport.Level.ERROR)
                .allMatch(message -> message.getKey().equals("validation.request.body.unexpected"));
    }

    private static boolean has(ValidationReport report, String key) {
        return report.getMessages().stream()
                .anyMatch(message -> message.getKey().equals(key));
    }

    private static SimpleRequest simple(FilterableRequestSpecification request, String path) {
        SimpleRequest.Builder simple = new SimpleRequest.Builder(request.getMethod(), path);
        for (Header header : request.getHeaders()) {
            // REST Assured lists a content type that it does not send when there is no body.
            if (!header.hasSameNameAs(CONTENT_TYPE) || request.getBody() != null) {
                simple.withHeader(header.getName(), header.getValue());
            }
        }
        // A parameter that is given several times has a list as its value, whatever the declared type says.
        Map<String, ?> parameters = request.getQueryParams();
        parameters.forEach((name, value) -> {
            List<?> values = value instanceof List<?> several ? several : List.of(value);
            simple.withQueryParam(name, values.stream().map(String::valueOf).toList());
        });
        Object body = request.getBody();
        if (body instanceof byte[] bytes) {
            simple.withBody(bytes);
        } else if (body != null) {
            simple.withBody(body.toString());
        }
        return simple.build();
    }

    private static SimpleResponse simple(Response answer) {
        SimpleResponse.Builder simple = SimpleResponse.Builder.status(answer.statusCode());
        for (Header header : answer.headers()) {
            simple.withHeader(header.getName(), header.getValue());
        }
        return simple.withBody(answer.asByteArray()).build();
    }

    private static void require(
            boolean holds, FilterableRequestSpecification request, Response answer, ValidationReport report) {
        if (!holds) {
            throw new AssertionError(
                    "Not as the OpenAPI document has it: " + request.getMethod() + " " + request.getURI() + " answered "
                            + answer.statusCode() + " " + answer.contentType() + "\n"
                            + answer.asString() + "\n" + report.getMessages());
        }
    }
}
