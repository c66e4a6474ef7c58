package dev.userservice.it;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The organizations of a tenant, which are managed through Keycloak's admin REST API. */
final class Organizations {
    private final Tenant tenant;

    private Organizations(Tenant tenant) {
        this.tenant = tenant;
    }

    /** Returns the organizations of a tenant whose realm has organizations enabled. */
    static Organizations of(Tenant tenant) {
        return new Organizations(tenant);
    }

    /** Starts a call of Keycloak's admin REST API for this realm. */
    RequestSpecification keycloak() {
        return RestAssured.given()
                .baseUri(tenant.server().base() + "/admin/realms/" + tenant.name())
                .auth()
                .oauth2(tenant.server().admin().tokenManager().getAccessTokenString())
                .contentType(ContentType.JSON);
    }

    /** Creates an organization and returns its id. */
    String add(String name) {
        return made(keycloak()
                .body(Map.of("name", name, "enabled", true, "domains", List.of(Map.of("name", name + ".example"))))
                .post("/organizations"));
    }

    void disable(String organization, String name) {
        keycloak()
                .body(Map.of("name", name, "enabled", false))
                .put("/organizations/" + organization)
                .then()
                .statusCode(204);
    }

    void join(String organization, String user) {
        keycloak()
                .body("\"" + user + "\"")
                .post("/organizations/" + organization + "/members")
                .then()
                .statusCode(201);
    }

    void leave(String organization, String user) {
        keycloak()
                .delete("/organizations/" + organization + "/members/" + user)
                .then()
                .statusCode(204);
    }

    /**
     * Makes a user a managed member of their organizations. This changes the table, because Keycloak itself makes managed members
     * only at a login through an identity provider.
     */
    void manage(String user) throws SQLException {
        tenant.server()
                .node()
                .database()
                .execute("update user_group_membership set membership_type = 'MANAGED' where user_id = '" + user
                        + "' and group_id in (select group_id from org)");
    }

    /** Creates a group of an organization whose members have a realm role, and returns its id. */
    String addGroup(String organization, String name, String role) {
        String group = made(keycloak().body(Map.of("name", name)).post("/organizations/" + organization + "/groups"));
        keycloak()
                .body(List.of(keycloak().get("/roles/" + role).as(Map.class)))
                .post("/organizations/" + organization + "/groups/" + group + "/role-mappings/realm")
                .then()
                .statusCode(204);
        return group;
    }

    void joinGroup(String organization, String group, String member) {
        keycloak()
                .put("/organizations/" + organization + "/groups/" + group + "/members/" + member)
                .then()
                .statusCode(204);
    }

    private static String made(Response created) {
        created.then().statusCode(201);
        return created.getHeader("Location").replaceFirst(".*/", "");
    }
}
