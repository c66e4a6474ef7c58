package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests logins of users whom only the tenant's old service knows. The test has a server of its own. */
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class OldServiceIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static HttpsServer old;
    private static Tenant tenant;

    /** The users of the old service by what they log in with; each has the same password. */
    private static final Map<String, ObjectNode> USERS = new ConcurrentHashMap<>();

    private static final Queue<JsonNode> ASKED = new ConcurrentLinkedQueue<>();

    /** Answers in place of the old service, if there is one. */
    private static volatile Consumer<HttpExchange> otherwise;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only here are servers given options");
        SelfSigned certificate = SelfSigned.in(folder);
        old = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        old.setHttpsConfigurator(new HttpsConfigurator(tls()));
        old.setExecutor(Executors.newCachedThreadPool());
        old.createContext("/login", OldServiceIT::answer);
        old.start();
        server = TestServer.unpacked(
                "old-service",
                Map.of(
                        "KC_TRUSTSTORE_PATHS",
                        certificate.certificate().toString(),
                        "KC_SPI_REALM_RESTAPI_EXTENSION__API__OLD_SERVICE_HOSTS",
                        "localhost:" + old.getAddress().getPort(),
                        "KC_SPI_REALM_RESTAPI_EXTENSION__API__OLD_SERVICE_PRIVATE_ADDRESSES",
                        "true"));
        tenant = tenantOf("https://localhost:" + old.getAddress().getPort() + "/login");
    }

    private static SSLContext tls() throws Exception {
        KeyStore store = KeyStore.getInstance(folder.resolve("server.p12").toFile(), "changeit".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static Tenant tenantOf(String address) {
        return Tenant.on(
                server,
                ((Consumer<ObjectNode>)
                                realm -> realm.withObject("/attributes").put("user-service.old-service-url", address))
                        .andThen(Tenant::withoutBruteForceProtection));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (old != null) {
            old.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        JsonNode asked = JSON.readTree(exchange.getRequestBody());
        ASKED.add(asked);
        if (otherwise != null) {
            otherwise.accept(exchange);
            return;
        }
        ObjectNode user = USERS.get(asked.get("identifier").asText());
        boolean isRight = user != null && asked.get("password").asText().equals(TestServer.PASSWORD);
        respond(exchange, isRight ? 200 : 401, isRight ? user.toString() : "{}");
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String knownThere() {
        String name = Import.name();
        USERS.put(name, Import.line(name).put("last_name", "Doe").put("is_email_verified", true));
        return name;
    }

    private static boolean isHere(Tenant where, String name) {
        return !where.admin().users().searchByUsername(name, true).isEmpty();
    }

    private static long asked(String name) {
        return ASKED.stream()
                .filter(call -> call.get("identifier").asText().equals(name))
                .count();
    }

    @Test
    void whoTheOldServiceKnowsLogsInAndIsHereFromThenOn() {
        String name = knownThere();
        tenant.login(name, "Wrong-password-1!").then().statusCode(401);
        assertTrue(!isHere(tenant, name), "A wrong password creates nobody");
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
        UserRepresentation user =
                tenant.admin().users().searchByUsername(name, true).get(0);
        assertEquals("Doe", user.getLastName());
        assertEquals(
                List.of("password"),
                tenant.admin().users().get(user.getId()).credentials().stream()
                        .map(credential -> credential.getType())
                        .toList());
        assertEquals(2, asked(name));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
        tenant.login(name, "Wrong-password-1!").then().statusCode(401);
        assertEquals(2, asked(name), "Who is here is not asked for any more");
    }

    @Test
    void theTokenEndpointAndThePageLetThemInToo() {
        String ofToken = knownThere();
        tenant.addClient("app-of-old", true);
        tenant.passwordToken("app-of-old", ofToken).then().statusCode(200);
        String ofPage = knownThere();
        new LoginForm(tenant).post(ofPage, TestServer.PASSWORD).then().statusCode(302);
        assertTrue(isHere(tenant, ofPage));
    }

    @Test
    void eightFirstLoginsAtOnceMakeOneUser() throws Exception {
        String name = knownThere();
        for (Response answer : Concurrently.patiently(8, i -> tenant.login(name, TestServer.PASSWORD))) {
            answer.then().statusCode(200);
        }
        assertEquals(1, tenant.admin().users().searchByUsername(name, true).size());
    }

    @Test
    void aUserOtherThanTheOneWhoWasAskedForIsNotTaken() {
        String name = Import.name();
        String stranger = Import.name();
        USERS.put(name, Import.line(stranger));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        assertTrue(!isHere(tenant, stranger));
        USERS.put(name, Import.line(name).put("role", "vendor"));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        assertTrue(!isHere(tenant, name));
    }

    @Test
    void anAddressThatTheOperatorDoesNotAllowIsNotAsked() {
        for (String address : List.of(
                "https://127.0.0.1:" + old.getAddress().getPort() + "/login",
                "http://localhost:" + old.getAddress().getPort() + "/login")) {
            String name = knownThere();
            tenantOf(address).login(name, TestServer.PASSWORD).then().statusCode(401);
            assertEquals(0, asked(name), address);
        }
    }

    @Test
    void anOldServiceThatFailsIsLeftAloneForAWhile() {
        // Each tenant's address has a breaker of its own.
        Tenant failing = tenantOf("https://localhost:" + old.getAddress().getPort() + "/login?failing");
        otherwise = exchange -> {
            try {
                if (String.valueOf(exchange.getRequestURI().getQuery()).equals("failing")) {
                    exchange.getResponseHeaders().add("Location", "https://localhost/elsewhere");
                    respond(exchange, 302, "{}");
                } else {
                    respond(exchange, 401, "{}");
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
        try {
            String name = knownThere();
            for (int i = 0; i < 6; i++) {
                failing.login(name, TestServer.PASSWORD)
                        .then()
                        .statusCode(401)
                        .body("detail", equalTo("Invalid credentials"));
            }
            assertEquals(3, asked(name));
            failing.awaitLogged("The old service of realm " + failing.name() + " does not answer");
        } finally {
            otherwise = null;
        }
    }
}
