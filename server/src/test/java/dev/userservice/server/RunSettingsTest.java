package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunSettingsTest {
    private static final String NASTY = "p$a${x}\"ß \\";
    private static final Path PROJECT = Path.of("a-project");
    private static final Path LOG_FILE =
            PROJECT.resolve("logs/user_service.log").toAbsolutePath();
    private static final String NASTY_IN_A_URL = "p%24a%24%7Bx%7D%22%C3%9F%20%5C";

    @Test
    void withoutAnySettingThereIsAnEmbeddedDatabaseAndAMailbox() {
        RunSettings settings = settings(Map.of());

        assertEquals(
                Map.ofEntries(
                        Map.entry("KCRAW_HTTP_PORT", "8080"),
                        Map.entry("KCRAW_HTTP_MANAGEMENT_PORT", "9000"),
                        Map.entry("KCRAW_HEALTH_ENABLED", "true"),
                        Map.entry("KCRAW_METRICS_ENABLED", "true"),
                        Map.entry("KCRAW_BOOTSTRAP_ADMIN_USERNAME", "admin"),
                        Map.entry("KCRAW_BOOTSTRAP_ADMIN_PASSWORD", "admin"),
                        Map.entry("KCRAW_EVENT_METRICS_USER_ENABLED", "true"),
                        Map.entry("KCRAW_EVENT_METRICS_USER_TAGS", "realm,idp,clientId"),
                        Map.entry("KCRAW_FEATURE_DECLARATIVE_UI", "enabled"),
                        Map.entry("KCRAW_SPI_STORAGE__SSSD__ENABLED", "false"),
                        Map.entry("KCRAW_SPI_REALM_RESTAPI_EXTENSION__API__PLATFORM_REALM", "platform"),
                        Map.entry("KCRAW_LOG", "console,file"),
                        Map.entry("KCRAW_LOG_LEVEL", "info,dev.userservice.access:debug"),
                        Map.entry("KCRAW_LOG_CONSOLE_OUTPUT", "default"),
                        Map.entry("KCRAW_LOG_FILE", LOG_FILE.toString()),
                        Map.entry("KCRAW_LOG_FILE_OUTPUT", "json"),
                        Map.entry("KCRAW_LOG_FILE_ROTATION_MAX_FILE_SIZE", "10M"),
                        Map.entry("KCRAW_LOG_FILE_ROTATION_MAX_BACKUP_INDEX", "5"),
                        Map.entry("KCRAW_LOG_FILE_ROTATION_ROTATE_ON_BOOT", "false"),
                        Map.entry("KCRAW_LOG_MDC_ENABLED", "true"),
                        Map.entry("KCRAW_LOG_MDC_KEYS", "realmName,clientId,userId,ipAddress")),
                settings.serverEnvironment());
        assertTrue(LOG_FILE.isAbsolute(), "Keycloak runs in another folder");
        assertTrue(settings.hasMailbox());
        assertEquals("admin / admin", settings.administrator());
        assertEquals(
                "127.0.0.1:3025", settings.realms().smtpServer().orElseThrow().toString());
    }

    @Test
    void theDatabaseUrlIsTakenApartAndItsPartsStayWhatTheyAre() {
        Map<String, String> environment = settings(Map.of(
                        "DATABASE_URL",
                        "postgres://us%3Aer:" + NASTY_IN_A_URL + "@db.example:5433/kc$db?sslmode=require"))
                .serverEnvironment();

        assertEquals("postgres", environment.get("KCRAW_DB"));
        assertEquals(
                "jdbc:postgresql://db.example:5433/kc$db?sslmode=require&logServerErrorDetail=false&reWriteBatchedInserts=true",
                environment.get("KCRAW_DB_URL"));
        assertEquals("us:er", environment.get("KCRAW_DB_USERNAME"));
        assertEquals(NASTY, environment.get("KCRAW_DB_PASSWORD"));
        assertFalse(environment.containsKey("DATABASE_URL"));
    }

    @Test
    void aDatabaseUrlMayLeaveOutMuch() {
        assertEquals(
                new DatabaseUrl(
                        "jdbc:postgresql://[::1]/kc?logServerErrorDetail=false&reWriteBatchedInserts=true",
                        Optional.empty(),
                        Optional.empty()),
                DatabaseUrl.parse("postgresql://[::1]/kc"));
        assertEquals(
                new DatabaseUrl(
                        "jdbc:postgresql:///kc?logServerErrorDetail=true&reWriteBatchedInserts=true",
                        Optional.of("a+b"),
                        Optional.empty()),
                DatabaseUrl.parse("postgresql://a+b@/kc?logServerErrorDetail=true"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://user:topsecret@host/db",
                "postgresql://user:topsecret@host",
                "postgresql://user:top/secret@host/db",
                "postgresql://user:topsecret%zz@host/db"
            })
    void aWrongDatabaseUrlIsRefusedWithoutShowingIt(String url) {
        StartException e = assertThrows(StartException.class, () -> settings(Map.of("DATABASE_URL", url)));
        assertTrue(e.getMessage().startsWith("DATABASE_URL"), e.getMessage());
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void keycloaksOwnOptionsWin() {
        RunSettings settings = settings(Map.of(
                "HTTP_PORT", "1111",
                "KC_HTTP_PORT", "2222",
                "DATABASE_URL", "postgresql://u:p@h/db",
                "KC_DB_PASSWORD", "${vault}",
                "KCRAW_DB_USERNAME", "$own",
                "KC_BOOTSTRAP_ADMIN_PASSWORD", "my-own",
                "KC_HTTP_RELATIVE_PATH", "/auth/",
                "REDIS_URL", "redis://:" + NASTY_IN_A_URL + "@localhost"));
        Map<String, String> environment = settings.serverEnvironment();

        assertEquals("2222", environment.get("KC_HTTP_PORT"));
        assertFalse(environment.containsKey("KCRAW_HTTP_PORT"), "Keycloak refuses an option that comes twice");
        assertEquals(2222, settings.httpPort());
        assertEquals("${vault}", environment.get("KC_DB_PASSWORD"));
        assertFalse(environment.containsKey("KCRAW_DB_PASSWORD"));
        assertEquals("$own", environment.get("KCRAW_DB_USERNAME"));
        assertEquals(
                "redis://:" + NASTY_IN_A_URL + "@localhost",
                environment.get("KCRAW_SPI_REALM_RESTAPI_EXTENSION__API__REDIS_URL"));
        assertEquals("admin / as given", settings.administrator());
        assertEquals("/auth", settings.managementPath());
        // This is the password that .env.example has.
        assertEquals(
                "admin / admin",
                settings(Map.of("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin")).administrator());
    }

    @Test
    void theLogCanBeText() {
        Map<String, String> environment = settings(Map.of(
                        "KC_LOG_CONSOLE_OUTPUT", "default", "KC_LOG_LEVEL", "debug", "KCRAW_LOG_FILE", "elsewhere.log"))
                .serverEnvironment();

        assertEquals("default", environment.get("KC_LOG_CONSOLE_OUTPUT"));
        assertFalse(environment.containsKey("KCRAW_LOG_CONSOLE_OUTPUT"));
        assertEquals("debug", environment.get("KC_LOG_LEVEL"));
        assertFalse(environment.containsKey("KCRAW_LOG_LEVEL"));
        assertEquals("elsewhere.log", environment.get("KCRAW_LOG_FILE"));
        assertEquals("json", environment.get("KCRAW_LOG_FILE_OUTPUT"));
    }

    @Test
    void mailGoesToTheServerThatIsGiven() {
        RunSettings settings = settings(Map.of(
                "MAIL_SERVER", "smtp.example.com",
                "MAIL_USERNAME", "user",
                "MAIL_PASSWORD", NASTY,
                "MAIL_USE_TLS", "true",
                "MAIL_DEFAULT_SENDER", "Grüße <no-reply@example.com>"));

        assertFalse(settings.hasMailbox());
        assertEquals(2, settings.ports().size());
        SmtpServer smtp = settings.realms().smtpServer().orElseThrow();
        assertEquals(25, smtp.port());
        assertEquals(Optional.of(NASTY), smtp.password());
        assertFalse(smtp.toString().contains(NASTY));
        assertEquals(
                "{\"host\":\"smtp.example.com\",\"port\":\"25\",\"from\":\"no-reply@example.com\","
                        + "\"fromDisplayName\":\"Grüße\",\"auth\":\"true\",\"user\":\"user\","
                        + "\"password\":\"p$a${x}\\\"ß \\\\\",\"starttls\":\"true\",\"ssl\":\"false\"}",
                smtp.json().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_PORT", "MANAGEMENT_PORT", "MAILBOX_PORT", "MAILBOX_SMTP_PORT"})
    void aPortMustBeOne(String name) {
        StartException e = assertThrows(StartException.class, () -> settings(Map.of(name, "80a")));
        assertEquals(name + " must be a port number from 1 to 65535", e.getMessage());
    }

    @Test
    void anEmptyValueIsNone() {
        assertTrue(settings(Map.of("MAIL_SERVER", "", "DATABASE_URL", "", "HTTP_PORT", ""))
                .hasMailbox());
    }

    @Test
    void theTabOfSettingsIsOnBesideFeaturesOfOnesOwn() {
        Map<String, String> environment =
                settings(Map.of("KC_FEATURES", "token-exchange")).serverEnvironment();
        assertEquals("token-exchange", environment.get("KC_FEATURES"));
        assertEquals("enabled", environment.get("KCRAW_FEATURE_DECLARATIVE_UI"));

        Map<String, String> off =
                settings(Map.of("KC_FEATURE_DECLARATIVE_UI", "disabled")).serverEnvironment();
        assertEquals("disabled", off.get("KC_FEATURE_DECLARATIVE_UI"));
        assertEquals(null, off.get("KCRAW_FEATURE_DECLARATIVE_UI"));
    }

    private static RunSettings settings(Map<String, String> environment) {
        return new RunSettings(new Environment(environment), PROJECT);
    }
}
