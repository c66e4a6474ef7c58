package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RealmImportWriterTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path REALM_CONFIG = Path.of("../realm-config");

    @TempDir
    private Path folder;

    @Test
    void theDemoTenantIsThereForWhoAsksForIt() throws IOException {
        assertEquals(List.of("platform", "demo"), export(Map.of("DEMO_TENANT", "true")));

        assertEquals(List.of(".public", "demo-realm.json", "platform-realm.json"), files());
        assertTrue(users("demo").contains("demo-user"), users("demo"));
        assertTrue(users("platform").contains("demo-vendor"), users("platform"));
        assertEquals("mailpit", realm("demo").at("/smtpServer/host").textValue());
        assertEquals("1025", realm("platform").at("/smtpServer/port").textValue());
    }

    @Test
    void whatAnEarlierExportHasLeftIsRemoved() throws IOException {
        export(Map.of("DEMO_TENANT", "true"));
        Files.writeString(folder.resolve("other.txt"), "");

        assertEquals(List.of("platform"), export(Map.of()));

        assertEquals(List.of(".public", "other.txt", "platform-realm.json"), files());
        assertFalse(users("platform").contains("demo"), users("platform"));
    }

    @Test
    void tenantsAreMadeOfTheTemplateAndOfTheSettings() throws IOException {
        assertEquals(
                List.of("platform", "acme", "globex-2"),
                export(Map.of(
                        "TENANTS", "acme, globex-2",
                        "MAIL_SERVER", "smtp.example.com",
                        "MAIL_PASSWORD", "p$a${x}",
                        "MAIL_USERNAME", "mailer",
                        "FRONTEND_URL", "https://app.example.com",
                        "KC_HOSTNAME", "https://id.example.com",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD", "something-else")));

        JsonNode tenant = realm("globex-2");
        assertEquals("globex-2", tenant.path("realm").textValue());
        assertTrue(tenant.path("users").isMissingNode());
        assertEquals("smtp.example.com", tenant.at("/smtpServer/host").textValue());
        assertEquals("25", tenant.at("/smtpServer/port").textValue());
        assertEquals("p$a${x}", tenant.at("/smtpServer/password").textValue());
        assertEquals(
                "https://app.example.com",
                tenant.path("attributes").path(RealmFiles.FRONTEND_URL).textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Acme", "a/b", "../x", "-a", "master", "platform", "acme,acme"})
    void aTenantHasANameOfItsOwn(String tenants) throws IOException {
        String message = assertThrows(StartException.class, () -> export(Map.of("TENANTS", tenants)))
                .getMessage();

        assertTrue(message.startsWith("TENANTS"), message);
        assertEquals(List.of(), files());
    }

    @ParameterizedTest
    @CsvSource({
        "KC_HOSTNAME,https://id.example.com",
        "KC_HOSTNAME,id.example.com",
        "KC_HOSTNAME,https://localhost.example.com:8443/auth",
        "HTTP_ADDRESS,0.0.0.0",
        "HTTP_ADDRESS,192.168.1.2"
    })
    void whatIsPublicStaysOnThisMachine(String name, String value) throws IOException {
        Map<String, String> demo = Map.of(name, value, "DEMO_TENANT", "true");
        assertTrue(refusal(demo).endsWith(name + "=" + value + " is not this machine alone: set DEMO_TENANT=false"));

        for (String password : RealmImportWriter.PUBLIC_PASSWORDS) {
            String message = refusal(Map.of(name, value, "KC_BOOTSTRAP_ADMIN_PASSWORD", password));
            assertTrue(message.startsWith("KC_BOOTSTRAP_ADMIN_PASSWORD"), message);
        }
        assertEquals(List.of(), files());
        assertEquals(List.of("platform"), export(Map.of(name, value, "KC_BOOTSTRAP_ADMIN_PASSWORD", "my-own")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "http://localhost:8080", "https://127.0.0.1/auth", "http://[::1]:8080"})
    void onThisMachineItMayBeSeen(String hostname) {
        Map<String, String> settings = new HashMap<>();
        settings.put("DEMO_TENANT", "true");
        settings.put("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin");
        settings.put("KC_HOSTNAME", hostname);
        settings.put("HTTP_ADDRESS", "127.0.0.1");

        assertEquals(List.of("platform", "demo"), export(settings));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "administrator"})
    void whatWasPublicOnceGoesNowhereElse(String what) throws IOException {
        Map<String, String> outside =
                Map.of("KC_HOSTNAME", "https://id.example.com", "KC_BOOTSTRAP_ADMIN_PASSWORD", "my-own");
        export(what.equals("demo") ? Map.of("DEMO_TENANT", "true") : Map.of("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin"));
        List<String> before = files();

        assertTrue(refusal(outside).endsWith("begin with empty volumes: docker compose down --volumes"));
        assertEquals(before, files());

        // The refusal remains if the public settings were removed in between.
        export(Map.of("KC_BOOTSTRAP_ADMIN_PASSWORD", "my-own"));
        assertEquals(List.of(".public", "platform-realm.json"), files());
        assertTrue(refusal(outside).endsWith("docker compose down --volumes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo-realm.json", "platform-realm.json"})
    void aDemoFromBeforeThereWasAMarkIsSeen(String file) throws IOException {
        export(Map.of("DEMO_TENANT", "true"));
        for (String other : files()) {
            if (!other.equals(file)) {
                Files.delete(folder.resolve(other));
            }
        }

        assertTrue(refusal(Map.of("HTTP_ADDRESS", "0.0.0.0")).endsWith("docker compose down --volumes"));
    }

    @Test
    void productionMayBeStartedAgain() {
        Map<String, String> outside = Map.of(
                "KC_HOSTNAME",
                "https://id.example.com",
                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                "my-own",
                "TENANTS",
                "acme,demo");

        assertEquals(List.of("platform", "acme", "demo"), export(outside));
        assertEquals(List.of("platform", "acme", "demo"), export(outside));
    }

    @ParameterizedTest
    @ValueSource(strings = {"KC_HOSTNAME_ADMIN", "KC_PROXY_HEADERS", "KC_PROXY_TRUSTED_ADDRESSES"})
    void whatIsHandedOnToKeycloakIsNotEmpty(String name) throws IOException {
        assertEquals(
                name + " is empty, which is no value to Keycloak: set it, or take its line away",
                refusal(Map.of(name, "")));
        assertEquals(List.of(), files());
    }

    @Test
    void trustedProxiesAreNothingWithoutTheirHeaders() {
        String message = refusal(Map.of("KC_PROXY_TRUSTED_ADDRESSES", "10.0.0.5"));

        assertTrue(message.startsWith("KC_PROXY_TRUSTED_ADDRESSES"), message);
        assertEquals(
                List.of("platform"),
                export(Map.of("KC_PROXY_TRUSTED_ADDRESSES", "10.0.0.5", "KC_PROXY_HEADERS", "xforwarded")));
    }

    @Test
    void theRunCommandsDatabaseIsNotTakenForKeycloaks() {
        String message = refusal(Map.of("DATABASE_URL", "postgresql://user:topsecret@host/db"));

        assertTrue(message.startsWith("DATABASE_URL") && message.contains("KC_DB_URL"), message);
        assertFalse(message.contains("topsecret"), message);
        assertEquals(
                List.of("platform"),
                export(Map.of("DATABASE_URL", "postgresql://host/db", "KC_DB_URL", "jdbc:postgresql://host/db")));
        assertEquals(List.of("platform"), export(Map.of("DATABASE_URL", "")));
    }

    private String refusal(Map<String, String> environment) {
        return assertThrows(StartException.class, () -> export(environment)).getMessage();
    }

    private List<String> export(Map<String, String> environment) {
        return new RealmImportWriter(new Environment(environment), "mailpit", 1025).write(REALM_CONFIG, folder);
    }

    private JsonNode realm(String name) throws IOException {
        return JSON.readTree(folder.resolve(name + "-realm.json").toFile());
    }

    private String users(String realm) throws IOException {
        return realm(realm).path("users").toString();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
