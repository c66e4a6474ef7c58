package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that nothing that the extension keeps contains a name of a person who has been erased. */
@ExtendWith(ServerExtension.class)
final class ErasureIT {
    private static final String WRONG = "Wrong-password-1!";

    private static TestServer server;
    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void start(TestServer ofTheSuite) {
        server = ofTheSuite;
        tenant = Tenant.on(
                server, Limits.with(Map.of("limit-failed-login", "3/1h")).andThen(Tenant::withoutBruteForceProtection));
        tenant.addUser("boss", "admin");
        admin = tenant.withLongTokens().session("boss").access();
    }

    /** Leaves traces of a person under all their names, both before and after the account exists, and has the person renamed once. */
    private static String person(String name) {
        String before = name + "-before@example.com";
        String now = name + "-now@example.com";
        tenant.login(name + "-nick", WRONG);
        for (String typed : List.of(before, now.toUpperCase(Locale.ROOT))) {
            for (int i = 0; i < 4; i++) {
                tenant.login(typed, WRONG);
            }
        }
        tenant.register(Map.of("email", before, "username", name + "-nick", "first_name", name));
        String id = tenant.admin().users().searchByEmail(before, true).get(0).getId();
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("email", now, "is_active", true))
                .patch("/users/" + id)
                .then()
                .statusCode(200);
        tenant.session(name + "-nick");
        Eventually.holds(
                "the refusals in the log",
                Duration.ofMinutes(2),
                () -> rows(name).stream().anyMatch(row -> row.contains("rate_limited")));
        return id;
    }

    /** Returns the rows of all our tables that contain a word in upper or lower case. */
    private static List<String> rows(String word) {
        List<String> found = new ArrayList<>();
        try {
            for (String table : server.node()
                    .database()
                    .texts("select table_name from information_schema.tables where table_name like 'us\\_%'")) {
                found.addAll(server.node()
                        .database()
                        .texts("select t::text from " + table + " t where t::text ilike '%" + word + "%'"));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    private static void erase(String id) {
        tenant.api(admin)
                .queryParam("erase", true)
                .delete("/users/" + id)
                .then()
                .statusCode(204);
    }

    private static void assumeDatabase() {
        assumeTrue(
                server.node() != null && server.node().database() != null, "only here can one look into the database");
    }

    @Test
    void nothingOfOursNamesWhoIsErased() {
        assumeDatabase();
        String id = person("erased-one");
        assertFalse(rows("erased-one").isEmpty());
        tenant.awaitAllSent(id);
        tenant.awaitWholeLog();
        long size = server.node().logSize();
        erase(id);
        assertEquals(List.of(), rows("erased-one"));
        tenant.awaitWholeLog();
        assertFalse(server.node().logFrom(size).toLowerCase(Locale.ROOT).contains("erased-one"));
        String meters = RestAssured.given()
                .baseUri(server.node().management().toString())
                .get("/metrics")
                .asString();
        assertTrue(meters.contains("tenant_user_count"));
        assertFalse(meters.contains("erased-one") || meters.contains(id));
    }

    @Test
    void whoWasDeletedBeforeCanBeErasedToo() {
        assumeDatabase();
        String id = person("erased-two");
        tenant.awaitAllSent(id);
        tenant.api(admin).delete("/users/" + id).then().statusCode(204);
        assertFalse(rows("erased-two").isEmpty());
        tenant.api(admin).delete("/users/" + id).then().statusCode(404);
        erase(id);
        assertEquals(List.of(), rows("erased-two"));
        tenant.api(admin)
                .queryParam("erase", true)
                .delete("/users/00000000-0000-0000-0000-000000000000")
                .then()
                .statusCode(404);
    }

    @Test
    void whoseInvitationWasRevokedCanBeErasedByItAndById() {
        assumeDatabase();
        for (String name : List.of("erased-guest", "erased-visitor")) {
            String email = name + "@example.com";
            tenant.login(email, WRONG);
            Response invited = tenant.api(admin)
                    .contentType(ContentType.JSON)
                    .body(Map.of("email", email, "username", name + "-nick", "first_name", name))
                    .post("/users/invitations");
            invited.then().statusCode(201);
            String invitation = "/users/invitations/" + invited.path("invitation.id");
            tenant.awaitAllSent(invited.path("user.id"));
            tenant.api(admin).delete(invitation).then().statusCode(204);
            tenant.awaitWholeLog();
            assertTrue(rows(name).size() >= 3, () -> rows(name).toString());
            String whom = name.equals("erased-guest") ? invitation : "/users/" + invited.path("user.id");
            tenant.api(admin).queryParam("erase", true).delete(whom).then().statusCode(204);
            assertEquals(List.of(), rows(name));
            tenant.api(admin)
                    .queryParam("erase", true)
                    .delete(invitation)
                    .then()
                    .statusCode(404);
        }
    }

    /** The rows of an erased person stay without their details, so that a second request finds them. */
    @Test
    void erasingTwiceIsNoFault() {
        String id = tenant.addUser("erased-twice");
        tenant.session("erased-twice");
        tenant.awaitWholeLog();
        erase(id);
        erase(id);
    }

    @Test
    void whoMayNotChangeEverybodyErasesNobodyWhoIsGone() {
        String id = tenant.addUser("left");
        tenant.session("left");
        tenant.api(admin).delete("/users/" + id).then().statusCode(204);
        tenant.api(tenant.serviceTokenOf("view-users"))
                .queryParam("erase", true)
                .delete("/users/" + id)
                .then()
                .statusCode(404);
    }
}
