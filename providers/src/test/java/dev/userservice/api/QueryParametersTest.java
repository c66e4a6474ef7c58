package dev.userservice.api;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.userservice.activity.ActivityPageResource;
import dev.userservice.activity.ActivityResource;
import dev.userservice.docs.ApiDocsResource;
import dev.userservice.users.UserListResource;
import dev.userservice.users.UsersResource;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.ParameterLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class QueryParametersTest {
    private static void require(String method, String path, Class<?> resource, String... given) {
        QueryParameters.requireValid(
                Routes.of(method, path),
                resource,
                Stream.of(given).collect(Collectors.toMap(name -> name, name -> List.of("1"))));
    }

    private static ApiProblem refusal(String method, String path, Class<?> resource, String... given) {
        ApiProblem refusal = assertThrows(ApiProblem.class, () -> require(method, path, resource, given));
        assertEquals(400, refusal.status());
        return refusal;
    }

    @Test
    void whatTheMethodDeclaresIsKnown() {
        require("GET", "/users", UserListResource.class, "limit", "offset", "q", "is_active");
        require("GET", "/users/42/activity", ActivityResource.class, "limit", "action");
        assertDoesNotThrow(() -> require("HEAD", "/users/me", UsersResource.class));
    }

    @Test
    void whatItDoesNotDeclareIsNamed() {
        assertEquals(
                "The request has invalid fields: page, per_page",
                refusal("GET", "/users", UserListResource.class, "limit", "per_page", "page")
                        .getMessage());
        refusal("GET", "/users/me", UsersResource.class, "limit");
        refusal("GET", "/users/me/activity", ActivityResource.class, "user_id");
        refusal("GET", "/users", UserListResource.class, "Limit");
    }

    private static String refusal(String path, Class<?> resource, String name, String value) {
        return assertThrows(
                        ApiProblem.class,
                        () -> QueryParameters.requireValid(
                                Routes.of("GET", path), resource, Map.of(name, List.of(value))))
                .json();
    }

    @Test
    void whatTheAnnotationsDeclareIsChecked() {
        String long255 = "x".repeat(256);
        for (String name : List.of("q", "role")) {
            assertTrue(refusal("/users", UserListResource.class, name, long255).contains("At most 255 characters"));
        }
        assertTrue(refusal("/users", UserListResource.class, "cursor", "x".repeat(2049))
                .contains("At most 2048 characters"));
        for (String wrong : List.of("0", "101", "-1", "ten", "9999999999", "")) {
            assertTrue(refusal("/users", UserListResource.class, "limit", wrong)
                    .contains("This must be a number from 1 to 100"));
        }
        assertTrue(refusal("/users/id", UsersResource.class, "user_id", "").contains("must not be empty"));
        assertTrue(refusal("/users", UserListResource.class, "q", "\0").contains("NUL"));
    }

    @Test
    void aNameMayBeginAsDeclared() {
        require("GET", "/users", UserListResource.class, "attribute.gender", "attribute.a.b", "attribute.*");
        for (String name : List.of("attribute", "attribute.", "attributes.gender", "role.gender", ".gender")) {
            refusal("GET", "/users", UserListResource.class, name);
        }
        refusal("GET", "/activity", ActivityResource.class, "attribute.gender");
        assertTrue(refusal("/users", UserListResource.class, "attribute.gender", "x".repeat(256))
                .contains("At most 255 characters"));
        assertTrue(refusal("/users", UserListResource.class, "attribute.gender", "")
                .contains("must not be empty"));
    }

    /** A value without a limit of its length is one of a list, or has another form of a known length. */
    @Test
    void everyParameterHasALimit() throws IOException {
        JsonNode document =
                new YAMLMapper().readTree(Path.of("../docs/openapi.yaml").toFile());
        for (Route route : Routes.ALL) {
            Map<String, ParameterLimits> limits =
                    QueryParameters.of(route, route.resource().apply(null).getClass());
            for (JsonNode parameter : document.path("paths")
                    .path(route.path())
                    .path(route.method().toLowerCase(Locale.ROOT))
                    .path("parameters")) {
                JsonNode whole = parameter.path("schema");
                JsonNode schema = whole.has("additionalProperties") ? whole.path("additionalProperties") : whole;
                if (parameter.path("in").asText().equals("query")
                        && List.of("string", "integer")
                                .contains(schema.path("type").asText())
                        && !schema.has("enum")
                        && !schema.path("format").asText().equals("date-time")) {
                    String name = parameter.path("name").asText();
                    ParameterLimits known = limits.get(name);
                    String maximum = known.isNumber() ? "maximum" : "maxLength";
                    assertEquals(
                            schema.path(maximum).asInt(-1),
                            known.max(),
                            route.method() + " " + route.path() + " " + name);
                }
            }
        }
    }

    @Test
    void aPageMayBeOpenedByTheAnswerToALogin() {
        require("GET", "/activity-log", ActivityPageResource.class, "code", "state", "session_state", "iss");
        require("GET", "/activity-log", ActivityPageResource.class, "error", "error_description", "state");
        require("GET", "/activity-log", ActivityPageResource.class, "user");
        require("GET", "/apidocs/oauth2-redirect.html", ApiDocsResource.class, "code", "state", "iss");
        refusal("GET", "/activity-log", ActivityPageResource.class, "users");
        refusal("GET", "/apidocs", ApiDocsResource.class, "user");
    }

    @Test
    void theDocumentSaysTheSame() throws IOException {
        JsonNode document =
                new YAMLMapper().readTree(Path.of("../docs/openapi.yaml").toFile());
        for (Route route : Routes.ALL) {
            Set<String> documented = new TreeSet<>();
            document.path("paths")
                    .path(route.path())
                    .path(route.method().toLowerCase(Locale.ROOT))
                    .path("parameters")
                    .forEach(parameter -> {
                        if (parameter.path("in").asText().equals("query")) {
                            documented.add(parameter.path("name").asText());
                        }
                    });
            Class<?> resource = route.resource().apply(null).getClass();
            assertDoesNotThrow(
                    () -> QueryParameters.requireValid(
                            route,
                            resource,
                            documented.stream().collect(Collectors.toMap(name -> name, name -> List.of("1")))),
                    () -> route.method() + " " + route.path());
        }
    }
}
