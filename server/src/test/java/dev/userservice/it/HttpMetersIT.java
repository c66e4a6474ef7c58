package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Tests the meters that count the requests of the API, whatever the requests are. */
@ExtendWith(ServerExtension.class)
@Isolated("it counts all requests of the server, and locks the table of the activity log")
final class HttpMetersIT {
    private static final Pattern OURS = Pattern.compile("http_requests?_.*");
    private static final Pattern LABEL = Pattern.compile("([a-z]+)=\"([^\"]*)\"");
    private static final int HOSTILE = 10_000;

    @BeforeEach
    void needsItsManagementPort(TestServer server) {
        Assumptions.assumeTrue(server.node() != null, "the management port of this server is not known");
    }

    private static Scrape requests(TestServer server) {
        return Scrape.of(server).only(series -> series.startsWith("http_requests_total"));
    }

    /** Asserts that exactly these series grow. A request is counted after its answer, so the earlier requests must be counted first. */
    private static void assertCounts(TestServer server, Runnable what, Map<String, Double> expected) {
        AtomicReference<Scrape> last = new AtomicReference<>(requests(server));
        Eventually.holds("counts at rest", Duration.ofMinutes(1), () -> {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            Scrape next = requests(server);
            return last.getAndSet(next).equals(next);
        });
        Scrape before = last.get();
        what.run();
        AtomicReference<Map<String, Double>> grown = new AtomicReference<>();
        try {
            Eventually.holds("the count", Duration.ofMinutes(1), () -> {
                grown.set(requests(server).since(before));
                return expected.equals(grown.get());
            });
        } catch (AssertionError e) {
            assertEquals(expected, grown.get());
        }
    }

    private static String series(String method, String realm, String route, int status) {
        return "http_requests_total{method=\"%s\",realm=\"%s\",route=\"%s\",status=\"%d\"}"
                .formatted(method, realm, route, status);
    }

    @Test
    void eachRequestIsOneOfItsRouteItsStatusAndItsTenant(Tenant tenant, TestServer server) {
        String id = tenant.addUser("alice");
        String token = tenant.session("alice").access();
        String realm = tenant.name();
        assertCounts(
                server,
                () -> {
                    tenant.api(token).get("/users/me").then().statusCode(200);
                    tenant.api(token).get("/users/" + id).then().statusCode(200);
                    tenant.api(token).get("/users/" + id + "/").then().statusCode(200);
                    tenant.api("garbage").get("/users/" + id).then().statusCode(401);
                    tenant.api().delete("/users/health").then().statusCode(405);
                    tenant.api().get("/nothing").then().statusCode(404);
                    tenant.api().options("/users/" + id).then().statusCode(200);
                    tenant.api().head("/users/health").then().statusCode(200);
                },
                new TreeMap<>(Map.of(
                        series("GET", realm, "/users/me", 200), 1.0,
                        series("GET", realm, "/users/{id}", 200), 2.0,
                        series("GET", realm, "/users/{id}", 401), 1.0,
                        series("DELETE", realm, "/users/health", 405), 1.0,
                        series("GET", realm, "", 404), 1.0,
                        series("OPTIONS", realm, "/users/{id}", 200), 1.0,
                        series("HEAD", realm, "/users/health", 200), 1.0)));
    }

    @Test
    void whatIsNoTenantHasNoNameAndWhatIsNotTheApiIsNotCounted(TestServer server) {
        assertCounts(
                server,
                () -> {
                    RestAssured.get(server.base() + "/realms/nobody/api/users")
                            .then()
                            .statusCode(404);
                    RestAssured.get(server.base() + "/realms/master/api/users")
                            .then()
                            .statusCode(404);
                    RestAssured.get(server.base() + "/realms/master").then().statusCode(200);
                    RestAssured.get(server.base() + "/admin/realms/master/api");
                },
                new TreeMap<>(Map.of(series("GET", "", "", 404), 2.0)));
    }

    /** S1 has the same histogram. It has no label for the tenant, because each combination of labels makes a dozen series. */
    @Test
    void theDurationIsAHistogramOfTheRoute(Tenant tenant, TestServer server) {
        String own = "{method=\"POST\",route=\"/login\"";
        Scrape before = Scrape.of(server);
        long start = System.nanoTime();
        tenant.login("nobody", "wrong").then().statusCode(401);
        Eventually.holds(
                "the count",
                Duration.ofMinutes(1),
                () -> Scrape.of(server).since(before).containsKey("http_request_duration_seconds_count" + own + "}"));
        Map<String, Double> grown = Scrape.of(server).since(before);
        double elapsed = (System.nanoTime() - start) / 1e9;
        assertEquals(1.0, grown.get("http_request_duration_seconds_count" + own + "}"));
        double seconds = grown.get("http_request_duration_seconds_sum" + own + "}");
        assertTrue(seconds > 0 && seconds < elapsed, () -> seconds + " of " + elapsed + " s");
        assertEquals(
                seconds <= 10 ? 1.0 : null, grown.get("http_request_duration_seconds_bucket" + own + ",le=\"10.0\"}"));
    }

    /** A request whose client has gone before the answer comes does not count as a success. */
    @Test
    void whoDoesNotWaitForTheAnswerIsCountedAsThat(Tenant tenant, TestServer server) throws Exception {
        Database database = server.node().database();
        Assumptions.assumeTrue(database != null, "the database is locked as PostgreSQL can be");
        tenant.addUser("bob");
        String body = "{\"identifier\":\"bob\",\"password\":\"" + TestServer.PASSWORD + "\"}";
        String request = "POST /realms/" + tenant.name() + "/api/login HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        String gone = series("POST", tenant.name(), "/login", 499);
        Scrape before = requests(server);
        try (Connection connection = DriverManager.getConnection(database.url());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table us_activity in share row exclusive mode");
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), server.base().getPort())) {
                // A socket with this option is reset when it is closed, so the server learns of it at once.
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                Eventually.holds("the login to be under way", Duration.ofMinutes(1), () -> isNoteWaiting(database));
            }
            // The count must be there before the login may continue, because the answer could be sent before the server
            // learns that the client has gone.
            Eventually.holds(
                    "the count",
                    Duration.ofMinutes(1),
                    () -> requests(server).since(before).containsKey(gone));
            connection.rollback();
        }
        assertEquals(1.0, requests(server).since(before).get(gone));
    }

    /**
     * Returns whether the login waits to write its row. The purge of the log may wait for the same table, so the query must be an insert.
     */
    private static boolean isNoteWaiting(Database database) {
        try {
            return !database.texts("""
                            select pid from pg_stat_activity
                            where wait_event_type = 'Lock' and query ilike 'insert into us_activity%'""").isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void hostilePathsMethodsAndRealmsMakeHardlyAnySeries(Tenant tenant, TestServer server) {
        Random random = new Random(20261122);
        Scrape before = Scrape.of(server).only(series -> OURS.matcher(series).matches());
        HttpClient client = Http1.client();
        Semaphore underWay = new Semaphore(16);
        List<CompletableFuture<Integer>> statuses = new ArrayList<>();
        for (int i = 0; i < HOSTILE; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.base() + path(random, tenant)))
                    .method(method(random), HttpRequest.BodyPublishers.noBody())
                    .timeout(Duration.ofSeconds(30))
                    .build();
            underWay.acquireUninterruptibly();
            statuses.add(client.sendAsync(request, BodyHandlers.discarding())
                    .whenComplete((answer, failure) -> underWay.release())
                    .thenApply(answer -> answer.statusCode()));
        }
        Set<Integer> seen = new TreeSet<>();
        statuses.forEach(status -> seen.add(status.join()));
        assertTrue(seen.stream().allMatch(status -> status < 500), () -> "answers " + seen);

        Scrape after = Scrape.of(server).only(series -> OURS.matcher(series).matches());
        Set<String> made = new TreeSet<>(after.values().keySet());
        made.removeAll(before.values().keySet());
        Map<String, Set<String>> labels = labels(made);
        Set<String> routes = Set.of("", "/users", "/users/{id}", "/users/{id}/activity", "/reset-password/{token}");
        assertTrue(
                routes.containsAll(labels.get("route")),
                () -> labels.get("route").toString());
        assertTrue(
                Set.of("", tenant.name()).containsAll(labels.get("realm")),
                () -> labels.get("realm").toString());
        assertTrue(
                Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "OTHER")
                        .containsAll(labels.get("method")),
                () -> labels.get("method").toString());
        // There are nine methods and five routes. Each pair has a histogram of fifteen series and a counter for each of
        // a few statuses.
        assertTrue(made.size() <= 9 * 5 * (15 + 2 * 4), () -> made.size() + " series");
    }

    private static Map<String, Set<String>> labels(Set<String> series) {
        Map<String, Set<String>> labels = new TreeMap<>();
        series.forEach(name -> {
            Matcher label = LABEL.matcher(name);
            while (label.find()) {
                labels.computeIfAbsent(label.group(1), none -> new TreeSet<>()).add(label.group(2));
            }
        });
        return labels;
    }

    private static String method(Random random) {
        List<String> some = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");
        return random.nextInt(4) == 0
                ? "X" + Long.toString(random.nextLong(Long.MAX_VALUE), 36).toUpperCase(Locale.ROOT)
                : some.get(random.nextInt(some.size()));
    }

    private static String path(Random random, Tenant tenant) {
        String realm = random.nextInt(3) == 0 ? word(random) : tenant.name();
        List<String> below = List.of(
                "/" + word(random),
                "/users/" + word(random),
                "/users/" + word(random) + "/activity",
                "/reset-password/" + word(random),
                "/users/" + word(random) + "/" + word(random),
                "/users?q=" + word(random),
                "//" + word(random),
                "/" + word(random) + "/../" + word(random),
                "");
        return "/realms/" + realm + "/api" + below.get(random.nextInt(below.size()));
    }

    /** Returns a word that never comes again, with a part that may be difficult to handle. */
    private static String word(Random random) {
        List<String> awkward = List.of(
                "", "%0A", "%00", "%22", "%5C", "%7B", "%C3%BC", "%C2%85", "%F0%9F%92%A9", "%2F", ";a=b", "%25", ".");
        return Long.toString(random.nextLong(Long.MAX_VALUE), 36) + awkward.get(random.nextInt(awkward.size()));
    }
}
