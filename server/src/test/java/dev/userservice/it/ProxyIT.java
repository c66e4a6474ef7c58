package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.config.HttpClientConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.RealmRepresentation;

/**
 * Tests a server behind two proxies that append to {@code X-Forwarded-For}: one at 127.0.0.1, and in front of it one at 10.0.0.1.
 * A request from any other address may not name the address of another client. The test has a server of its own.
 */
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class ProxyIT {
    private static final String WRONG = "Wrong-password-1!";
    private static final String VICTIM = "198.51.100.1";
    private static final String ATTACKER = "203.0.113.66";

    /** A limit that refills so slowly that no permit comes back during a test. */
    private static final Consumer<ObjectNode> FIVE_LOGINS = Limits.with(Map.of("limit-login", "5/1h"));

    private static final Consumer<ObjectNode> FAILURES = Limits.on("limit-failed-login", "limit-failed-address");

    private static TestServer server;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only here are servers given options");
        server = TestServer.unpacked(
                "proxy",
                Map.of(
                        "KC_PROXY_HEADERS",
                        "xforwarded",
                        "KC_PROXY_TRUSTED_ADDRESSES",
                        "127.0.0.1,10.0.0.0/24",
                        "KC_SPI_REALM_RESTAPI_EXTENSION__API__APIDOCS",
                        "false",
                        "KC_DB_POOL_MAX_SIZE",
                        "10"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static Tenant limited(Consumer<ObjectNode> limits) {
        // Clients behind the proxies do not count as local, so Keycloak would demand TLS from them, and there is no
        // certificate here.
        return Tenant.on(server, limits.andThen(realm -> realm.put("sslRequired", "none")));
    }

    /**
     * Adds the header that the nearer proxy sends for a request which came from a client's address through the farther proxy.
     *
     * @param forged the addresses that the client itself put into the header, each followed by a comma, or an empty string
     */
    private static RequestSpecification proxied(RequestSpecification request, String forged, String client) {
        return request.header("X-Forwarded-For", forged + client + ", 10.0.0.1");
    }

    /** Makes a request from another address of this machine, which reaches the server without any proxy. */
    private static RequestSpecification direct(RequestSpecification request, String address) {
        try {
            return request.config(RestAssured.config()
                    .httpClient(HttpClientConfig.httpClientConfig()
                            .setParam("http.route.local-address", InetAddress.getByName(address))));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Response login(RequestSpecification request, String name, String password) {
        return request.contentType(ContentType.JSON)
                .body(Map.of("identifier", name, "password", password))
                .post("/login");
    }

    private static long passing(int times, Supplier<Response> call) {
        return IntStream.range(0, times)
                .filter(i -> call.get().statusCode() != 429)
                .count();
    }

    /**
     * Checks that the row of a failed login does not wait for a second database connection while its request holds the first one.
     */
    @Test
    void manyFailedLoginsAtOnceGetAlongWithASmallPool() throws Exception {
        Tenant tenant = limited(FAILURES);
        tenant.awaitLogged("WARN", "db-pool-max-size is 10");
        ExecutorService callers = Executors.newFixedThreadPool(40);
        try {
            for (int round = 0; round < 3; round++) {
                String net = "192.0.2." + round;
                List<Future<Integer>> answers = IntStream.range(0, 40)
                        .mapToObj(i -> callers.submit(() -> login(
                                        proxied(tenant.api(), "", net.replace(".2.", "." + (100 + i) + ".")),
                                        "nobody" + i,
                                        WRONG)
                                .statusCode()))
                        .toList();
                for (Future<Integer> answer : answers) {
                    assertEquals(401, answer.get(1, TimeUnit.MINUTES));
                }
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static int adminLogin(String client, String password) {
        return proxied(RestAssured.given().baseUri(server.base().toString()), "", client)
                .contentType(ContentType.URLENC)
                .formParams(Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        TestServer.ADMIN,
                        "password",
                        password))
                .post("/realms/master/protocol/openid-connect/token")
                .statusCode();
    }

    @Test
    void thePasswordsOfTheServersOwnRealmCannotBeGuessedWithoutEnd() {
        RealmRepresentation master = server.admin().realm("master").toRepresentation();
        master.setSslRequired("none");
        master.getAttributes().put("user-service.limit-failed-address", "5/1h");
        server.admin().realm("master").update(master);
        assertEquals(
                List.of(400, 400, 400, 400, 400, 429, 429),
                IntStream.range(0, 7)
                        .map(i -> adminLogin("203.0.113.77", WRONG))
                        .boxed()
                        .toList());
        assertEquals(429, adminLogin("203.0.113.77", TestServer.ADMIN));
        assertEquals(200, adminLogin("203.0.113.78", TestServer.ADMIN));
    }

    @Test
    void eachClientIsCountedAndNoneGetsAwayByForging() {
        Tenant tenant = limited(FIVE_LOGINS);
        int[] forged = {0};
        assertEquals(
                5,
                passing(
                        10,
                        () -> login(
                                proxied(tenant.api(), "198.51.100." + ++forged[0] + ", ", ATTACKER), "nobody", WRONG)));
        assertEquals(5, passing(10, () -> login(proxied(tenant.api(), "", VICTIM), "nobody", WRONG)));
    }

    @Test
    void ofIpV6ANetworkIsCounted() {
        Tenant tenant = limited(FIVE_LOGINS);
        int[] host = {0};
        assertEquals(
                5, passing(10, () -> login(proxied(tenant.api(), "", "2001:db8:1:2::" + ++host[0]), "nobody", WRONG)));
        login(proxied(tenant.api(), "", "2001:db8:1:3::1"), "nobody", WRONG)
                .then()
                .statusCode(401);
    }

    @Test
    void whatWhoeverIsNoProxySaysIsNothing() {
        Tenant tenant = limited(FIVE_LOGINS);
        int[] forged = {0};
        assertEquals(
                5,
                passing(
                        10,
                        () -> login(
                                direct(tenant.api(), "127.0.0.2")
                                        .header("X-Forwarded-For", "198.51.100." + ++forged[0])
                                        .header("Forwarded", "for=198.51.100." + forged[0]),
                                "nobody",
                                WRONG)));
        assertEquals(5, passing(10, () -> login(direct(tenant.api(), "127.0.0.3"), "nobody", WRONG)));
    }

    @Test
    void anAttackerLocksNobodyOutElsewhere() {
        Tenant tenant = limited(FAILURES);
        tenant.addUser("victim");
        assertEquals(5, passing(60, () -> login(proxied(tenant.api(), "", ATTACKER), "victim", WRONG)));
        assertEquals(
                5,
                passing(60, () -> login(proxied(tenant.api(), "", ATTACKER), "victim@example.com", WRONG)),
                "the other name of the account");
        LoginForm form = new LoginForm(tenant, request -> proxied(request, VICTIM + ", ", ATTACKER));
        form.post("victim", WRONG).then().statusCode(429);
        form.post("victim", TestServer.PASSWORD).then().statusCode(429);

        Tenant.retryWhileUnauthorized(() -> login(proxied(tenant.api(), "", VICTIM), "victim", TestServer.PASSWORD))
                .then()
                .statusCode(200);
        LoginForm page = new LoginForm(tenant, request -> proxied(request, ATTACKER + ", ", VICTIM));
        // Keycloak shows the form again while the previous login is not recorded yet.
        Tenant.retryWhileUnauthorized(200, () -> page.post("victim", TestServer.PASSWORD))
                .then()
                .statusCode(302);
    }

    @Test
    void anOfficeBehindOneAddressIsNotCutOffByItsSuccesses() {
        Tenant tenant = limited(FAILURES.andThen(Tenant::withoutBruteForceProtection));
        tenant.addUser("alice");
        LoginForm form = new LoginForm(tenant, request -> proxied(request, "", VICTIM));
        for (int i = 0; i < 110; i++) {
            form.post("alice", TestServer.PASSWORD).then().statusCode(302);
        }
    }

    /** Tests an option that has nothing to do with proxies. It is tested here because this server has options of its own. */
    @Test
    void anOptionSwitchesThePageOfTheDocumentsOff() {
        Tenant tenant = limited(realm -> {});
        for (String path : List.of("/apidocs", "/apidocs/", "/apidocs/page.js")) {
            tenant.api().get(path).then().statusCode(404).contentType("application/problem+json");
        }
        tenant.api().get("/openapi.json").then().statusCode(200);
    }
}
