package dev.userservice.it;

import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.representations.idm.ComponentRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;

/** Tests users of an LDAP directory, both imported and not imported. */
@ExtendWith(ServerExtension.class)
final class FederationIT {
    private static final String BASE = "dc=example,dc=org";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** What the log says of an attempt after its deadline. */
    private static final String ENDED = "An attempt takes too long and is ended";

    private static InMemoryDirectoryServer directory;

    @BeforeAll
    static void fillTheDirectory(TestServer server) throws Exception {
        Assumptions.assumeTrue(server.node() != null, "only a server on this machine reaches the directory");
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.addAdditionalBindCredentials("cn=reader", "secret");
        config.setListenerConfigs(
                new InMemoryListenerConfig("here", InetAddress.getLoopbackAddress(), Port.lasting(), null, null, null));
        directory = new InMemoryDirectoryServer(config);
        directory.add("dn: " + BASE, "objectClass: domain", "dc: example");
        directory.add("dn: ou=people," + BASE, "objectClass: organizationalUnit", "ou: people");
        person("lena");
        person("linus");
        directory.startListening();
    }

    private static void person(String name) throws LDAPException, LDIFException {
        directory.add(
                "dn: uid=" + name + ",ou=people," + BASE,
                "objectClass: inetOrgPerson",
                "uid: " + name,
                "cn: Given",
                "sn: Family",
                "mail: " + name + "@ldap.example",
                "userPassword: " + TestServer.PASSWORD);
    }

    @AfterAll
    static void stop() {
        if (directory != null) {
            directory.shutDown(true);
        }
    }

    private static Response patch(Tenant tenant, String token, String id, Map<String, Object> body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).patch("/users/" + id);
    }

    private static Response changePassword(Tenant tenant, String token) {
        return tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", "Another-horse-2"))
                .put("/users/me/password");
    }

    private static Response check(Tenant tenant, String token, String password) {
        return tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "lena", "password", password))
                .post("/users/auth/check");
    }

    private static Tenant tenant(TestServer server, boolean isImporting) {
        Tenant tenant = Tenant.on(server);
        tenant.addUser("the-admin", "admin");
        ComponentRepresentation ldap = new ComponentRepresentation();
        ldap.setName("directory");
        ldap.setProviderId("ldap");
        ldap.setProviderType("org.keycloak.storage.UserStorageProvider");
        MultivaluedHashMap<String, String> config = new MultivaluedHashMap<>();
        Map.ofEntries(
                        Map.entry("enabled", "true"),
                        Map.entry("vendor", "other"),
                        Map.entry("connectionUrl", "ldap://127.0.0.1:" + directory.getListenPort()),
                        Map.entry("usersDn", "ou=people," + BASE),
                        Map.entry("authType", "simple"),
                        Map.entry("bindDn", "cn=reader"),
                        Map.entry("bindCredential", "secret"),
                        Map.entry("usernameLDAPAttribute", "uid"),
                        Map.entry("rdnLDAPAttribute", "uid"),
                        Map.entry("uuidLDAPAttribute", "entryUUID"),
                        Map.entry("userObjectClasses", "inetOrgPerson"),
                        Map.entry("editMode", "READ_ONLY"),
                        Map.entry("importEnabled", Boolean.toString(isImporting)))
                .forEach(config::putSingle);
        ldap.setConfig(config);
        try (var created = tenant.admin().components().add(ldap)) {
            assertEquals(201, created.getStatus());
        }
        return tenant;
    }

    @Test
    void importedUsersAreUsersLikeOthers(TestServer server) {
        Tenant tenant = tenant(server, true);
        String id = tenant.admin()
                .components()
                .query(null, "org.keycloak.storage.UserStorageProvider")
                .get(0)
                .getId();
        tenant.admin().userStorage().syncUsers(id, "triggerFullSync");
        tenant.session("lena");
        String admin = tenant.session("the-admin").access();
        Map<String, Object> lena = tenant.api(admin)
                .queryParam("q", "lena@")
                .get("/users")
                .then()
                .statusCode(200)
                .body("total", equalTo(1))
                .body("users[0].full_name", equalTo("Given Family"))
                .body("users[0].email", equalTo("lena@ldap.example"))
                .body("users[0].role", equalTo("user"))
                .body("users[0].is_active", equalTo(true))
                .body("users[0].last_login", notNullValue())
                .extract()
                .path("users[0]");
        assertEquals(lena, tenant.api(admin).get("/users/" + lena.get("id")).path("$"));
        tenant.api(admin).get("/users").then().body("users.username", equalTo(List.of("lena", "linus", "the-admin")));
    }

    @Test
    void thoseWhoAreNotImportedAreFoundByThemselvesAlone(TestServer server) {
        Tenant tenant = tenant(server, false);
        Tenant.Session lena = tenant.session("lena");
        String id = tenant.api(lena.access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .body("email", equalTo("lena@ldap.example"))
                .body("last_login", notNullValue())
                .extract()
                .path("id");
        assertTrue(id.startsWith("f:"), id);
        String admin = tenant.session("the-admin").access();
        tenant.api(admin).get("/users/" + id).then().statusCode(200).body("username", equalTo("lena"));
        tenant.api(admin).queryParam("user_id", id).get("/users/id").then().statusCode(200);
        tenant.api(admin)
                .queryParam("identifier", "lena@ldap.example")
                .get("/users/identifier")
                .then()
                .statusCode(200)
                .body("id", equalTo(id));
        tenant.api(admin)
                .queryParam("q", "lena")
                .get("/users")
                .then()
                .statusCode(200)
                .body("users", empty());
        tenant.api(admin).get("/users").then().body("users.username", hasItem("the-admin"));
    }

    @Test
    void ofAnImportedUserThatChangesWhatTheDirectoryDoesNotHold(TestServer server) {
        Tenant tenant = tenant(server, true);
        String own = tenant.session("lena").access();
        String id = tenant.api(own).get("/users/me").path("id");
        String admin = tenant.session("the-admin").access();
        patch(tenant, admin, id, Map.of("first_name", "Other", "role", "admin"))
                .then()
                .statusCode(400);
        changePassword(tenant, own).then().statusCode(400);
        tenant.api(admin)
                .get("/users/" + id)
                .then()
                .body("first_name", equalTo("Given"))
                .body("role", equalTo("user"));
        patch(tenant, admin, id, Map.of("role", "admin")).then().statusCode(200).body("user.role", equalTo("admin"));
        patch(tenant, admin, id, Map.of("is_active", false))
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(false));
        tenant.login("lena", TestServer.PASSWORD).then().statusCode(401);
        patch(tenant, admin, id, Map.of("is_active", true, "role", "user"))
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true));
        tenant.session("lena");
    }

    @Test
    void thePasswordInTheDirectoryIsChecked(TestServer server) {
        for (boolean isImporting : List.of(true, false)) {
            Tenant tenant = tenant(server, isImporting);
            String admin = tenant.session("the-admin").access();
            Tenant.retryWhileUnauthorized(() -> check(tenant, admin, TestServer.PASSWORD))
                    .then()
                    .statusCode(200)
                    .body("username", equalTo("lena"));
            check(tenant, admin, "wrong").then().statusCode(401);
        }
    }

    /** The code stays valid, because the directory may be writable tomorrow. */
    @Test
    void aForgottenPasswordInADirectoryThatCannotBeWrittenToStays(TestServer server) {
        for (boolean isImporting : List.of(true, false)) {
            Tenant tenant = tenant(server, isImporting);
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(Map.of("email", "linus@ldap.example"))
                    .post("/reset-password")
                    .then()
                    .statusCode(200);
            String code = tenant.inbox().next("linus@ldap.example").code();
            for (int i = 0; i < 2; i++) {
                tenant.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("token", code, "new_password", "Another-horse-2"))
                        .post("/users/password/reset")
                        .then()
                        .statusCode(400)
                        .body(
                                "errors.new_password[0]",
                                equalTo("The password is kept in a directory that cannot be written to."));
            }
            tenant.session("linus");
        }
    }

    /** Keycloak shows a user whose directory is away as disabled; the mail must not be dropped as one that nobody wants. */
    @Test
    void aMailWaitsForADirectoryThatIsAway(TestServer server) throws Exception {
        Tenant tenant = tenant(server, true);
        tenant.session("linus");
        directory.shutDown(false);
        try {
            tenant.admin().clearUserCache();
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(Map.of("email", "linus@ldap.example"))
                    .post("/reset-password")
                    .then()
                    .statusCode(200);
            tenant.awaitLogged("The directory of the user is not available");
        } finally {
            directory.startListening();
        }
        tenant.inbox().next("linus@ldap.example", Duration.ofMinutes(2));
    }

    /** The worker asks the directory whom a mail is for, and this directory accepts connections and never answers. */
    @Test
    @ResourceLock(Shared.LATE_MAIL)
    void aDirectoryThatHangsHoldsUpItsOwnTenantAlone(TestServer server, Tenant healthy) throws Exception {
        Assumptions.assumeTrue(server.node() != null && server.node().database() != null, "the outbox is written to");
        Tenant tenant = tenant(server, true);
        String realm = tenant.admin().toRepresentation().getId();
        String id =
                tenant.api(tenant.session("linus").access()).get("/users/me").path("id");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout(60_000);
            pointDirectory(tenant, silent.getLocalPort());
            tenant.admin().clearUserCache();
            for (int i = 0; i < 6; i++) {
                notice(tenant, id, "notice-" + i + "@ldap.example");
            }
            // A new entry makes the node look at all entries that are due; then attempts of the tenant hang.
            healthy.register(Map.of());
            try (Socket first = silent.accept()) {
                assertTrue(first.isConnected());
                healthy.inbox().next(healthy.register(Map.of()), PATIENCE);
                assertTrue(server.node().log().lines().noneMatch(line -> line.contains(ENDED) && line.contains(realm)));
                // A claim ends after a minute, though the directory has closed nothing.
                tenant.awaitLogged(ENDED, realm);
            }
            pointDirectory(tenant, directory.getListenPort());
            tenant.inbox().next("notice-0@ldap.example", PATIENCE);
        } finally {
            tenant.admin().remove();
        }
    }

    private static void notice(Tenant tenant, String user, String recipient) throws SQLException {
        tenant.server().node().database().execute("""
                insert into us_outbox
                  (id, realm_id, kind, user_id, recipient, base_url, locale, created_at, due_at, attempts, refusals)
                values ('%016x-%s', '%s', 'email-changed-old', '%s', '%s', 'http://localhost', 'en', %d, 0, 0, 0)""".formatted(
                        System.nanoTime(),
                        UUID.randomUUID().toString().substring(0, 8),
                        tenant.admin().toRepresentation().getId(),
                        user,
                        recipient,
                        System.currentTimeMillis()));
    }

    private static void pointDirectory(Tenant tenant, int port) {
        ComponentRepresentation ldap = tenant.admin()
                .components()
                .query(null, "org.keycloak.storage.UserStorageProvider")
                .get(0);
        ldap.getConfig().putSingle("connectionUrl", "ldap://127.0.0.1:" + port);
        // Keycloak waits for five seconds if nothing is set.
        ldap.getConfig().putSingle("connectionTimeout", "600000");
        ldap.getConfig().putSingle("readTimeout", "600000");
        tenant.admin().components().component(ldap.getId()).update(ldap);
    }

    /** The users of a directory are in no table, or not yet. */
    @Test
    void anImportMakesNobodyWhomTheDirectoryHas(TestServer server) {
        for (boolean isImporting : List.of(true, false)) {
            Tenant tenant = tenant(server, isImporting);
            String admin = tenant.session("the-admin").access();
            Import.Answer answer = Import.run(
                    tenant,
                    admin,
                    Map.of("mode", "skip"),
                    Import.line("lena"),
                    Import.line("other").put("email", "linus@ldap.example"),
                    Import.line("new"));
            assertEquals(List.of("1 username", "2 email"), answer.refused());
            assertEquals(1, answer.count("created"));
            assertEquals(
                    "lena@ldap.example",
                    tenant.api(tenant.session("lena").access()).get("/users/me").path("email"));
        }
    }

    @Test
    void anImportChangesWhatTheDirectoryDoesNotHold(TestServer server) {
        Tenant tenant = tenant(server, true);
        String id = tenant.api(tenant.session("lena").access()).get("/users/me").path("id");
        String admin = tenant.session("the-admin").access();
        ObjectNode lena = Import.object().put("username", "lena");
        Import.Answer answer = Import.run(
                tenant,
                admin,
                Map.of("mode", "update"),
                lena.deepCopy().put("first_name", "Other"),
                lena.deepCopy().put("is_active", false),
                Import.line("new"));
        assertEquals(List.of("1 first_name"), answer.refused());
        assertEquals(1, answer.count("updated"));
        assertEquals(1, answer.count("created"));
        tenant.api(admin)
                .get("/users/" + id)
                .then()
                .body("first_name", equalTo("Given"))
                .body("is_active", equalTo(false));
    }

    /** Keycloak's own console does the same: the user is still in the directory and comes back with the next login. */
    @Test
    void anImportedUserIsDeletedHereAlone(TestServer server) {
        Tenant tenant = tenant(server, true);
        String id = tenant.api(tenant.session("lena").access()).get("/users/me").path("id");
        String admin = tenant.session("the-admin").access();
        tenant.api(admin).delete("/users/" + id).then().statusCode(204);
        tenant.api(admin).get("/users/" + id).then().statusCode(404);
        String again = tenant.api(tenant.session("lena").access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        assertNotEquals(id, again);
    }

    /** Otherwise an old service could let in again whoever has left. */
    @Test
    void whomTheDirectoryHasLostIsAmongTheFormerNames(TestServer server) throws Exception {
        Assumptions.assumeTrue(server.node() != null && server.node().database() != null, "the table is read");
        Tenant tenant = tenant(server, true);
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.getAttributes().put("user-service.old-service-url", "https://old.example/login");
        tenant.admin().update(realm);
        person("leo");
        try {
            tenant.session("leo");
        } finally {
            directory.delete("uid=leo,ou=people," + BASE);
        }
        tenant.admin().clearUserCache();
        tenant.login("leo", TestServer.PASSWORD).then().statusCode(401);
        // The username, the address and the id.
        assertEquals(3, server.node().database().count("us_former_name where realm_id = ?", realm.getId()));
    }

    @Test
    void whoIsNotImportedCannotBeChanged(TestServer server) {
        Tenant tenant = tenant(server, false);
        String own = tenant.session("lena").access();
        String id = tenant.api(own).get("/users/me").path("id");
        String admin = tenant.session("the-admin").access();
        patch(tenant, admin, id, Map.of("first_name", "Other")).then().statusCode(400);
        patch(tenant, admin, id, Map.of("is_active", false)).then().statusCode(400);
        patch(tenant, admin, id, Map.of("role", "admin")).then().statusCode(400);
        tenant.api(admin).delete("/users/" + id).then().statusCode(400);
        changePassword(tenant, own).then().statusCode(400);
        tenant.api(admin)
                .get("/users/" + id)
                .then()
                .statusCode(200)
                .body("first_name", equalTo("Given"))
                .body("role", equalTo("user"))
                .body("is_active", equalTo(true));
        tenant.api(own).get("/users/me").then().statusCode(200);
    }
}
