package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests the gate before the hash, on a server that lets one request through at a time. A trigger holds up the login of one user, who
 * keeps the only permit meanwhile.
 */
@ExtendWith(ServerExtension.class)
@Order(2)
@ResourceLock(Shared.THIRD_SERVER)
final class GateIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int WAIT_SECONDS = 10;
    private static final int MAX_WAITING_OF_TENANT = 3;
    private static final long LOCK = 20_261_130;
    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String WAITING = "user_service_gate_waiting";
    private static final String REFUSED = "user_service_gate_refused_total";
    private static final String WAITED = "user_service_gate_wait_seconds_count";

    private static TestServer server;
    private static Tenant tenant;
    private static Tenant other;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() throws SQLException {
        server = TestServer.unpacked(
                "gate",
                Map.of(
                        Limits.option("gate-permits"),
                        "1",
                        Limits.option("gate-wait"),
                        Integer.toString(WAIT_SECONDS),
                        Limits.option("gate-waiting-of-tenant"),
                        Integer.toString(MAX_WAITING_OF_TENANT),
                        Limits.option("gate-waiting"),
                        "5"));
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        other = Tenant.on(server, Tenant::withoutBruteForceProtection);
        for (Tenant one : List.of(tenant, other)) {
            for (String user : List.of("alice", "bob", "carol", "dave")) {
                one.addUser(user);
            }
            one.addClient("back-end", true);
            // From now on the gate knows the realm.
            one.session("alice");
        }
        server.node().database().execute("""
                create function hold_up() returns trigger language plpgsql as $$
                begin
                  if new.user_id = '%s' then perform pg_advisory_xact_lock(%d); end if;
                  return new;
                end $$;
                create trigger hold_up before insert on us_activity for each row execute function hold_up()""".formatted(tenant.addUser("slow"), LOCK));
    }

    @AfterAll
    static void stop() throws Exception {
        THREADS.shutdownNow();
        server.close();
    }

    /** Holds up the login of {@code slow}, from its begin until this is closed. */
    private static final class HeldUp implements AutoCloseable {
        private final Connection connection;
        private final CompletableFuture<Response> login;

        private HeldUp() throws SQLException {
            connection = lock();
            login = async(() -> tenant.login("slow", TestServer.PASSWORD));
            awaitHeldUp(1);
        }

        static Connection lock() throws SQLException {
            Connection connection =
                    DriverManager.getConnection(server.node().database().url());
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_advisory_lock(" + LOCK + ")");
            }
            return connection;
        }

        static long count() {
            try {
                return server.node()
                        .database()
                        .texts("select pid from pg_stat_activity where wait_event = 'advisory'")
                        .size();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        static void awaitHeldUp(long logins) {
            Eventually.holds(logins + " logins that are held up", PATIENCE, () -> count() == logins);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
            login.join().then().statusCode(200);
        }
    }

    private static CompletableFuture<Response> async(Supplier<Response> call) {
        return CompletableFuture.supplyAsync(call, THREADS);
    }

    private static double meter(String name) {
        return Scrape.of(server).values().getOrDefault(name, 0.0);
    }

    private static double refused(String reason) {
        return meter(REFUSED + "{reason=\"" + reason + "\"}");
    }

    private static void awaitWaiting(int requests) {
        Eventually.holds(requests + " requests that wait", PATIENCE, () -> meter(WAITING) == requests);
    }

    @AfterEach
    void nobodyIsLeft() {
        awaitWaiting(0);
        // The permit is there again.
        tenant.session("bob");
    }

    private static String loginBody(String user) {
        return "{\"identifier\":\"" + user + "\",\"password\":\"" + TestServer.PASSWORD + "\"}";
    }

    private static String loginPath(Tenant of) {
        return "/realms/" + of.name() + "/api/login";
    }

    private static String tokenPath() {
        return "/realms/" + tenant.name() + "/protocol/openid-connect/token";
    }

    private static Map<String, String> passwordGrant(String user) {
        return Map.of("grant_type", "password", "username", user, "password", TestServer.PASSWORD);
    }

    @Test
    void aLoginWaitsAndGoesOnAndAllOthersPassMeanwhile() throws Exception {
        Tenant.Session session = tenant.session("alice");
        Response tokens = tenant.token("back-end", passwordGrant("carol"));
        LoginForm form = new LoginForm(tenant);
        double waited = meter(WAITED);
        CompletableFuture<Response> login;
        CompletableFuture<Response> grant;
        try (HeldUp held = new HeldUp()) {
            login = async(() -> tenant.login("bob", TestServer.PASSWORD));
            grant = async(() -> tenant.token("back-end", passwordGrant("dave")));
            awaitWaiting(2);

            tenant.api().get("/users/health").then().statusCode(200);
            tenant.api(session.access()).get("/users/me").then().statusCode(200);
            tenant.refresh(session.refresh()).then().statusCode(200);
            tenant.serviceToken("back-end");
            tenant.token(
                            "back-end",
                            Map.of("grant_type", "refresh_token", "refresh_token", tokens.path("refresh_token")))
                    .then()
                    .statusCode(200);
            tenant.api().options("/login").then().statusCode(200);
            tenant.api().get("/login").then().statusCode(405);
            form.open().then().statusCode(200);
            RestAssured.get(server.node().management() + "/health/ready").then().statusCode(200);

            assertEquals(2, meter(WAITING));
            assertFalse(held.login.isDone() || login.isDone() || grant.isDone());
        }
        login.join().then().statusCode(200);
        grant.join().then().statusCode(200);
        assertTrue(meter(WAITED) >= waited + 3, () -> meter(WAITED) + " after " + waited);
    }

    /** A route that takes the password in place of a recent login waits only if the request has it. */
    @Test
    void aPasswordInPlaceOfARecentLoginWaits() throws Exception {
        String token = tenant.session("alice").access();
        Supplier<Response> without = () -> tenant.api(token).delete("/users/me/sessions/none");
        CompletableFuture<Response> proved;
        try (HeldUp held = new HeldUp()) {
            proved = async(() -> tenant.api(token)
                    .contentType(JSON)
                    .body(Map.of("current_password", TestServer.PASSWORD))
                    .delete("/users/me/sessions/none"));
            awaitWaiting(1);
            without.get().then().statusCode(404);
            tenant.api(token)
                    .contentType(JSON)
                    .body(Map.of("gender", "Other"))
                    .put("/users/me")
                    .then()
                    .statusCode(200);
            assertFalse(held.login.isDone() || proved.isDone());
        }
        proved.join().then().statusCode(404);
    }

    /** In HTTP/2, only the end of a body tells its length. Without a type none is read, so nobody waits for it. */
    @Test
    void aBodyOfUnknownLengthIsReadOnlyIfItHasAType() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        String api = server.base() + "/realms/" + tenant.name() + "/api";
        HttpRequest.Builder call = HttpRequest.newBuilder()
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + tenant.session("alice").access());
        client.send(call.copy().uri(URI.create(api + "/users/health")).build(), HttpResponse.BodyHandlers.ofString());
        HttpRequest.Builder ended = call.copy().uri(URI.create(api + "/users/me/sessions/none"));
        byte[] proof = ("{\"current_password\":\"" + TestServer.PASSWORD + "\"}").getBytes(StandardCharsets.UTF_8);
        HttpRequest.BodyPublisher body =
                HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(proof));
        HttpResponse<String> answer = client.send(ended.copy().DELETE().build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        assertEquals(404, answer.statusCode(), answer.body());
        answer = client.send(ended.copy().method("DELETE", body).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(415, answer.statusCode(), answer.body());
        answer = client.send(
                ended.copy().header("Content-Type", JSON).method("DELETE", body).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(404, answer.statusCode(), answer.body());
    }

    @Test
    void whoWaitsTooLongIsRefusedInTheFormOfItsClient() throws Exception {
        Supplier<Response> form = new LoginForm(tenant)
                .prepared("authenticate", Map.of("username", "dave", "password", TestServer.PASSWORD));
        double before = refused("late");
        String seconds = Integer.toString(WAIT_SECONDS);
        try (HeldUp held = new HeldUp()) {
            CompletableFuture<Response> api = async(() -> tenant.api()
                    .header("Origin", "https://anywhere.example")
                    .contentType(ContentType.JSON)
                    .body(Map.of("identifier", "bob", "password", TestServer.PASSWORD))
                    .post("/login"));
            CompletableFuture<Response> grant = async(() -> tenant.token("back-end", passwordGrant("carol")));
            CompletableFuture<Response> page = async(form);

            api.join()
                    .then()
                    .statusCode(503)
                    .header("Retry-After", seconds)
                    .header("Access-Control-Allow-Origin", "*")
                    .header("Cache-Control", "no-store")
                    .contentType("application/problem+json")
                    .body("status", equalTo(503));
            grant.join()
                    .then()
                    .statusCode(503)
                    .header("Retry-After", seconds)
                    .contentType(ContentType.JSON)
                    .body("error", equalTo("temporarily_unavailable"))
                    .body("error_description", containsString(seconds + " s"));
            page.join()
                    .then()
                    .statusCode(503)
                    .header("Retry-After", seconds)
                    .header("Content-Security-Policy", startsWith("default-src 'none'"))
                    .contentType("text/html; charset=utf-8")
                    .body(containsString("Too many people are logging in at this moment"));
            assertFalse(held.login.isDone());
        }
        assertEquals(before + 3, refused("late"));
    }

    @Test
    void aPageIsInTheLanguageOfItsReader() throws Exception {
        try (HeldUp held = new HeldUp()) {
            RestAssured.given()
                    .header("Accept-Language", "fr;q=0.9, de-AT;q=0.8, en;q=0.1")
                    .contentType(FORM)
                    .body("username=bob&password=x")
                    .post(server.base() + "/realms/" + tenant.name() + "/login-actions/authenticate")
                    .then()
                    .statusCode(503)
                    .body(containsString("lang=\"de\""))
                    .body(containsString("Im Moment melden sich zu viele Menschen an"));
            assertFalse(held.login.isDone());
        }
    }

    @Test
    void whoFindsTooManyWaitingIsRefusedAtOnce() throws Exception {
        double before = refused("full");
        List<CompletableFuture<Response>> waiting = new ArrayList<>();
        try (HeldUp held = new HeldUp()) {
            for (String user : List.of("alice", "bob", "carol")) {
                waiting.add(async(() -> tenant.login(user, TestServer.PASSWORD)));
            }
            awaitWaiting(MAX_WAITING_OF_TENANT);
            tenant.login("dave", TestServer.PASSWORD)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", Integer.toString(WAIT_SECONDS));
            assertEquals(MAX_WAITING_OF_TENANT, meter(WAITING));
            assertFalse(held.login.isDone());
        }
        waiting.forEach(login -> login.join().then().statusCode(200));
        assertEquals(before + 1, refused("full"));
    }

    @Test
    void aTenantWithOneLoginIsNotBehindATenantWithMany() throws Exception {
        List<CompletableFuture<Response>> waiting = new ArrayList<>();
        long rows = logins().size();
        try (HeldUp held = new HeldUp()) {
            int number = 0;
            for (String user : List.of("alice", "bob", "carol")) {
                waiting.add(async(() -> tenant.login(user, TestServer.PASSWORD)));
                awaitWaiting(++number);
            }
            waiting.add(async(() -> other.login("alice", TestServer.PASSWORD)));
            awaitWaiting(4);
            assertFalse(held.login.isDone());
        }
        waiting.forEach(login -> login.join().then().statusCode(200));
        List<String> order = logins().subList((int) rows, (int) rows + 5);
        // The first is the login that was held up.
        assertEquals(other.admin().toRepresentation().getId(), order.get(2), order::toString);
    }

    /** Returns the realms of all logins that were recorded, in their order. */
    private static List<String> logins() throws SQLException {
        return server.node().database().texts("select realm_id from us_activity where action = 'login' order by id");
    }

    @Test
    void inventedRealmsShareThePlacesOfOneTenant() throws Exception {
        List<CompletableFuture<Response>> invented = new ArrayList<>();
        CompletableFuture<Response> known;
        try (HeldUp held = new HeldUp()) {
            for (int i = 0; i < MAX_WAITING_OF_TENANT; i++) {
                Tenant nowhere = tenant.named("invented-" + i);
                invented.add(async(() -> raw(nowhere)));
            }
            awaitWaiting(MAX_WAITING_OF_TENANT);
            assertEquals(503, raw(tenant.named("invented-more")).statusCode());
            known = async(() -> other.login("alice", TestServer.PASSWORD));
            awaitWaiting(MAX_WAITING_OF_TENANT + 1);
            assertFalse(held.login.isDone());
        }
        known.join().then().statusCode(200);
        invented.forEach(answer -> answer.join().then().statusCode(404));
    }

    /** Returns the answer to a login in a realm that may not exist, and so has no document. */
    private static Response raw(Tenant of) {
        return RestAssured.given()
                .contentType(ContentType.JSON)
                .body(loginBody("alice"))
                .post(server.base() + loginPath(of));
    }

    @Test
    void aClientThatGoesAwayGivesItsPlaceBack() throws Exception {
        try (HeldUp held = new HeldUp()) {
            try (RawHttp client = new RawHttp(server.base())) {
                client.send(client.post(loginPath(tenant), JSON, loginBody("bob")));
                awaitWaiting(1);
            }
            awaitWaiting(0);
            assertFalse(held.login.isDone());
        }
    }

    /** The thread of a client that has gone still works, so there is no room for another one. */
    @Test
    void aPermitIsKeptUntilTheWorkHasEndedEvenIfTheClientHasGone() throws Exception {
        Connection lock = HeldUp.lock();
        CompletableFuture<Response> next;
        try {
            try (RawHttp client = new RawHttp(server.base())) {
                client.send(client.post(loginPath(tenant), JSON, loginBody("slow")));
                HeldUp.awaitHeldUp(1);
            }
            String gone = "http_requests_total{method=\"POST\",realm=\"" + tenant.name()
                    + "\",route=\"/login\",status=\"499\"}";
            Eventually.holds("the server to know", PATIENCE, () -> meter(gone) > 0);
            next = async(() -> tenant.login("bob", TestServer.PASSWORD));
            awaitWaiting(1);
            assertEquals(1, HeldUp.count());
            assertFalse(next.isDone());
        } finally {
            lock.close();
        }
        next.join().then().statusCode(200);
    }

    @Test
    void aBodyThatArrivesSlowlyHoldsNothingUp() throws Exception {
        String body = loginBody("carol");
        try (RawHttp slow = new RawHttp(server.base())) {
            slow.send(slow.head(loginPath(tenant), JSON, "Content-Length: " + body.length() + "\r\n")
                    + body.substring(0, 10));
            // Only one request goes through at a time.
            tenant.session("bob");
            slow.send(body.substring(10));
            assertEquals(200, slow.nextStatus());
        }
    }

    @Test
    void aClientIsToldOnceToSendItsBody() throws Exception {
        String body = loginBody("carol");
        try (RawHttp client = new RawHttp(server.base())) {
            client.send(client.head(
                    loginPath(tenant), JSON, "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n"));
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.nextHead());
            client.send(body);
            assertEquals(200, client.nextStatus());
        }
    }

    @Test
    void aBodyInChunksAndRequestsInOneGoAreAnsweredInTheirOrder() throws Exception {
        String body = loginBody("carol");
        String half = Integer.toHexString(20) + "\r\n" + body.substring(0, 20) + "\r\n"
                + Integer.toHexString(body.length() - 20) + "\r\n" + body.substring(20) + "\r\n0\r\n\r\n";
        try (RawHttp client = new RawHttp(server.base())) {
            client.send(client.head(loginPath(tenant), JSON, "Transfer-Encoding: chunked\r\n")
                    + half
                    + client.post(loginPath(tenant), JSON, loginBody("nobody"))
                    + client.post(
                            tokenPath(), FORM, "grant_type=client_credentials&client_id=back-end&client_secret=secret")
                    + client.post(loginPath(tenant), JSON, loginBody("dave")));
            assertEquals(200, client.nextStatus());
            assertEquals(401, client.nextStatus());
            assertEquals(200, client.nextStatus());
            assertEquals(200, client.nextStatus());
        }
    }

    @Test
    void http2PassesTheGate() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest.Builder call = HttpRequest.newBuilder().timeout(PATIENCE);
        // The client changes to HTTP/2 with its first request.
        client.send(
                call.copy()
                        .uri(URI.create(server.base() + "/realms/" + tenant.name() + "/api/users/health"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        HttpRequest login = call.copy()
                .uri(URI.create(server.base() + loginPath(tenant)))
                .header("Content-Type", JSON)
                .POST(HttpRequest.BodyPublishers.ofString(loginBody("carol")))
                .build();
        HttpResponse<String> answer = client.send(login, HttpResponse.BodyHandlers.ofString());
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        assertEquals(200, answer.statusCode(), answer.body());
        try (HeldUp held = new HeldUp()) {
            List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(client.sendAsync(login, HttpResponse.BodyHandlers.ofString()));
            }
            awaitWaiting(2);
            waiting.get(0).cancel(true);
            awaitWaiting(1);
            held.connection.close();
            assertEquals(200, waiting.get(1).join().statusCode());
        }
    }

    /** The body of the request never arrives, so the server resets its stream after ten seconds. */
    @Test
    void aStreamThatTheServerResetsCountsAsBrokenOff() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        URI health = URI.create(server.base() + "/realms/" + tenant.name() + "/api/users/health");
        // The client changes to HTTP/2 with its first request.
        client.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString());
        Scrape before = Scrape.of(server);
        HttpRequest login = HttpRequest.newBuilder(URI.create(server.base() + loginPath(tenant)))
                .timeout(PATIENCE)
                .header("Content-Type", JSON)
                .POST(HttpRequest.BodyPublishers.fromPublisher(
                        subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                            @Override
                            public void request(long parts) {}

                            @Override
                            public void cancel() {}
                        }),
                        10))
                .build();
        IOException reset =
                assertThrows(IOException.class, () -> client.send(login, HttpResponse.BodyHandlers.ofString()));
        assertFalse(reset instanceof HttpTimeoutException, reset::toString);
        String brokenOff = "http_requests_total{method=\"POST\",realm=\"\",route=\"\",status=\"499\"}";
        Eventually.holds(
                "the count of the request",
                PATIENCE,
                () -> Map.of(brokenOff, 1.0).equals(posts(Scrape.of(server)).since(posts(before))));
    }

    /** Returns the counts of requests by POST. */
    private static Scrape posts(Scrape all) {
        return all.only(series -> series.startsWith("http_requests_total{method=\"POST\""));
    }

    @Test
    void aFormThatIsLargeOrMalformedIsAnsweredByKeycloak() throws Exception {
        Map<String, String> form = new HashMap<>(Map.of("grant_type", "client_credentials"));
        form.put("padding", "x".repeat(70_000));
        Response large = tenant.token("back-end", form);
        large.then().contentType(ContentType.JSON);
        assertTrue(List.of(200, 400).contains(large.statusCode()), large::asString);
        try (RawHttp client = new RawHttp(server.base())) {
            client.send(client.post(tokenPath(), FORM, "&&=&grant_type&password=\0"));
            assertEquals(400, client.nextStatus());
            // Keycloak's own answer to a field that cannot be decoded.
            client.send(client.post(tokenPath(), FORM, "grant_type=pass%zzword"));
            assertEquals(500, client.nextStatus());
            client.send(client.post(tokenPath(), FORM, ""));
            assertEquals(400, client.nextStatus());
        }
        try (HeldUp held = new HeldUp()) {
            // A large form is not read before, so it passes even if it is no password grant, but by a gate of its own.
            assertEquals(large.statusCode(), tenant.token("back-end", form).statusCode());
            assertFalse(held.login.isDone());
        }
    }

    @Test
    void aBodyWithoutADeclaredLengthIsRefusedOnceItIsTooLong() throws Exception {
        String part = Integer.toHexString(40_000) + "\r\n" + "x".repeat(40_000) + "\r\n";
        for (String path : List.of(loginPath(tenant), tokenPath())) {
            try (RawHttp client = new RawHttp(server.base())) {
                client.send(client.head(path, path.equals(tokenPath()) ? FORM : JSON, "Transfer-Encoding: chunked\r\n")
                        + part);
                client.send(part);
                assertEquals(413, client.nextStatus(), path);
            }
        }
    }

    /** A bounded number of bytes waits, and whoever sends long bodies cannot keep out usual ones. */
    @Test
    void longBodiesTakeNoMoreMemoryThanThereIs() throws Exception {
        int status = 0;
        // What arrives too slowly is forgotten after seconds, and a busy machine may be slow.
        for (int i = 0; i < 5 && status != 503; i++) {
            List<RawHttp> halves = new ArrayList<>();
            try {
                for (int connection = 0; connection < 600; connection++) {
                    RawHttp half = new RawHttp(server.base());
                    halves.add(half);
                    half.send(half.head(tokenPath(), FORM, "Content-Length: 65000\r\n") + "x".repeat(60_000));
                }
                // What was sent may still be on its way to the gate.
                for (int again = 0; again < 50 && status != 503; again++) {
                    status = statusOfALongBody();
                }
                tenant.session("bob");
            } finally {
                for (RawHttp half : halves) {
                    half.close();
                }
            }
        }
        assertEquals(503, status);
    }

    private static int statusOfALongBody() throws Exception {
        try (RawHttp whole = new RawHttp(server.base())) {
            whole.send(whole.post(tokenPath(), FORM, "x".repeat(60_000)));
            return whole.nextStatus();
        }
    }

    @Test
    void withoutTheGateNobodyWaits() throws Exception {
        try (TestServer open = TestServer.unpacked(
                "no-gate", Map.of(Limits.option("gate"), "false", Limits.option("gate-permits"), "1"))) {
            assertFalse(Scrape.of(open).values().containsKey(WAITING));
            Tenant of = Tenant.on(open, Tenant::withoutBruteForceProtection);
            of.addUser("alice");
            of.session("alice");
            try (RawHttp large = new RawHttp(open.base())) {
                large.send(large.head(loginPath(of), JSON, "Content-Length: 100\r\nExpect: 100-continue\r\n"));
                // Keycloak asks for the body after it has found the route, and holds a thread meanwhile.
                assertEquals("HTTP/1.1 100 Continue\r\n\r\n", large.nextHead());
                of.session("alice");
            }
        }
    }
}
