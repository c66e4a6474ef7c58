package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.config.HttpClientConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
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

    /** Tests {@code deploy/proxy/nginx.conf}, the configuration of docs/proxy.md. */
    @Nested
    final class BehindNginx {
        private static final String ACME = "acme.example.com";
        private static final String GLOBEX = "globex.example.com";
        private static final String HERE = "127.0.0.2";

        private static Nginx nginx;
        private static Tenant acme;
        private static Tenant globex;

        @BeforeAll
        static void startNginx() throws IOException {
            nginx = new Nginx();
            acme = tenantAt(ACME);
            globex = tenantAt(GLOBEX);
            nginx.start(server.base(), acme.name(), globex.name());
        }

        @AfterAll
        static void stopNginx() {
            if (nginx != null) {
                nginx.close();
            }
        }

        /** Creates a tenant as docs/proxy.md says. Unlike elsewhere here, it demands TLS. */
        private static Tenant tenantAt(String host) {
            return Tenant.on(
                    server,
                    FIVE_LOGINS.andThen(realm -> realm.withObject("/attributes")
                            .put("frontendUrl", nginx.base(host).toString())));
        }

        private static String json(Map<String, String> fields) {
            return fields.entrySet().stream()
                    .map(field -> "\"" + field.getKey() + "\": \"" + field.getValue() + "\"")
                    .collect(Collectors.joining(", ", "{", "}"));
        }

        private static Nginx.Answer login(String from, String host, String name, String password, String... headers)
                throws IOException {
            return nginx.at(from)
                    .post(host, "/api/login", json(Map.of("identifier", name, "password", password)), headers);
        }

        private static int loginsThatPass(String from, String... headers) throws IOException {
            int passed = 0;
            for (int i = 0; i < 10; i++) {
                if (login(from, GLOBEX, "nobody", WRONG, headers).status() != 429) {
                    passed++;
                }
            }
            return passed;
        }

        @Test
        void aPersonRegistersAndLogsInAtTheHostOfTheirTenant() throws IOException {
            Nginx.Client client = nginx.at("127.0.0.4");
            assertEquals(200, client.get(ACME, "/api/users/health").status());
            String email = "jane@example.com";
            assertEquals(
                    201,
                    client.post(
                                    ACME,
                                    "/api/register",
                                    json(Map.of("email", email, "password", TestServer.PASSWORD, "first_name", "Jane")),
                                    "X-Forwarded-Host: evil.example",
                                    "X-Forwarded-Prefix: /evil",
                                    "X-Forwarded-Port: 1",
                                    "Forwarded: host=evil.example")
                            .status());

            Inbox.Mail mail = acme.inbox().nextWithCode(email);
            String realm = nginx.base(ACME) + "/realms/" + acme.name();
            assertTrue(
                    mail.link().toString().startsWith(realm + "/"),
                    () -> mail.link().toString());
            Nginx.Answer page = client.get(
                    ACME, mail.link().getRawPath() + "?" + mail.link().getRawQuery());
            assertTrue(page.status() < 400, page::text);
            assertEquals(
                    200,
                    client.post(ACME, "/api/verify-email", json(Map.of("token", mail.code())))
                            .status());

            Nginx.Answer login = login("127.0.0.4", ACME, email, TestServer.PASSWORD);
            assertEquals(200, login.status(), login::text);
            String bearer = "Authorization: Bearer " + login.json().getString("access_token");
            Nginx.Answer me = client.get(ACME, "/api/users/me", bearer);
            assertEquals(acme.name(), me.json().getString("tenant"), me::text);
            assertEquals(
                    realm,
                    client.get(ACME, "/realms/" + acme.name() + "/.well-known/openid-configuration")
                            .json()
                            .getString("issuer"));
            assertEquals(403, client.get(GLOBEX, "/api/users/me", bearer).status());

            String logged = Files.readString(nginx.accessLog());
            assertTrue(logged.contains("/login-actions/action-token"), logged);
            assertFalse(logged.contains(mail.code()) || logged.contains("?"), logged);
        }

        @Test
        void anImportOfAnyLengthPassesThrough() throws IOException {
            acme.addUser("the-admin", "admin");
            String login = json(Map.of("identifier", "the-admin", "password", TestServer.PASSWORD));
            String bearer = "Authorization: Bearer "
                    + nginx.at("127.0.0.6")
                            .post(ACME, "/api/login", login)
                            .json()
                            .getString("access_token");
            String person = Import.line(Import.name()).toString();
            // Blank lines have no answer, so that nothing has to be read before all is sent.
            String lines = (" ".repeat(1000) + "\n").repeat(3000) + person + "\n";
            Nginx.Answer answer =
                    nginx.at(HERE).send(ACME, "/api/users/import?mode=skip", Import.NDJSON, lines, bearer);
            assertEquals(200, answer.status(), answer::text);
            assertTrue(answer.text().contains("\"created\":1,"), answer::text);
            assertEquals(
                    404,
                    nginx.at(HERE)
                            .send("initech.example.com", "/api/users/import", Import.NDJSON, person)
                            .status());
            assertEquals(
                    413,
                    nginx.at(HERE)
                            .send(ACME, "/api/users/import/", Import.NDJSON, lines)
                            .status());
        }

        @Test
        void aClientCannotForgeItsAddress() throws IOException {
            assertEquals(5, loginsThatPass(HERE, "X-Forwarded-For: 198.51.100.1"));
            assertEquals(0, loginsThatPass(HERE, "X-Forwarded-For: 198.51.100.2", "Forwarded: for=198.51.100.2"));
            assertEquals(5, loginsThatPass("127.0.0.3"));
            assertEquals(
                    Set.of(HERE, "127.0.0.3"),
                    Activities.of(globex).all(Map.of("action", List.of("login_failed", "rate_limited"))).stream()
                            .map(row -> row.get("ip_address"))
                            .collect(Collectors.toSet()));
        }

        @Test
        void aHostHasNothingButItsTenant() throws IOException {
            Nginx.Client client = nginx.at(HERE);
            String other = "/realms/" + globex.name();
            String own = "/realms/" + acme.name();
            for (String path : List.of(
                    other + "/api/users/health",
                    other + "/.well-known/openid-configuration",
                    "/realms/master",
                    "/realms/master/.well-known/openid-configuration",
                    "/REALMS/master/.well-known/openid-configuration",
                    own + "/../master/.well-known/openid-configuration",
                    own + "/%2e%2e/master/.well-known/openid-configuration",
                    own + "/..%2fmaster/.well-known/openid-configuration",
                    own + "/..;/master/.well-known/openid-configuration",
                    own + "/%252e%252e/master/.well-known/openid-configuration",
                    own + "/%0a/%2e%2e/%2e%2e/master/.well-known/openid-configuration",
                    own + "/..\\master/.well-known/openid-configuration",
                    "/api/../../master/.well-known/openid-configuration",
                    "/api/..;/../master/.well-known/openid-configuration",
                    "/resources/../realms/master/.well-known/openid-configuration",
                    "/admin/",
                    "/admin/master/console/",
                    "/admin/realms",
                    own + "/../../admin/realms",
                    "/metrics",
                    "/health",
                    "/")) {
                Nginx.Answer answer = client.get(ACME, path);
                assertTrue(List.of(400, 404).contains(answer.status()), () -> path + ": " + answer.text());
            }
            assertEquals(200, client.get(ACME, own).status());
            assertEquals(200, client.get(GLOBEX, other + "/api/users/health").status());
        }

        @Test
        void aHostThatIsNotListedHasNoTenant() throws IOException {
            Nginx.Client client = nginx.at(HERE);
            for (String path :
                    List.of("/api/users/health", "/realms/" + acme.name() + "/api/users/health", "/realms/master")) {
                assertEquals(404, client.get("initech.example.com", path).status(), path);
                assertEquals(421, client.getOver(ACME, "other.example", path).status(), path);
                assertThrows(SSLException.class, () -> client.get("other.example", path));
            }
        }

        @Test
        void theServerItselfIsReachedFromInsideAlone() throws IOException {
            String path = "/realms/master/.well-known/openid-configuration";
            assertEquals(403, nginx.at(HERE).get(Nginx.SERVER, path).status());
            assertEquals(403, nginx.at(HERE).get(Nginx.SERVER, "/admin/").status());
            assertEquals(200, nginx.at(Nginx.INSIDE).get(Nginx.SERVER, path).status());
        }

        @Test
        void aPageOfTheSameHostMayCallTheApiWithoutBeingAWebOrigin() throws IOException {
            for (Map.Entry<URI, Integer> page :
                    Map.of(nginx.base(ACME), 401, nginx.base(GLOBEX), 403).entrySet()) {
                assertEquals(
                        page.getValue(),
                        login("127.0.0.5", ACME, "nobody", WRONG, "Origin: " + page.getKey())
                                .status());
            }
        }

        @Test
        void aVendorCallsATenantAtItsHost() throws IOException {
            server.addPlatform();
            Tenant platform = Tenant.platformOf(server);
            RealmRepresentation realm = platform.admin().toRepresentation();
            realm.getAttributes().put("frontendUrl", nginx.base(Nginx.SERVER).toString());
            platform.admin().update(realm);
            String token = platform.session(TestServer.VENDOR).access();
            Nginx.Answer users = nginx.at(HERE).get(ACME, "/api/users", "Authorization: Bearer " + token);
            assertEquals(200, users.status(), users::text);
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
