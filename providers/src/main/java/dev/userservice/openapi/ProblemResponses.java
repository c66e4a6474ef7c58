package dev.userservice.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** The problem responses in the OpenAPI document: RFC 9457 problem details, each with an example. */
final class ProblemResponses {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROBLEM_JSON = "application/problem+json";
    private static final String SCHEMA = "#/components/schemas/Problem";
    private static final String HEADERS = "#/components/headers/";
    private static final String SOMEBODY = "cff89834-24d4-4ece-967e-82cd06ba352f";
    private static final int CONFLICT = 409;

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    private static final List<Kind> KINDS = List.of(
            new Kind(
                    "BadRequest",
                    "A parameter or a field of the body is not valid, or given twice; `errors` names it",
                    ApiProblem.invalid("email", "This must be an e-mail address")),
            new Kind(
                    "Unauthorized", "The credentials or the token are missing or not valid", ApiProblem.invalidToken()),
            new Kind(
                    "Forbidden",
                    "The caller is known and may not do this, or the origin may not call",
                    ApiProblem.status(403)),
            new Kind(
                    "NotFound",
                    "There is no such thing, or the realm does not serve this API",
                    ApiProblem.notFound("User not found")),
            new Kind(
                    "NotAcceptable",
                    "The caller accepts no media type that this route answers",
                    ApiProblem.status(406)),
            new Kind("Conflict", "What was asked for contradicts what there is", ApiProblem.status(CONFLICT)),
            new Kind(
                    "ContentTooLarge",
                    "The body is larger than " + StrictJson.MAX_BODY_BYTES / 1024 + " KiB",
                    ApiProblem.tooLarge()),
            new Kind(
                    "UnsupportedMediaType",
                    "The body is not of the media type that the route takes, or has a content coding",
                    ApiProblem.unsupportedMediaType("application/json")),
            new Kind(
                    "TooManyRequests",
                    "This may be done again only later: see Retry-After",
                    ApiProblem.tooManyRequests(
                            Duration.ofSeconds(12), "There were too many requests; try again in 12 s")),
            new Kind("ServerError", "The server failed; the failure has been logged", ApiProblem.serverError()),
            new Kind(
                    "ServiceUnavailable",
                    "The database, or a lock, could not be had in time; or too many users log in, or too many imports or"
                            + " exports run, at the moment",
                    ApiProblem.unavailable(5)));

    private ProblemResponses() {}

    private record Kind(String name, String description, ApiProblem example) {
        int status() {
            return example.status();
        }
    }

    /** Adds the components to which operations refer. */
    static void addTo(Components components) {
        components.addSchema("Problem", schema());
        components.addHeader(
                "RateLimit",
                header("What is left of a limit (IETF draft, RateLimit header fields)", "\"caller\";r=599;t=1"));
        components.addHeader(
                "RateLimit-Policy",
                header("The limits that hold here, as the same draft writes them", "\"caller\";q=600;w=60"));
        components.addHeader("Retry-After", header("Seconds until it may be tried again (RFC 9110)", "12"));
        components.addHeader(
                "X-Request-ID",
                header("The call's name in the logs: that of the request, or one that was made", "6f9f1f0e4b0c4b0e"));
        components.addHeader("Location", header("Where that is (RFC 9110)", "/realms/demo/api/users/" + SOMEBODY));
        components.addHeader("WWW-Authenticate", header("The challenge (RFC 6750)", "Bearer error=\"invalid_token\""));
        common().forEach(kind -> {
            APIResponse response = OASFactory.createAPIResponse().description(kind.description());
            complete(kind.status(), response);
            components.addResponse(kind.name(), response);
        });
    }

    /**
     * Returns the problems of every route by their status, including those about a body, since a caller may send one to
     * a route that needs none.
     */
    static Map<String, APIResponse> ofEveryRoute() {
        Map<String, APIResponse> responses = new TreeMap<>();
        common().forEach(kind -> responses.put(
                Integer.toString(kind.status()), OASFactory.createAPIResponse().ref(kind.name())));
        return responses;
    }

    /** Returns the kinds that every route may answer. Only some routes answer a conflict, each with its own examples. */
    private static Stream<Kind> common() {
        return KINDS.stream().filter(kind -> kind.status() != CONFLICT);
    }

    /** Returns the response with the examples of the operation. */
    static APIResponse of(String operationId, String status, APIResponse response) {
        List<ProblemExamples.Example> examples = ProblemExamples.of(operationId, status);
        if (examples.isEmpty() && response.getRef() != null) {
            return response;
        }
        APIResponse own = response;
        if (!examples.isEmpty()) {
            MediaType problem = OASFactory.createMediaType();
            examples.forEach(one -> problem.addExample(
                    one.name(),
                    OASFactory.createExample().summary(one.summary()).value(example(one.problem()))));
            own = OASFactory.createAPIResponse()
                    .description(
                            response.getDescription() == null
                                    ? "The credentials or the token are not valid, or the user cannot log in this way"
                                    : response.getDescription())
                    .content(OASFactory.createContent().addMediaType(PROBLEM_JSON, problem));
        }
        complete(Integer.parseInt(status), own);
        return own;
    }

    /** Adds to a response what all responses of its status have. */
    private static void complete(int status, APIResponse response) {
        Kind kind =
                KINDS.stream().filter(one -> one.status() == status).findFirst().orElseThrow();
        Content content = response.getContent() == null ? OASFactory.createContent() : response.getContent();
        MediaType problem = content.getMediaType(PROBLEM_JSON);
        if (problem == null) {
            problem = OASFactory.createMediaType();
            content.addMediaType(PROBLEM_JSON, problem);
        }
        problem.schema(OASFactory.createSchema().ref(SCHEMA));
        if (problem.getExamples() == null) {
            problem.example(example(kind.example()));
        }
        response.content(content);
        headers(response);
        if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
            response.addHeader("Retry-After", ref("Retry-After"));
        }
        if (status == 401) {
            response.addHeader("WWW-Authenticate", ref("WWW-Authenticate"));
        }
    }

    /**
     * Adds the headers of every response. Those about limits are missing if the call was refused before it was counted.
     */
    static void headers(APIResponse response) {
        List.of("X-Request-ID", "RateLimit", "RateLimit-Policy").forEach(name -> response.addHeader(name, ref(name)));
    }

    /** Adds a header to a response, as a reference to one of the components. */
    static void header(APIResponse response, String name) {
        response.addHeader(name, ref(name));
    }

    private static Header ref(String name) {
        return OASFactory.createHeader().ref(HEADERS + name);
    }

    private static Header header(String description, String example) {
        return OASFactory.createHeader()
                .description(description)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING))
                .example(example);
    }

    private static Object example(ApiProblem problem) {
        try {
            return JSON.readValue(problem.json(), Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Schema schema() {
        return OASFactory.createSchema()
                .description("Problem details (RFC 9457)")
                .addType(Schema.SchemaType.OBJECT)
                .required(List.of("type", "title", "status", "detail", "message"))
                .addProperty("type", text("A URI of the kind of problem; about:blank where the status says it"))
                .addProperty("title", text("The status in words"))
                .addProperty(
                        "status",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.INTEGER)
                                .description("The HTTP status")
                                .examples(List.of(404)))
                .addProperty("detail", text("What is wrong, for people"))
                .addProperty("message", text("The same as detail"))
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .description("What is wrong, field by field")
                                .additionalPropertiesSchema(list("What is wrong with it")))
                .addProperty("required_actions", list("What has to be done in the browser before a login"))
                .addProperty(
                        "mfa_required",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.BOOLEAN)
                                .description("A one-time code is needed; at a login, the password was right"))
                .addProperty("max_age", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("self_deletion", OASFactory.createSchema().addType(Schema.SchemaType.BOOLEAN));
    }

    private static Schema text(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING).description(description);
    }

    private static Schema list(String description) {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.ARRAY)
                .description(description)
                .items(OASFactory.createSchema().addType(Schema.SchemaType.STRING));
    }
}
