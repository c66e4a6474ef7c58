package dev.userservice.it;

import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.http.ContentType;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests {@code DELETE /users/me}. {@link StolenTokenIT} tests that it needs a recent login. */
@ExtendWith(ServerExtension.class)
final class OwnDeletionIT {
    private static Tenant tenant;
    private static Activities log;
    private String name;
    private String id;

    @BeforeAll
    static void take(TestServer server) {
        tenant = Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.self-deletion", "true"))
                .withLongTokens();
        log = Activities.of(tenant);
        tenant.addUser("the-admin", "admin");
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
    }

    @DiffersByDatabase
    @Test
    void whoeverDeletesThemselvesIsGone() {
        Tenant.Session other = tenant.session(name);
        Tenant.Session session = tenant.session(name);
        tenant.api(session.access()).delete("/users/me").then().statusCode(204).body(emptyString());
        for (Tenant.Session ended : List.of(session, other)) {
            tenant.api(ended.access()).get("/users/me").then().statusCode(401);
            tenant.api(ended.access()).delete("/users/me").then().statusCode(401);
            tenant.refresh(ended.refresh()).then().statusCode(401);
        }
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        assertEquals(List.of(), tenant.admin().users().search(name));
        Map<String, Object> row = log.last(id, "user_deleted");
        assertEquals(Map.of("username", name), row.get("details"));
        assertEquals(id, ((Map<?, ?>) row.get("actor")).get("id"));
        assertEquals(1, log.actions(id).stream().filter("user_deleted"::equals).count());
    }

    @Test
    void aBodyMayHaveThePassword() {
        String token = tenant.session(name).access();
        Tenant.retryUntil(
                        answer -> answer.statusCode() == 204,
                        () -> tenant.api(token)
                                .contentType(ContentType.JSON)
                                .body(Map.of("current_password", TestServer.PASSWORD))
                                .delete("/users/me"))
                .then()
                .statusCode(204);
        assertEquals(List.of(), tenant.admin().users().search(name));
    }

    @Test
    void theLastAdminStays() {
        String token = tenant.session("the-admin").access();
        tenant.api(token).delete("/users/me").then().statusCode(409);
        tenant.api(token).get("/users/me").then().statusCode(200);
    }

    @Test
    void aTenantThatDoesNotWantItSaysSo(Tenant other) {
        other.addUser(name);
        String token = other.session(name).access();
        other.api(token)
                .delete("/users/me")
                .then()
                .statusCode(403)
                .body("self_deletion", equalTo(false))
                .body("detail", equalTo("This tenant does not let people delete themselves"));
        other.api(token).get("/users/me").then().statusCode(200);
    }
}
