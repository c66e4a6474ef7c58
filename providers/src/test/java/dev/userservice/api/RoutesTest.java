package dev.userservice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.userservice.access.Permission;
import dev.userservice.api.Route.StepUp;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
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
        return resourceMethodsWith(method -> true);
    }

    private static Set<String> resourceMethodsWith(Predicate<JavaMethod> property) {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.userservice").stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Path.class) && !method.isAnnotatedWith(OPTIONS.class))
                        .filter(method -> !method.getOwner().isInterface())
                        .filter(property)
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

    /**
     * Says of each route whether it hashes a password: a new route that does, and is not declared so, would let its callers
     * take all threads.
     */
    private static final String HASHING = """
            POST /login yes
            POST /refresh no
            POST /logout no
            POST /register yes
            POST /users yes
            POST /verify-email no
            PATCH /users/activation no
            GET /users/activation/resend no
            POST /reset-password no
            POST /reset-password/{token} yes
            POST /users/password/forgot no
            POST /users/password/reset yes
            GET /users no
            GET /users/id no
            GET /users/identifier no
            GET /users/me no
            GET /users/{id} no
            GET /users/me/activity no
            GET /users/{id}/activity no
            GET /users/me/activity/daily no
            GET /users/{id}/activity/daily no
            GET /activity no
            PUT /users/me no
            DELETE /users/me no
            PUT /users/me/password yes
            POST /users/me/pending-email no
            DELETE /users/me/pending-email no
            PUT /users/{id} no
            PATCH /users/{id} no
            DELETE /users/{id} no
            DELETE /users/id no
            DELETE /users/identifier no
            POST /users/{id}/unlock no
            POST /users/{id}/require-password-change no
            GET /users/{id}/credentials no
            GET /users/me/sessions no
            DELETE /users/me/sessions no
            DELETE /users/me/sessions/{session} no
            GET /users/{id}/sessions no
            DELETE /users/{id}/sessions no
            DELETE /users/{id}/sessions/{session} no
            POST /users/invitations no
            GET /users/invitations no
            POST /users/invitations/{id}/resend no
            DELETE /users/invitations/{id} no
            POST /users/invitations/accept yes
            POST /users/import no
            GET /users/export no
            GET /users/me/export no
            GET /users/{id}/export no
            POST /users/auth/check yes
            PATCH /users/mfa/enable no
            POST /users/mfa/verify no
            GET /users/mfa/qr no
            PATCH /users/mfa/disable no
            GET /metrics no
            GET /users/health no
            GET /activity-log no
            GET /activity-log/{file} no
            GET /apidocs no
            GET /apidocs/{file} no
            GET /openapi.json no
            GET /openapi.yaml no
            """;

    @Test
    void everyRouteSaysWhetherItHashes() {
        Set<String> said = HASHING.lines().collect(Collectors.toCollection(TreeSet::new));
        Set<String> declared = Routes.ALL.stream()
                .map(route -> route.method() + " " + route.path()
                        + (Routes.hashes(route.method(), route.path().replaceAll("\\{\\w+}", "some")) ? " yes" : " no"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(said, declared);
    }

    /**
     * Finds the routes by the records of their bodies, so that neither the table nor this class can be forgotten. An import
     * holds a thread for as long as its stream lasts, and has a limit of its own.
     */
    @Test
    void whatTakesAPasswordHashes() {
        Set<String> takers = resourceMethodsWith(
                method -> method.getRawParameterTypes().stream().anyMatch(RoutesTest::hasPassword));
        takers.remove("POST /users/import");
        Set<String> declared = Routes.ALL.stream()
                .filter(route -> route.kind() == Route.Kind.PASSWORD || route.stepUp() == StepUp.LOGIN_OR_PASSWORD)
                .map(route -> route.method() + " " + route.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(declared, takers);
    }

    /** Whether the record of a body, or of a part of it, has a password. */
    private static boolean hasPassword(JavaClass type) {
        return type.getFields().stream()
                .anyMatch(field -> (!field.getModifiers().contains(JavaModifier.STATIC)
                                && field.getName().toLowerCase(Locale.ROOT).contains("password"))
                        || (field.getRawType().isAssignableTo(JsonRequest.class)
                                && !field.getRawType().equals(type)
                                && hasPassword(field.getRawType())));
    }

    /**
     * Says of each route by which people change something what it needs beyond a token. A new route is missing here until
     * somebody has thought about what a thief of a token could do with it. The routes with {@code LOGIN_OR_PASSWORD} and
     * {@code LOGIN} must be in the table of StolenTokenIT too, which tries them with a stolen token.
     */
    private static final String STEP_UP = """
            POST /logout NONE
            PUT /users/me LOGIN_OR_PASSWORD
            POST /users/me/pending-email LOGIN_OR_PASSWORD
            DELETE /users/me/pending-email NONE
            DELETE /users/me LOGIN_OR_PASSWORD
            PUT /users/me/password LOGIN_OR_PASSWORD
            DELETE /users/me/sessions LOGIN_OR_PASSWORD
            DELETE /users/me/sessions/{session} LOGIN_OR_PASSWORD
            GET /users/me/export NONE
            PATCH /users/mfa/enable LOGIN_OR_PASSWORD
            POST /users/mfa/verify LOGIN_OR_PASSWORD
            POST /users/invitations NONE
            POST /users/invitations/{id}/resend NONE
            DELETE /users/invitations/{id} NONE
            GET /users/mfa/qr LOGIN
            PATCH /users/mfa/disable LOGIN_OR_PASSWORD
            PUT /users/{id} LOGIN_OR_PASSWORD
            PATCH /users/{id} LOGIN_OR_PASSWORD
            DELETE /users/{id} LOGIN
            DELETE /users/id LOGIN
            DELETE /users/identifier LOGIN
            DELETE /users/{id}/sessions LOGIN
            DELETE /users/{id}/sessions/{session} LOGIN
            POST /users/{id}/unlock NONE
            POST /users/{id}/require-password-change NONE
            POST /users/import NONE
            GET /users/export NONE
            """;

    @Test
    void everyRouteThatChangesAnAccountSaysWhetherItNeedsARecentLogin() {
        Set<Permission> changing = EnumSet.of(
                Permission.SESSION,
                Permission.OWN_ACCOUNT_MANAGE,
                Permission.SELF_OR_ADMIN_MANAGE,
                Permission.ADMIN_MANAGE);
        Set<String> declared = Routes.ALL.stream()
                .filter(route -> changing.contains(route.permission()) || route.stepUp() != StepUp.NONE)
                .map(route -> route.method() + " " + route.path() + " " + route.stepUp())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(STEP_UP.lines().collect(Collectors.toCollection(TreeSet::new)), declared);
    }

    @Test
    void anUnknownPathHashesNothing() {
        for (String path : List.of("", "/", "/nothing", "/login/x", "/loginx")) {
            assertFalse(Routes.hashes("POST", path), path);
        }
        assertFalse(Routes.hashes("GET", "/login"));
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
        assertEquals(List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS"), Routes.methods("/users/me"));
        assertTrue(Routes.methods("/users/42").contains("GET"));
    }
}
