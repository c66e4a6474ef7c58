package dev.userservice.openapi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openapitools.openapidiff.core.OpenApiCompare;
import org.openapitools.openapidiff.core.model.ChangedOpenApi;
import org.openapitools.openapidiff.core.model.DiffResult;

/** Tests that the version of the OpenAPI document says what has changed for the clients of the last release. */
final class ApiVersionTest {
    private static final Path BUILT = Path.of("target/classes/META-INF/user-service/openapi.yaml");
    private static final Path RELEASED = Path.of("../docs/openapi-released.yaml");

    private static JsonNode document;

    @BeforeAll
    static void read() throws IOException {
        document = new YAMLMapper().readTree(BUILT.toFile());
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
                        + " of the version in openapi/package-info.java. Changed: " + change.operations()
                        + ", missing: "
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
                    ApiBreaks.between(old, now));
        }

        boolean isBreaking() {
            return !breaks.isEmpty() || result.isIncompatible();
        }

        boolean isMore() {
            return result.isDifferent() && result != DiffResult.METADATA;
        }
    }

    /**
     * Returns a copy without descriptions and summaries, because openapi-diff reports a reworded description of a field as something new.
     */
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

    /** Returns whether the step between the versions follows semantic versioning. The words of the document may change freely. */
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

    /** Each row has a JSON Pointer into the document and the value to put there. A row without a value removes what is there. */
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
                "/components/schemas/HealthStatus/enum | [\"ok\", \"error\", \"tired\"]",
                "/components/schemas/Role/enum | [\"user\", \"admin\", null]",
                "/components/schemas/UserSort/enum | [\"username\"]",
                "/components/schemas/Action/enum | [\"login\"]",
                "/paths/~1users/get/parameters/0/schema/default | 20",
                "/paths/~1users/get/parameters/7/schema/default | \"created_at\"",
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
}
