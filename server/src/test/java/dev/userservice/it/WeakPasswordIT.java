package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.CredentialRepresentation;

/** Tests that operators see how many weak hashes of an import are left in a tenant. */
@ExtendWith(ServerExtension.class)
final class WeakPasswordIT {
    private static final String GAUGE = "user_service_weak_passwords";
    private static final String PASSWORD = "password";

    /** Returns a line with one round of MD5 of {@link #PASSWORD}. */
    private static ObjectNode weak(String id) {
        return Import.line(Import.name())
                .put("id", id)
                .put("is_email_verified", true)
                .put("password_hash", "5f4dcc3b5aa765d61d8327deb882cf99")
                .put("password_format", "wordpress");
    }

    private static void awaitCount(Tenant tenant, int count) {
        Eventually.holds(
                count + " weak passwords",
                Duration.ofMinutes(1),
                () -> Double.valueOf(count)
                        .equals(Scrape.of(tenant.server()).of(tenant).values().get(GAUGE)));
    }

    @Test
    void theGaugeCountsWhoStillHasOne(TestServer server) throws Exception {
        Assumptions.assumeTrue(server.node() != null, "the management port of this server is not known");
        Tenant tenant = Tenant.on(server, realm -> {
            Tenant.withoutBruteForceProtection(realm);
            realm.withObject("/attributes").put("user-service.weak-hashes", "true");
        });
        String adminId = tenant.addUser("the-admin", "admin");
        String admin = tenant.session("the-admin").access();
        awaitCount(tenant, 0);

        List<String> ids = new ArrayList<>();
        List<ObjectNode> lines = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(UUID.randomUUID().toString());
            lines.add(weak(ids.get(i)));
        }
        Import.Answer answer = Import.run(tenant, admin, Map.of(), lines.toArray());
        assertEquals(4, answer.count("created"));
        String known = Import.name();
        String knownId = tenant.addUser(known);
        removePassword(tenant, knownId);
        assertEquals(
                1,
                Import.run(
                                tenant,
                                admin,
                                Map.of("mode", "update"),
                                weak(knownId).put("username", known).put("email", known + "@example.com"))
                        .count("updated"));
        Import.run(tenant, admin, Map.of(), Import.line(Import.name()).put("password_hash", Import.HASH));
        awaitCount(tenant, 5);
        assertLogged(tenant, admin, adminId);

        String first = lines.get(0).get("username").asText();
        tenant.login(first, "wrong").then().statusCode(401);
        tenant.login(first, PASSWORD).then().statusCode(200);
        awaitCount(tenant, 4);
        CredentialRepresentation reset = new CredentialRepresentation();
        reset.setType(CredentialRepresentation.PASSWORD);
        reset.setValue("Another-h0rse!");
        tenant.admin().users().get(ids.get(1)).resetPassword(reset);
        awaitCount(tenant, 3);
        removePassword(tenant, ids.get(2));
        awaitCount(tenant, 2);
        tenant.admin().users().get(ids.get(3)).remove();
        awaitCount(tenant, 1);
        tenant.login(known, PASSWORD).then().statusCode(200);
        awaitCount(tenant, 0);
        assertForgotten(tenant);
    }

    private static void removePassword(Tenant tenant, String id) {
        var user = tenant.admin().users().get(id);
        user.credentials().forEach(credential -> user.removeCredential(credential.getId()));
    }

    private static void assertLogged(Tenant tenant, String admin, String adminId) {
        tenant.awaitWholeLog();
        List<Map<String, Object>> rows = tenant.api(admin)
                .queryParam("action", "users_imported")
                .get("/activity")
                .jsonPath()
                .getList("$");
        assertEquals(
                List.of(0, 1, 4),
                rows.stream()
                        .map(row -> ((Map<?, ?>) row.get("details")).get("weak_hashes"))
                        .toList());
        assertEquals(
                List.of(adminId),
                rows.stream()
                        .map(row -> ((Map<?, ?>) row.get("actor")).get("id"))
                        .distinct()
                        .toList());
    }

    /** The rows of hashes that are gone are deleted now and then, and after a realm was removed. */
    private static void assertForgotten(Tenant tenant) throws Exception {
        Database database = tenant.server().node().database();
        if (database != null) {
            String realm = tenant.admin().toRepresentation().getId();
            Tenant.on(tenant.server()).admin().remove();
            Eventually.holds("no row", Duration.ofMinutes(1), () -> {
                try {
                    return database.count("us_weak_password where realm_id = ?", realm) == 0;
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }
}
