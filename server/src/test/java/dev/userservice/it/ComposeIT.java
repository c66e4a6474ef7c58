package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.userservice.server.ComposeFile;
import dev.userservice.server.Distribution;
import dev.userservice.server.Dockerfile;
import dev.userservice.server.KeycloakProcess;
import dev.userservice.server.Layout;
import dev.userservice.server.RealmImportWriter;
import dev.userservice.server.ServerHome;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.admin.client.Keycloak;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.representations.idm.ComponentExportRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;

/**
 * Tests on this machine what the containers of the stack are told: the options of the {@code kc.sh build} in the Dockerfile, and the entry
 * points, commands and environments of {@code keycloak} and {@code realms} in docker-compose.yml with the values of {@code .env.example}.
 * Only hosts, ports, folders and the memory are this machine's.
 */
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class ComposeIT {
    private static final String IMAGE = "/opt/keycloak";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Is the time after which the limit of five logins a minute allows one more. */
    private static final Duration A_PERMIT = Duration.ofSeconds(12);

    private static final Deque<Closeable> parts = new ArrayDeque<>();
    private static final Queue<String> console = new ConcurrentLinkedQueue<>();
    private static final Map<String, String> environment = new HashMap<>();

    private static Layout layout;
    private static ComposeFile compose;
    private static Dockerfile dockerfile;
    private static ServerHome home;
    private static RedisServer redis;
    private static Inbox inbox;
    private static int port;
    private static int managementPort;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "the image is made of an unpacked server");
        layout = Layout.ofBuild();
        compose = ComposeFile.of(layout.root());
        dockerfile = Dockerfile.of(layout.root());
        redis = opened(
                RedisServer.startWithPassword(compose.environment("redis").get("REDISCLI_AUTH")));
        inbox = opened(Inbox.start());
        int databasePort = database();
        home = new Distribution(layout).prepare(layout.home("compose"));
        Distribution.remove(home.path().resolve("logs"));
        Distribution.remove(home.importFolder());
        home.build(Map.of(BuiltHome.NO_SSSD, "false"), dockerfile.buildOptions().toArray(String[]::new));
        exportRealms();

        port = Port.lasting();
        managementPort = Port.lasting();
        environment.putAll(dockerfile.environment("keycloak"));
        environment.putAll(compose.environment("keycloak"));
        environment.replaceAll((name, value) -> value.replace("postgres:5432", "localhost:" + databasePort)
                .replace("redis:6379", "127.0.0.1:" + redis.port())
                .replace("localhost:8080", "localhost:" + port)
                .replace(IMAGE, home.path().toString()));
        environment.put("KC_HTTP_PORT", Integer.toString(port));
        environment.put("KC_HTTP_MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
        environment.put("KC_CACHE_EMBEDDED_NETWORK_BIND_ADDRESS", "127.0.0.1");
        environment.put("KC_CACHE_EMBEDDED_NETWORK_BIND_PORT", Integer.toString(Port.lasting()));
        // With this variable, Keycloak would take most of this machine's memory and expect to be the first process.
        assertEquals("true", environment.remove("KC_RUN_IN_CONTAINER"));
        assertEquals(List.of(IMAGE + "/bin/kc.sh"), dockerfile.words("keycloak", "ENTRYPOINT"));
        KeycloakProcess server = KeycloakProcess.start(home, compose.command("keycloak"), environment, console::add);
        parts.push(server::stop);
        server.awaitReady(management().resolve("/health/ready"), Duration.ofMinutes(10));
    }

    @AfterAll
    static void stop() throws IOException {
        for (Closeable part : parts) {
            part.close();
        }
    }

    private static <T extends Closeable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /** Creates what the container of PostgreSQL creates at its first start, and returns the database's port. */
    private static int database() throws Exception {
        Map<String, String> settings = compose.environment("postgres");
        Database database = opened(Database.startEmpty());
        String user = settings.get("POSTGRES_USER");
        database.execute("create role " + user + " login password '" + settings.get("POSTGRES_PASSWORD") + "'");
        database.execute("create database " + settings.get("POSTGRES_DB") + " owner " + user);
        return URI.create(database.url().substring("jdbc:".length())).getPort();
    }

    /** Runs the command of the container {@code realms}. */
    private static void exportRealms() throws Exception {
        Map<String, String> here = Map.of(
                "java", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "/opt/realms/lib/*", realmsClasspath(),
                "/opt/realms/realm-config", layout.realmConfig().toString(),
                "/realms", home.importFolder().toString(),
                "mailpit", Inbox.HOST,
                "1025", Integer.toString(inbox.port()));
        List<String> command = new ArrayList<>(dockerfile.words("realms", "ENTRYPOINT"));
        command.addAll(compose.command("realms"));
        command.replaceAll(word -> here.getOrDefault(word, word));
        assertEquals(0, run(command, compose.environment("realms")));
    }

    /** Returns the same class path as in the image: the server module and Keycloak's Jackson. */
    private static String realmsClasspath() throws Exception {
        try (Stream<Path> jars = Files.list(layout.distribution().resolve("lib/lib/main"))) {
            return Stream.concat(
                            Stream.of(Path.of(RealmImportWriter.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())),
                            jars.filter(jar ->
                                    jar.getFileName().toString().startsWith("com.fasterxml.jackson.core.jackson-")))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static int run(List<String> command, Map<String, String> environment) throws Exception {
        // The output must not go into that of this JVM, through which Maven receives the results of the tests.
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(layout.root()
                        .resolve("server/target/compose-commands.txt")
                        .toFile()));
        builder.environment().keySet().retainAll(List.of("PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("It did not end: " + command);
        }
        return process.exitValue();
    }

    private static String realm(String name) {
        return "http://localhost:" + port + "/realms/" + name;
    }

    private static URI management() {
        return URI.create("http://localhost:" + managementPort);
    }

    /** Logs in. All tests share one address and so one limit, and therefore a login over the limit is repeated. */
    private static Response login(String password) {
        AtomicReference<Response> answer = new AtomicReference<>();
        Eventually.holds("a login within the limit", Duration.ofMinutes(2), () -> {
            answer.set(RestAssured.given()
                    .contentType(ContentType.JSON)
                    .body(Map.of("email", "demo-user@example.com", "password", password))
                    .post(realm("demo") + "/api/login"));
            return answer.get().statusCode() != 429;
        });
        return answer.get();
    }

    @Test
    void theImagesHealthCheckTellsWhoIsReady() throws Exception {
        RestAssured.get(management().resolve("/health/ready"))
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"));

        List<String> check = dockerfile.words("keycloak", "HEALTHCHECK");
        String variable = "KC_HTTP_MANAGEMENT_PORT";
        assertEquals(0, run(check, Map.of(variable, Integer.toString(managementPort))));
        assertNotEquals(0, run(check, Map.of(variable, Integer.toString(Port.lasting()))));
        assertNotEquals(0, run(check, Map.of(variable, Integer.toString(port))), "the other port has no health");
    }

    @Test
    void aLoginToTheDemoTenantIsCountedInRedisAndInTheMetrics() {
        String token = login("Demo-user-1!").then().statusCode(200).extract().path("access_token");
        RestAssured.given()
                .auth()
                .oauth2(token)
                .get(realm("demo") + "/api/users/me")
                .then()
                .statusCode(200)
                .body("tenant", equalTo("demo"));

        // While Redis is late or not yet connected, the node counts by itself. The test then logs in again, as often as
        // the limit allows.
        AtomicReference<Instant> lastTry = new AtomicReference<>(Instant.now());
        Eventually.holds("the login in Redis", Duration.ofMinutes(2), () -> {
            boolean isThere = redis.keys().stream().anyMatch(key -> key.startsWith("user-service:limit:login:"));
            if (!isThere && lastTry.get().plus(A_PERMIT).isBefore(Instant.now())) {
                login("Demo-user-1!");
                lastTry.set(Instant.now());
            }
            return isThere;
        });
        String metrics = RestAssured.get(management().resolve("/metrics")).asString();
        assertTrue(
                metrics.lines()
                        .anyMatch(line -> line.startsWith("keycloak_user_events_total{")
                                && line.contains("event=\"login\"")
                                && line.contains("realm=\"demo\"")
                                && line.contains("client_id=\"user-service-api\"")
                                && line.contains("idp=")),
                () -> metrics.lines()
                        .filter(line -> line.startsWith("keycloak_user_events"))
                        .collect(Collectors.joining("\n")));
    }

    /** The script makes the same calls where there is a Docker engine, so this test shows that they are right before they meet one. */
    @Test
    void theCallsOfTheContainersCheckAreAnswered() throws Exception {
        List.of("curl", "jq").forEach(name -> Program.find(name, name));
        Path output = layout.root().resolve("server/target/compose-calls.txt");
        Process calls = new ProcessBuilder(layout.root().resolve(".ci/compose").toString(), "http://localhost:" + port)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(calls.waitFor(3, TimeUnit.MINUTES), () -> "The calls do not come to their end; see " + output);
        } finally {
            calls.destroy();
        }
        assertEquals(0, calls.exitValue(), () -> String.join("\n", lines(output)));
    }

    @Test
    void mailGoesWhereTheEnvironmentSays() {
        try (Keycloak admin = Keycloak.getInstance(
                "http://localhost:" + port,
                "master",
                environment.get("KCRAW_BOOTSTRAP_ADMIN_USERNAME"),
                environment.get("KCRAW_BOOTSTRAP_ADMIN_PASSWORD"),
                "admin-cli")) {
            for (String name : List.of("demo", "platform")) {
                Map<String, String> smtp = admin.realm(name).toRepresentation().getSmtpServer();
                assertEquals(Inbox.HOST, smtp.get("host"), name);
                assertEquals(Integer.toString(inbox.port()), smtp.get("port"), name);
                assertEquals("no-reply@localhost", smtp.get("from"), name);
            }
        }
        RestAssured.given()
                .contentType(ContentType.JSON)
                .body(Map.of("email", "jane@example.com", "password", "Secret-word-1!", "full_name", "Jane Doe"))
                .post(realm("demo") + "/api/register")
                .then()
                .statusCode(201);
        String text = inbox.next("jane@example.com").text();
        assertTrue(text.contains(realm("demo") + "/"), "links have the address of KC_HOSTNAME: " + text);
    }

    /** Keycloak's feature is off here, because the image has it only as an option. */
    @Test
    void withoutTheFeatureOfTheTabARealmThatHadOneIsImported() {
        String type = "org.keycloak.services.ui.extend.UiTabProvider";
        try (Keycloak admin = Keycloak.getInstance(
                "http://localhost:" + port,
                "master",
                environment.get("KCRAW_BOOTSTRAP_ADMIN_USERNAME"),
                environment.get("KCRAW_BOOTSTRAP_ADMIN_PASSWORD"),
                "admin-cli")) {
            assertTrue(admin.serverInfo().getInfo().getFeatures().stream()
                    .anyMatch(feature -> feature.getName().equals("DECLARATIVE_UI") && !feature.isEnabled()));
            ComponentExportRepresentation component = new ComponentExportRepresentation();
            component.setName("User service");
            component.setProviderId("user-service");
            component.setConfig(new MultivaluedHashMap<>(Map.of("limit-login", List.of("1/1h"))));
            RealmRepresentation realm = new RealmRepresentation();
            realm.setRealm("imported");
            realm.setComponents(new MultivaluedHashMap<>(Map.of(type, List.of(component))));
            admin.realms().create(realm);
            assertEquals(
                    List.of(Set.of("mail-problem")),
                    admin.realm("imported").components().query().stream()
                            .filter(imported -> imported.getProviderType().equals(type))
                            .map(imported -> imported.getConfig().keySet())
                            .toList(),
                    "none of the settings, and what the tab says of a realm without a mail server");
            assertFalse(
                    admin.realm("imported").toRepresentation().getAttributes().containsKey("user-service.limit-login"));
            admin.realm("imported").remove();
        }
        List<String> objects =
                console.stream().filter(line -> line.startsWith("{")).toList();
        assertFalse(json(objects).stream()
                .anyMatch(line -> line.path("loggerName").asText().startsWith("dev.userservice.settings")
                        || line.path("level").asText().equals("ERROR")));
    }

    @Test
    void theLogIsJsonAndSaysWhichRealm() {
        login("Wrong-word-1!").then().statusCode(401);
        Path file = home.path().resolve("logs/user_service.log");
        Eventually.holds(
                "the failed login in the log",
                Duration.ofSeconds(30),
                () -> json(lines(file)).stream()
                        .anyMatch(line -> line.path("loggerName").asText().equals("org.keycloak.events")
                                && line.path("mdc")
                                        .path("kc.realmName")
                                        .asText()
                                        .equals("demo")
                                && line.path("mdc").path("kc.clientId").asText().equals("user-service-api")));

        List<String> printed = new ArrayList<>(console);
        // This line comes from Keycloak's script and not from Keycloak, because of the options that the image sets.
        printed.remove("Appending additional Java properties to JAVA_OPTS");
        // This line comes from the JVM, if the machine that runs the build has the variable.
        printed.removeIf(line -> line.startsWith("Picked up JAVA_TOOL_OPTIONS: "));
        assertFalse(printed.isEmpty());
        assertEquals(printed.size(), json(printed).size());
    }

    @Test
    void tokensAreOfTheAddressThatIsSet() {
        RestAssured.given()
                .header("Host", "elsewhere.example.com")
                .get(realm("demo") + "/.well-known/openid-configuration")
                .then()
                .body("issuer", equalTo(environment.get("KC_HOSTNAME") + "/realms/demo"))
                .body("token_endpoint", startsWith("http://localhost:" + port));
    }

    /** Returns the lines as JSON. Each line must be an object. */
    private static List<JsonNode> json(List<String> lines) {
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : lines) {
            try {
                JsonNode node = JSON.readTree(line);
                assertTrue(node.isObject(), line);
                nodes.add(node);
            } catch (IOException e) {
                throw new AssertionError("No JSON: " + line, e);
            }
        }
        return nodes;
    }

    /** Returns the complete lines of a file. */
    private static List<String> lines(Path file) {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
