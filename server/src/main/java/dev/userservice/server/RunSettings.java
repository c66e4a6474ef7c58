package dev.userservice.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings listed in {@code .env.example}, read once. A value that cannot be intended is rejected before anything
 * starts.
 */
final class RunSettings {
    private final Environment environment;
    private final Path logFile;

    /** Takes the project's folder, which contains the folder of the log. */
    RunSettings(Environment environment, Path project) {
        this.environment = environment;
        this.logFile = project.resolve("logs").resolve("user_service.log").toAbsolutePath();
        ports();
        realms();
        serverEnvironment();
    }

    /** A port that the run listens on, and the setting that changes it. */
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

    /** Whether the run shows mail in a mailbox. It does not show mail that is sent to a real server. */
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

    /** Returns the environment of the server's process: options for Keycloak, including those of the extension. */
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
                // This enables the settings tab in the admin console. It leaves KC_FEATURES free for other values.
                .derive("FEATURE_DECLARATIVE_UI", "enabled")
                // Keycloak's build looks for SSSD by D-Bus, and waits ten seconds for it where there is no D-Bus.
                .derive("SPI_STORAGE__SSSD__ENABLED", "false")
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

    /**
     * Sets the log options of docker-compose.yml, except that the console has text for a person. If given options make some of them useless, Keycloak warns of these
     * and ignores them.
     */
    private void deriveLog(KeycloakOptions options) {
        options.derive("LOG", "console,file")
                .derive("LOG_LEVEL", "info,dev.userservice.access:debug")
                .derive("LOG_CONSOLE_OUTPUT", "default")
                .derive("LOG_FILE", logFile.toString())
                .derive("LOG_FILE_OUTPUT", "json")
                .derive("LOG_FILE_ROTATION_MAX_FILE_SIZE", "10M")
                .derive("LOG_FILE_ROTATION_MAX_BACKUP_INDEX", "5")
                // Otherwise, six failed starts would delete the log of the first failure.
                .derive("LOG_FILE_ROTATION_ROTATE_ON_BOOT", "false")
                .derive("LOG_MDC_ENABLED", "true")
                .derive("LOG_MDC_KEYS", "realmName,clientId,userId,ipAddress");
    }

    /** Returns the first administrator, for display in the terminal. A password that was given is not shown. */
    String administrator() {
        String name = option("BOOTSTRAP_ADMIN_USERNAME").orElse("admin");
        return name + " / "
                + option("BOOTSTRAP_ADMIN_PASSWORD")
                        .map(given -> given.equals("admin") ? given : "as given")
                        .orElse("admin");
    }

    /** Returns the path configured for Keycloak, without a slash at its end. */
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
