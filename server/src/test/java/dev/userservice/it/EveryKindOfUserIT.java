package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.TokenVerifier;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.PartialImportRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests users of all kinds, combined at random: the list, its filters, the figures, the single user and the login must agree about each of
 * them. The list and the figures query the tables, and the rest uses Keycloak's model.
 */
@ExtendWith(ServerExtension.class)
final class EveryKindOfUserIT {
    private static final int PEOPLE = 40;
    private static final List<String> ACTIONS = List.of("activate-account", "VERIFY_EMAIL", "UPDATE_PROFILE");

    private Tenant tenant;
    private String admin;

    @ParameterizedTest
    @CsvSource({"false, true, 1", "true, true, 2", "false, false, 3"})
    void isTheSameEverywhere(boolean verifiesEmail, boolean hasOrganizations, long seed, TestServer server)
            throws Exception {
        Assumptions.assumeTrue(
                server.node() != null && server.node().database() != null, "members are made in the database");
        tenant = Tenant.on(server, realm -> {
            Tenant.withoutBruteForceProtection(realm);
            realm.put("verifyEmail", verifiesEmail);
            realm.put("organizationsEnabled", true);
        });
        tenant.addUser("boss", "admin");
        admin = tenant.withLongTokens().session("boss").access();
        people(new Random(seed));
        if (!hasOrganizations) {
            var realm = tenant.admin().toRepresentation();
            realm.setOrganizationsEnabled(false);
            tenant.admin().update(realm);
        }

        List<Map<String, Object>> listed = list("");
        assertEquals(PEOPLE + 1, listed.size());
        List<Object> active = ids(list("&is_active=true"));
        List<Object> inactive = ids(list("&is_active=false"));
        List<Object> admins = ids(list("&role=admin"));
        for (Map<String, Object> user : listed) {
            Object id = user.get("id");
            Map<String, Object> single = tenant.api(admin)
                    .get("/users/" + id)
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("$");
            assertEquals(single, user);
            assertEquals(user.get("is_active"), active.contains(id), () -> "filter: " + user);
            assertEquals(user.get("is_active"), !inactive.contains(id), () -> "filter: " + user);
            assertEquals("admin".equals(user.get("role")), admins.contains(id), () -> "filter: " + user);
            assertLogin(user);
        }
        Tenant platform = Tenant.platformOf(server);
        int figure = tenant.api(platform.session(TestServer.VENDOR).access())
                .get("/metrics")
                .then()
                .statusCode(200)
                .extract()
                .path("users.active");
        assertEquals(active.size(), figure);
    }

    /** Asserts that a user who can log in is active, and is an admin by the token if the list says so. */
    private void assertLogin(Map<String, Object> user) throws Exception {
        Response login = tenant.login((String) user.get("username"), TestServer.PASSWORD);
        if (login.statusCode() == 200) {
            assertEquals(true, user.get("is_active"), () -> "may log in: " + user);
            AccessToken token = TokenVerifier.create(login.<String>path("access_token"), AccessToken.class)
                    .getToken();
            boolean isAdmin =
                    token.getRealmAccess() != null && token.getRealmAccess().isUserInRole("admin");
            // Keycloak's token may also have a role from an organization's group, which does not count here.
            assertTrue(isAdmin || !"admin".equals(user.get("role")), () -> "by the token: " + user);
            int status =
                    tenant.api(login.<String>path("access_token")).get("/users").statusCode();
            assertEquals("admin".equals(user.get("role")) ? 200 : 403, status, () -> "by the token: " + user);
        } else {
            assertEquals(401, login.statusCode());
            boolean hasMoreToDo = login.path("required_actions") != null;
            assertTrue(user.get("is_active").equals(false) || hasMoreToDo, () -> "may not log in: " + user);
        }
    }

    private List<Map<String, Object>> list(String filter) {
        return tenant.api(admin)
                .get("/users?limit=100" + filter)
                .then()
                .statusCode(200)
                .extract()
                .path("users");
    }

    private static List<Object> ids(List<Map<String, Object>> users) {
        return users.stream().map(user -> user.get("id")).toList();
    }

    private void people(Random random) throws SQLException {
        tenant.addRole("chief", "admin");
        tenant.addGroup("heads", "admin");
        String above = tenant.addGroup("above", "chief");
        GroupRepresentation child = new GroupRepresentation();
        child.setName("below");
        tenant.admin().groups().group(above).subGroup(child).close();
        Organizations organizations = Organizations.of(tenant);
        String open = organizations.add("open");
        String closed = organizations.add("closed");
        String leads = organizations.addGroup(open, "leads", "admin");

        List<UserRepresentation> people = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            people.add(person("person-" + i, random));
        }
        PartialImportRepresentation all = new PartialImportRepresentation();
        all.setIfResourceExists("FAIL");
        all.setUsers(people);
        try (var imported = tenant.admin().partialImport(all)) {
            assertEquals(200, imported.getStatus());
        }
        Map<String, String> ids = new HashMap<>();
        tenant.admin().users().list(0, 100).forEach(user -> ids.put(user.getUsername(), user.getId()));
        for (UserRepresentation person : people) {
            String id = ids.get(person.getUsername());
            String organization = List.of("", open, closed).get(random.nextInt(3));
            if (!organization.isEmpty()) {
                organizations.join(organization, id);
                if (organization.equals(open) && random.nextBoolean()) {
                    organizations.joinGroup(open, leads, id);
                }
                if (random.nextBoolean()) {
                    organizations.manage(id);
                }
            }
        }
        organizations.disable(closed, "closed");
        // Keycloak's caches do not know what was changed in the database.
        organizations.keycloak().post("/clear-realm-cache").then().statusCode(204);
        organizations.keycloak().post("/clear-user-cache").then().statusCode(204);
    }

    private static UserRepresentation person(String username, Random random) {
        UserRepresentation person = new UserRepresentation();
        person.setUsername(username);
        person.setFirstName("Any");
        person.setLastName("Body");
        person.setEmail(random.nextInt(5) == 0 ? null : username + "@example.com");
        person.setEnabled(random.nextInt(5) > 0);
        person.setEmailVerified(random.nextBoolean());
        person.setRequiredActions(
                ACTIONS.stream().filter(action -> random.nextInt(4) == 0).toList());
        person.setRealmRoles(Stream.of("admin", "chief", "user")
                .filter(role -> random.nextInt(4) == 0)
                .toList());
        person.setGroups(Stream.of("/heads", "/above", "/above/below")
                .filter(group -> random.nextInt(6) == 0)
                .toList());
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue(TestServer.PASSWORD);
        person.setCredentials(List.of(password));
        return person;
    }
}
