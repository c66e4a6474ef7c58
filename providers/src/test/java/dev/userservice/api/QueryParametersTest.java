package dev.userservice.api;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.userservice.activity.ActivityPageResource;
import dev.userservice.activity.ActivityResource;
import dev.userservice.docs.ApiDocsResource;
import dev.userservice.users.UserListResource;
import dev.userservice.users.UsersResource;
import dev.userservice.web.ApiProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class QueryParametersTest {
    private static void require(String method, String path, Class<?> resource, String... given) {
        QueryParameters.requireKnown(Routes.of(method, path), resource, Set.of(given));
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
            Class<?> resource = route.resource().of(null, null).getClass();
            assertDoesNotThrow(
                    () -> QueryParameters.requireKnown(route, resource, documented),
                    () -> route.method() + " " + route.path());
        }
    }
}
