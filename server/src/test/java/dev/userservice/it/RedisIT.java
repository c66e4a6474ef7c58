package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests two nodes that count their rate limits in one Redis, which they reach by TLS and with a password. The nodes are servers
 * of this test's own.
 */
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class RedisIT {
    private static final String UP = "user_service_redis_up";
    private static final String OUTAGES = "user_service_redis_outages_total";
    private static final String LATE = "user_service_redis_late_total";

    private static RedisServer redis;
    private static TcpProxy way;
    private static List<TestServer> nodes = List.of();

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only unpacked servers make a cluster");
        redis = RedisServer.startWithTls("Pass word/1!");
        way = TcpProxy.before(redis.port());
        nodes = TestServer.twoNodes(Map.of(
                Limits.option("redis-url"),
                redis.urlBy(way.port()),
                "KC_TRUSTSTORE_PATHS",
                redis.certificate().toString()));
    }

    @AfterAll
    static void stop() throws Exception {
        // The second node is closed first, because the database belongs to the first one.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
        if (redis != null) {
            way.close();
            redis.close();
        }
    }

    @BeforeEach
    void redisAnswers() {
        way.up();
        awaitRedis(1);
    }

    /** Waits until the meter of each node has this value. The calls in between make a node connect again. */
    private static void awaitRedis(int up) {
        Tenant platform = Tenant.on(nodes.get(0), Limits.on("limit-anonymous"));
        for (TestServer node : nodes) {
            Eventually.holds(UP + " " + up, Duration.ofSeconds(60), () -> {
                platform.at(node).api().get("/openapi.json").then().statusCode(200);
                return meter(node, UP) == up;
            });
        }
    }

    private static double meter(TestServer node, String name) {
        return RestAssured.get(node.node().management() + "/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    private static Tenant limited(Map<String, String> limits) {
        return Tenant.on(nodes.get(0), Limits.with(limits));
    }

    private static Response ask(Tenant tenant) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "nobody@example.com"))
                .post("/users/password/forgot");
    }

    private static long passing(int times, Supplier<Response> call) {
        List<Integer> other = new ArrayList<>();
        long passing = IntStream.range(0, times)
                .map(i -> call.get().statusCode())
                .peek(status -> {
                    if (status != 200 && status != 429) {
                        other.add(status);
                    }
                })
                .filter(status -> status == 200)
                .count();
        assertEquals(List.of(), other);
        return passing;
    }

    @Test
    void aLimitHoldsOverBothNodes() throws Exception {
        for (int crowd : List.of(1, 6)) {
            Counts counted = whileRedisAnswers(() -> {
                Tenant here = limited(Map.of("limit-forgot", "20/1h"));
                Tenant there = here.at(nodes.get(1));
                long passed = 0;
                for (int round = 0; round < 36 / crowd; round++) {
                    int first = round;
                    passed += Concurrently.call(crowd, i -> ask((first + i) % 2 == 0 ? here : there)).stream()
                            .filter(answer -> answer.statusCode() == 200)
                            .count();
                }
                return passed;
            });
            // Two nodes that counted separately would let all 36 calls pass.
            assertTrue(
                    counted.passed() >= 20 - counted.late() && counted.passed() <= 21 + counted.late(),
                    counted + " of 20, " + crowd + " at once");
        }
    }

    /**
     * The result of some calls.
     *
     * @param passed how many calls passed
     * @param late how often a node did not wait for Redis and used its own count, which may differ by one each time
     */
    private record Counts(long passed, long late) {}

    /**
     * Does the work, and repeats it if the machine was so busy that a node gave up on Redis. If answers of Redis were only late,
     * the work is repeated just a few times.
     */
    private static Counts whileRedisAnswers(Callable<Long> work) throws Exception {
        for (int i = 0; i < 20; i++) {
            double outages = sum(OUTAGES);
            double late = sum(LATE);
            long passed = work.call();
            Counts counted = new Counts(passed, Math.round(sum(LATE) - late));
            if (sum(OUTAGES) == outages && (counted.late() == 0 || i >= 2)) {
                return counted;
            }
            awaitRedis(1);
        }
        throw new AssertionError("Redis was given up again and again");
    }

    private static double sum(String name) {
        return nodes.stream().mapToDouble(node -> meter(node, name)).sum();
    }

    @Test
    void keysTellNothingAndDisappear() {
        Tenant tenant = limited(Map.of("limit-forgot", "2/1s", "limit-failed-login", "5/15m"));
        tenant.login("alice@example.com", "Wrong-password-1!");
        // A node that has given up on Redis counts for itself until it is connected again, and it needs a call to
        // connect.
        Eventually.holds("a key of the limit", Duration.ofSeconds(60), () -> {
            ask(tenant);
            return redis.keys().stream().anyMatch(key -> key.matches("user-service:limit:forgot:[\\w-]{43}"));
        });
        List<String> keys = redis.keys();
        assertFalse(keys.toString().contains("127.0.0.1") || keys.toString().contains("alice"), keys::toString);
        for (String key : keys) {
            long left = redis.ttlMillis(key);
            assertTrue(left != -1 && left <= Duration.ofMinutes(61).toMillis(), key + " lives " + left);
        }
        String forgot = keys.stream()
                .filter(key -> key.startsWith("user-service:limit:forgot:") && redis.ttlMillis(key) < 13_000)
                .findFirst()
                .orElseThrow();
        Eventually.holds(
                "the end of " + forgot,
                Duration.ofSeconds(60),
                () -> !redis.keys().contains(forgot));
    }

    @Test
    void aNodeThatLosesRedisCountsForItselfAtOnce() throws Exception {
        Tenant here = limited(Map.of("limit-forgot", "6/1h"));
        Tenant there = here.at(nodes.get(1));
        assertEquals(4, passing(4, () -> ask(here)));
        Map<TestServer, Double> outages = new HashMap<>();
        nodes.forEach(node -> outages.put(node, meter(node, OUTAGES)));
        int lines = node(0).log().split("does not answer", -1).length;

        redis.kill();
        // The first node continues with what it has counted so far; the other node has counted nothing.
        assertEquals(2, passing(10, () -> ask(here)));
        assertEquals(6, passing(10, () -> ask(there)));
        for (TestServer node : nodes) {
            assertEquals(0, meter(node, UP));
            assertEquals(outages.get(node) + 1, meter(node, OUTAGES));
        }
        int attempts = way.attempts();
        Eventually.holds("more tries to connect", Duration.ofMinutes(2), () -> way.attempts() > attempts + 2);
        assertEquals(0, passing(3, () -> ask(here)));
        assertEquals(lines + 1, node(0).log().split("does not answer", -1).length, "one line an outage");
        assertFalse(node(0).log().contains("Pass word") || node(0).log().contains("Pass%20word"));

        redis.restart();
        awaitRedis(1);
        double late = sum(LATE);
        long passed = passing(10, () -> ask(there));
        // A node that does not wait for the answer of Redis uses its own count, which lets no call pass.
        assertTrue(passed <= 6 && passed >= 6 - (sum(LATE) - late), "Redis has forgotten, but " + passed + " passed");
        assertEquals(0, passing(3, () -> ask(here)));
    }

    @Test
    void afterAMomentNobodyWaitsForARedisThatIsSlow() {
        Tenant tenant = limited(Map.of("limit-forgot", "1000/1h"));
        Tenant uncounted = limited(Map.of());
        for (Runnable trouble : List.<Runnable>of(() -> way.delay(Duration.ofMillis(400)), way::hang, way::down)) {
            double late = meter(nodes.get(0), LATE);
            trouble.run();
            assertNobodyWaits(tenant, uncounted);
            // A node gives up on Redis after six late answers.
            assertTrue(meter(nodes.get(0), LATE) <= late + 6, "waited once too often");
            awaitRedis(0);
            way.up();
            awaitRedis(1);
        }
    }

    /**
     * Checks that calls with a limit are not slower than calls without one. The check is repeated in case the machine was just
     * busy with something else; if calls really waited for Redis, they would be slower each time.
     */
    private static void assertNobodyWaits(Tenant counted, Tenant beside) {
        List<String> slower = new ArrayList<>();
        while (slower.size() < 5) {
            List<Long> ofCounted = new ArrayList<>();
            List<Long> ofBeside = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                // The calls alternate, because the machine may be busy with something else for a while.
                ofCounted.add(millis(() -> ask(counted)));
                ofBeside.add(millis(() -> ask(beside)));
            }
            if (median(ofCounted) < 1.25 * median(ofBeside) + 40) {
                return;
            }
            slower.add("without Redis " + ofBeside + " ms, with it " + ofCounted);
        }
        throw new AssertionError(String.join("\n", slower));
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private static long millis(Supplier<Response> call) {
        long start = System.nanoTime();
        call.get().then().statusCode(200);
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private static Node node(int i) {
        return nodes.get(i).node();
    }
}
