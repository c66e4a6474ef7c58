package dev.userservice.it;

import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.server.Distribution;
import dev.userservice.server.Layout;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests {@code monitoring/} with a real Prometheus that scrapes a server on which everything was done that is counted. The script
 * {@code check.sh} runs each query of the dashboard and of the alerts.
 */
@ExtendWith(ServerExtension.class)
final class PrometheusIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CHECK = Duration.ofMinutes(5);
    private static final String NO_CODE = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA";
    private static final String NEW_PASSWORD = "Another-horse-2";

    /** The queries that may find nothing, each with the reason. */
    private static final Map<String, String> MAY_BE_EMPTY = Map.ofEntries(
            Map.entry("alert KeycloakAbsent", "the server is there"),
            Map.entry("alert KeycloakNodeGone", "this Prometheus has not looked for a minute"),
            Map.entry("alert LoginFailures", "this Prometheus was not there an hour ago"),
            Map.entry("alert MailStopped", "no attempt has failed"),
            Map.entry("alert ApiErrors", "the server has made no error"),
            Map.entry("alert AccountLockouts", "nobody was locked out"),
            Map.entry("alert MailsFailed", "no mail was given up"),
            Map.entry("panel Not delivered, by tenant", "each mail was delivered at once"),
            Map.entry("alert RedisDown", "the suite's server has no Redis"),
            Map.entry("alert RedisUnsteady", "the same"),
            Map.entry("panel Redis", "the same"),
            Map.entry("panel Redis outages and late answers", "the same"));

    private static final Pattern OURS =
            Pattern.compile("(# [A-Z]+ )?(http_requests?_|http_requests|auth_attempts|failed_logins"
                    + "|token_refreshes|password_resets|email_verifications|user_actions|user_role_changes|tenants_total"
                    + "|tenant_user_count|active_users_total|verified_users_total|rate_limited|user_service_).*");

    private static TestServer server;

    @BeforeAll
    static void take(TestServer ofTheSuite) {
        server = ofTheSuite;
        Assumptions.assumeTrue(server.node() != null, "the management port of this server is not at hand");
    }

    private static Response post(Tenant tenant, String path, Map<String, String> body) {
        return tenant.api().contentType(ContentType.JSON).body(body).post(path);
    }

    /** Does everything that the meters count, with success and with failure. */
    private static void doEverything(Tenant tenant) {
        String email = "alice@example.com";
        String alice = tenant.addUser("alice");
        tenant.addUser("the-admin", "admin");
        Tenant.Session session = tenant.session("alice");
        tenant.login("alice", "Wrong-password-1!").then().statusCode(401);

        tenant.refresh(session.refresh()).then().statusCode(200);
        tenant.refresh(session.refresh()).then().statusCode(401);

        tenant.addClient("back-end", true);
        tenant.serviceToken("back-end");
        tenant.oidc()
                .formParams(
                        Map.of("client_id", "back-end", "client_secret", "wrong", "grant_type", "client_credentials"))
                .post("/token")
                .then()
                .statusCode(401);

        String newcomer = tenant.register(Map.of());
        tenant.registration(Map.of("email", newcomer)).then().statusCode(409);
        post(tenant, "/verify-email", Map.of("token", NO_CODE)).then().statusCode(404);
        post(tenant, "/verify-email", Map.of("token", tenant.inbox().nextCode(newcomer)))
                .then()
                .statusCode(200);

        post(tenant, "/reset-password", Map.of("email", email)).then().statusCode(200);
        post(tenant, "/reset-password", Map.of("email", email)).then().statusCode(429);
        post(tenant, "/reset-password/" + NO_CODE, Map.of("password", NEW_PASSWORD))
                .then()
                .statusCode(404);
        post(tenant, "/reset-password/" + tenant.inbox().nextCode(email), Map.of("password", NEW_PASSWORD))
                .then()
                .statusCode(200);

        tenant.api(tenant.session("the-admin").access())
                .contentType(ContentType.JSON)
                .body(Map.of("role", "admin"))
                .put("/users/" + alice)
                .then()
                .statusCode(200);
    }

    private static Response scrape(String accept) {
        return RestAssured.given().header("Accept", accept).get(server.node().management() + "/metrics");
    }

    /**
     * Tests how Quarkus reads the header {@code Accept}: it answers in the text format if the header names that format at all,
     * and otherwise in OpenMetrics.
     */
    @Test
    void prometheusIsAnsweredAsTextAndWhoTakesNoneAsOpenMetrics() {
        String open = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,";
        scrape(open + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
                .then()
                .statusCode(200)
                .header("Content-Type", startsWith("text/plain; version=0.0.4"));
        scrape(open + "*/*;q=0.1")
                .then()
                .statusCode(200)
                .header("Content-Type", startsWith("application/openmetrics-text; version=1.0.0"))
                .body(endsWith("# EOF\n"));
    }

    /**
     * Tests our meters with Prometheus' own parser of OpenMetrics, which needs a time for each sample. Keycloak's own meters are
     * left out.
     */
    @Test
    void ourMetersAreGoodOpenMetrics() throws IOException, InterruptedException {
        String promtool = Program.find("prometheus", "promtool").toString();
        doEverything(Tenant.on(server, Limits.with(Map.of("limit-forgot", "1/1h"))));
        String ours = scrape("application/openmetrics-text;version=1.0.0,*/*;q=0.1")
                .asString()
                .lines()
                .filter(line -> OURS.matcher(line).matches())
                .map(line -> line.startsWith("#") ? line : line + " 1767225600")
                .collect(Collectors.joining("\n"));
        for (String family :
                List.of("http_requests", "http_request_duration_seconds", "auth_attempts", "tenants_total")) {
            assertTrue(ours.contains("# TYPE " + family + " "), () -> family + " is missing:\n" + ours);
        }
        assertEquals(0, parse(promtool, ours + "\n# EOF\n"));
        assertNotEquals(0, parse(promtool, ours + "\nauth_attempts_total{realm=} 1 1767225600\n# EOF\n"));
    }

    private static int parse(String promtool, String text) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("user-service-openmetrics");
        try {
            Path file = Files.writeString(folder.resolve("scrape.om"), text);
            Process parser = new ProcessBuilder(
                            promtool, "tsdb", "create-blocks-from", "openmetrics", file.toString(), folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return parser.waitFor();
        } finally {
            Distribution.remove(folder);
        }
    }

    @Test
    void eachQueryOfDashboardAndAlertsFindsWhatItAsksFor() throws IOException, InterruptedException {
        List.of("prometheus", "promtool").forEach(name -> Program.find("prometheus", name));
        List.of("curl", "jq").forEach(name -> Program.find(name, name));
        Tenant tenant = Tenant.on(server, Limits.with(Map.of("limit-forgot", "1/1h")));
        doEverything(tenant);
        Eventually.holds(
                "the figures of the tenant, which are counted now and then",
                TIMEOUT,
                () -> scrape("text/plain").asString().contains("tenant_user_count{realm=\"" + tenant.name() + "\""));

        Path root = Layout.ofBuild().root();
        Path output = root.resolve("server/target/monitoring-check.txt");
        Process check = new ProcessBuilder(
                        root.resolve("monitoring/check.sh").toString(),
                        server.node().management().toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(
                    check.waitFor(CHECK.toSeconds(), TimeUnit.SECONDS),
                    () -> "The check does not come to its end; see " + output);
        } finally {
            check.destroy();
        }
        List<String> lines = Files.readAllLines(output);
        assertEquals(0, check.exitValue(), () -> String.join("\n", lines));
        // This is the last query that the script runs.
        assertTrue(
                lines.get(lines.size() - 1).startsWith("OK     variable realm: "), () -> lines.get(lines.size() - 1));
        Set<String> empty = lines.stream()
                .filter(line -> line.startsWith("EMPTY"))
                .map(line -> line.substring(7, line.indexOf(": ")))
                .collect(Collectors.toCollection(TreeSet::new));
        empty.removeAll(MAY_BE_EMPTY.keySet());
        assertEquals(Set.of(), empty);
    }
}
