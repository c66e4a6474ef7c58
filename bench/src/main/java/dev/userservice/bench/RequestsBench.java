package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.http.RequestObserver;
import dev.userservice.server.Layout;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Measures what it costs a request of the API to get an id, to be counted and timed, and to leave a line in the log. */
final class RequestsBench {
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String TENANT = "bench-requests";

    /** Is the package in the jar of the classes that see each request. Their names start with {@link #OBSERVER}. */
    private static final String FOLDER = RequestObserver.class.getPackageName().replace('.', '/');

    private static final String OBSERVER = RequestObserver.class.getSimpleName();

    /** Is the header that the observer gives an answer. */
    private static final String ID = "X-Request-ID";

    /** Is the name of the logger to which the observer writes at DEBUG. */
    private static final String ACCESS = "dev.userservice.access";

    private static final Map<String, String> LOGGED =
            Map.of("KC_LOG_LEVEL", "info," + ACCESS + ":debug", "KC_LOG_CONSOLE_OUTPUT", "json");

    private static final int USERS = Comparison.CONNECTIONS;

    private static final int ROUNDS = 25;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int WARM_UPS = 6;
    private static final int HEALTH_A_WARM_UP = 6_000;
    private static final int ME_A_WARM_UP = 1_200;
    private static final int HEALTH_A_ROUND = 2_500;
    private static final int ME_A_ROUND = 600;

    private RequestsBench() {}

    static void run(Path folder) throws Exception {
        Files.createDirectories(folder);
        Database database = Database.open();
        Server with = Server.build(folder.resolve("with"), database, HEAP, true);
        Server without = Server.buildWith(blindJar(folder), folder.resolve("without"), database, HEAP);
        Server logging = Server.build(folder.resolve("logging"), database, HEAP, true);
        Results results = new Results("Requests");

        with.start();
        // The realm is added before another server starts, because each server has caches of its own.
        with.addRealm(tenant().toString());
        without.start();
        logging.start(LOGGED);
        Calls seen = new Calls(with, true);
        Calls unseen = new Calls(without, false);
        Calls logged = new Calls(logging, true);
        warmUp(List.of(seen, unseen, logged));
        compare(results, "", seen, "the same Keycloak without " + OBSERVER, unseen, OptionalDouble.of(0.97));
        compare(results, ", each in the log", logged, "the same, not in the log", seen, OptionalDouble.empty());
        if (logging.logged(ACCESS) < WARM_UPS * (HEALTH_A_WARM_UP + ME_A_WARM_UP) || with.logged(ACCESS) > 0) {
            throw new IllegalStateException("What should be in the log is not, or the other way round");
        }
        results.write(
                ("%d connections, %d users; at most %d rounds of %d requests for `/users/health`, of %d for `/users/me`."
                                + " By itself, the two meters take %.0f ns a request.")
                        .formatted(
                                Comparison.CONNECTIONS, USERS, ROUNDS, HEALTH_A_ROUND, ME_A_ROUND, MetersCost.nanos()),
                HEAP,
                database);
    }

    /** Returns a jar of the extension without the classes that see each request. */
    private static Path blindJar(Path folder) throws IOException {
        Path jar = folder.resolve("without-" + OBSERVER + ".jar");
        Files.copy(Layout.ofBuild().jar(), jar);
        try (FileSystem inside = FileSystems.newFileSystem(jar);
                Stream<Path> classes = Files.list(inside.getPath(FOLDER))) {
            List<Path> observer = classes.filter(
                            file -> file.getFileName().toString().startsWith(OBSERVER))
                    .toList();
            if (observer.isEmpty()) {
                throw new IllegalStateException("No " + OBSERVER + " is in the jar");
            }
            for (Path file : observer) {
                Files.delete(file);
            }
        }
        return jar;
    }

    private static ObjectNode tenant() {
        ObjectNode tenant = Tenants.tenant(TENANT);
        for (int i = 0; i < USERS; i++) {
            Tenants.addUser(tenant, user(i));
        }
        return tenant;
    }

    private static String user(int number) {
        return "user-" + number;
    }

    /** Warms up the servers in turns, so that each can compile what it has seen while another one is asked. */
    private static void warmUp(List<Calls> all) throws Exception {
        for (int i = 0; i < WARM_UPS; i++) {
            for (Calls calls : all) {
                Comparison.round(calls.server, 0, HEALTH_A_WARM_UP, calls.health());
                Comparison.round(calls.server, 0, ME_A_WARM_UP, calls.me());
            }
        }
    }

    private static void compare(
            Results results, String suffix, Calls ours, String with, Calls theirs, OptionalDouble target)
            throws Exception {
        String health = "`GET /users/health`" + suffix;
        Comparison ofHealth = inTurns(health, HEALTH_A_ROUND, ours, ours.health(), theirs, theirs.health());
        results.requests(health, with, ofHealth, target, OptionalDouble.empty());
        String me = "`GET /users/me`" + suffix;
        Comparison ofMe = inTurns(me, ME_A_ROUND, ours, ours.me(), theirs, theirs.me());
        results.requests(me, with, ofMe, OptionalDouble.empty(), OptionalDouble.empty());
    }

    private static Comparison inTurns(
            String name, int size, Calls ours, Comparison.Side mine, Calls theirs, Comparison.Side other)
            throws Exception {
        return Comparison.inTurns(
                name,
                1,
                ROUNDS,
                LIMIT,
                i -> Comparison.round(ours.server, i * size, size, mine),
                i -> Comparison.round(theirs.server, i * size, size, other));
    }

    /** The calls of a server whose answers must have an id, or must have none. */
    private record Calls(Server server, boolean hasId) {
        Comparison.Side health() throws Exception {
            HttpRequest request =
                    server.get("/realms/" + TENANT + "/api/users/health").build();
            return checked(item -> request);
        }

        /** Returns calls that use one user's token after the other. */
        Comparison.Side me() throws Exception {
            HttpRequest.Builder call = server.get("/realms/" + TENANT + "/api/users/me");
            List<HttpRequest> requests = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                String token = Tenants.login(server, TENANT, user(i));
                requests.add(
                        call.copy().header("Authorization", "Bearer " + token).build());
            }
            return checked(item -> requests.get(item % USERS));
        }

        private Comparison.Side checked(Comparison.Side side) throws Exception {
            HttpResponse<Void> answer = Server.HTTP.send(side.request(0), HttpResponse.BodyHandlers.discarding());
            if (answer.headers().firstValue(ID).isPresent() != hasId) {
                throw new IllegalStateException(answer.uri() + (hasId ? " has no id" : " has an id"));
            }
            return side;
        }
    }
}
