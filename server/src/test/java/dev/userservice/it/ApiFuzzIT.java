package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.config.EncoderConfig;
import io.restassured.config.HttpClientConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Calls every operation of the OpenAPI document with input that nobody should send, and tests that no answer is a server error, is late, or
 * differs from the document. {@code -Dfuzz.seconds} sets how long the test runs. Every build makes the same calls; {@code -Dfuzz.seed}
 * makes others.
 */
@ExtendWith(ServerExtension.class)
final class ApiFuzzIT {
    private static final Duration LONG = Duration.ofSeconds(Long.getLong("fuzz.seconds", 30));
    private static final int PATIENCE_MILLIS = 60_000;
    /** Is the least number of calls to each operation, however slow the machine is. */
    private static final int LEAST = 12;

    /** Makes calls with an access token, which it keeps for as long as the token is valid. */
    private static final class Caller {
        private final Tenant tenant;
        private final Supplier<String> login;
        private String token;

        /** Creates a caller whose access tokens come from {@code login}, or an anonymous caller if {@code login} is null. */
        Caller(Tenant tenant, Supplier<String> login) {
            this.tenant = tenant;
            this.login = login;
        }

        /** Returns a caller that is another user after each login, because a call may change the user who makes it. */
        static Caller someone(Tenant tenant, String... roles) {
            return new Caller(tenant, () -> {
                String username = "caller-" + UUID.randomUUID();
                tenant.addUser(username, roles);
                return tenant.session(username).access();
            });
        }

        RequestSpecification call() {
            if (login == null) {
                return tenant.api();
            }
            if (token == null) {
                token = login.get();
            }
            return tenant.api(token);
        }

        void forget() {
            token = null;
        }
    }

    @Test
    void noCallBreaksTheServer(TestServer server, Tenant tenant) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(tenant.addUser("victim-" + i));
        }
        ids.add("victim-0");
        ids.add("victim-1@example.com");
        HostileCalls calls = new HostileCalls(ApiDocument.withPages(server, tenant.name()), ids);
        List<HostileCalls.Operation> operations = calls.operations();
        List<Caller> callers = List.of(
                new Caller(tenant, null),
                Caller.someone(tenant),
                Caller.someone(tenant, "admin"),
                new Caller(
                        tenant,
                        () -> Tenant.platformOf(server)
                                .session(TestServer.VENDOR)
                                .access()));
        String seed = System.getProperty("fuzz.seed", "1");
        Map<String, Integer> sent = new HashMap<>();
        Map<Integer, Integer> answered = new TreeMap<>();

        JqwikSession.run(seed, () -> {
            Instant end = Instant.now().plus(LONG);
            for (int turn = 0; turn < LEAST || Instant.now().isBefore(end); turn++) {
                Caller caller = callers.get(turn % callers.size());
                for (HostileCalls.Operation operation : operations) {
                    HostileCalls.Call call = calls.next(operation);
                    Response answer = send(call, caller, seed);
                    sent.merge(operation.id(), 1, Integer::sum);
                    answered.merge(answer.statusCode(), 1, Integer::sum);
                    if (answer.statusCode() == 401 || operation.path().startsWith("/logout")) {
                        caller.forget();
                    }
                }
                JqwikSession.finishTry();
            }
        });

        System.out.println("Fuzz: seed " + seed + ", "
                + sent.values().stream().mapToInt(n -> n).sum() + " calls, " + answered);
        assertEquals(operations.size(), sent.size());
        int all = answered.values().stream().mapToInt(times -> times).sum();
        int good = answered.getOrDefault(200, 0) + answered.getOrDefault(201, 0) + answered.getOrDefault(204, 0);
        assertTrue(good > all / 20, "Hardly anything got through the door: " + answered);
        assertTrue(answered.getOrDefault(415, 0) < all / 10, "Too much was not read at all: " + answered);
        tenant.api().get("/users/health").then().statusCode(200);
    }

    /** Sends a call. The contract's filter compares the answer with the OpenAPI document. */
    private static Response send(HostileCalls.Call call, Caller caller, String seed) {
        RequestSpecification request = caller.call()
                .config(RestAssuredConfig.config()
                        // The request must have exactly the content type that the call has.
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false))
                        .httpClient(HttpClientConfig.httpClientConfig()
                                .setParam("http.socket.timeout", PATIENCE_MILLIS)
                                .setParam("http.connection.timeout", PATIENCE_MILLIS)));
        call.query().forEach((name, values) -> request.queryParam(name, values));
        if (call.type() != null) {
            request.contentType(call.type()).body(call.body().getBytes(StandardCharsets.UTF_8));
        }
        try {
            Response answer =
                    request.request(call.method(), call.path(), call.segments().toArray());
            if (answer.statusCode() >= 500) {
                throw new AssertionError(answer.asString());
            }
            return answer;
        } catch (AssertionError | RuntimeException e) {
            String reason = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", "?");
            throw new AssertionError("Seed " + seed + ": " + call + "\n" + reason, e);
        }
    }
}
