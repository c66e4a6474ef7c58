package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests what the activity log shows to whom, one page at a time. */
@DiffersByDatabase
@ExtendWith(ServerExtension.class)
final class ActivityReadIT {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");
    private static final int LOGINS = 7;

    private static Tenant tenant;
    private static Activities log;
    private static String alice;
    private static Tenant.Session session;

    @BeforeAll
    static void fill(Tenant fresh) {
        // Otherwise Keycloak's lockout would refuse a login right after a wrong one, and would add a row to the log.
        tenant = Tenant.on(fresh.server(), Tenant::withoutBruteForceProtection).withLongTokens();
        log = Activities.of(tenant);
        alice = tenant.addUser("alice");
        for (int i = 0; i < LOGINS; i++) {
            session = tenant.session("alice");
            tenant.login("alice", "wrong").then().statusCode(401);
        }
        Tenant.Session ended = tenant.session("alice");
        tenant.api(ended.access()).post("/logout").then().statusCode(200);
        session = tenant.session("alice");
    }

    private static List<String> ids(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (String) row.get("id")).toList();
    }

    /** Goes from page to page by the {@code Link} header alone, as any client can. */
    private static List<Map<String, Object>> walk(String token, String path, Map<String, ?> query) {
        List<Map<String, Object>> all = new ArrayList<>();
        Response page = tenant.api(token).queryParams(query).get(path);
        while (true) {
            page.then().statusCode(200);
            all.addAll(page.jsonPath().<Map<String, Object>>getList("$"));
            if (page.header("Link") == null) {
                return all;
            }
            Matcher next = NEXT.matcher(page.header("Link"));
            assertTrue(next.matches(), page.header("Link"));
            page = RestAssured.given()
                    .urlEncodingEnabled(false)
                    .header("Authorization", "Bearer " + token)
                    .get(next.group(1));
        }
    }

    @Test
    void pagesAreInOneOrderTheNewestFirstAndNobodyIsMissed() {
        List<Map<String, Object>> all = log.about(alice);
        assertEquals(1 + 2 * LOGINS + 3, all.size());
        List<String> newestFirst = new ArrayList<>(ids(all));
        newestFirst.sort((one, other) -> other.compareTo(one));
        for (int limit : List.of(1, 3, 100)) {
            Map<String, Object> query = Map.of("limit", limit);
            assertEquals(newestFirst, ids(walk(log.token(), "/users/" + alice + "/activity", query)));
            assertEquals(newestFirst, ids(walk(session.access(), "/users/me/activity", query)));
            assertEquals(
                    newestFirst,
                    ids(walk(log.token(), "/activity", Map.of("limit", limit, "user_id", alice, "cursor", "*"))));
        }
        Response page = tenant.api(log.token())
                .queryParam("limit", 3)
                .queryParam("offset", 2)
                .get("/users/" + alice + "/activity");
        assertEquals(newestFirst.subList(2, 5), page.jsonPath().getList("id"));
        String address = tenant.server().base() + "/realms/" + tenant.name() + "/api/users/" + alice + "/activity?";
        assertTrue(page.header("Link").startsWith("<" + address), page.header("Link"));
        assertTrue(page.header("Link").contains("cursor=" + newestFirst.get(4)));
        assertFalse(page.header("Link").contains("offset"));
    }

    @Test
    void severalActionsAreMergedInOrder() {
        List<String> expected = log.about(alice).stream()
                .filter(row -> List.of("login", "login_failed", "logout").contains((String) row.get("action")))
                .map(row -> (String) row.get("id"))
                .sorted((one, other) -> other.compareTo(one))
                .toList();
        Map<String, Object> query =
                Map.of("limit", 4, "action", List.of("login", "login_failed", "logout", "user_deleted"));
        assertEquals(expected, ids(walk(log.token(), "/users/" + alice + "/activity", query)));
        Response page = tenant.api(log.token())
                .queryParams(query)
                .queryParam("offset", 5)
                .get("/users/" + alice + "/activity");
        assertEquals(expected.subList(5, 9), page.jsonPath().getList("id"));
    }

    @Test
    void eachFilterFindsWhatItSays() {
        List<Map<String, Object>> all = log.about(alice);
        Instant middle = Instant.parse((String) all.get(8).get("created_at"));
        String path = "/users/" + alice + "/activity";
        List<String> since = walk(log.token(), path, Map.of("from", middle.toString())).stream()
                .map(row -> (String) row.get("created_at"))
                .toList();
        List<String> before = walk(log.token(), path, Map.of("to", middle.toString())).stream()
                .map(row -> (String) row.get("created_at"))
                .toList();
        assertEquals(all.size(), since.size() + before.size());
        assertTrue(since.stream().noneMatch(time -> Instant.parse(time).isBefore(middle)));
        assertTrue(before.stream().allMatch(time -> Instant.parse(time).isBefore(middle)));
        // These are the same instant in another time zone, and a time with a fraction of a millisecond.
        assertEquals(
                since.size(),
                walk(
                                log.token(),
                                path,
                                Map.of(
                                        "from",
                                        middle.atOffset(ZoneOffset.ofHours(5)).toString()))
                        .size());
        assertEquals(
                all.size(),
                walk(log.token(), path, Map.of("to", "9999-12-31T23:59:59.9999Z"))
                        .size());
        assertEquals(
                0, walk(log.token(), path, Map.of("to", "0001-01-01T00:00:00Z")).size());

        assertEquals(
                LOGINS + 2,
                log.all(Map.of("actor_id", alice, "action", "login")).size());
        assertEquals(
                0, log.all(Map.of("user_id", alice, "ip_address", "192.0.2.1")).size());
        assertEquals(
                2 * LOGINS + 3,
                log.all(Map.of("user_id", alice, "ip_address", "127.0.0.1")).stream()
                        .filter(row -> !row.get("action").equals("user_created"))
                        .count());
        assertEquals(
                ids(log.all(Map.of("user_id", alice, "ip_address", "::ffff:127.0.0.1"))),
                ids(log.all(Map.of("user_id", alice, "ip_address", "127.0.0.1"))));
    }

    @Test
    void whatMakesNoSenseIsRefusedByName() {
        Map<String, List<String>> bad = Map.of(
                "limit", List.of("0", "101", "x"),
                "offset", List.of("-1", "1.5"),
                "cursor", List.of("x", "00000000-0000-4000-8000-000000000000", "x".repeat(3_000)),
                "action", List.of("LOGIN", "logins", "' or 1=1"),
                "from", List.of("yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"),
                "to", List.of("1", "2026-01-01T00:00:00 00:00"),
                "ip_address", List.of("localhost", "1.2.3", "x".repeat(100)),
                "expand", List.of("user", "users,details"),
                "actor_id", List.of("x".repeat(256)));
        bad.forEach((name, values) -> values.forEach(value -> {
            for (String path : List.of("/activity", "/users/" + alice + "/activity")) {
                tenant.api(log.token())
                        .queryParam(name, value)
                        .get(path)
                        .then()
                        .statusCode(400)
                        .body("errors", hasKey(name));
            }
        }));
        tenant.api(log.token())
                .queryParam("from", "2026-01-02T00:00:00Z")
                .queryParam("to", "2026-01-01T00:00:00Z")
                .get("/activity")
                .then()
                .statusCode(400)
                .body("errors", hasKey("to"));
        tenant.api(log.token())
                .queryParam("cursor", "*")
                .queryParam("offset", 1)
                .get("/activity")
                .then()
                .statusCode(400)
                .body("errors", hasKey("cursor"));
        tenant.api(log.token()).get("/users/nobody/activity").then().statusCode(404);
    }

    @Test
    void aHostileQueryComesBackInNoLink() throws Exception {
        String path = "/realms/" + tenant.name() + "/api/activity?limit=1&x={y}&%7Bz%7D=%22%3E%0d%0aSet-Cookie:a=b";
        String answer =
                raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                        + log.token() + "\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200") || answer.startsWith("HTTP/1.1 400"), answer);
        assertFalse(answer.contains("\r\nSet-Cookie"), answer);
        answer.lines()
                .filter(line -> line.startsWith("Link: "))
                .forEach(line -> assertTrue(
                        NEXT.matcher(line.substring("Link: ".length())).matches(), line));
    }

    /** Sends a request that no HTTP client would send, and returns the answer. */
    private static String raw(String request) throws IOException {
        URI base = tenant.server().base();
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aPersonSeesNotWhereAnAdminWas() {
        String path = "/users/me/activity";
        String username = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username);
        Tenant.Session own = tenant.session(username);
        tenant.api(own.access())
                .queryParam("action", "user_created")
                .get(path)
                .then()
                .statusCode(200)
                .body("[0].actor.kind", equalTo("server_admin"))
                .body("[0].ip_address", equalTo(null))
                .body("[0].user_agent", equalTo(null))
                .body("[0].client_id", equalTo(null));
        tenant.login(username, "wrong").then().statusCode(401);
        for (String mine : List.of(path, "/users/" + id + "/activity")) {
            tenant.api(own.access())
                    .get(mine)
                    .then()
                    .statusCode(200)
                    .body("[0].action", equalTo("login_failed"))
                    .body("[0].ip_address", equalTo("127.0.0.1"))
                    .body("[1].action", equalTo("login"))
                    .body("[1].ip_address", equalTo("127.0.0.1"))
                    .body("[2].ip_address", equalTo(null));
        }
        tenant.api(log.token()).get("/users/" + id + "/activity").then().body("[2].ip_address", equalTo("127.0.0.1"));
        assertEquals(
                List.of("login_failed", "login"),
                tenant.api(own.access())
                        .queryParam("ip_address", "127.0.0.1")
                        .get(path)
                        .jsonPath()
                        .getList("action"),
                "nor can they find out by asking");
        tenant.api(own.access()).get("/users/" + alice + "/activity").then().statusCode(403);
        tenant.api(own.access()).get("/activity").then().statusCode(403);
    }

    @Test
    void usersAreNamedToWhomMaySeeThem() {
        String username = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String boss = "boss-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username);
        tenant.addUser(boss, "admin");
        tenant.api(tenant.session(boss).access())
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "New"))
                .put("/users/" + id)
                .then()
                .statusCode(200);
        Tenant.Session own = tenant.session(username);
        Map<String, String> query = Map.of("action", "update_user", "expand", "users");
        for (String path : List.of("/users/" + id + "/activity", "/activity?user_id=" + id)) {
            tenant.api(log.token())
                    .queryParams(query)
                    .get(path)
                    .then()
                    .statusCode(200)
                    .body("[0].username", equalTo(username))
                    .body("[0].actor.username", equalTo(boss));
        }
        // People do not learn the usernames of admins.
        tenant.api(own.access())
                .queryParams(query)
                .get("/users/me/activity")
                .then()
                .statusCode(200)
                .body("[0].username", equalTo(username))
                .body("[0].actor.kind", equalTo("user"))
                .body("[0].actor.username", equalTo(null));
        tenant.api(log.token())
                .queryParam("action", "update_user")
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .body("[0]", not(hasKey("username")))
                .body("[0].actor", not(hasKey("username")));
        tenant.admin().users().get(id).remove();
        tenant.api(log.token())
                .queryParams(query)
                .queryParam("user_id", id)
                .get("/activity")
                .then()
                .statusCode(200)
                .body("[0].user_id", equalTo(id))
                .body("[0]", not(hasKey("username")))
                .body("[0].actor.username", equalTo(boss));
    }

    @Test
    void tenantsSeeNothingOfEachOther(TestServer server) {
        Tenant other = Tenant.on(server);
        Activities theirs = Activities.of(other);
        other.addUser("alice");
        other.session("alice");
        assertEquals(List.of(), theirs.about(alice));
        assertEquals(List.of(), theirs.all(Map.of("actor_id", alice)));
        other.api(theirs.token()).get("/users/" + alice + "/activity").then().statusCode(404);
        HashSet<String> mine = new HashSet<>(ids(walk(log.token(), "/activity", Map.of("limit", 100))));
        mine.retainAll(ids(page(other, theirs.token())));
        assertEquals(new HashSet<>(), mine);

        Tenant platform = Tenant.platformOf(server);
        String vendor = platform.session(TestServer.VENDOR).access();
        other.api(vendor).get("/activity").then().statusCode(200);
        platform.api(vendor)
                .queryParam("action", "login")
                .get("/activity")
                .then()
                .statusCode(200)
                .body("[0].actor.kind", equalTo("user"));
    }

    private static List<Map<String, Object>> page(Tenant at, String token) {
        return at.api(token)
                .queryParam("limit", 100)
                .get("/activity")
                .jsonPath()
                .getList("$");
    }

    @Test
    void aRealmThatIsNoTenantHasNoLog(TestServer server) throws Exception {
        Assumptions.assumeTrue(
                server.node() != null && server.node().database() != null, "what is not there only the database shows");
        Tenant off = Tenant.on(
                server,
                realm -> realm.withArray("/clients").forEach(client -> {
                    if (client.path("clientId").asText().equals("user-service-api")) {
                        ((ObjectNode) client).put("enabled", false);
                    }
                }));
        String id = off.addUser("alice");
        off.addClient("own", true);
        off.passwordToken("own", "alice").then().statusCode(200);
        assertEquals(0, server.node().database().count("us_activity where user_id = ?", id));
        assertEquals(
                0,
                server.node()
                        .database()
                        .count("us_activity a join realm r on r.id = a.realm_id where r.name = ?", "master"));
    }

    @Test
    void whoIsErasedLeavesOnlyWhatWasDone() {
        String adminName = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String adminId = tenant.addUser(adminName, "admin");
        String username = "gone-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username, "admin");
        tenant.login(username, "wrong").then().statusCode(401);
        Tenant.Session person = tenant.session(username);
        tenant.api(person.access())
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Zoe"))
                .put("/users/" + adminId)
                .then()
                .statusCode(200);
        String admin = tenant.session(adminName).access();
        tenant.api(admin)
                .queryParam("erase", "yes")
                .delete("/users/" + id)
                .then()
                .statusCode(400);
        tenant.api(admin)
                .queryParam("erase", true)
                .delete("/users/" + id)
                .then()
                .statusCode(204);

        List<Map<String, Object>> rows = log.about(id);
        assertEquals(
                List.of("user_created", "role_changed", "login_failed", "login", "user_deleted"),
                rows.stream().map(row -> row.get("action")).toList());
        for (Map<String, Object> row : rows.subList(0, 4)) {
            assertNull(row.get("ip_address"));
            assertNull(row.get("user_agent"));
            assertEquals(Map.of(), row.get("details"));
        }
        assertEquals(Map.of("erased", true), rows.get(4).get("details"));
        assertEquals(Map.of("id", adminId, "kind", "user"), rows.get(4).get("actor"));
        assertNotNull(rows.get(4).get("ip_address"));
        assertFalse(rows.toString().contains(username));

        Map<String, Object> did =
                log.all(Map.of("actor_id", id, "user_id", adminId)).get(0);
        assertEquals("update_user", did.get("action"));
        assertNull(did.get("ip_address"));
        assertNull(did.get("user_agent"));
        assertTrue(did.get("details").toString().contains("Zoe"));
    }

    @Test
    void whoIsOnlyDeletedStaysInTheLog() {
        String username = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username);
        tenant.session(username);
        tenant.admin().users().get(id).remove();
        tenant.api(log.token()).get("/users/" + id + "/activity").then().statusCode(404);
        List<Map<String, Object>> rows = log.about(id);
        assertEquals(
                List.of("user_created", "login", "user_deleted"),
                rows.stream().map(row -> row.get("action")).toList());
        assertEquals("127.0.0.1", rows.get(1).get("ip_address"));
        assertEquals(Map.of("username", username), rows.get(2).get("details"));
    }

    @Test
    void anAdminWhoErasesThemselvesIsNotInTheRowThatSaysSo() {
        tenant.addUser("u-" + UUID.randomUUID().toString().substring(0, 8), "admin");
        String username = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username, "admin");
        String own = tenant.session(username).access();
        tenant.api(own).queryParam("erase", true).delete("/users/" + id).then().statusCode(204);
        Map<String, Object> row = log.last(id, "user_deleted");
        assertNull(row.get("ip_address"));
        assertNull(row.get("user_agent"));
        assertEquals(Map.of("erased", true), row.get("details"));
        assertEquals(Map.of("id", id, "kind", "user"), row.get("actor"));
    }
}
