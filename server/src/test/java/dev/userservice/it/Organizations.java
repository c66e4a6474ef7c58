package dev.userservice.it;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Keycloak's organizations of a tenant, by its admin REST. */
final class Organizations {
    private final Tenant tenant;

    private Organizations(Tenant tenant) {
        this.tenant = tenant;
    }

    /** Of a tenant whose realm has them switched on. */
    static Organizations of(Tenant tenant) {
        return new Organizations(tenant);
    }

    /** Keycloak's admin REST below the realm. */
    RequestSpecification keycloak() {
        return RestAssured.given()
                .baseUri(tenant.server().base() + "/admin/realms/" + tenant.name())
                .auth()
                .oauth2(tenant.server().admin().tokenManager().getAccessTokenString())
                .contentType(ContentType.JSON);
    }

    /** Makes one; its id. */
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

    /** Has the organizations of a user manage them: in the table, since Keycloak does that only at a login by a provider. */
    void manage(String user) throws SQLException {
        tenant.server()
                .node()
                .database()
                .execute("update user_group_membership set membership_type = 'MANAGED' where user_id = '" + user
                        + "' and group_id in (select group_id from org)");
    }

    /** Makes a group whose members have a role of the realm; its id. */
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
