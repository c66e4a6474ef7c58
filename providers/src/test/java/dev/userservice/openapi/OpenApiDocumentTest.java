package dev.userservice.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.userservice.api.Routes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests the OpenAPI document that the build has just made: it must be the one that was reviewed, and it must say everything that
 * there is to say.
 */
final class OpenApiDocumentTest {
    private static final Path BUILT = Path.of("target/classes/META-INF/user-service/openapi.yaml");
    private static final Path LOOKED_AT = Path.of("../docs/openapi.yaml");
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

    /** Returns the fields of a schema, including those of the objects in it. */
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
        assertEquals(Routes.ALL.stream().filter(route -> !route.isPage()).count(), ids.size());
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
    void theExampleOfASchemaHasWhatTheSchemaRequires() {
        List<String> missing = members(document.at("/components/schemas"))
                .filter(schema -> schema.node().path("example").isObject())
                .flatMap(schema -> StreamSupport.stream(
                                schema.node().path("required").spliterator(), false)
                        .map(JsonNode::asText)
                        .filter(field -> !schema.node().path("example").has(field))
                        .map(field -> schema.name() + "." + field))
                .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void everyParameterSaysWhatItIs() {
        List<String> wrong = new ArrayList<>();
        for (Named operation : operations()) {
            for (JsonNode parameter : operation.node().path("parameters")) {
                boolean isWhole = !parameter.path("description").asText().isBlank()
                        // A page for trying out the API sends an example. So an optional parameter has none, except an
                        // empty
                        // one where the page would invent names.
                        && (parameter.path("required").asBoolean()
                                        || "{}".equals(parameter.path("example").toString()))
                                == parameter.has("example");
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

    /** Checks that generators make a type of each list of values, and that the type has a name that was chosen. */
    @Test
    void everyListOfValuesIsASchemaWithAName() {
        List<JsonNode> named = members(document.at("/components/schemas"))
                .map(Named::node)
                .filter(schema -> schema.has("enum"))
                .toList();
        assertEquals(named, document.findParents("enum"));
        named.forEach(schema -> assertFalse(schema.path("description").asText().isBlank(), schema::toString));
    }

    @Test
    void everyComponentIsUsed() {
        Set<String> used = new HashSet<>(document.findValuesAsText("$ref"));
        List<String> unused = members(document.path("components"))
                .filter(kind -> !kind.name().equals("securitySchemes"))
                .flatMap(kind -> members(kind.node()).map(one -> "#/components/" + kind.name() + "/" + one.name()))
                .filter(component -> !used.contains(component))
                .toList();
        assertEquals(List.of(), unused);
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

    /**
     * Checks for clashes of names. Generators name the parameters of a call after its operation and a body after its schema, and
     * two types of the same name do not compile.
     */
    @Test
    void noOperationsRequestIsNamedLikeTheBodyOfAnother() {
        List<String> clashes = operations().stream()
                .filter(operation -> {
                    String id = operation.node().path("operationId").asText();
                    String request = id.substring(0, 1).toUpperCase(Locale.ROOT) + id.substring(1) + "Request";
                    String own = operation
                            .node()
                            .at("/requestBody/content/application~1json/schema/$ref")
                            .asText();
                    return document.at("/components/schemas").has(request)
                            && !own.equals("#/components/schemas/" + request);
                })
                .map(Named::name)
                .toList();
        assertEquals(List.of(), clashes);
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
                ProblemExamples.without(operations().stream()
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
