package dev.userservice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openapitools.openapidiff.core.OpenApiCompare;
import org.openapitools.openapidiff.core.model.ChangedOpenApi;
import org.openapitools.openapidiff.core.model.DiffResult;

/** The OpenAPI document, as the build has just made it: is it the one that was looked at, and does it say all there is to say? */
final class OpenApiDocumentTest {
    private static final Path BUILT = Path.of("target/classes/META-INF/user-service/openapi.yaml");
    private static final Path LOOKED_AT = Path.of("../docs/openapi.yaml");
    private static final Path RELEASED = Path.of("../docs/openapi-released.yaml");
    private static final Set<String> VERBS = Set.of("get", "put", "post", "patch", "delete");

    private static JsonNode document;

    @BeforeAll
    static void read() throws IOException {
        document = new YAMLMapper().readTree(BUILT.toFile());
    }

    private record Named(String name, JsonNode node) {}

    private static Stream<Named> members(JsonNode node) {
        return node.properties().stream().map(member -> new Named(member.getKey(), member.getValue()));
    }

    private static List<Named> operations() {
        return members(document.path("paths"))
                .flatMap(path -> members(path.node())
                        .filter(method -> VERBS.contains(method.name()))
                        .map(method -> new Named(method.name() + " " + path.name(), method.node())))
                .toList();
    }

    /** Each schema's fields, with those of the objects in them. */
    private static Stream<Named> fields(String of, JsonNode schema) {
        return members(schema.path("properties"))
                .flatMap(field -> Stream.concat(
                        Stream.of(new Named(of + "." + field.name(), field.node())),
                        fields(of + "." + field.name(), field.node())));
    }

    @Test
    void itIsTheOneThatWasLookedAt() throws IOException {
        if (Boolean.getBoolean("update-docs")) {
            Files.copy(BUILT, LOOKED_AT, StandardCopyOption.REPLACE_EXISTING);
        }
        assertEquals(
                Files.readString(LOOKED_AT),
                Files.readString(BUILT),
                "The API is no longer as docs/openapi.yaml says. If it is meant to be, run"
                        + " ./mvnw -pl providers test -Dtest=OpenApiDocumentTest -Dupdate-docs=true");
    }

    @Test
    void aChangeSinceTheReleaseIsInTheVersion() throws IOException {
        JsonNode released = new YAMLMapper().readTree(RELEASED.toFile());
        Change change = Change.between(released, document);
        String from = released.at("/info/version").asText();
        assertTrue(
                isCoveredBy(change, from, document.at("/info/version").asText()),
                "The API has changed since the release, so that a client of " + from + " "
                        + (change.isBreaking() ? "breaks: raise the first number" : "goes on: raise the second number")
                        + " of the version in api/package-info.java. Changed: " + change.operations() + ", missing: "
                        + change.missing() + ", besides: " + change.breaks());
    }

    private record Change(DiffResult result, List<String> operations, List<String> missing, List<String> breaks) {
        static Change between(JsonNode old, JsonNode now) {
            ChangedOpenApi change = OpenApiCompare.fromContents(
                    wordless(old).toString(), wordless(now).toString());
            return new Change(
                    change.isChanged(),
                    change.getChangedOperations().stream()
                            .map(operation -> operation.getHttpMethod() + " " + operation.getPathUrl())
                            .toList(),
                    change.getMissingEndpoints().stream()
                            .map(endpoint -> endpoint.getMethod() + " " + endpoint.getPathUrl())
                            .toList(),
                    Breaks.between(old, now));
        }

        boolean isBreaking() {
            return !breaks.isEmpty() || result.isIncompatible();
        }

        boolean isMore() {
            return result.isDifferent() && result != DiffResult.METADATA;
        }
    }

    /** To openapi-diff another description of a field is something new. */
    private static JsonNode wordless(JsonNode document) {
        JsonNode copy = document.deepCopy();
        for (String word : List.of("description", "summary")) {
            for (JsonNode parent : copy.findParents(word)) {
                if (parent.path(word).isTextual()) {
                    ((ObjectNode) parent).put(word, "");
                }
            }
        }
        return copy;
    }

    /** Semantic versioning. Words of the document may change as they like. */
    private static boolean isCoveredBy(Change change, String from, String to) {
        if (change.isBreaking()) {
            return compare(from, to, 1) < 0;
        }
        return change.isMore() ? compare(from, to, 2) < 0 : compare(from, to, 3) <= 0;
    }

    private static int compare(String from, String to, int numbers) {
        String[] left = from.split("\\.", -1);
        String[] right = to.split("\\.", -1);
        for (int i = 0; i < numbers; i++) {
            int order = Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** Where in the document; what stands there then, nothing for what is taken out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/paths/~1login |",
                "/paths/~1users/get/responses/200 |",
                "/components/schemas/LoginRequest/required | [\"password\", \"totp\"]",
                "/components/schemas/LoginRequest/properties/scope |",
                "/components/schemas/LoginRequest/properties/totp/nullable | false",
                "/components/schemas/RegisterRequest/properties/password/minLength | 12",
                "/components/schemas/RegisterRequest/properties/password/maxLength | 20",
                "/components/schemas/RegisterRequest/properties/gender/enum | [\"Other\"]",
                "/components/schemas/User/properties/email |",
                "/components/schemas/User/properties/username/nullable | true",
                "/components/schemas/User/properties/username/type | \"integer\"",
                "/components/schemas/User/required | [\"id\"]",
                "/components/schemas/Tokens/properties/id_token |",
                "/components/schemas/UserList/properties/total |",
                "/components/schemas/Problem/properties/errors |",
                "/components/schemas/Health/properties/status/enum | [\"ok\", \"error\", \"tired\"]",
                "/paths/~1users/get/parameters/0/schema/default | 20",
                "/paths/~1users/get/operationId | \"users\"",
                "/paths/~1users/get/tags | [\"People\"]",
                "/paths/~1users/get/security | []",
            })
    void whatBreaksAClientIsFound(String place, String value) throws IOException {
        Change change = Change.between(document, edited(place, value));
        assertTrue(change.isBreaking(), change::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/components/schemas/User/properties/nickname | {\"type\": \"string\"}",
                "/components/schemas/LoginRequest/properties/nickname | {\"type\": \"string\"}",
                "/components/schemas/RegisterRequest/properties/password/maxLength | 1000",
                "/paths/~1people | {\"get\": {\"responses\": {\"200\": {\"description\": \"People\"}}}}",
                "/paths/~1users/get/responses/422 | {\"description\": \"No\"}",
            })
    void whatIsNewIsFound(String place, String value) throws IOException {
        Change change = Change.between(document, edited(place, value));
        assertFalse(change.isBreaking(), change::toString);
        assertTrue(change.isMore(), change::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/components/schemas/User/description", "/paths/~1users/get/summary", "/info/description"})
    void wordsMayChange(String place) throws IOException {
        Change change = Change.between(document, edited(place, "\"Other words\""));
        assertFalse(change.isBreaking() || change.isMore(), change::toString);
    }

    private static JsonNode edited(String place, String value) throws IOException {
        ObjectNode next = document.deepCopy();
        JsonPointer pointer = JsonPointer.compile(place);
        JsonNode parent = next.at(pointer.head());
        String name = pointer.last().getMatchingProperty();
        if (value == null) {
            assertTrue(parent.has(name), place);
            ((ObjectNode) parent).remove(name);
        } else {
            ((ObjectNode) parent).set(name, new ObjectMapper().readTree(value));
        }
        return next;
    }

    @Test
    void everyOperationSaysWhatItDoes() {
        Set<String> tags = new HashSet<>();
        document.path("tags").forEach(tag -> tags.add(tag.path("name").asText()));
        Set<String> ids = new HashSet<>();
        List<String> wrong = new ArrayList<>();
        for (Named operation : operations()) {
            JsonNode node = operation.node();
            String id = node.path("operationId").asText();
            boolean isWhole = id.matches("[a-z][A-Za-z]{3,30}")
                    && ids.add(id)
                    && !node.path("summary").asText().isBlank()
                    && node.path("description").asText().contains("**Who may call:**")
                    && node.path("description").asText().contains("**Rate limit:**")
                    && node.path("tags").size() == 1
                    && tags.contains(node.path("tags").path(0).asText())
                    && node.path("security").isArray();
            if (!isWhole) {
                wrong.add(operation.name());
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(Routes.ALL.size(), ids.size());
    }

    @Test
    void everyTagIsDescribedAndUsed() {
        Set<String> used = operations().stream()
                .map(operation -> operation.node().path("tags").path(0).asText())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = new TreeSet<>();
        document.path("tags").forEach(tag -> {
            if (!tag.path("description").asText().isBlank()) {
                described.add(tag.path("name").asText());
            }
        });
        assertEquals(used, described);
    }

    @Test
    void everyParameterSaysWhatItIs() {
        List<String> wrong = new ArrayList<>();
        for (Named operation : operations()) {
            for (JsonNode parameter : operation.node().path("parameters")) {
                boolean isWhole = !parameter.path("description").asText().isBlank()
                        // One that need not be sent is left to the reader: a page to try it on sends its examples.
                        && parameter.path("required").asBoolean() == parameter.has("example");
                if (!isWhole) {
                    wrong.add(operation.name() + " " + parameter.path("name").asText());
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyFieldSaysWhatItIs() {
        List<String> wrong = members(document.at("/components/schemas"))
                .flatMap(schema -> fields(schema.name(), schema.node()))
                .filter(field -> !field.node().has("$ref")
                        && (field.node().path("description").asText().isBlank()
                                || !(field.node().has("example")
                                        || field.node().at("/items/$ref").isTextual())))
                .map(Named::name)
                .toList();
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyRequestHasAnExample() {
        List<String> wrong = members(document.at("/components/schemas"))
                .filter(schema -> schema.name().endsWith("Request"))
                .filter(schema -> {
                    Set<String> given = names(schema.node().path("example"));
                    Set<String> required = new HashSet<>();
                    schema.node().path("required").forEach(name -> required.add(name.asText()));
                    return given.isEmpty()
                            || !given.containsAll(required)
                            || !names(schema.node().path("properties")).containsAll(given);
                })
                .map(Named::name)
                .toList();
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyExampleIsAValueThatIsAllowed() {
        List<String> wrong = members(document.at("/components/schemas"))
                .flatMap(schema -> fields(schema.name(), schema.node()))
                .filter(field ->
                        field.node().has("example") && !isAllowed(field.node().path("example"), field.node()))
                .map(Named::name)
                .toList();
        assertEquals(List.of(), wrong);
    }

    private static boolean isAllowed(JsonNode value, JsonNode schema) {
        boolean isTyped = switch (schema.path("type").asText()) {
            case "string" ->
                value.isTextual()
                        && value.asText().length() >= schema.path("minLength").asInt()
                        && value.asText().length() <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
            case "integer" ->
                value.isIntegralNumber()
                        && value.asLong() >= schema.path("minimum").asLong(Long.MIN_VALUE);
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            default -> value.isObject();
        };
        boolean isListed = !schema.has("enum")
                || StreamSupport.stream(schema.path("enum").spliterator(), false)
                        .anyMatch(value::equals);
        return isTyped && isListed;
    }

    @Test
    void everyOperationThatSaysMoreOfAProblemIsThere() {
        assertEquals(
                List.of(),
                ProblemCases.without(operations().stream()
                        .map(operation -> operation.node().path("operationId").asText())));
        List<String> bare = operations().stream()
                .filter(operation -> operation.node().at("/responses/409").has("content")
                        && operation
                                .node()
                                .at("/responses/409/content/application~1problem+json/examples")
                                .isEmpty())
                .map(Named::name)
                .toList();
        assertEquals(List.of(), bare);
    }

    private static Set<String> names(JsonNode object) {
        return members(object).map(Named::name).collect(Collectors.toSet());
    }

    @Test
    void everyFailureIsAProblemWithAnExampleOfItsStatus() {
        List<String> wrong = new ArrayList<>();
        for (Named operation : operations()) {
            members(operation.node().path("responses"))
                    .filter(answer -> answer.name().compareTo("400") >= 0)
                    .forEach(answer -> {
                        JsonNode problem =
                                resolved(answer.node()).path("content").path("application/problem+json");
                        List<JsonNode> examples = new ArrayList<>();
                        problem.path("examples").forEach(example -> examples.add(example.path("value")));
                        if (problem.has("example")) {
                            examples.add(problem.path("example"));
                        }
                        boolean isWhole = !examples.isEmpty()
                                && examples.stream()
                                        .allMatch(example ->
                                                example.path("status").asText().equals(answer.name())
                                                        && example.path("message")
                                                                .equals(example.path("detail")));
                        if (!isWhole) {
                            wrong.add(operation.name() + " " + answer.name());
                        }
                    });
        }
        assertEquals(List.of(), wrong);
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> lost = new ArrayList<>();
        document.findValuesAsText("$ref").forEach(reference -> {
            if (document.at(reference.substring(1)).isMissingNode()) {
                lost.add(reference);
            }
        });
        assertEquals(List.of(), lost);
        assertTrue(document.findValuesAsText("$ref").size() > 100);
    }
}
