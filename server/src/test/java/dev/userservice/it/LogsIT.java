package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.Distribution;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests the log as machines read it: its lines are JSON, name their tenant and user, hold no secret, and cannot be forged. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class LogsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACCESS = "dev.userservice.access";

    private static Path folder;
    private static TestServer server;
    private static Tenant tenant;

    @BeforeAll
    static void start() throws IOException {
        folder = Files.createTempDirectory("user-service-logs");
        server = TestServer.unpacked(
                "logs",
                Map.of(
                        "KC_LOG", "console,file",
                        "KC_LOG_CONSOLE_OUTPUT", "json",
                        "KC_LOG_FILE", file().toString(),
                        "KC_LOG_FILE_OUTPUT", "json",
                        "KC_LOG_FILE_ROTATION_MAX_FILE_SIZE", "200K",
                        "KC_LOG_FILE_ROTATION_MAX_BACKUP_INDEX", "3",
                        "KC_LOG_MDC_KEYS", "realmName,clientId,userId,ipAddress",
                        "KC_LOG_LEVEL", "info,dev.userservice:debug"));
        server.addPlatform();
        tenant = Tenant.on(server);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        Distribution.remove(folder);
    }

    private static Path file() {
        return folder.resolve("user_service.log");
    }

    /** Returns all lines, including those of files that were rotated away. Each line must be JSON. */
    private static List<JsonNode> lines() {
        AtomicReference<List<String>> texts = new AtomicReference<>();
        Eventually.holds("files that are not rotated while they are read", Duration.ofMinutes(1), () -> {
            try (Stream<Path> files = Files.list(folder)) {
                List<String> read = new ArrayList<>();
                for (Path path : files.toList()) {
                    String text = Files.readString(path);
                    // The last line may be incomplete.
                    read.add(text.substring(0, text.lastIndexOf('\n') + 1));
                }
                texts.set(read);
                return true;
            } catch (NoSuchFileException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return texts.get().stream().flatMap(String::lines).map(LogsIT::parsed).toList();
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("Not a line of JSON: " + line, e);
        }
    }

    private static List<JsonNode> linesOf(String requestId) {
        return lines().stream()
                .filter(line -> line.at("/mdc/requestId").asText().equals(requestId))
                .toList();
    }

    private static JsonNode accessLine(String requestId) {
        AtomicReference<JsonNode> found = new AtomicReference<>();
        Eventually.holds("the line of the request", Duration.ofMinutes(1), () -> {
            linesOf(requestId).stream()
                    .filter(line -> line.path("loggerName").asText().equals(ACCESS))
                    .findFirst()
                    .ifPresent(found::set);
            return found.get() != null;
        });
        return found.get();
    }

    @Test
    void aRequestHasALineThatSaysWhoseItIs() {
        String id = tenant.addUser("alice");
        String token = tenant.session("alice").access();
        Response answer = tenant.api(token).header("X-Request-ID", "order-4711").get("/users/" + id);
        assertEquals("order-4711", answer.header("X-Request-ID"));
        JsonNode line = accessLine("order-4711");
        assertTrue(line.path("message").asText().startsWith("GET /users/{id} 200 "), line::toString);
        assertEquals(tenant.name(), line.at("/mdc/kc.realmName").asText());
        assertEquals(id, line.at("/mdc/kc.userId").asText());
        assertEquals("user-service-api", line.at("/mdc/kc.clientId").asText());
    }

    @Test
    void aVendorsRequestSaysTheTenantThatItIsFor() {
        String token = Tenant.platformOf(server).session(TestServer.VENDOR).access();
        Response answer = tenant.api(token).get("/users");
        answer.then().statusCode(200);
        JsonNode line = accessLine(answer.header("X-Request-ID"));
        assertEquals(tenant.name(), line.at("/mdc/kc.realmName").asText());
        assertEquals(
                Tenant.platformOf(server)
                        .admin()
                        .users()
                        .search(TestServer.VENDOR)
                        .get(0)
                        .getId(),
                line.at("/mdc/kc.userId").asText());
    }

    @Test
    void anIdThatCouldDoHarmIsReplaced() {
        for (String hostile : List.of("a b", "\"},{", "x".repeat(65), "<script>", "${jndi:ldap://x}", "a;b")) {
            String id = tenant.api()
                    .header("X-Request-ID", hostile)
                    .get("/users/health")
                    .header("X-Request-ID");
            assertTrue(id.matches("[0-9a-f-]{36}"), () -> hostile + " became " + id);
        }
        String first = tenant.api().get("/users/health").header("X-Request-ID");
        assertNotEquals(first, tenant.api().get("/users/health").header("X-Request-ID"));
    }

    @Test
    void noInputMakesALineOfItsOwn() {
        String forged = "nobody\"}\n{\"level\":\"FATAL\",\"message\":\"forged\"}\r\n{\"level\":\"FATAL\"}";
        tenant.api()
                .header("User-Agent", "agent\u0001\"}{\"level\":\"FATAL\"}")
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", forged, "password", "wrong"))
                .post("/login")
                .then()
                .statusCode(401);
        tenant.registration(Map.of("username", forged)).then().statusCode(400);
        String last = tenant.api().get("/users/health").header("X-Request-ID");
        accessLine(last);
        assertTrue(
                lines().stream().noneMatch(line -> line.path("level").asText().equals("FATAL")), "a line was forged");
        assertTrue(
                lines().stream().anyMatch(line -> line.path("message").asText().contains("LOGIN_ERROR")),
                "the failed login is not in the log: this test would hold whatever was forged");
    }

    @Test
    void noSecretIsInAnyLine() {
        String email = tenant.register(Map.of());
        String activation = tenant.inbox().next(email).code();
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", activation))
                .post("/verify-email")
                .then()
                .statusCode(200);
        Tenant.Session session = tenant.session(email);
        tenant.refresh(session.refresh()).then().statusCode(200);
        tenant.refresh(session.refresh()).then().statusCode(401);
        tenant.login(email, "Wrong-secret-1").then().statusCode(401);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", email))
                .post("/reset-password")
                .then()
                .statusCode(200);
        String reset = tenant.inbox().next(email).code();
        Response changed = tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("password", "Other-secret-1"))
                .post("/reset-password/" + reset);
        changed.then().statusCode(200);
        Response refused = tenant.api().get("/users/me?access_token=in-a-query");
        refused.then().statusCode(401);
        accessLine(changed.header("X-Request-ID"));
        accessLine(refused.header("X-Request-ID"));
        tenant.awaitWholeLog();
        String all = lines().toString() + server.node().log();
        for (String secret : List.of(
                TestServer.PASSWORD,
                "Wrong-secret-1",
                "Other-secret-1",
                activation,
                reset,
                session.access(),
                session.refresh(),
                "in-a-query")) {
            assertFalse(all.contains(secret), () -> "the log has " + secret);
        }
    }

    /** What happens after an answer belongs to no request, but it still belongs to a tenant and a user. */
    @Test
    void aMailThatCannotBeSentSaysWhoseItIs() {
        Tenant unlucky = Tenant.on(server, realm -> ((ObjectNode) realm.path("smtpServer")).put("port", "1"));
        Response registered = unlucky.registration(Map.of());
        registered.then().statusCode(201);
        String id = registered.path("user.id");
        Map<String, JsonNode> found = new HashMap<>();
        Eventually.holds(
                "the line of the mail",
                Duration.ofMinutes(1),
                () -> lines().stream()
                        .filter(line -> line.path("message").asText().startsWith("Not delivered yet")
                                && line.at("/mdc/kc.userId").asText().equals(id))
                        .peek(line -> found.put("line", line))
                        .findFirst()
                        .isPresent());
        assertEquals(unlucky.name(), found.get("line").at("/mdc/kc.realmName").asText());
        String working = tenant.register(Map.of());
        tenant.inbox().next(working);
        assertTrue(
                lines().stream()
                        .filter(line -> line.path("loggerName").asText().startsWith("dev.userservice.mail"))
                        .filter(line -> line.path("message").asText().contains("realm=" + tenant.name()))
                        .allMatch(line -> line.at("/mdc/kc.realmName").asText().equals(tenant.name())),
                "a line of the mail says another tenant");
    }

    /** This test runs last, because it fills the log. */
    @Test
    @Order(Integer.MAX_VALUE)
    void theFileIsRotatedAndKeepsNoMoreThanItIsTold() {
        // A line has about half a kilobyte. Together this is a megabyte, which is more than the files may keep.
        for (int i = 0; i < 2_200; i++) {
            tenant.api().get("/users/health").then().statusCode(200);
        }
        Eventually.holds("four files, none too long", Duration.ofMinutes(1), () -> {
            try (Stream<Path> files = Files.list(folder)) {
                return files.count() == 4
                        && Files.exists(folder.resolve("user_service.log.3"))
                        && Files.size(file()) < 210_000;
            } catch (IOException e) {
                // The file was rotated away in the meantime.
                return false;
            }
        });
    }
}
