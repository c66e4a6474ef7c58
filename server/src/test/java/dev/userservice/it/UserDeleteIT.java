package dev.userservice.it;

import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests {@code DELETE /users/{id}}, {@code /users/id} and {@code /users/identifier}. */
@ExtendWith(ServerExtension.class)
final class UserDeleteIT {
    private static Tenant tenant;
    private static AdminLog log;
    private static String admin;
    private String name;
    private String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        log = AdminLog.on(tenant);
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
    }

    private Response delete(String token) {
        return tenant.api(token).delete("/users/" + id);
    }

    @DiffersByDatabase
    @Test
    void whoeverIsDeletedIsGone() {
        Tenant.Session session = tenant.session(name);
        delete(admin).then().statusCode(204).body(emptyString()).header("Cache-Control", equalTo("no-store"));
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
        tenant.refresh(session.refresh()).then().statusCode(401);
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        tenant.api(admin).get("/users/" + id).then().statusCode(404);
        delete(admin).then().statusCode(404).body("message", equalTo("User not found"));
        log.holds(id, "DELETE USER");
        assertTrue(log.about(id).get(0).getRepresentation().contains(name));
    }

    @Test
    void aUserIsNamedInThreeWays() {
        tenant.api(admin).queryParam("user_id", id).delete("/users/id").then().statusCode(204);
        tenant.api(admin).queryParam("user_id", id).delete("/users/id").then().statusCode(404);
        tenant.addUser("n-" + name);
        tenant.api(admin)
                .queryParam("identifier", "N-" + name.toUpperCase(Locale.ROOT))
                .delete("/users/identifier")
                .then()
                .statusCode(204);
        tenant.addUser("e-" + name);
        tenant.api(admin)
                .queryParam("identifier", "e-" + name + "@example.com")
                .delete("/users/identifier")
                .then()
                .statusCode(204);
        assertEquals(List.of(), tenant.admin().users().search(name));
        tenant.api(admin).delete("/users/id").then().statusCode(400).body("errors", hasKey("user_id"));
        tenant.api(admin).delete("/users/identifier").then().statusCode(400).body("errors", hasKey("identifier"));
    }

    private static Response deleteNamed(String path, Map<String, ?> query, Map<String, ?> body) {
        return tenant.api(admin)
                .queryParams(query)
                .contentType(ContentType.JSON)
                .body(body)
                .delete(path);
    }

    @Test
    void aBodyMayNameTheUserToo() {
        deleteNamed("/users/id", Map.of(), Map.of("user_id", id)).then().statusCode(204);
        deleteNamed("/users/id", Map.of(), Map.of("user_id", id)).then().statusCode(404);
        String other = tenant.addUser("n-" + name);
        deleteNamed("/users/id", Map.of("user_id", other), Map.of("user_id", other))
                .then()
                .statusCode(204);
        tenant.addUser("i-" + name);
        deleteNamed("/users/identifier", Map.of(), Map.of("identifier", "i-" + name))
                .then()
                .statusCode(204);
        String last = tenant.addUser("l-" + name);
        deleteNamed("/users/identifier", Map.of("erase", true), Map.of("identifier", "l-" + name + "@example.com"))
                .then()
                .statusCode(204);
        tenant.api(admin).get("/users/" + last).then().statusCode(404);
    }

    @Test
    void aBodyThatNamesAnotherUserThanTheParameterDeletesNobody() {
        String other = tenant.addUser("o-" + name);
        deleteNamed("/users/id", Map.of("user_id", id), Map.of("user_id", other))
                .then()
                .statusCode(400)
                .body("errors", hasKey("user_id"));
        deleteNamed("/users/identifier", Map.of("identifier", name), Map.of("identifier", "o-" + name))
                .then()
                .statusCode(400)
                .body("errors", hasKey("identifier"));
        deleteNamed("/users/id", Map.of(), Map.of()).then().statusCode(400).body("errors", hasKey("user_id"));
        deleteNamed("/users/identifier", Map.of(), Map.of("user_id", id))
                .then()
                .statusCode(400)
                .body("errors", hasKey("user_id"));
        tenant.api(admin).get("/users/" + id).then().statusCode(200);
        tenant.api(admin).get("/users/" + other).then().statusCode(200);
    }

    @Test
    void whoIsUnknownIsNotFound() {
        for (String text : List.of("nobody", "*", "%", "' or 1=1--", "f:abc", "x@")) {
            for (Response answer : List.of(
                    tenant.api(admin).queryParam("user_id", text).delete("/users/id"),
                    tenant.api(admin).queryParam("identifier", text).delete("/users/identifier"))) {
                answer.then().statusCode(404).body("message", equalTo("User not found"));
            }
        }
    }

    @DiffersByDatabase
    @Test
    void ofEightAtOnceOneDeletes() throws Exception {
        List<Integer> answers = Concurrently.patiently(8, i -> delete(admin)).stream()
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(List.of(204, 404, 404, 404, 404, 404, 404, 404), answers);
        log.holds(id, "DELETE USER");
    }

    @DiffersByDatabase
    @Test
    void aChangeAndADeletionAtOnceAreOneAfterTheOther() throws Exception {
        for (int round = 0; round < 5; round++) {
            String victim = tenant.addUser("v" + round + name);
            List<Response> answers = Concurrently.patiently(
                    2,
                    i -> i == 0
                            ? tenant.api(admin).delete("/users/" + victim)
                            : tenant.api(admin)
                                    .contentType(ContentType.JSON)
                                    .body(Map.of("first_name", "Jane", "preferences", Map.of("a", 1)))
                                    .put("/users/" + victim));
            assertEquals(204, answers.get(0).statusCode());
            assertTrue(
                    List.of(200, 404).contains(answers.get(1).statusCode()),
                    answers.get(1).asString());
        }
    }

    @Test
    void whoMayNotLearnsNothing(TestServer server) {
        String own = tenant.session(name).access();
        delete(own).then().statusCode(403);
        tenant.api(own).delete("/users/no-such-id").then().statusCode(403);
        tenant.api(own)
                .queryParam("identifier", "nobody")
                .delete("/users/identifier")
                .then()
                .statusCode(403);
        tenant.api().delete("/users/" + id).then().statusCode(401);
        Tenant other = Tenant.on(server);
        other.addUser("the-admin", "admin");
        delete(other.session("the-admin").access()).then().statusCode(403);
        delete(tenant.serviceTokenOf("view-users")).then().statusCode(403);
        delete(Tenant.platformOf(server).session(TestServer.VENDOR).access())
                .then()
                .statusCode(204);
    }

    @DiffersByDatabase
    @Test
    void whatWaitedForThemWaitsNoMore() {
        Response registered = tenant.registration(Map.of());
        String code = tenant.inbox().next(registered.path("user.email")).code();
        tenant.api(admin).delete("/users/" + registered.path("user.id")).then().statusCode(204);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .patch("/users/activation")
                .then()
                .statusCode(404);
    }
}
