package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.bench.Comparison.Round;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures the import of users with password hashes against Keycloak's two ways: one user after the other by the admin
 * REST API, and a partial import in batches. Then it measures logins beside an import, and the memory of a long import and of an export.
 */
final class ImportBench {
    private static final String TENANT = "bench-import";
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String ADMIN = "the-admin";
    private static final int PEOPLE = 200;
    private static final int WARM_UPS = 6;
    private static final int ROUNDS = 10;
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int IMPORTED = 5_000;
    private static final int ONE_BY_ONE = 150;
    private static final int PARTIAL = 500;
    private static final int LOGINS = 120;
    private static final int LINES_AT_ONCE = 100;

    /** The number of users of the long import. */
    private static final int MANY = Integer.parseInt(
            Optional.ofNullable(System.getenv("BENCH_IMPORT_USERS")).orElse("100000"));

    private static final String SALT = "AeBmc9eJYfNpaT7X";
    private static final String DIGEST = "d27144f767a5dd9f23cfaa072afb2a96e3997f1eeed0aae5ea10163f7df8e6d0";
    private static final int ITERATIONS = 260_000;

    private final Server server;
    private int made;

    private ImportBench(Server server) {
        this.server = server;
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        ObjectNode tenant = Tenants.tenant(TENANT);
        Tenants.addUser(tenant, ADMIN, "admin");
        for (int i = 0; i < PEOPLE; i++) {
            Tenants.addUser(tenant, "user-" + i);
        }
        server.addRealm(tenant.toString());
        ImportBench bench = new ImportBench(server);
        Results results = new Results("Import");
        bench.compare(results, "admin REST, one user after the other", 20, i -> bench.oneByOne());
        bench.compare(results, "partial import, " + PARTIAL + " users a call", 10, i -> bench.partialImport());
        bench.logins(results);
        bench.manyUsers(results);
        results.write(
                "%d rounds; %d users of ours a round, %d one by one, %d by a partial import, all with the same hash."
                        .formatted(ROUNDS, IMPORTED, ONE_BY_ONE, PARTIAL),
                HEAP,
                database);
    }

    private void compare(Results results, String with, double target, Comparison.Turn theirs) throws Exception {
        Comparison comparison =
                Comparison.inTurns("import", WARM_UPS, ROUNDS, LIMIT, i -> turn(IMPORTED, this::importUsers), theirs);
        results.atLeast(
                OptionalDouble.of(target),
                "`POST /users/import`: users a second",
                with,
                comparison.throughputRatio(),
                Comparison.throughput(comparison.ours()),
                Comparison.throughput(comparison.theirs()));
    }

    /** Creates a number of users. */
    private interface Creating {
        void create(int users) throws Exception;
    }

    private Round turn(int users, Creating work) throws Exception {
        double cpu = server.cpuSeconds();
        long start = System.nanoTime();
        work.create(users);
        return new Round((System.nanoTime() - start) / 1e9, server.cpuSeconds() - cpu, new double[users]);
    }

    private Round oneByOne() throws Exception {
        return turn(ONE_BY_ONE, users -> {
            for (int i = 0; i < users; i++) {
                Server.send(
                        server.asAdmin(server.post(
                                "/admin/realms/" + TENANT + "/users",
                                "application/json",
                                keycloaks().toString())),
                        201);
            }
        });
    }

    private Round partialImport() throws Exception {
        return turn(PARTIAL, users -> {
            ObjectNode body = Server.JSON.createObjectNode().put("ifResourceExists", "FAIL");
            for (int i = 0; i < users; i++) {
                body.withArray("users").add(keycloaks());
            }
            Server.send(
                    server.asAdmin(server.post(
                            "/admin/realms/" + TENANT + "/partialImport", "application/json", body.toString())),
                    200);
        });
    }

    private ObjectNode keycloaks() {
        String name = "person-" + made++;
        ObjectNode user = Server.JSON
                .createObjectNode()
                .put("username", name)
                .put("email", name + "@example.com")
                .put("emailVerified", true)
                .put("enabled", true)
                .put("firstName", "Test")
                .put("lastName", "Person");
        user.putObject("attributes").putArray("gender").add("Other");
        user.putArray("realmRoles").add("default-roles-" + TENANT);
        String salt = Base64.getEncoder().encodeToString(SALT.getBytes(StandardCharsets.UTF_8));
        String value = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(DIGEST));
        user.putArray("credentials")
                .addObject()
                .put("type", "password")
                .put("secretData", "{\"value\":\"" + value + "\",\"salt\":\"" + salt + "\"}")
                .put("credentialData", "{\"hashIterations\":" + ITERATIONS + ",\"algorithm\":\"pbkdf2-sha256\"}");
        return user;
    }

    private String line() {
        String name = "person-" + made++;
        return Server.JSON
                .createObjectNode()
                .put("username", name)
                .put("email", name + "@example.com")
                .put("is_email_verified", true)
                .put("first_name", "Test")
                .put("last_name", "Person")
                .put("gender", "Other")
                .put("password_hash", "pbkdf2:sha256:" + ITERATIONS + "$" + SALT + "$" + DIGEST)
                .put("password_format", "werkzeug")
                .toString();
    }

    private void importUsers(int users) throws Exception {
        importUsers(users, () -> true);
    }

    /** Sends lines until there are enough or the condition is false any more. */
    private void importUsers(int users, BooleanSupplier isWanted) throws Exception {
        Iterable<byte[]> body = () -> new Iterator<>() {
            private int sent;

            @Override
            public boolean hasNext() {
                return sent < users && isWanted.getAsBoolean();
            }

            @Override
            public byte[] next() {
                int size = Math.min(LINES_AT_ONCE, users - sent);
                sent += size;
                return IntStream.range(0, size)
                        .mapToObj(i -> line() + "\n")
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8);
            }
        };
        HttpRequest request = HttpRequest.newBuilder(server.at("/realms/" + TENANT + "/api/users/import?mode=skip"))
                .header("Content-Type", "application/x-ndjson")
                .header("Authorization", "Bearer " + Tenants.login(server, TENANT, ADMIN))
                .POST(HttpRequest.BodyPublishers.ofByteArrays(body))
                .build();
        HttpResponse<InputStream> answer = Server.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
        requireAll(answer.body());
    }

    private static void requireAll(InputStream answer) throws IOException {
        String last = null;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        JsonNode summary = Server.JSON.readTree(last).path("summary");
        if (!summary.path("done").asBoolean() || summary.path("refused").asInt() > 0) {
            throw new IllegalStateException("The import has failed: " + last);
        }
    }

    /** Compares logins beside an import with logins alone. */
    private void logins(Results results) throws Exception {
        Comparison.Side login = item -> server.post(
                        "/realms/" + TENANT + "/api/login",
                        "application/json",
                        Server.JSON
                                .createObjectNode()
                                .put("identifier", "user-" + item % PEOPLE)
                                .put("password", Tenants.PASSWORD)
                                .toString())
                .build();
        Comparison comparison = Comparison.inTurns(
                "logins beside an import",
                1,
                ROUNDS,
                LIMIT,
                i -> {
                    AtomicBoolean isOver = new AtomicBoolean();
                    CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> {
                        try {
                            importUsers(Integer.MAX_VALUE, () -> !isOver.get());
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
                    Thread.sleep(3_000);
                    Round round = Comparison.round(server, i * LOGINS, LOGINS, login);
                    isOver.set(true);
                    beside.join();
                    return round;
                },
                i -> Comparison.round(server, i * LOGINS, LOGINS, login));
        results.atLeast(
                OptionalDouble.of(0.7),
                "`POST /login` beside an import: throughput",
                "the same without an import",
                comparison.throughputRatio(),
                Comparison.throughput(comparison.ours()),
                Comparison.throughput(comparison.theirs()));
    }

    /** Imports many users in one call, and exports all of them in another. Their first tenth shows what either needs anyway. */
    private void manyUsers(Results results) throws Exception {
        importUsers(MANY / 10);
        Memory before = Memory.of(server);
        Round imported = turn(MANY, this::importUsers);
        String what = "one import of " + MANY + " users";
        results.alone(OptionalDouble.empty(), what + ": users a second", imported.throughput(), "/s");
        before.growth(results, what);
        exportUsers(MANY / 10);
        before = Memory.of(server);
        Round exported = turn(MANY, this::exportUsers);
        what = "one export of " + MANY + " users";
        results.alone(OptionalDouble.empty(), what + ": users a second", exported.throughput(), "/s");
        before.growth(results, what);
    }

    /** The server's memory at a moment, in MiB. */
    private record Memory(Server server, double resident, double peak) {
        static Memory of(Server server) throws IOException, InterruptedException {
            return new Memory(server, server.residentMemory(), server.peakMemory());
        }

        /** Adds how much the memory has grown since. */
        void growth(Results results, String what) throws IOException, InterruptedException {
            double peakNow = server.peakMemory();
            double now = server.residentMemory();
            String growth = ": growth of the resident memory";
            results.alone(OptionalDouble.empty(), what + growth + ", at the end", now - resident, "MiB");
            results.alone(OptionalDouble.empty(), what + growth + ", at its peak", peakNow - peak, "MiB");
        }
    }

    /** Reads the lines of an export until there are enough. */
    private void exportUsers(int users) throws Exception {
        HttpRequest request = server.get("/realms/" + TENANT + "/api/users/export")
                .header("Authorization", "Bearer " + Tenants.login(server, TENANT, ADMIN))
                .build();
        HttpResponse<InputStream> answer = Server.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
        int read = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            while (read < users && lines.readLine() != null) {
                read++;
            }
        }
        if (answer.statusCode() != 200 || read < users) {
            throw new IllegalStateException("The export has ended after " + read + " users");
        }
    }
}
