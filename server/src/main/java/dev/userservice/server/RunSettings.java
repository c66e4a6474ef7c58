package dev.userservice.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What {@code .env.example} lists, read once; a value that cannot be meant is refused before anything starts. */
final class RunSettings {
    private final Environment environment;
    private final Path logFile;

    /** Takes the project's folder, below which the log is. */
    RunSettings(Environment environment, Path project) {
        this.environment = environment;
        this.logFile = project.resolve("logs").resolve("user_service.log").toAbsolutePath();
        ports();
        realms();
        serverEnvironment();
    }

    /** A port that the run listens on, and the setting that moves it. */
    record Port(String purpose, int number, String setting) {}

    int httpPort() {
        return environment
                .port("KC_HTTP_PORT")
                .or(() -> environment.port("HTTP_PORT"))
                .orElse(8080);
    }

    int managementPort() {
        return environment
                .port("KC_HTTP_MANAGEMENT_PORT")
                .or(() -> environment.port("MANAGEMENT_PORT"))
                .orElse(9000);
    }

    int mailboxPort() {
        return environment.port("MAILBOX_PORT").orElse(8025);
    }

    int mailboxSmtpPort() {
        return environment.port("MAILBOX_SMTP_PORT").orElse(3025);
    }

    /** Mail that leaves for a real server is not ours to show. */
    boolean hasMailbox() {
        return environment.get("MAIL_SERVER").isEmpty();
    }

    List<Port> ports() {
        Port http = new Port("Keycloak", httpPort(), "HTTP_PORT");
        Port management = new Port("Keycloak's health and metrics", managementPort(), "MANAGEMENT_PORT");
        return hasMailbox()
                ? List.of(
                        http,
                        management,
                        new Port("the mailbox", mailboxPort(), "MAILBOX_PORT"),
                        new Port("the mailbox's SMTP server", mailboxSmtpPort(), "MAILBOX_SMTP_PORT"))
                : List.of(http, management);
    }

    RealmSettings realms() {
        return RealmSettings.of(environment, Mailbox.HOST, mailboxSmtpPort());
    }

    /** What the server's process gets: options for Keycloak, those of the extension included. */
    Map<String, String> serverEnvironment() {
        KeycloakOptions options = new KeycloakOptions(environment.keycloakOptions())
                .derive("HTTP_PORT", Integer.toString(httpPort()))
                .derive("HTTP_MANAGEMENT_PORT", Integer.toString(managementPort()))
                .derive("HEALTH_ENABLED", "true")
                .derive("METRICS_ENABLED", "true")
                .derive("BOOTSTRAP_ADMIN_USERNAME", "admin")
                .derive("BOOTSTRAP_ADMIN_PASSWORD", "admin")
                .derive("EVENT_METRICS_USER_ENABLED", "true")
                .derive("EVENT_METRICS_USER_TAGS", "realm,idp,clientId")
                // The tab of settings in the admin console. Beside it KC_FEATURES stays whatever somebody makes of it.
                .derive("FEATURE_DECLARATIVE_UI", "enabled")
                .derive("SPI_REALM_RESTAPI_EXTENSION__API__PLATFORM_REALM", "platform");
        deriveLog(options);
        environment.get("DATABASE_URL").map(DatabaseUrl::parse).ifPresent(database -> {
            options.derive("DB", "postgres").derive("DB_URL", database.jdbcUrl());
            database.user().ifPresent(user -> options.derive("DB_USERNAME", user));
            database.password().ifPresent(password -> options.derive("DB_PASSWORD", password));
        });
        environment
                .get("REDIS_URL")
                .ifPresent(url -> options.derive("SPI_REALM_RESTAPI_EXTENSION__API__REDIS_URL", url));
        return new TreeMap<>(options.asEnvironment());
    }

    /** The same as in docker-compose.yml. What somebody's own options make useless, Keycloak warns of and passes over. */
    private void deriveLog(KeycloakOptions options) {
        options.derive("LOG", "console,file")
                .derive("LOG_LEVEL", "info,dev.userservice.access:debug")
                .derive("LOG_CONSOLE_OUTPUT", "json")
                .derive("LOG_FILE", logFile.toString())
                .derive("LOG_FILE_OUTPUT", "json")
                .derive("LOG_FILE_ROTATION_MAX_FILE_SIZE", "10M")
                .derive("LOG_FILE_ROTATION_MAX_BACKUP_INDEX", "5")
                // Else six starts that fail forget the first failure.
                .derive("LOG_FILE_ROTATION_ROTATE_ON_BOOT", "false")
                .derive("LOG_MDC_ENABLED", "true")
                .derive("LOG_MDC_KEYS", "realmName,clientId,userId,ipAddress");
    }

    /** The first administrator, for the person at the terminal; a password of their own is not repeated to them. */
    String administrator() {
        String name = option("BOOTSTRAP_ADMIN_USERNAME").orElse("admin");
        return name + " / "
                + option("BOOTSTRAP_ADMIN_PASSWORD")
                        .map(given -> given.equals("admin") ? given : "as given")
                        .orElse("admin");
    }

    /** The path that somebody put Keycloak under, without a slash at its end. */
    String path() {
        return withoutSlash(option("HTTP_RELATIVE_PATH").orElse("/"));
    }

    String managementPath() {
        return option("HTTP_MANAGEMENT_RELATIVE_PATH")
                .map(RunSettings::withoutSlash)
                .orElseGet(this::path);
    }

    private Optional<String> option(String name) {
        return environment.get("KC_" + name).or(() -> environment.get("KCRAW_" + name));
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
