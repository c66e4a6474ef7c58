package dev.userservice.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dasniko.testcontainers.keycloak.KeycloakContainer;
import dev.userservice.server.Distribution;
import dev.userservice.server.KeycloakProcess;
import dev.userservice.server.Layout;
import dev.userservice.server.RealmFiles;
import dev.userservice.server.RealmSettings;
import dev.userservice.server.ServerHome;
import dev.userservice.server.SmtpServer;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.keycloak.admin.client.Keycloak;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.testcontainers.Testcontainers;
import org.testcontainers.containers.GenericContainer;

/**
 * A real Keycloak with the packaged jar, with the platform realm, and with an inbox where all its mail goes.
 *
 * <p>The suite shares one: by default the unpacked distribution on an embedded PostgreSQL; with {@code -Dserver=container}
 * a container; with {@code -Dserver=http://...} one that runs already, whose bootstrap admin is {@code admin/admin}.
 */
final class TestServer implements Closeable {
    static final String PLATFORM = "platform";
    static final String VENDOR = "the-vendor";
    static final String PASSWORD = "Correct-horse-1";

    private static final String ADMIN = "admin";
    private static final Duration START = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final RealmFiles realms;
    private final List<Closeable> parts;
    private final Node node;
    private final Inbox inbox;
    private final Keycloak admin;

    private TestServer(URI base, Node node, Inbox inbox, SmtpServer smtp, List<Closeable> parts) {
        this.base = base;
        this.node = node;
        this.inbox = inbox;
        this.parts = parts;
        this.realms = new RealmFiles(Layout.ofBuild().realmConfig(), RealmSettings.withMailTo(smtp));
        this.admin = Keycloak.getInstance(base.toString(), "master", ADMIN, ADMIN, "admin-cli");
    }

    /** The server that the system property {@code server} names. */
    static TestServer ofTheSuite() {
        String wanted = System.getProperty("server", "unpacked");
        TestServer server = switch (wanted) {
            case "unpacked" -> "h2".equals(System.getProperty("database")) ? onH2("it-h2") : onPostgres("it");
            case "container" -> container();
            default -> running(URI.create(wanted));
        };
        server.addPlatform();
        return server;
    }

    private static TestServer onPostgres(String purpose) {
        try {
            return unpacked(purpose, Database.start(), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server and a database of one's own, to be broken. */
    static TestServer unpacked(String purpose) {
        return unpacked(purpose, Map.of());
    }

    /** The same, which writes every SQL statement into its log; see {@link LoggedSql}. */
    static TestServer loggingSql(String purpose) {
        return unpacked(
                purpose, Map.of("KC_LOG_LEVEL", "info,org.hibernate.SQL:debug,org.hibernate.orm.jdbc.bind:trace"));
    }

    /** The same, whose database has what it has acknowledged written, and can be killed. */
    static TestServer durable(String purpose) {
        try {
            return unpacked(purpose, Database.startDurable(), Node.soonStarted(Map.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with options of its own. */
    static TestServer unpacked(String purpose, Map<String, String> more) {
        try {
            return unpacked(purpose, Database.start(), Node.soonStarted(more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestServer unpacked(String purpose, Database database, Map<String, String> more) {
        try {
            Map<String, String> options = new HashMap<>(more);
            options.put("KC_CACHE", "local");
            Node node = Node.start(purpose, database, options);
            Inbox inbox = Inbox.start();
            return new TestServer(node.base(), node, inbox, inbox.smtp(), List.of(node, database, inbox));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server on the database that Keycloak brings along, in memory. */
    private static TestServer onH2(String purpose) {
        try {
            Node node = Node.start(purpose, null, Map.of("KC_CACHE", "local"));
            Inbox inbox = Inbox.start();
            return new TestServer(node.base(), node, inbox, inbox.smtp(), List.of(node, inbox));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Two nodes of one cluster, on one database and with one inbox, that both speak for the address of the first; each a
     * server here.
     */
    static List<TestServer> twoNodes() {
        return twoNodes(Map.of());
    }

    /** The same with options of their own. */
    static List<TestServer> twoNodes(Map<String, String> more) {
        try {
            Database database = Database.start();
            int port = Node.freePort();
            Node first = Node.start("node-1", database, clustered(port, more, port));
            Node second = Node.start("node-2", database, clustered(port, more, Node.freePort()));
            Inbox inbox = Inbox.start();
            return List.of(
                    new TestServer(first.base(), first, inbox, inbox.smtp(), List.of(first, database, inbox)),
                    new TestServer(second.base(), second, inbox, inbox.smtp(), List.of(second)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> clustered(int port, Map<String, String> more, int own) {
        Map<String, String> options = Node.soonStarted(more);
        options.put(Node.PORT, Integer.toString(own));
        options.put("KC_CACHE", "ispn");
        options.put("KC_CACHE_EMBEDDED_NETWORK_BIND_ADDRESS", "127.0.0.1");
        options.put("KC_CACHE_EMBEDDED_NETWORK_BIND_PORT", Integer.toString(Node.freePort()));
        options.put("KC_HOSTNAME", "http://localhost:" + port);
        return options;
    }

    /** A container of the image that the system property {@code server.image} names. */
    private static TestServer container() {
        String image =
                Objects.requireNonNull(System.getProperty("server.image"), "name an image by -Dserver.image=...");
        KeycloakContainer container = new KeycloakContainer(image)
                .withProviderLibsFrom(List.of(Layout.ofBuild().jar().toFile()))
                .withAdminUsername(ADMIN)
                .withAdminPassword(ADMIN);
        Inbox inbox = Inbox.start();
        Testcontainers.exposeHostPorts(inbox.port());
        container.start();
        return new TestServer(
                URI.create(container.getAuthServerUrl()),
                null,
                inbox,
                SmtpServer.plain(GenericContainer.INTERNAL_HOST_HOSTNAME, inbox.port()),
                List.of(container::stop, inbox));
    }

    /** Mail reaches the inbox only from a server on this machine. */
    private static TestServer running(URI base) {
        Inbox inbox = Inbox.start();
        return new TestServer(base, null, inbox, inbox.smtp(), List.of(inbox));
    }

    /** Adds the platform realm and its vendor, which the server of the suite has already. */
    void addPlatform() {
        ObjectNode platform = realms.platform();
        String name = platform.path("realm").asText();
        if (!PLATFORM.equals(name)) {
            throw new IllegalStateException("The platform realm is called " + name);
        }
        if (admin.realms().findAll().stream().noneMatch(realm -> PLATFORM.equals(realm.getRealm()))) {
            addRealm(platform);
            addUser(PLATFORM, VENDOR, "vendor");
        }
    }

    URI base() {
        return base;
    }

    /** The node that runs here, for tests that stop or kill it. */
    Node node() {
        return node;
    }

    /** Where the mail of this server's realms goes. */
    Inbox inbox() {
        return inbox;
    }

    Keycloak admin() {
        return admin;
    }

    ObjectNode tenantJson(String name) {
        return realms.tenant(name);
    }

    void addRealm(ObjectNode realm) {
        RestAssured.given()
                .baseUri(base.toString())
                .auth()
                .oauth2(admin.tokenManager().getAccessTokenString())
                .contentType(ContentType.JSON)
                .body(write(realm))
                .post("/admin/realms")
                .then()
                .statusCode(201);
    }

    /** Adds an active user whose password is {@link #PASSWORD}, with more realm roles than the default one. */
    String addUser(String realm, String username, String... roles) {
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue(PASSWORD);
        UserRepresentation user = new UserRepresentation();
        user.setUsername(username);
        user.setEmail(username + "@example.com");
        user.setFirstName("Test");
        user.setLastName("Person");
        user.setEmailVerified(true);
        user.setEnabled(true);
        user.setCredentials(List.of(password));
        var users = admin.realm(realm).users();
        String id;
        try (var created = users.create(user)) {
            if (created.getStatus() != 201) {
                throw new IllegalStateException(created.getStatus() + " " + created.readEntity(String.class));
            }
            id = created.getLocation().getPath().replaceFirst(".*/", "");
        }
        List<RoleRepresentation> granted = new ArrayList<>();
        for (String role : roles) {
            granted.add(admin.realm(realm).roles().get(role).toRepresentation());
        }
        if (!granted.isEmpty()) {
            users.get(id).roles().realmLevel().add(granted);
        }
        return id;
    }

    private static String write(ObjectNode json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        admin.close();
        for (Closeable part : parts) {
            part.close();
        }
    }

    /** A PostgreSQL that can be taken away. */
    static final class Database implements Closeable {
        private final Path durable;
        private EmbeddedPostgres postgres;

        private Database(EmbeddedPostgres postgres, Path durable) {
            this.postgres = postgres;
            this.durable = durable;
        }

        static Database start() throws IOException {
            return new Database(
                    EmbeddedPostgres.builder()
                            .setPGStartupWait(START)
                            .setServerConfig("max_connections", "200")
                            .start(),
                    null);
        }

        /** One that writes before it acknowledges, as the library's own does not, and whose files outlive it. */
        static Database startDurable() throws IOException {
            Path folder = Files.createTempDirectory("user-service-database");
            return new Database(durable(folder, 0), folder);
        }

        private static EmbeddedPostgres durable(Path folder, int port) throws IOException {
            return EmbeddedPostgres.builder()
                    .setPGStartupWait(START)
                    .setServerConfig("max_connections", "200")
                    .setServerConfig("synchronous_commit", "on")
                    .setDataDirectory(folder)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
        }

        /** All of its processes are gone at once; then it is there again, with what it had written. */
        void crash() throws IOException {
            int port = postgres.getPort();
            long pid = Long.parseLong(
                    Files.readAllLines(durable.resolve("postmaster.pid")).get(0));
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            List<ProcessHandle> all = Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            Until.holds(
                    "the end of PostgreSQL",
                    Duration.ofSeconds(30),
                    () -> all.stream().noneMatch(ProcessHandle::isAlive));
            postgres.close();
            postgres = durable(durable, port);
        }

        void execute(String sql) throws SQLException {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        /** The first column of what a query finds. */
        List<String> texts(String sql) throws SQLException {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                List<String> texts = new ArrayList<>();
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
                return texts;
            }
        }

        /** How PostgreSQL will answer. */
        List<String> explain(String sql) throws SQLException {
            return texts("explain " + sql);
        }

        /** How PostgreSQL would answer, if it reads a table from end to end only where it has no other way. */
        List<String> plan(String sql) throws SQLException {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("set enable_seqscan = off");
                List<String> lines = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery("explain " + sql)) {
                    while (rows.next()) {
                        lines.add(rows.getString(1));
                    }
                }
                return lines;
            }
        }

        /** How many rows a query finds. */
        long count(String from, String value) throws SQLException {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    PreparedStatement statement = connection.prepareStatement("select count(*) from " + from)) {
                statement.setString(1, value);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        }

        String url() {
            return postgres.getJdbcUrl("postgres", "postgres");
        }

        @Override
        public void close() throws IOException {
            postgres.close();
            if (durable != null) {
                Distribution.remove(durable);
            }
        }
    }

    /** One Keycloak process. */
    static final class Node implements Closeable {
        private static final String PORT = "KC_HTTP_PORT";
        private static final String JVM_OPTIONS = "JAVA_OPTS_APPEND";

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
            this.port = options.containsKey(PORT) ? Integer.parseInt(options.get(PORT)) : freePort();
            this.managementPort = freePort();
            this.log = log;
            this.options = options;
        }

        static Node start(String purpose, Database database, Map<String, String> options) throws IOException {
            Layout layout = Layout.ofBuild();
            Path log = layout.root().resolve("server/target/" + purpose + "-server.log");
            Files.deleteIfExists(log);
            ServerHome home = database == null
                    ? BuiltHome.of(layout, "it-h2", "dev-mem")
                    : BuiltHome.of(layout, "it", "postgres");
            Node node = new Node(home, database, log, options);
            node.start();
            return node;
        }

        /** The options of a node that lives for minutes: its code is not worth what it costs to optimize it. */
        private static Map<String, String> soonStarted(Map<String, String> more) {
            Map<String, String> options = new HashMap<>(more);
            options.put(JVM_OPTIONS, "-XX:TieredStopAtLevel=1");
            return options;
        }

        URI base() {
            return URI.create("http://localhost:" + port);
        }

        URI management() {
            return URI.create("http://localhost:" + managementPort);
        }

        /** Null where it is in the server's own memory. */
        Database database() {
            return database;
        }

        /** All that the server has printed. */
        String log() {
            try {
                return Files.readString(log);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** In bytes. */
        long logSize() {
            try {
                return Files.size(log);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What the server has printed since the log had this size. */
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
                environment.put("KC_DB_URL", database.url());
                environment.put("KC_DB_USERNAME", "postgres");
                environment.put("KC_DB_PASSWORD", "postgres");
            }
            environment.put("KC_HTTP_ENABLED", "true");
            environment.put(PORT, Integer.toString(port));
            environment.put("KC_HTTP_MANAGEMENT_PORT", Integer.toString(managementPort));
            environment.put("KC_HOSTNAME_STRICT", "false");
            environment.put("KC_SPI_REALM_RESTAPI_EXTENSION__API__ACTIVITY_PURGE_INTERVAL", "2");
            environment.put("KC_SPI_REALM_RESTAPI_EXTENSION__API__TENANT_GAUGES_INTERVAL", "5");
            environment.put("KC_EVENT_METRICS_USER_TAGS", "realm,idp,clientId");
            environment.putAll(Limits.OFF);
            environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
            environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN);
            environment.putAll(options);
            coverage = Coverage.wanted(freePort());
            coverage.ifPresent(
                    wanted -> environment.merge(JVM_OPTIONS, wanted.jvmOption(), (one, other) -> one + " " + other));
            try {
                PrintStream out = new PrintStream(
                        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        true,
                        StandardCharsets.UTF_8);
                process = KeycloakProcess.start(home, List.of("start", "--optimized"), environment, out::println);
                process.awaitReady(management().resolve("/health/ready"), START);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void stop() {
            if (process.isAlive()) {
                coverage.ifPresent(Coverage::fetch);
            }
            process.stop();
        }

        /** As a power cut does. */
        void kill() {
            process.kill();
        }

        @Override
        public void close() {
            stop();
        }

        private static int freePort() {
            try (ServerSocket socket = new ServerSocket(0)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A home that {@code kc.sh build} has prepared once for the jar at hand. */
    private static final class BuiltHome {
        private static ServerHome of(Layout layout, String name, String database) {
            synchronized (BuiltHome.class) {
                ServerHome home = new Distribution(layout).prepare(layout.home(name));
                try {
                    Path mark = home.path().resolve("built-for");
                    String jar = UUID.nameUUIDFromBytes(Files.readAllBytes(layout.jar()))
                            .toString();
                    if (!Files.exists(mark) || !Files.readString(mark).equals(jar)) {
                        home.build(Map.of(
                                "KC_DB", database,
                                "KC_HEALTH_ENABLED", "true",
                                "KC_METRICS_ENABLED", "true",
                                "KC_EVENT_METRICS_USER_ENABLED", "true",
                                "KC_FEATURE_DECLARATIVE_UI", "enabled",
                                "KC_LOG_MDC_ENABLED", "true"));
                        Files.writeString(mark, jar);
                    }
                    return home;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
