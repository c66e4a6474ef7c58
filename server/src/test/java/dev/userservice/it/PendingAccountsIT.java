package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.PartialImportRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests what happens to accounts that nobody activates. They are purged together with the activity log, which is also done
 * whenever a realm is removed.
 */
@ExtendWith(ServerExtension.class)
final class PendingAccountsIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final long YEAR = Duration.ofDays(365).toMillis();

    private static TestServer server;
    private static Database database;

    @BeforeAll
    static void take(TestServer ofTheSuite) {
        Assumptions.assumeTrue(
                ofTheSuite.node() != null && ofTheSuite.node().database() != null, "the database is to be filled");
        server = ofTheSuite;
        database = server.node().database();
    }

    private static String register(Tenant tenant, String username) {
        return tenant.registration(Map.of("username", username))
                .then()
                .statusCode(201)
                .extract()
                .path("user.id");
    }

    /** Makes all accounts of the tenant, and what we store about them, a year older. */
    private static void age(Tenant tenant) throws SQLException {
        String realm = tenant.admin().toRepresentation().getId();
        database.execute(
                "update us_pending_account set made_at = made_at - %d where realm_id = '%s'".formatted(YEAR, realm));
        database.execute("update user_entity set created_timestamp = created_timestamp - %d where realm_id = '%s'"
                .formatted(YEAR, realm));
    }

    private static void purge() {
        Tenant.on(server).admin().remove();
    }

    private static boolean isThere(Tenant tenant, String username) {
        return !tenant.admin().users().searchByUsername(username, true).isEmpty();
    }

    @Test
    void whatNobodyActivatesIsDeletedAndTheLogSaysWhy() throws SQLException {
        Tenant tenant = Tenant.on(server);
        tenant.addUser("the-admin", "admin");
        String admin = tenant.session("the-admin").access();
        String registered = register(tenant, "registered");
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username",
                        "invited",
                        "email",
                        "invited@example.com",
                        "password",
                        TestServer.PASSWORD,
                        "first_name",
                        "Ivy"))
                .post("/users")
                .then()
                .statusCode(201);
        age(tenant);
        register(tenant, "young");
        purge();
        Eventually.holds(
                "the end of the two", TIMEOUT, () -> !isThere(tenant, "registered") && !isThere(tenant, "invited"));
        assertTrue(isThere(tenant, "young"));
        assertTrue(isThere(tenant, "the-admin"));
        tenant.api(admin)
                .queryParam("user_id", registered)
                .queryParam("action", "user_deleted")
                .get("/activity")
                .then()
                .statusCode(200)
                .body("size()", equalTo(1))
                .body("[0].details", hasKey("never_activated"));
    }

    /**
     * Tests each kind of account that is or was pending and must stay: the purge deletes only the accounts that it was written
     * for.
     */
    @Test
    void nobodyElseIs() throws SQLException {
        Tenant tenant = Tenant.on(server);
        tenant.addUser("the-admin", "admin");
        String admin = tenant.session("the-admin").access();
        UserRepresentation imported = new UserRepresentation();
        imported.setUsername("imported");
        imported.setEmail("imported@example.com");
        imported.setEnabled(true);
        imported.setCreatedTimestamp(Instant.now().toEpochMilli() - YEAR);
        imported.setRequiredActions(List.of("activate-account"));
        PartialImportRepresentation users = new PartialImportRepresentation();
        users.setUsers(List.of(imported));
        tenant.admin().partialImport(users).close();
        assertEquals(
                1,
                Import.run(tenant, admin, Map.of("send_activation", true), Import.line("brought"))
                        .count("created"));
        String moved = tenant.addUser("moved");
        String disabled = register(tenant, "disabled");
        UserRepresentation user = tenant.admin().users().get(disabled).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(disabled).update(user);
        String active = register(tenant, "active");
        UserRepresentation proved = tenant.admin().users().get(active).toRepresentation();
        proved.setEmailVerified(true);
        tenant.admin().users().get(active).update(proved);
        register(tenant, "gone");
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.setVerifyEmail(true);
        tenant.admin().update(realm);
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("email", "moved-on@example.com"))
                .put("/users/" + moved)
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(false));
        age(tenant);
        purge();
        Eventually.holds("the end of the one that shows that it is over", TIMEOUT, () -> !isThere(tenant, "gone"));
        for (String kept : List.of("imported", "brought", "moved", "disabled", "active")) {
            assertTrue(isThere(tenant, kept), kept);
        }
    }

    @Test
    void aTenantThatKeepsThemKeepsNoOtherFromIt() throws SQLException {
        Tenant keeping =
                Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.pending-retention", "0"));
        Tenant other = Tenant.on(server);
        register(keeping, "kept");
        register(other, "gone");
        age(keeping);
        age(other);
        purge();
        Eventually.holds("the end of one", TIMEOUT, () -> !isThere(other, "gone"));
        assertTrue(isThere(keeping, "kept"));
    }

    /**
     * Tests that nothing is stored about an account that is active or deleted, so that the table does not keep a row for each
     * account ever made.
     */
    @Test
    void ofWhomIsActiveNothingIsKept() throws SQLException {
        Tenant tenant = Tenant.on(server);
        String active = register(tenant, "active");
        String deleted = register(tenant, "deleted");
        UserRepresentation proved = tenant.admin().users().get(active).toRepresentation();
        proved.setEmailVerified(true);
        tenant.admin().users().get(active).update(proved);
        tenant.admin().users().get(deleted).remove();
        age(tenant);
        String realm = tenant.admin().toRepresentation().getId();
        purge();
        Eventually.holds("tables without either", TIMEOUT, () -> {
            try {
                return database.count("us_pending_account where realm_id = ?", realm) == 0;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(isThere(tenant, "active"));
    }
}
