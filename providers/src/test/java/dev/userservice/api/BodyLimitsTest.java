package dev.userservice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.users.UpdateUserRequest;
import dev.userservice.users.UserIdRequest;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.JsonRequestReader;
import jakarta.ws.rs.core.MultivaluedHashMap;
import java.io.ByteArrayInputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.junit.jupiter.api.Test;

final class BodyLimitsTest {
    private static Set<Class<?>> bodies() {
        return Routes.ALL.stream()
                .flatMap(route ->
                        Arrays.stream(route.resource().apply(null).getClass().getMethods()))
                .flatMap(method -> Arrays.stream(method.getParameterTypes()))
                .filter(JsonRequest.class::isAssignableFrom)
                .collect(Collectors.toSet());
    }

    /** A text is a {@code String}, or what a merge patch reads as a node. */
    private static Stream<RecordComponent> texts(Class<?> body) {
        return Arrays.stream(body.getRecordComponents())
                .filter(field -> field.getType() == String.class
                        || (field.getType() == JsonNode.class && schema(field).type() == SchemaType.STRING));
    }

    private static Schema schema(RecordComponent field) {
        return field.getAccessor().getAnnotation(Schema.class);
    }

    @Test
    void everyTextOfABodyHasALimit() {
        assertTrue(bodies().size() > 10);
        for (Class<?> body : bodies()) {
            texts(body).forEach(field -> {
                String name = body.getSimpleName() + "." + field.getName();
                assertTrue(schema(field) != null, name);
                assertNotEquals(Integer.MAX_VALUE, schema(field).maxLength(), name);
            });
        }
    }

    @SuppressWarnings("unchecked")
    private static String refusal(Class<? extends JsonRequest> type, String json) {
        ApiProblem problem = assertThrows(
                ApiProblem.class,
                () -> new JsonRequestReader()
                        .readFrom(
                                (Class<JsonRequest>) type,
                                type,
                                null,
                                null,
                                new MultivaluedHashMap<>(Map.of("Content-Type", "application/json")),
                                new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))));
        assertEquals(400, problem.status());
        return problem.json();
    }

    @Test
    void aLongerTextIsRefusedWhereverABodyIsRead() {
        String text = "\"" + "x".repeat(256) + "\"";
        String complaint = "\":[\"At most 255 characters are allowed\"]";
        assertTrue(refusal(UserIdRequest.class, "{\"user_id\": " + text + "}").contains("user_id" + complaint));
        assertTrue(refusal(UpdateUserRequest.class, "{\"role\": " + text + "}").contains("role" + complaint));
        assertTrue(refusal(UpdateUserRequest.class, "{\"email\": " + text + "}").contains("email" + complaint));
    }
}
