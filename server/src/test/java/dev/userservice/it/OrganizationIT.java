package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that the API shows members of Keycloak's organizations as Keycloak's model has them. */
@ExtendWith(ServerExtension.class)
final class OrganizationIT {
    private static Tenant tenant;
    private static String boss;
    private static String admin;
    private static Organizations organizations;

    @BeforeAll
    static void start(TestServer server) {
        tenant = Tenant.on(server, realm -> {
            realm.put("organizationsEnabled", true);
            Tenant.withoutBruteForceProtection(realm);
        });
        organizations = Organizations.of(tenant);
        boss = tenant.addUser("boss", "admin");
        admin = tenant.withLongTokens().session("boss").access();
    }

    @Test
    void aRoleOfAGroupOfAnOrganizationIsNobodysRole() {
        String member = tenant.addUser("member");
        String organization = organizations.add("acme");
        organizations.join(organization, member);
        organizations.joinGroup(organization, organizations.addGroup(organization, "leads", "admin"), member);

        tenant.api(admin).get("/users/" + member).then().statusCode(200).body("role", equalTo("user"));
        tenant.api(admin).get("/users?role=admin").then().statusCode(200).body("users.id", not(hasItem(member)));
        tenant.api(tenant.session("member").access()).get("/users").then().statusCode(403);
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("is_active", false))
                .patch("/users/" + boss)
                .then()
                .statusCode(409)
                .body("detail", containsString("last active user"));
    }

    @Test
    void whoJoinsAndLeavesIsNotedWithTheOrganization() {
        String member = tenant.addUser("joiner");
        String organization = organizations.add("joined");
        organizations.join(organization, member);
        organizations.leave(organization, member);
        List<Map<String, Object>> rows = Activities.of(tenant).about(member);
        List<Map<String, Object>> newest = rows.subList(rows.size() - 2, rows.size());
        assertEquals(
                List.of("organization_joined", "organization_left"),
                newest.stream().map(row -> row.get("action")).toList());
        newest.forEach(row -> {
            assertEquals(Map.of("organization", "joined"), row.get("details"));
            assertNotNull(row.get("actor"), "an admin did it");
        });
    }

    @Test
    void whomAnOrganizationManagesIsDeletedWhenTheyLeave() throws SQLException {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database is to be changed");
        String organization = organizations.add("leaving");
        String member = managed("leaver", organization);
        tenant.session("leaver");
        organizations.leave(organization, member);
        tenant.api(admin).get("/users/" + member).then().statusCode(404);
        List<String> actions = Activities.of(tenant).actions(member);
        assertTrue(actions.containsAll(List.of("user_deleted", "organization_left")), actions::toString);
        assertEquals(0, tenant.server().node().database().count("us_last_login where user_id = ?", member));
    }

    private static String managed(String username, String organization, String... roles) throws SQLException {
        String member = tenant.addUser(username, roles);
        organizations.join(organization, member);
        organizations.manage(member);
        return member;
    }

    private static void assertActive(String member, boolean isActive) {
        tenant.api(admin).get("/users/" + member).then().body("is_active", equalTo(isActive));
        tenant.api(admin).get("/users?q=managed").then().body("users.is_active", everyItem(equalTo(isActive)));
        tenant.api(admin).get("/users?q=managed&is_active=" + isActive).then().body("users.id", hasItem(member));
        tenant.api(admin)
                .get("/users?q=managed&is_active=" + !isActive)
                .then()
                .statusCode(200)
                .body("users.id", not(hasItem(member)));
    }

    private static int activeUsers() {
        Tenant platform = Tenant.platformOf(tenant.server());
        return tenant.api(platform.session(TestServer.VENDOR).access())
                .get("/metrics")
                .then()
                .statusCode(200)
                .extract()
                .path("users.active");
    }

    @Test
    void whomADisabledOrganizationManagesIsInactiveEverywhere() throws SQLException {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database is to be changed");
        String organization = organizations.add("closing");
        String member = managed("managed", organization, "admin");
        assertActive(member, true);
        int before = activeUsers();
        organizations.disable(organization, "closing");
        assertActive(member, false);
        assertEquals(before - 1, activeUsers());
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("role", "user"))
                .put("/users/" + boss)
                .then()
                .statusCode(409);
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("is_active", true))
                .patch("/users/" + member)
                .then()
                .statusCode(400)
                .body("detail", containsString("organization"));
    }
}
