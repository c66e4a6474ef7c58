package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Measures what it costs to count cheap requests, in memory and on Redis, and what it costs to refuse them. */
final class LimitsBench {
    private static final String HEAP = "-Xms512m -Xmx512m";

    /** Is the tenant where nothing is counted. */
    private static final String OFF = "bench-off";

    /** Is the tenant where everything is counted and nothing is refused. */
    private static final String COUNTED = "bench-counted";

    /** Is the tenant where everything is refused. */
    private static final String REFUSED = "bench-refused";

    private static final Map<String, String> RATES = Map.of(OFF, "0", COUNTED, "1000000/1s", REFUSED, "1/1h");

    /** Is the number of users. Each has a bucket of their own, and no two requests about the same user are in flight together. */
    private static final int USERS = Comparison.CONNECTIONS;

    private static final int WARM_UP = 8_000;
    private static final int ROUNDS = 20;
    private static final int REQUESTS_A_ROUND = 2_000;

    private final Server server;
    private final Results results;
    private final String store;

    private LimitsBench(Server server, Results results, String store) {
        this.server = server;
        this.results = results;
        this.store = store;
    }

    static void run(Path folder) throws Exception {
        String version = redisVersion();
        int port = Server.freePort();
        startRedis(port);
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        Results results = new Results("Limits");

        server.start();
        for (String tenant : RATES.keySet()) {
            server.addRealm(tenant(tenant).toString());
        }
        new LimitsBench(server, results, "in memory").measure();
        server.stop();

        server.start(Map.of(Server.option("redis-url"), "redis://127.0.0.1:" + port));
        new LimitsBench(server, results, "on Redis").measure();
        if (server.meter("user_service_redis_up") != 1 || server.meter("user_service_redis_outages_total") != 0) {
            throw new IllegalStateException("Not all was counted on Redis");
        }
        results.write(
                ("%d connections from one address, %d users; at most %d rounds of %d requests. Redis %s on this machine,"
                                + " which answered %.0f questions late.")
                        .formatted(
                                Comparison.CONNECTIONS,
                                USERS,
                                ROUNDS,
                                REQUESTS_A_ROUND,
                                version,
                                server.meter("user_service_redis_late_total")),
                HEAP,
                database);
    }

    private void measure() throws Exception {
        // All calls warm up before any is measured, so that the server has given answers of each kind.
        for (String tenant : List.of(OFF, COUNTED, REFUSED)) {
            for (Calls calls : List.of(health(tenant), me(tenant))) {
                calls.first();
                Comparison.round(server, 0, WARM_UP, calls);
            }
        }
        compare("`GET /users/health`, one bucket", health(OFF), health(COUNTED), health(REFUSED));
        compare("`GET /users/me`, a bucket for each user", me(OFF), me(COUNTED), me(REFUSED));
    }

    private void compare(String route, Calls off, Calls counted, Calls refused) throws Exception {
        report(route + ", counted " + store, "the same without limits", counted, off);
        report(route + ", refused, counted " + store, "the same answered, counted " + store, refused, counted);
    }

    private void report(String what, String with, Calls ours, Calls theirs) throws Exception {
        Comparison comparison =
                Comparison.of(server, what, ROUNDS, REQUESTS_A_ROUND, Duration.ofSeconds(30), ours, theirs);
        results.requests(what, with, comparison, OptionalDouble.empty(), OptionalDouble.empty());
    }

    private Calls health(String tenant) {
        return new Calls(tenant, server.get("/realms/" + tenant + "/api/users/health"), List.of());
    }

    private Calls me(String tenant) throws Exception {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            tokens.add(Tenants.login(server, tenant, user(i)));
        }
        return new Calls(tenant, server.get("/realms/" + tenant + "/api/users/me"), tokens);
    }

    /** The calls of a route. If there are tokens, the calls use one user's token after the other. */
    private record Calls(String tenant, HttpRequest.Builder call, List<String> tokens) implements Comparison.Side {
        @Override
        public HttpRequest request(int item) {
            HttpRequest.Builder request = call.copy();
            return tokens.isEmpty()
                    ? request.build()
                    : request.header("Authorization", "Bearer " + tokens.get(item % tokens.size()))
                            .build();
        }

        @Override
        public int status() {
            return tenant.equals(REFUSED) ? 429 : 200;
        }

        /** Sends one request for each bucket, whatever the answer is. It uses up the permits of those who are to be refused. */
        void first() throws IOException, InterruptedException {
            for (int i = 0; i < USERS; i++) {
                HttpResponse<Void> answer = Server.HTTP.send(request(i), HttpResponse.BodyHandlers.discarding());
                if (answer.headers().firstValue("RateLimit").isPresent() == tenant.equals(OFF)) {
                    throw new IllegalStateException(tenant + " does not count what it should");
                }
            }
        }
    }

    private static ObjectNode tenant(String name) {
        ObjectNode tenant = Tenants.tenant(name);
        for (String limit : List.of("limit-anonymous", "limit-caller")) {
            tenant.withObject("/attributes").put("user-service." + limit, RATES.get(name));
        }
        for (int i = 0; i < USERS; i++) {
            Tenants.addUser(tenant, user(i));
        }
        return tenant;
    }

    private static String user(int number) {
        return "user-" + number;
    }

    /** Starts a Redis that runs as long as the benchmark does, and stores nothing. */
    private static void startRedis(int port) throws IOException {
        String number = Integer.toString(port);
        Process redis = redis("--bind", "127.0.0.1", "--port", number, "--save", "", "--appendonly", "no")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Bench.onClose(() -> {
            redis.destroy();
            redis.waitFor();
        });
    }

    private static String redisVersion() throws IOException {
        try (InputStream text = redis("--version").start().getInputStream()) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?s).* v=([\\d.]+).*", "$1");
        } catch (IOException e) {
            throw new IllegalStateException("redis-server is not there: this benchmark needs it in the PATH", e);
        }
    }

    private static ProcessBuilder redis(String... options) {
        return new ProcessBuilder(Stream.concat(Stream.of("redis-server"), Stream.of(options))
                        .toList())
                .redirectErrorStream(true);
    }
}
