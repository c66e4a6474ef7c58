package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests every route with every kind of caller. The routes come from the {@linkplain ApiDocument document}, and the test fails if one
 * of them has no row in the table.
 */
@ExtendWith(ServerExtension.class)
final class RouteWalkIT {
    private static final List<String> CALLERS = List.of(
            "nobody",
            "garbage",
            "id-token",
            "refresh-token",
            "user",
            "other-tenant",
            "admin",
            "service",
            "vendor",
            "third-party");

    /**
     * The status that each caller gets, in the order of {@link #CALLERS}. The routes are called for the user alice, except for
     * those after which a user could not log in any more: they are called for bob, or, where they succeed, for a user who was added for
     * that.
     */
    private static final String TABLE = """
            POST /login            200 200 200 200 200 200 200 200 200 200
            POST /refresh          400 401 401 200 400 403 400 400 400 400
            POST /logout           401 401 401 200 200 403 200 403 403 200
            POST /register         400 400 400 400 400 400 400 400 400 400
            POST /users            400 401 401 401 403 403 400 403 400 403
            POST /verify-email     400 400 400 400 400 400 400 400 400 400
            PATCH /users/activation 400 400 400 400 400 400 400 400 400 400
            GET  /users/activation/resend 400 400 400 400 400 400 400 400 400 400
            POST /reset-password   200 200 200 200 200 200 200 200 200 200
            POST /reset-password/{token} 404 404 404 404 404 404 404 404 404 404
            POST /users/password/forgot 200 200 200 200 200 200 200 200 200 200
            POST /users/password/reset 404 404 404 404 404 404 404 404 404 404
            GET  /users            401 401 401 401 403 403 200 200 200 403
            GET  /users/id         401 401 401 401 200 403 200 200 200 403
            GET  /users/identifier 401 401 401 401 200 403 200 200 200 403
            GET  /users/me         401 401 401 401 200 403 200 403 403 403
            GET  /users/{id}       401 401 401 401 200 403 200 200 200 403
            GET  /users/me/sessions 401 401 401 401 200 403 200 403 403 403
            DELETE /users/me/sessions 401 401 401 401 204 403 204 403 403 403
            DELETE /users/me/sessions/{session} 401 401 401 401 404 403 404 403 403 403
            GET  /users/{id}/sessions 401 401 401 401 200 403 200 200 200 403
            DELETE /users/{id}/sessions 401 401 401 401 403 403 204 403 204 403
            DELETE /users/{id}/sessions/{session} 401 401 401 401 403 403 404 403 404 403
            POST /users/{id}/unlock 401 401 401 401 403 403 200 403 200 403
            POST /users/{id}/require-password-change 401 401 401 401 403 403 200 403 200 403
            GET  /users/{id}/credentials 401 401 401 401 200 403 200 200 200 403
            GET  /users/me/activity 401 401 401 401 200 403 200 403 403 403
            GET  /users/{id}/activity 401 401 401 401 200 403 200 200 200 403
            GET  /users/me/activity/daily 401 401 401 401 200 403 200 403 403 403
            GET  /users/{id}/activity/daily 401 401 401 401 200 403 200 200 200 403
            GET  /activity         401 401 401 401 403 403 200 200 200 403
            GET  /activity-log     200 200 200 200 200 200 200 200 200 200
            GET  /activity-log/{file} 200 200 200 200 200 200 200 200 200 200
            PUT  /users/me         401 401 401 401 200 403 200 403 403 403
            POST /users/me/pending-email 401 401 401 401 404 403 404 403 403 403
            DELETE /users/me/pending-email 401 401 401 401 204 403 204 403 403 403
            DELETE /users/me       401 401 401 401 403 403 403 403 403 403
            PUT  /users/me/password 401 401 401 401 200 403 200 403 403 403
            PUT  /users/{id}       401 401 401 401 403 403 200 403 200 403
            PATCH /users/{id}      401 401 401 401 403 403 200 403 200 403
            DELETE /users/{id}     401 401 401 401 403 403 204 403 204 403
            DELETE /users/id       401 401 401 401 403 403 204 403 204 403
            DELETE /users/identifier 401 401 401 401 403 403 204 403 204 403
            POST /users/invitations 401 401 401 401 403 403 400 403 400 403
            GET  /users/invitations 401 401 401 401 403 403 200 200 200 403
            POST /users/invitations/{id}/resend 401 401 401 401 403 403 404 403 404 403
            DELETE /users/invitations/{id} 401 401 401 401 403 403 404 403 404 403
            POST /users/invitations/accept 404 404 404 404 404 404 404 404 404 404
            POST /users/import     401 401 401 401 403 403 400 403 400 403
            GET  /users/export     401 401 401 401 403 403 200 403 200 403
            GET  /users/me/export  401 401 401 401 200 403 200 403 403 403
            GET  /users/{id}/export 401 401 401 401 200 403 200 200 200 403
            POST /users/auth/check 401 401 401 401 403 403 200 200 200 403
            PATCH /users/mfa/enable 401 401 401 401 200 403 200 403 403 403
            POST /users/mfa/verify 401 401 401 401 400 403 400 403 403 403
            GET  /users/mfa/qr     401 401 401 401 400 403 400 403 403 403
            PATCH /users/mfa/disable 401 401 401 401 400 403 400 403 403 403
            GET  /metrics          401 401 401 401 403 403 403 403 200 403
            GET  /users/health     200 200 200 200 200 200 200 200 200 200
            GET  /apidocs          200 200 200 200 200 200 200 200 200 200
            GET  /apidocs/{file}   200 200 200 200 200 200 200 200 200 200
            GET  /openapi.json     200 200 200 200 200 200 200 200 200 200
            GET  /openapi.yaml     200 200 200 200 200 200 200 200 200 200
            """;

    private static final Map<String, Map<String, Object>> BODIES = Map.ofEntries(
            Map.entry("POST /login", Map.of("username", "alice", "password", TestServer.PASSWORD)),
            Map.entry("POST /reset-password", Map.of("email", "alice@example.com")),
            Map.entry("POST /reset-password/{token}", Map.of("password", TestServer.PASSWORD)),
            Map.entry("POST /users/password/forgot", Map.of("identifier", "alice")),
            Map.entry("POST /users/password/reset", Map.of("token", "garbage", "new_password", TestServer.PASSWORD)),
            Map.entry("POST /users/invitations/accept", Map.of("token", "garbage", "password", TestServer.PASSWORD)),
            Map.entry("PUT /users/me", Map.of("gender", "Other")),
            Map.entry(
                    "PUT /users/me/password",
                    Map.of("current_password", TestServer.PASSWORD, "new_password", TestServer.PASSWORD)),
            Map.entry("POST /users/me/pending-email", Map.of("code", "garbage")),
            Map.entry("POST /users/mfa/verify", Map.of("code", "000000")),
            Map.entry("PATCH /users/mfa/disable", Map.of("totp", "000000")),
            Map.entry("PUT /users/{id}", Map.of("gender", "Other")),
            Map.entry("PATCH /users/{id}", Map.of("gender", "Other")),
            Map.entry("POST /users/auth/check", Map.of("identifier", "alice", "password", TestServer.PASSWORD)));

    private static final Map<String, Map<String, Supplier<String>>> PARAMETERS = Map.of(
            "GET /users/id", Map.of("user_id", () -> RouteWalkIT.alice),
            "GET /users/identifier", Map.of("identifier", () -> "alice"));

    private static Tenant tenant;
    private static Tenant other;
    private static String alice;
    private static String bob;
    private static final Map<String, Supplier<Optional<String>>> TOKENS = new LinkedHashMap<>();

    @BeforeAll
    static void addCallers(TestServer server, Tenant fresh) {
        tenant = fresh;
        alice = tenant.addUser("alice");
        bob = tenant.addUser("bob");
        tenant.addUser("the-admin", "admin");
        other = Tenant.on(server);
        other.addUser("the-admin", "admin");
        tenant.addClient("back-end", false);
        tenant.grantRealmManagement("back-end", "view-users");
        letScopeReach("back-end", "view-users");
        tenant.addClient("third-party", false);

        TOKENS.put("nobody", Optional::empty);
        TOKENS.put("garbage", () -> Optional.of("garbage"));
        TOKENS.put("id-token", () -> Optional.of(idToken()));
        TOKENS.put("refresh-token", () -> Optional.of(tenant.session("alice").refresh()));
        TOKENS.put("user", () -> Optional.of(tenant.session("alice").access()));
        TOKENS.put("other-tenant", () -> Optional.of(other.session("the-admin").access()));
        TOKENS.put("admin", () -> Optional.of(tenant.session("the-admin").access()));
        TOKENS.put("service", () -> Optional.of(tenant.serviceToken("back-end")));
        TOKENS.put(
                "vendor",
                () -> Optional.of(
                        Tenant.platformOf(server).session(TestServer.VENDOR).access()));
        TOKENS.put(
                "third-party",
                () -> Optional.of(tenant.passwordToken("third-party", "alice").path("access_token")));
    }

    /** Adds a role to the scope of a client, because a client without full scope has only the roles in scope that it is given. */
    private static void letScopeReach(String clientId, String role) {
        var clients = tenant.admin().clients();
        String id = clients.findByClientId(clientId).get(0).getId();
        String management = clients.findByClientId("realm-management").get(0).getId();
        clients.get(id)
                .getScopeMappings()
                .clientLevel(management)
                .add(List.of(clients.get(management).roles().get(role).toRepresentation()));
    }

    private static String idToken() {
        return Tenant.retryWhileUnauthorized(() -> tenant.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("username", "alice", "password", TestServer.PASSWORD, "scope", "openid"))
                        .post("/login"))
                .path("id_token");
    }

    @Test
    void everyRouteHasARow() {
        assertEquals(routes(ApiDocument.withPages(tenant.server(), tenant.name())), new TreeSet<>(rows().keySet()));
    }

    @Test
    void theRoutesOfPagesAreNotPublished() {
        Set<String> published = new TreeSet<>(rows().keySet());
        published.removeIf(route -> route.contains("/activity-log") || route.contains("/apidocs"));
        assertEquals(routes(ApiDocument.published(tenant.server(), tenant.name())), published);
    }

    private static Set<String> routes(JsonNode document) {
        Set<String> routes = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> routes.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return routes;
    }

    @TestFactory
    Stream<DynamicNode> everyRouteByEveryCaller() {
        return rows().entrySet().stream()
                .map(row -> dynamicContainer(
                        row.getKey(),
                        row.getValue().entrySet().stream()
                                .map(cell -> dynamicTest(
                                        cell.getKey() + " is answered " + cell.getValue(),
                                        () -> walk(row.getKey(), cell.getKey(), cell.getValue())))));
    }

    private static void walk(String route, String caller, int expected) {
        String[] parts = route.split(" ", -1);
        RequestSpecification call = call(caller);
        if (BODIES.containsKey(route)) {
            call.contentType(ContentType.JSON).body(BODIES.get(route));
        }
        String whom = alice;
        if (parts[0].equals("DELETE") || parts[1].endsWith("/require-password-change")) {
            boolean isDone = expected == 200 || expected == 204;
            String username = isDone ? "victim-" + UUID.randomUUID() : "bob";
            whom = isDone ? tenant.addUser(username) : bob;
            if (parts[1].equals("/users/id")) {
                call.queryParam("user_id", whom);
            } else if (parts[1].equals("/users/identifier")) {
                call.queryParam("identifier", username);
            }
        }
        PARAMETERS.getOrDefault(route, Map.of()).forEach((name, value) -> call.queryParam(name, value.get()));
        String path = path(parts[1], whom);
        Supplier<Response> answer = () -> call.request(parts[0], path);
        boolean isLogin = route.equals("POST /login") || route.equals("POST /users/auth/check");
        // The caller has just logged in, which Keycloak records a moment later.
        int refusal = isLogin ? 401 : route.equals("PUT /users/me/password") ? 400 : 0;
        (expected == 200 ? Tenant.retryWhileUnauthorized(refusal, answer) : answer.get())
                .then()
                .statusCode(expected);
    }

    /**
     * Tests each route with a caller to whom the table gives access, because other callers are told first that they have no
     * access.
     */
    @TestFactory
    Stream<DynamicNode> everyRouteRefusesAParameterThatItDoesNotKnow() {
        return rows().entrySet().stream()
                .map(row -> dynamicTest(row.getKey(), () -> {
                    String caller = row.getValue().entrySet().stream()
                            .filter(cell -> !List.of(401, 403).contains(cell.getValue()))
                            .map(Map.Entry::getKey)
                            .findFirst()
                            // The tenant does not let people delete themselves, which is asked after the parameters.
                            .orElse("user");
                    RequestSpecification call = call(caller);
                    PARAMETERS
                            .getOrDefault(row.getKey(), Map.of())
                            .forEach((name, value) -> call.queryParam(name, value.get()));
                    String[] parts = row.getKey().split(" ", -1);
                    call.queryParam("per_page", "1")
                            .request(parts[0], path(parts[1], bob))
                            .then()
                            .statusCode(400)
                            .body("errors.per_page", equalTo(List.of("This parameter is not known")));
                }));
    }

    private static RequestSpecification call(String caller) {
        return TOKENS.get(caller).get().map(tenant::api).orElseGet(tenant::api);
    }

    private static String path(String template, String id) {
        return template.replace("{id}", id)
                .replace("{token}", "garbage")
                .replace("{session}", "garbage")
                .replace("{file}", "page.js");
    }

    private static Map<String, Map<String, Integer>> rows() {
        Map<String, Map<String, Integer>> rows = new TreeMap<>();
        TABLE.lines().forEach(line -> {
            List<String> words = new ArrayList<>(List.of(line.trim().split("\\s+", -1)));
            Map<String, Integer> cells = new LinkedHashMap<>();
            for (int i = 0; i < CALLERS.size(); i++) {
                cells.put(CALLERS.get(i), Integer.valueOf(words.get(i + 2)));
            }
            rows.put(words.get(0) + " " + words.get(1), cells);
        });
        return rows;
    }
}
