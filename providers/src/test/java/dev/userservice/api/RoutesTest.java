package dev.userservice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RoutesTest {
    @Test
    void everyResourceMethodHasARowAndEveryRowAMethod() {
        Set<String> rows = Routes.ALL.stream()
                .map(route -> route.method() + " " + route.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(rows, resourceMethods());
    }

    private static Set<String> resourceMethods() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.userservice").stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Path.class) && !method.isAnnotatedWith(OPTIONS.class))
                        .filter(method -> !method.getOwner().isInterface())
                        .map(method -> verb(method) + " /"
                                + method.getAnnotationOfType(Path.class).value())
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String verb(JavaMethod method) {
        return method.getAnnotations().stream()
                .map(annotation -> annotation.getRawType())
                .filter(type -> type.isAnnotatedWith(HttpMethod.class))
                .map(type -> type.getAnnotationOfType(HttpMethod.class).value())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLiteralPathWinsOverATemplate() {
        assertEquals("/users/me", Routes.of("GET", "/users/me").path());
        assertEquals("/users/{id}", Routes.of("GET", "/users/42").path());
    }

    @Test
    void headIsAnsweredWhereGetIs() {
        assertEquals("/users/me", Routes.of("HEAD", "/users/me").path());
        assertEquals(
                405,
                assertThrows(ApiProblem.class, () -> Routes.of("HEAD", "/login"))
                        .status());
    }

    @Test
    void anUnknownPathIs404AndAnotherMethodIs405() {
        for (String path : List.of("", "/", "/nothing", "/user", "/users//me", "/users/me/more", "/login/x")) {
            assertEquals(
                    404,
                    assertThrows(ApiProblem.class, () -> Routes.of("GET", path)).status(),
                    path);
        }
        assertEquals(
                405,
                assertThrows(ApiProblem.class, () -> Routes.of("DELETE", "/login"))
                        .status());
    }

    @Test
    void aPathTellsItsMethods() {
        assertEquals(List.of("POST", "OPTIONS"), Routes.methods("/login"));
        assertEquals(List.of("GET", "HEAD", "PUT", "OPTIONS"), Routes.methods("/users/me"));
        assertTrue(Routes.methods("/users/42").contains("GET"));
    }
}
