package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Members of Keycloak's organizations are what Keycloak's model says that they are. */
@ExtendWith(ServerExtension.class)
final class OrganizationIT {
    private static Tenant tenant;
    private static String boss;
    private static String admin;

    @BeforeAll
    static void start(TestServer server) {
        tenant = Tenant.on(server, realm -> {
            realm.put("organizationsEnabled", true);
            Tenant.withoutBruteForceProtection(realm);
        });
        boss = tenant.addUser("boss", "admin");
        admin = tenant.withLongTokens().session("boss").access();
    }

    /** Keycloak's admin REST below this realm. */
    private static RequestSpecification keycloak() {
        return RestAssured.given()
                .baseUri(tenant.server().base() + "/admin/realms/" + tenant.name())
                .auth()
                .oauth2(tenant.server().admin().tokenManager().getAccessTokenString())
                .contentType(ContentType.JSON);
    }

    private static String made(Response created) {
        created.then().statusCode(201);
        return created.getHeader("Location").replaceFirst(".*/", "");
    }

    private static String organization(String name) {
        return made(keycloak()
                .body(Map.of("name", name, "enabled", true, "domains", List.of(Map.of("name", name + ".example"))))
                .post("/organizations"));
    }

    @Test
    void aRoleOfAGroupOfAnOrganizationIsNobodysRole() {
        String member = tenant.addUser("member");
        String organization = organization("acme");
        keycloak()
                .body("\"" + member + "\"")
                .post("/organizations/" + organization + "/members")
                .then()
                .statusCode(201);
        String group =
                made(keycloak().body(Map.of("name", "leads")).post("/organizations/" + organization + "/groups"));
        keycloak()
                .put("/organizations/" + organization + "/groups/" + group + "/members/" + member)
                .then()
                .statusCode(204);
        Object role =
                keycloak().get("/roles/admin").then().statusCode(200).extract().as(Map.class);
        keycloak()
                .body(List.of(role))
                .post("/organizations/" + organization + "/groups/" + group + "/role-mappings/realm")
                .then()
                .statusCode(204);

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
}
