package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How many SQL statements a route costs on its request's thread, Keycloak's own included, when the realm is in the cache. A
 * number that changes is looked at: it is pinned here so that nobody adds one unseen. It has a server of its own, that logs
 * them.
 */
final class StatementsIT {
    private static TestServer server;
    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")),
                "only an unpacked server can be told to log");
        server = TestServer.loggingSql("statements");
        tenant = Tenant.on(server);
        tenant.addUser("alice");
        // What is in the caches after this is so in production.
        activate(registered());
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
        tenant.refresh(session.refresh()).then().statusCode(200);
        resend("nobody");
        tenant.addUser("checked");
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
        put(admin, "/users/" + create().path("id"), Map.of("role", "admin"));
        check(TestServer.PASSWORD).then().statusCode(200);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static Response register() {
        return tenant.registration(Map.of());
    }

    private static String registered() {
        return server.inbox()
                .next(register().then().statusCode(201).extract().path("user.email"))
                .code();
    }

    private static Response activate(String code) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .patch("/users/activation");
    }

    private static Response resend(String identifier) {
        return tenant.api().queryParam("identifier", identifier).get("/users/activation/resend");
    }

    private static void measure(Map<String, Long> costs, String what, int status, Supplier<Response> call) {
        long before = logged();
        call.get().then().statusCode(status);
        costs.put(what, logged() - before);
    }

    /** The statements of requests so far, when the log has come to rest. */
    private static long logged() {
        AtomicLong last = new AtomicLong(-1);
        Until.holds("a log at rest", Duration.ofSeconds(30), () -> count() == last.getAndSet(count()));
        return last.get();
    }

    private static long count() {
        return server.node()
                .log()
                .lines()
                .filter(line -> line.contains("[org.hibernate.SQL]") && line.contains("(executor-thread"))
                .count();
    }

    private static void measureChanges(Map<String, Long> costs, Tenant.Session session) {
        Map<String, String> password =
                Map.of("current_password", TestServer.PASSWORD, "new_password", TestServer.PASSWORD);
        measure(costs, "own change", 200, () -> put(session.access(), "/users/me", Map.of("first_name", "Jane")));
        measure(costs, "own password", 200, () -> put(session.access(), "/users/me/password", password));
        String path = "/users/" + tenant.addUser("paul");
        tenant.api(admin).get(path).then().statusCode(200);
        measure(costs, "change", 200, () -> put(admin, path, Map.of("first_name", "Jane")));
        measure(costs, "role", 200, () -> put(admin, path, Map.of("role", "admin")));
        measure(costs, "disable", 200, () -> put(admin, path, Map.of("is_active", false)));
        measure(costs, "no change", 200, () -> put(admin, path, Map.of()));
        measure(costs, "delete", 204, () -> tenant.api(admin).delete(path));
        measure(costs, "creation", 201, StatementsIT::create);
        measure(costs, "check", 200, () -> check(TestServer.PASSWORD));
        measure(costs, "check, wrong", 401, () -> check("wrong"));
    }

    private static Response put(String token, String path, Map<String, ?> body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).put(path);
    }

    private static Response create() {
        return tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "email",
                        UUID.randomUUID() + "@example.com",
                        "first_name",
                        "Jane",
                        "password",
                        TestServer.PASSWORD,
                        "is_active",
                        true))
                .post("/users");
    }

    private static Response check(String password) {
        return tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "checked", "password", password))
                .post("/users/auth/check");
    }

    @Test
    void eachRouteCostsWhatItDid() {
        Map<String, Long> costs = new LinkedHashMap<>();
        measure(costs, "registration", 201, StatementsIT::register);
        String code = registered();
        measure(costs, "activation", 200, () -> activate(code));
        measure(costs, "a used code", 404, () -> activate(code));
        String pending = register().then().statusCode(201).extract().path("user.email");
        measure(costs, "resend, known", 200, () -> resend(pending));
        measure(costs, "resend, unknown", 200, () -> resend(UUID.randomUUID() + "@example.com"));
        measure(costs, "login", 200, () -> tenant.login("alice", TestServer.PASSWORD));
        Tenant.Session session = tenant.session("alice");
        measure(costs, "refresh", 200, () -> tenant.refresh(session.refresh()));
        measure(costs, "own user", 200, () -> tenant.api(session.access()).get("/users/me"));
        measureChanges(costs, session);
        assertEquals(
                "{registration=20, activation=14, a used code=1, resend, known=1, resend, unknown=1, login=8, refresh=4,"
                        + " own user=1, own change=12, own password=22, change=12, role=15, disable=19, no change=8,"
                        + " delete=40, creation=15, check=7, check, wrong=0}",
                costs.toString());
    }
}
