package dev.userservice.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dasniko.testcontainers.keycloak.KeycloakContainer;
import dev.userservice.server.Layout;
import dev.userservice.server.RealmFiles;
import dev.userservice.server.RealmSettings;
import dev.userservice.server.SmtpServer;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.keycloak.admin.client.Keycloak;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.testcontainers.Testcontainers;
import org.testcontainers.containers.GenericContainer;

/**
 * A real Keycloak with the packaged jar, with the platform realm, and with an inbox that receives all its mail.
 *
 * <p>The suite shares one such server. By default it is the unpacked distribution with an embedded PostgreSQL; with
 * {@code -Dserver=container} it is a container; with {@code -Dserver=http://...} it is a server that runs already, whose
 * bootstrap admin is {@code admin/admin}.
 */
final class TestServer implements Closeable {
    static final String PLATFORM = "platform";
    static final String VENDOR = "the-vendor";
    static final String PASSWORD = "Correct-horse-1";

    static final String ADMIN = "admin";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final RealmFiles realms;
    private final List<Closeable> parts;
    private final Node node;
    private final Inbox inbox;
    private final Keycloak admin;

    /**
     * This is true for the server of the suite only. Other servers have few realms, and a test may count SQL statements there, so
     * {@link #giveAdminDirectly} does nothing for them.
     */
    private boolean isShared;

    private TestServer(URI base, Node node, Inbox inbox, SmtpServer smtp, List<Closeable> parts) {
        this.base = base;
        this.node = node;
        this.inbox = inbox;
        this.parts = parts;
        this.realms = new RealmFiles(Layout.ofBuild().realmConfig(), RealmSettings.withMailTo(smtp));
        this.admin = Keycloak.getInstance(base.toString(), "master", ADMIN, ADMIN, "admin-cli");
    }

    /** Starts the server that the system property {@code server} selects, or connects to it if it runs already. */
    static TestServer ofTheSuite() {
        String wanted = System.getProperty("server", "unpacked");
        TestServer server = switch (wanted) {
            case "unpacked" -> "h2".equals(System.getProperty("database")) ? onH2("it-h2") : onPostgres("it");
            case "container" -> container();
            default -> running(URI.create(wanted));
        };
        server.letAdminMakeRealms();
        server.isShared = true;
        server.giveAdminDirectly("master");
        server.addPlatform();
        return server;
    }

    /**
     * Grants the bootstrap admin the role {@code create-realm} directly. The role {@code admin} contains it already, but to find
     * that out, Keycloak reads all roles of all realms into the transaction of each import, and Hibernate goes through them at
     * each of its hundreds of flushes: the import of the two hundredth realm would cost four times as much as the first.
     */
    private void letAdminMakeRealms() {
        var master = admin.realm("master");
        String id = master.users().searchByUsername(ADMIN, true).get(0).getId();
        master.users()
                .get(id)
                .roles()
                .realmLevel()
                .add(List.of(master.roles().get("create-realm").toRepresentation()));
    }

    /**
     * Grants the bootstrap admin the rights over a realm directly, if the database can be reached. The role {@code admin}
     * contains them already, but to find that out, Keycloak goes at each call through all roles of all realms, which are four
     * thousand with two hundred realms, and it fails if one of them is being removed at that moment. Keycloak's REST API is not
     * used for this, because it does the same search for each role.
     */
    private void giveAdminDirectly(String realm) {
        if (!isShared || node == null || node.database() == null) {
            return;
        }
        try {
            node.database().execute("""
                    insert into user_role_mapping (role_id, user_id)
                    select r.id, u.id from keycloak_role r join client c on r.client = c.id join realm m on c.realm_id = m.id
                      join user_entity u on u.realm_id = m.id
                    where m.name = 'master' and c.client_id = '%s-realm' and u.username = '%s'
                    on conflict do nothing""".formatted(realm, ADMIN));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        admin.realm("master").clearUserCache();
    }

    private static TestServer onPostgres(String purpose) {
        try {
            return unpacked(purpose, Database.start(), Node.soonStarted(Map.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server with a database of its own, for a test that stops or breaks it. */
    static TestServer unpacked(String purpose) {
        return unpacked(purpose, Map.of());
    }

    /** Starts a server with a database of its own that writes every SQL statement and transaction to its log; see {@link LoggedSql}. */
    static TestServer loggingSql(String purpose) {
        return unpacked(
                purpose,
                Map.of(
                        "KC_LOG_LEVEL",
                        "info,org.hibernate.SQL:debug,org.hibernate.orm.jdbc.bind:trace,"
                                + "org.keycloak.transaction.JtaTransactionWrapper:debug"));
    }

    /** Starts a server whose database has written its data to disk before it acknowledges a commit, and can be killed. */
    static TestServer durable(String purpose) {
        try {
            return unpacked(purpose, Database.startDurable(), Node.soonStarted(Map.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server with a database of its own and with additional options. */
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

    /** Starts a server with H2, the database that Keycloak brings along, in memory. */
    private static TestServer onH2(String purpose) {
        try {
            Node node = Node.start(purpose, null, Node.soonStarted(Map.of("KC_CACHE", "local")));
            Inbox inbox = Inbox.start();
            return new TestServer(node.base(), node, inbox, inbox.smtp(), List.of(node, inbox));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts two nodes of one cluster and returns each of them as a server. They share one database and one inbox, and both have
     * the address of the first node as their hostname.
     */
    static List<TestServer> twoNodes() {
        return twoNodes(Map.of());
    }

    /** Starts two nodes as {@link #twoNodes()} does, with additional options for both. */
    static List<TestServer> twoNodes(Map<String, String> more) {
        try {
            Database database = Database.start();
            int port = Port.lasting();
            Node first = Node.start("node-1", database, clustered(port, more, port));
            Node second = Node.start("node-2", database, clustered(port, more, Port.lasting()));
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
        options.put("KC_CACHE_EMBEDDED_NETWORK_BIND_PORT", Integer.toString(Port.lasting()));
        options.put("KC_HOSTNAME", "http://localhost:" + port);
        return options;
    }

    /** Starts a container of the image that the system property {@code server.image} names. */
    private static TestServer container() {
        String image =
                Objects.requireNonNull(System.getProperty("server.image"), "name an image by -Dserver.image=...");
        KeycloakContainer container = new KeycloakContainer(image)
                .withProviderLibsFrom(List.of(Layout.ofBuild().jar().toFile()))
                .withEnv("KC_SPI_REALM_RESTAPI_EXTENSION__API__PLATFORM_REALM", PLATFORM)
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

    /** Connects to a server that runs already. Its mail reaches the inbox only if it runs on this machine. */
    private static TestServer running(URI base) {
        Inbox inbox = Inbox.start();
        return new TestServer(base, null, inbox, inbox.smtp(), List.of(inbox));
    }

    /** Adds the platform realm and its vendor if the realm does not exist yet. The server of the suite has them already. */
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

    /** Returns the node that runs on this machine, for tests that stop or kill it, or null if there is none. */
    Node node() {
        return node;
    }

    /** Returns the inbox that receives the mail of this server's realms. */
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
        giveAdminDirectly(realm.path("realm").asText());
    }

    /**
     * Adds an active user whose password is {@link #PASSWORD} and who has the given realm roles in addition to the default role.
     * Returns the id of the user.
     */
    String addUser(String realm, String username, String... roles) {
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue(PASSWORD);
        UserRepresentation user = new UserRepresentation();
        user.setUsername(username);
        user.setEmail(username.contains("@") ? username : username + "@example.com");
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
}
