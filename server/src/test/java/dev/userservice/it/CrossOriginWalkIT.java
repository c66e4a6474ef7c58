package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests every route as a page in a browser sees it. A page of an allowed origin can read each answer, whatever its status. A page of
 * another origin is refused and learns nothing else.
 */
@ExtendWith(ServerExtension.class)
final class CrossOriginWalkIT {
    private static final String SHOP = "https://shop.example";
    private static final String APP = "https://app-1.example";
    private static final String FOREIGN = "https://foreign.example";
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private static final Set<Integer> SEEN = new ConcurrentSkipListSet<>();

    private static Tenant tenant;
    private static List<HostileCalls.Operation> operations;
    private static String alice;
    private static String boss;

    @BeforeAll
    static void addPeople(TestServer server) {
        tenant = Tenant.on(server, CrossOriginWalkIT::allowTheShop).withLongTokens();
        tenant.addClient("app-1", true);
        tenant.addUser("alice");
        tenant.addUser("boss", "admin");
        alice = token("alice");
        boss = token("boss");
        operations = new HostileCalls(ApiDocument.withPages(server, tenant.name()), List.of()).operations();
    }

    /** Allows the shop to call the public routes, whose origins are those of the API's own client. */
    private static void allowTheShop(ObjectNode realm) {
        realm.withArray("/clients").forEach(client -> {
            if (client.path("clientId").asText().equals("user-service-api")) {
                ((ObjectNode) client).putArray("webOrigins").add(SHOP);
            }
        });
    }

    private static String token(String username) {
        return tenant.passwordToken("app-1", username).path("access_token");
    }

    /**
     * Returns an origin of the token's client if the operation requires or accepts a token, and otherwise an origin of the public routes.
     */
    private static String originOf(HostileCalls.Operation operation) {
        return isPublic(operation) ? SHOP : APP;
    }

    private static boolean isPublic(HostileCalls.Operation operation) {
        return operation.node().path("security").isEmpty();
    }

    private static boolean needsToken(HostileCalls.Operation operation) {
        JsonNode security = operation.node().path("security");
        return !security.isEmpty()
                && StreamSupport.stream(security.spliterator(), false).noneMatch(JsonNode::isEmpty);
    }

    @TestFactory
    Stream<DynamicTest> anAllowedOriginMayReadEveryAnswer() {
        return Stream.concat(
                operations.stream()
                        .map(operation -> dynamicTest(
                                operation.method() + " " + operation.path(), () -> everyAnswerIsReadable(operation))),
                Stream.of(dynamicTest(
                        "and these were answers of all kinds",
                        () -> assertTrue(
                                SEEN.containsAll(Set.of(200, 400, 401, 403, 404, 405, 415)), SEEN::toString))));
    }

    private static void everyAnswerIsReadable(HostileCalls.Operation operation) {
        String origin = originOf(operation);
        assertReadable(origin, call(operation, origin, personsToken(operation, "alice"), with -> with));
        assertReadable(origin, call(operation, origin, personsToken(operation, "boss"), with -> with));
        assertReadable(
                origin,
                call(
                        operation,
                        origin,
                        boss,
                        with -> with.queryParam("twice", "a").queryParam("twice", "b")));
        if (operation.node().has("requestBody")) {
            String token = personsToken(operation, "boss");
            assertReadable(
                    origin,
                    call(
                            operation,
                            origin,
                            token,
                            with -> with.contentType(ContentType.JSON).body("{")));
            assertReadable(
                    origin,
                    call(
                            operation,
                            origin,
                            boss,
                            with -> with.contentType(ContentType.XML).body("<a/>")));
        }
        if (needsToken(operation)) {
            assertReadable(origin, 401, call(operation, origin, null, with -> with));
            assertReadable(origin, 401, call(operation, origin, "garbage", with -> with));
        }
        Set<String> answered = operations.stream()
                .filter(other -> other.path().equals(operation.path()))
                .map(HostileCalls.Operation::method)
                .collect(Collectors.toCollection(TreeSet::new));
        METHODS.stream()
                .filter(method -> !answered.contains(method))
                .forEach(method -> assertReadable(
                        origin,
                        405,
                        tenant.api(boss).header("Origin", origin).request(method, path(operation.path()))));
        assertReadable(
                origin, 404, tenant.api(boss).header("Origin", origin).request(operation.method(), "/no/such/path"));
    }

    private static Response anonymously(Tenant limited, HostileCalls.Operation operation) {
        RequestSpecification call = limited.api().header("Origin", SHOP);
        if (operation.node().at("/requestBody/content").has("application/json")) {
            call.contentType(ContentType.JSON).body(Map.of("refresh_token", "garbage"));
        }
        return call.request(operation.method(), path(operation.path()));
    }

    /** Returns a token of the person. A logout ends the session of its token, so each logout gets a token of its own. */
    private static String personsToken(HostileCalls.Operation operation, String username) {
        if (operation.path().equals("/logout")) {
            return token(username);
        }
        return username.equals("boss") ? boss : alice;
    }

    /**
     * Makes a call with the least that a route needs in order to check the rest. No user or other object has the names that the call uses.
     */
    private static Response call(
            HostileCalls.Operation operation, String origin, String token, UnaryOperator<RequestSpecification> with) {
        RequestSpecification call = token == null ? tenant.api() : tenant.api(token);
        for (JsonNode parameter : operation.node().path("parameters")) {
            if (parameter.path("in").asText().equals("query")
                    && parameter.path("required").asBoolean()) {
                call.queryParam(parameter.path("name").asText(), UUID.randomUUID());
            }
        }
        return with.apply(call.header("Origin", origin)).request(operation.method(), path(operation.path()));
    }

    private static String path(String template) {
        return template.replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
    }

    private static void assertReadable(String origin, int status, Response answer) {
        assertEquals(status, answer.statusCode());
        assertReadable(origin, answer);
    }

    private static void assertReadable(String origin, Response answer) {
        SEEN.add(answer.statusCode());
        answer.then().header(ALLOW_ORIGIN, equalTo(origin));
    }

    @TestFactory
    Stream<DynamicTest> aForeignOriginIsRefusedAndToldNothing() {
        return operations.stream()
                .map(operation -> dynamicTest(
                        operation.method() + " " + operation.path(),
                        () -> Stream.of(alice, boss)
                                .forEach(token -> call(operation, FOREIGN, token, with -> with)
                                        .then()
                                        .statusCode(403)
                                        .body("detail", equalTo("Invalid origin"))
                                        .header(ALLOW_ORIGIN, nullValue()))));
    }

    @TestFactory
    Stream<DynamicTest> anAllowedOriginMayReadThatThereWereTooMany(TestServer server) {
        Tenant limited = Tenant.on(
                server,
                Limits.with(Limits.DEFAULTS.keySet().stream().collect(Collectors.toMap(name -> name, name -> "1/1h")))
                        .andThen(CrossOriginWalkIT::allowTheShop));
        return operations.stream()
                .map(operation -> dynamicTest(
                        operation.method() + " " + operation.path(),
                        () -> assertReadable(
                                SHOP,
                                429,
                                Tenant.retryUntil(
                                        answer -> answer.statusCode() == 429, () -> anonymously(limited, operation)))));
    }
}
