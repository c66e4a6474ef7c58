package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealmFilesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NASTY = "p$a${x}${HOME}\"ß \\ \\$";

    @TempDir
    private Path folder;

    @BeforeEach
    void writeRealms() throws IOException {
        Files.writeString(folder.resolve("tenant-template.json"), """
                {"realm": "tenant", "enabled": true, "attributes": {"kept": "yes", "replaced": "no"},
                 "users": [{"username": "old"}],
                 "clients": [{"clientId": "app"}, {"clientId": "user-service-api", "publicClient": false}]}
                """);
        Files.writeString(folder.resolve("demo-tenant.json"), """
                {"realm": "demo", "attributes": {"replaced": "yes"},
                 "users": [{"username": "ada", "realmRoles": ["default-roles-demo", "user", "admin"],
                            "credentials": [{"type": "password", "value": "Secret-1!"}]}]}
                """);
        Files.writeString(folder.resolve("platform-realm.json"), """
                {"realm": "platform", "clients": [{"clientId": "user-service-api"}]}
                """);
        Files.writeString(folder.resolve("demo-platform.json"), "{\"users\": [{\"username\": \"vendor\"}]}");
    }

    @Test
    void aNewTenantIsTheTemplateUnderItsOwnName() throws IOException {
        assertEquals(
                JSON.readTree(folder.resolve("tenant-template.json").toFile()),
                new RealmFiles(folder, RealmSettings.none()).tenant("acme").put("realm", "tenant"));
        assertEquals(
                "acme",
                new RealmFiles(folder, RealmSettings.none())
                        .tenant("acme")
                        .path("realm")
                        .asText());
    }

    @Test
    void anOverlayMergesObjectsAndReplacesTheRest() {
        ObjectNode demo = new RealmFiles(folder, RealmSettings.none()).demoTenant();

        assertEquals("demo", demo.path("realm").asText());
        assertTrue(demo.path("enabled").asBoolean());
        assertEquals(
                "{\"kept\":\"yes\",\"replaced\":\"yes\"}",
                demo.path("attributes").toString());
        assertEquals(1, demo.path("users").size());
        assertEquals(
                List.of(new RealmFiles.Account("demo", "ada", "Secret-1!", "user, admin")), RealmFiles.accounts(demo));
    }

    @Test
    void anOverlaysClientIsMergedWithTheOneOfItsName() throws IOException {
        Files.writeString(folder.resolve("demo-tenant.json"), """
                {"realm": "demo", "clients": [{"clientId": "user-service-api", "webOrigins": ["http://localhost:3000"]},
                                              {"clientId": "new"}]}
                """);
        assertEquals(
                JSON.readTree("""
                        [{"clientId": "app"},
                         {"clientId": "user-service-api", "publicClient": false, "webOrigins": ["http://localhost:3000"]},
                         {"clientId": "new"}]
                        """),
                new RealmFiles(folder, RealmSettings.none()).demoTenant().path("clients"));
    }

    /**
     * Checks that the origins of the client {@code app} may call the public routes, because a page that logs in with this client
     * calls them too.
     */
    @Test
    void theDemoTenantsPublicRoutesAreOpenToTheOriginsOfItsApp() {
        ObjectNode demo = new RealmFiles(Path.of("../realm-config"), RealmSettings.none()).demoTenant();
        Set<String> ofApp = new TreeSet<>();
        Set<String> ofPublicRoutes = new TreeSet<>();
        demo.path("clients").forEach(client -> {
            if (client.path("clientId").asText().equals("app")) {
                assertEquals("+", client.at("/webOrigins/0").asText(), "the origins of its redirect URIs");
                client.path("redirectUris").forEach(uri -> {
                    if (uri.asText().startsWith("http")) {
                        ofApp.add(uri.asText().replaceFirst("/\\*$", ""));
                    }
                });
            } else if (client.path("clientId").asText().equals("user-service-api")) {
                client.path("webOrigins").forEach(origin -> ofPublicRoutes.add(origin.asText()));
            }
        });
        assertFalse(ofApp.isEmpty());
        assertEquals(ofApp, ofPublicRoutes);
    }

    @Test
    void settingsGoWhereKeycloakAndTheExtensionLookForThem() {
        RealmSettings settings = new RealmSettings(
                Optional.of(SmtpServer.plain("127.0.0.1", 3025)),
                Optional.of("https://app" + NASTY),
                Optional.of(NASTY),
                "");
        RealmFiles files = new RealmFiles(folder, settings);

        ObjectNode tenant = files.tenant("acme");
        assertEquals("3025", tenant.at("/smtpServer/port").textValue());
        assertEquals("false", tenant.at("/smtpServer/auth").textValue());
        assertEquals(
                "https://app" + NASTY,
                tenant.at("/attributes").path("user-service.frontend-url").textValue());
        assertEquals(NASTY, tenant.at("/clients/1/secret").textValue());
        assertTrue(tenant.at("/clients/0/secret").isMissingNode());
        assertEquals(NASTY, files.demoPlatform().at("/clients/0/secret").textValue());
        assertEquals("vendor", files.demoPlatform().at("/users/0/username").textValue());
        assertTrue(files.platform().path("users").isMissingNode());
        assertTrue(files.platform().path("attributes").isMissingNode());
    }

    @Test
    void whatIsAPageOfTheTemplatesRealmIsThenOneOfTheRealms() throws IOException {
        Files.writeString(folder.resolve("tenant-template.json"), """
                {"realm": "tenant", "clients": [{"baseUrl": "/realms/tenant/api/activity-log/",
                  "redirectUris": ["/realms/tenant/api/activity-log/", "http://localhost:3000/realms/tenant/"]},
                  {"baseUrl": "/realms/tenants/"}]}
                """);
        RealmSettings settings = new RealmSettings(Optional.empty(), Optional.empty(), Optional.empty(), "/auth");
        assertEquals(
                JSON.readTree("""
                        [{"baseUrl": "/auth/realms/acme/api/activity-log/",
                          "redirectUris": ["/auth/realms/acme/api/activity-log/", "http://localhost:3000/realms/tenant/"]},
                          {"baseUrl": "/realms/tenants/"}]
                        """),
                new RealmFiles(folder, settings).tenant("acme").path("clients"));
    }

    @Test
    void withoutASecretKeycloakMakesOne() {
        assertTrue(new RealmFiles(folder, RealmSettings.none())
                .tenant("acme")
                .at("/clients/1/secret")
                .isMissingNode());
    }

    @Test
    void nothingInAnImportLooksLikeAPlaceholder() throws IOException {
        RealmSettings settings = new RealmSettings(Optional.empty(), Optional.empty(), Optional.of(NASTY), "");
        ObjectNode tenant = new RealmFiles(folder, settings).tenant("acme");

        String text = RealmFiles.importText(tenant);

        assertFalse(text.contains("$"));
        assertEquals(tenant, JSON.readTree(text));
    }

    @Test
    void anImportIsForItsOwnerAloneAndLeavesNothingElseBehind() throws IOException {
        Path imports = folder.resolve("data/import");
        ObjectNode tenant = new RealmFiles(folder, RealmSettings.none()).tenant("acme");

        assertFalse(RealmFiles.write(tenant, imports), "the first is no change");
        assertFalse(RealmFiles.write(tenant, imports), "the same is no change");
        assertTrue(RealmFiles.write(tenant.put("displayName", "Acme"), imports));

        try (Stream<Path> files = Files.list(imports)) {
            List<Path> all = files.toList();
            assertEquals(List.of(imports.resolve("acme-realm.json")), all);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(all.get(0))));
        }
    }

    @Test
    void aMissingOrBrokenFileIsNamed() throws IOException {
        Path file = folder.resolve("tenant-template.json");
        Files.writeString(file, "{\n\"realm\": }");
        RealmFiles files = new RealmFiles(folder, RealmSettings.none());

        String broken =
                assertThrows(StartException.class, () -> files.tenant("acme")).getMessage();
        assertTrue(broken.startsWith("the realm file is no valid JSON: " + file + ", line 2"), broken);
        assertFalse(broken.contains("\n"), broken);

        Files.delete(file);
        assertEquals(
                "the realm file is missing: " + file,
                assertThrows(StartException.class, () -> files.tenant("acme")).getMessage());
    }
}
