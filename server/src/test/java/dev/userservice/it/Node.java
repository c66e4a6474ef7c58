package dev.userservice.it;

import dev.userservice.server.KeycloakProcess;
import dev.userservice.server.Layout;
import dev.userservice.server.ServerHome;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A Keycloak that runs in a process of its own. */
final class Node implements Closeable {
    static final String PORT = "KC_HTTP_PORT";
    private static final String JVM_OPTIONS = "JAVA_OPTS_APPEND";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(10);

    /**
     * The time that the server gets to stop. It is longer than in production, because the server shares the machine with others
     * here.
     */
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final ServerHome home;
    private final Database database;
    private final int port;
    private final int managementPort;
    private final Path log;
    private final Map<String, String> options;
    private KeycloakProcess process;
    private Optional<Coverage> coverage = Optional.empty();

    private Node(ServerHome home, Database database, Path log, Map<String, String> options) {
        this.home = home;
        this.database = database;
        this.port = options.containsKey(PORT) ? Integer.parseInt(options.get(PORT)) : Port.lasting();
        this.managementPort = Port.lasting();
        this.log = log;
        this.options = options;
    }

    static Node start(String purpose, Database database, Map<String, String> options) throws IOException {
        Layout layout = Layout.ofBuild();
        Path log = layout.root().resolve("server/target/" + purpose + "-server.log");
        Files.deleteIfExists(log);
        ServerHome home =
                database == null ? BuiltHome.of(layout, "it-h2", "dev-mem") : BuiltHome.of(layout, "it", "postgres");
        Node node = new Node(home, database, log, options);
        node.start();
        return node;
    }

    /**
     * Returns the options of a node that lives for minutes only, as all nodes here do: its code does not run long enough to be
     * worth the cost of optimizing it.
     */
    static Map<String, String> soonStarted(Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        options.put(JVM_OPTIONS, "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -Xms256m");
        return options;
    }

    /**
     * Returns the options of a node that, when it ends, leaves its loaded classes to all later nodes; see
     * {@link BuiltHome#archive}.
     */
    static Map<String, String> archiving(Path archive) {
        Map<String, String> options = soonStarted(Map.of("KC_CACHE", "local"));
        options.merge(JVM_OPTIONS, "-XX:ArchiveClassesAtExit=" + archive, Node::words);
        return options;
    }

    private static String words(String some, String more) {
        return some + " " + more;
    }

    URI base() {
        return URI.create("http://localhost:" + port);
    }

    URI management() {
        return URI.create("http://localhost:" + managementPort);
    }

    /** Returns the database of the node, or null if the database is in the server's own memory. */
    Database database() {
        return database;
    }

    /** Returns everything that the server has printed. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the size of the log in bytes. */
    long logSize() {
        try {
            return Files.size(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the server has printed since the log had this size. */
    String logFrom(long size) {
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(size);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        Map<String, String> environment = new HashMap<>();
        if (database != null) {
            environment.put("KC_DB_URL", database.url() + "&logServerErrorDetail=false&reWriteBatchedInserts=true");
            environment.put("KC_DB_USERNAME", "postgres");
            environment.put("KC_DB_PASSWORD", "postgres");
        }
        environment.put("KC_HTTP_ENABLED", "true");
        environment.put(PORT, Integer.toString(port));
        environment.put("KC_HTTP_MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("KC_HOSTNAME_STRICT", "false");
        environment.put("KC_SPI_REALM_RESTAPI_EXTENSION__API__PLATFORM_REALM", TestServer.PLATFORM);
        environment.put("KC_SPI_REALM_RESTAPI_EXTENSION__API__TENANT_GAUGES_INTERVAL", "3");
        // A test may hold up logins, and the machine may stand still for seconds: those of other tests then wait.
        environment.put(Limits.option("gate-wait"), "60");
        environment.put("KC_EVENT_METRICS_USER_TAGS", "realm,idp,clientId");
        environment.putAll(Limits.OFF);
        // Users of tests log in by a program and by a browser, and their mails are counted.
        environment.put(Limits.option("new-device-mail"), "0");
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", TestServer.ADMIN);
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", TestServer.ADMIN);
        environment.putAll(options);
        coverage = Coverage.wanted(Port.lasting());
        coverage.ifPresent(wanted -> environment.merge(JVM_OPTIONS, wanted.jvmOption(), Node::words));
        Path archive = BuiltHome.archive(home);
        if (Files.exists(archive)) {
            environment.merge(JVM_OPTIONS, "-XX:SharedArchiveFile=" + archive, Node::words);
        }
        try {
            PrintStream out = new PrintStream(
                    Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                    true,
                    StandardCharsets.UTF_8);
            process = KeycloakProcess.start(home, List.of("start", "--optimized"), environment, out::println);
            process.awaitReady(management().resolve("/health/ready"), START_TIMEOUT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        if (process.isAlive()) {
            coverage.ifPresent(Coverage::fetch);
        }
        process.stop(TIMEOUT);
    }

    /** Ends the server without a chance to clean up, as a power cut would. */
    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        stop();
    }
}
