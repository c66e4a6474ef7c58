package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.server.Layout;
import dev.userservice.server.RunCommand;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests what {@code ./mvnw -P run} runs, in a project folder of its own: the embedded database, the imported realms and the
 * mailbox.
 */
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class RunCommandIT {
    private static final Duration LONG = Duration.ofMinutes(5);

    /**
     * The variables that a shell may have for a run of its own and that are removed here. One of them could name a database, for
     * example, in which this run would make its realms.
     */
    private static final Pattern SETTING = Pattern.compile(
            "(KC|KCRAW|MAIL|MAILBOX|USER_SERVICE|HTTP|MANAGEMENT|DEBUG)_.*|(DATABASE|REDIS|FRONTEND)_URL|DEMO_TENANT|TENANTS|DEBUG");

    private static int http;
    private static int mailbox;
    private static Path output;
    private static Process run;

    @BeforeAll
    static void start() throws IOException {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "it is started from the build's folders");
        Layout layout = Layout.ofBuild();
        Path project = layout.root().resolve("server/target/run-it");
        remove(project);
        copy(layout.realmConfig(), project.resolve("realm-config"));
        http = Port.lasting();
        mailbox = Port.lasting();
        output = project.resolve("output.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dlayout.root=" + project,
                        "-Dlayout.distribution=" + layout.distribution(),
                        "-Dlayout.jar=" + layout.jar(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RunCommand.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> SETTING.matcher(name).matches());
        builder.environment()
                .putAll(Map.of(
                        "JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1",
                        "HTTP_PORT", Integer.toString(http),
                        "MANAGEMENT_PORT", Integer.toString(Port.lasting()),
                        "MAILBOX_PORT", Integer.toString(mailbox),
                        "MAILBOX_SMTP_PORT", Integer.toString(Port.lasting())));
        run = builder.start();
        Eventually.holds(
                "it to be ready or to end",
                LONG,
                () -> !run.isAlive() || printed().contains("Ready."));
        assertTrue(run.isAlive(), RunCommandIT::printed);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (run != null) {
            run.destroy();
            assertTrue(run.waitFor(1, TimeUnit.MINUTES), "it ends when it is told to");
        }
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    private static String printed() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RequestSpecification at(String realm) {
        return RestAssured.given()
                .baseUri("http://localhost:" + http)
                .basePath("/realms/" + realm + "/api")
                .contentType(ContentType.JSON);
    }

    /**
     * Logs in and returns the access token. The login is repeated, because all tests share one address and so its limit, and
     * because Keycloak refuses a user whose last login is not recorded yet.
     */
    private static String token(String realm, String username, String password) {
        AtomicReference<Response> answer = new AtomicReference<>();
        Eventually.holds("a login of " + username, LONG, () -> {
            answer.set(at(realm)
                    .body(Map.of("username", username, "password", password))
                    .post("/login"));
            return answer.get().statusCode() == 200;
        });
        return answer.get().path("access_token");
    }

    @Test
    void theAccountsThatItNamesLogIn() {
        String printed = printed();
        for (List<String> account : List.of(
                List.of("demo", "demo-admin", "Demo-admin-1!"),
                List.of("demo", "demo-user", "Demo-user-1!"),
                List.of("platform", "demo-vendor", "Demo-vendor-1!"))) {
            account.forEach(word -> assertTrue(printed.contains(word), word));
            token(account.get(0), account.get(1), account.get(2));
        }
    }

    @Test
    void theVendorSeesTheTenant() {
        String vendor = token("platform", "demo-vendor", "Demo-vendor-1!");
        at("demo").auth().oauth2(vendor).get("/users").then().statusCode(200);
    }

    @Test
    void theAddressesThatItPrintsAnswer() {
        for (String page : List.of("apidocs", "activity-log", "openapi.json")) {
            at("demo").get("/" + page).then().statusCode(200);
        }
    }

    @Test
    void theMailOfARegistrationIsInTheMailbox() {
        at("demo")
                .body(Map.of(
                        "first_name", "Newcomer",
                        "email", "newcomer@example.com",
                        "password", TestServer.PASSWORD))
                .post("/register")
                .then()
                .statusCode(201);
        Eventually.holds(
                "the mail",
                LONG,
                () -> RestAssured.get("http://localhost:" + mailbox).asString().contains("newcomer@example.com"));
    }

    @Test
    void itsLogTellsOfNoErrorAndItsConsoleIsForPeople() throws IOException {
        List<String> log = Files.readAllLines(output.resolveSibling("logs").resolve("user_service.log"));
        assertTrue(log.stream().anyMatch(line -> line.contains("\"level\":\"INFO\"")), "it is JSON");
        assertEquals(
                List.of(),
                log.stream()
                        .filter(line -> line.contains("\"level\":\"ERROR\""))
                        .toList());
        assertFalse(printed().contains("could not be counted"));
        assertEquals(
                List.of(),
                printed().lines().filter(line -> line.startsWith("{")).toList());
    }
}
