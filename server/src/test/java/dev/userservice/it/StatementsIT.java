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
        assertEquals(
                "{registration=20, activation=14, a used code=1, resend, known=1, resend, unknown=1, login=8, refresh=4,"
                        + " own user=1}",
                costs.toString());
    }
}
