package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Compares the rows of an imported user with those of the same user whom Keycloak itself has created: in every table that
 * has a column for a user's id, so that a table which a later Keycloak adds is compared too.
 */
@ExtendWith(ServerExtension.class)
final class ImportRowsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The columns that differ between any two users. */
    private static final Set<String> OWN = Set.of(
            "id",
            "user_id",
            "username",
            "email",
            "email_constraint",
            "created_timestamp",
            "last_modified_timestamp",
            "created_date");

    private static Tenant tenant;
    private static Database database;
    private static String admin;

    @BeforeAll
    static void take(Tenant fresh) {
        Assumptions.assumeTrue(
                fresh.server().node() != null && fresh.server().node().database() != null,
                "only the tables of a PostgreSQL of the suite's own can be read");
        tenant = fresh.withLongTokens();
        database = tenant.server().node().database();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
        tenant.addGroup("staff", "user");
        tenant.admin()
                .addDefaultGroup(
                        tenant.admin().groups().groups("staff", 0, 1).get(0).getId());
    }

    @Test
    void anImportedUserHasTheRowsOfOneWhomKeycloakMakes() throws Exception {
        String longText = "x".repeat(300);
        String imported = Import.name();
        ObjectNode line = Import.line(imported)
                .put("last_name", "Doe")
                .put("role", "admin")
                .put("is_email_verified", true)
                .put("gender", "Other")
                .put("password_hash", Import.HASH)
                .put("password_format", "werkzeug");
        line.putObject("preferences").put("text", longText);
        Import.Answer answer = Import.run(tenant, admin, Map.of("require_password_change", true), line);
        assertEquals(List.of(), answer.refusals());

        String created = create(longText);
        Map<String, List<JsonNode>> expected = rows(created);
        assertFalse(
                expected.get("credential").isEmpty()
                        || expected.get("user_attribute").size() < 2,
                expected::toString);
        assertEquals(expected, rows(idOf(imported)));
    }

    private static String idOf(String username) {
        return tenant.admin().users().searchByUsername(username, true).get(0).getId();
    }

    /** Creates the same user by Keycloak's admin REST API. */
    private static String create(String longText) {
        String[] hash = Import.HASH.split("[:$]", -1);
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType("password");
        password.setSecretData("{\"value\":\"%s\",\"salt\":\"%s\",\"additionalParameters\":{}}"
                .formatted(
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hash[4])),
                        Base64.getEncoder().encodeToString(hash[3].getBytes(StandardCharsets.UTF_8))));
        password.setCredentialData(
                "{\"hashIterations\":260000,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}");
        UserRepresentation user = new UserRepresentation();
        String name = Import.name();
        user.setUsername(name);
        user.setEmail(name + "@example.com");
        user.setEmailVerified(true);
        user.setEnabled(true);
        user.setFirstName("Jane");
        user.setLastName("Doe");
        user.setAttributes(
                Map.of("gender", List.of("Other"), "preferences", List.of("{\"text\":\"" + longText + "\"}")));
        user.setRequiredActions(List.of("UPDATE_PASSWORD"));
        user.setCredentials(List.of(password));
        tenant.admin().users().create(user).close();
        String id = idOf(name);
        tenant.admin()
                .users()
                .get(id)
                .roles()
                .realmLevel()
                .add(List.of(tenant.admin().roles().get("admin").toRepresentation()));
        return id;
    }

    /** Returns the rows about a user by table, without what differs between any two users. */
    private static Map<String, List<JsonNode>> rows(String id) throws Exception {
        Map<String, List<JsonNode>> rows = new TreeMap<>();
        List<String> tables = database.texts(
                "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'user_id'"
                        + " and table_name not like 'us\\_%'");
        for (String table : tables) {
            rows.put(table, select("select row_to_json(t) from " + table + " t where user_id = '" + id + "'"));
        }
        rows.put("user_entity", select("select row_to_json(t) from user_entity t where id = '" + id + "'"));
        return rows;
    }

    private static List<JsonNode> select(String sql) throws Exception {
        JsonNode[] rows = JSON.readValue(database.texts(sql).toString(), JsonNode[].class);
        Arrays.stream(rows).forEach(row -> ((ObjectNode) row).remove(OWN));
        return Arrays.stream(rows)
                .sorted((one, other) -> one.toString().compareTo(other.toString()))
                .toList();
    }
}
