package dev.userservice.it;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that people see where they are logged in and can end that, and that admins can do so for them. */
@ExtendWith(ServerExtension.class)
final class SessionsIT {
    private static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    private static final String ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " Chrome/142.0.0.0 Mobile Safari/537.36";

    private static Tenant tenant;
    private static Tenant.Session admin;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        tenant.addClient("front", true);
        admin = tenant.session("the-admin");
    }

    /** A user, and the id of that user. */
    private record Person(String name, String id) {
        static Person add() {
            String name = "person-" + UUID.randomUUID().toString().substring(0, 8);
            return new Person(name, tenant.addUser(name));
        }

        Tenant.Session login() {
            return tenant.session(name);
        }

        Tenant.Session login(String userAgent) {
            return Tenant.Session.of(Tenant.retryWhileUnauthorized(() -> tenant.api()
                    .header("User-Agent", userAgent)
                    .contentType(ContentType.JSON)
                    .body(Map.of("username", name, "password", TestServer.PASSWORD))
                    .post("/login")));
        }

        /** Logs in by the client {@code front}, for a session that goes on while the person is away. */
        Response loginOffline() {
            Map<String, String> form = Map.of(
                    "grant_type",
                    "password",
                    "username",
                    name,
                    "password",
                    TestServer.PASSWORD,
                    "scope",
                    "openid offline_access");
            return Tenant.retryUntil(answer -> answer.statusCode() == 200, () -> tenant.token("front", form));
        }
    }

    private static Response own(Tenant.Session session) {
        return tenant.api(session.access()).get("/users/me/sessions");
    }

    private static String currentId(Tenant.Session session) {
        return own(session).then().statusCode(200).extract().path("find { it.current }.id");
    }

    private static int refreshOffline(Response login) {
        return tenant.token(
                        "front", Map.of("grant_type", "refresh_token", "refresh_token", login.path("refresh_token")))
                .statusCode();
    }

    private static void assertEnded(Tenant.Session session) {
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
        tenant.refresh(session.refresh()).then().statusCode(401);
    }

    private static void assertAlive(Tenant.Session session) {
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void eachLoginIsASessionThatSaysWhereAndByWhat() {
        Person person = Person.add();
        Instant before = Instant.now().minusSeconds(2);
        person.login(ANDROID);
        Tenant.Session here = person.login(FIREFOX);
        Response all = own(here);
        all.then().statusCode(200).body("$", hasSize(2));
        Map<String, Object> current = all.path("find { it.current }");
        assertEquals("Firefox 145.0", current.get("browser"));
        assertEquals("Linux", current.get("system"));
        assertEquals("127.0.0.1", current.get("ip_address"));
        assertEquals(false, current.get("is_offline"));
        assertTrue(Instant.parse((String) current.get("started_at")).isAfter(before), current.toString());
        Map<String, Object> other = all.path("find { !it.current }");
        assertEquals("Chrome Mobile 142.0.0", other.get("browser"));
        assertEquals("Android 10", other.get("system"));
        assertEquals("user-service-api", all.path("find { it.current }.clients[0].client_id"));
    }

    @Test
    void aProgramThatDoesNotSayWhatItIsHasNoBrowser() {
        Person person = Person.add();
        own(person.login("a-script/1.0"))
                .then()
                .statusCode(200)
                .body("find { it.current }.browser", equalTo(null))
                .body("find { it.current }.system", equalTo(null));
    }

    @Test
    void oneSessionEndsAndTheOthersGoOn() {
        Person person = Person.add();
        Tenant.Session here = person.login();
        Tenant.Session there = person.login();
        String id = currentId(there);
        tenant.api(here.access()).delete("/users/me/sessions/" + id).then().statusCode(204);
        assertEnded(there);
        assertAlive(here);
        own(here).then().body("$", hasSize(1));
        tenant.api(here.access()).delete("/users/me/sessions/" + id).then().statusCode(404);
        tenant.api(admin.access())
                .queryParam("action", "logout")
                .get("/users/" + person.id() + "/activity")
                .then()
                .statusCode(200)
                .body("session_id", contains(id))
                .body("actor.id", contains(person.id()));
    }

    @Test
    void onesCurrentSessionEndsByItsId() {
        Tenant.Session here = Person.add().login();
        tenant.api(here.access())
                .delete("/users/me/sessions/" + currentId(here))
                .then()
                .statusCode(204);
        assertEnded(here);
    }

    @Test
    void allOthersEndAndTheCurrentOneOnlyIfThatIsWanted() {
        Person person = Person.add();
        List<Tenant.Session> others = List.of(person.login(), person.login());
        Response offline = person.loginOffline();
        Tenant.Session here = person.login();
        tenant.api(here.access()).delete("/users/me/sessions").then().statusCode(204);
        others.forEach(SessionsIT::assertEnded);
        assertEquals(400, refreshOffline(offline));
        assertAlive(here);
        tenant.api(here.access())
                .queryParam("include_current", "true")
                .delete("/users/me/sessions")
                .then()
                .statusCode(204);
        assertEnded(here);
    }

    @Test
    void whatIsNoFlagEndsNothing() {
        Person person = Person.add();
        Tenant.Session other = person.login();
        tenant.api(person.login().access())
                .queryParam("include_current", "perhaps")
                .delete("/users/me/sessions")
                .then()
                .statusCode(400)
                .body("errors", equalTo(Map.of("include_current", List.of("This must be true or false"))));
        assertAlive(other);
    }

    @Test
    void anOfflineSessionIsMarkedAndEndsAlone() {
        Person person = Person.add();
        Response offline = person.loginOffline();
        Tenant.Session here = person.login();
        assertEquals(200, refreshOffline(offline));
        String id = own(here).then().statusCode(200).extract().path("find { it.is_offline }.id");
        own(here).then().body("findAll { it.is_offline }.clients.client_id.flatten()", contains("front"));
        tenant.api(here.access()).delete("/users/me/sessions/" + id).then().statusCode(204);
        assertEquals(400, refreshOffline(offline));
        assertAlive(here);
    }

    /** Keycloak gives such a token a copy of the session, and forgets what is done to the copy. */
    @Test
    void anExchangedTokenEndsTheSessionThatItCameFrom() {
        tenant.addClient("svc", true);
        tenant.letExchange("svc", "front");
        Person person = Person.add();
        String front = tenant.passwordToken("front", person.name()).path("access_token");
        String exchanged = tenant.exchangedToken("svc", front, Map.of());
        tenant.api(exchanged)
                .get("/users/me/sessions")
                .then()
                .statusCode(200)
                .body("$", hasSize(1))
                .body("current", contains(true));
        // Such a token never has a recent login. The login before may not be recorded yet, which is answered with 400.
        Tenant.retryWhileUnauthorized(
                        400,
                        () -> tenant.api(exchanged)
                                .queryParam("include_current", "true")
                                .contentType(ContentType.JSON)
                                .body(Map.of("current_password", TestServer.PASSWORD))
                                .delete("/users/me/sessions"))
                .then()
                .statusCode(204);
        tenant.api(front).get("/users/me").then().statusCode(401);
        tenant.api(exchanged).get("/users/me").then().statusCode(401);
    }

    @Test
    void nobodySeesOrEndsTheSessionsOfOthers() {
        Person person = Person.add();
        Tenant.Session theirs = person.login();
        String id = currentId(theirs);
        Tenant.Session stranger = Person.add().login();
        tenant.api(stranger.access()).delete("/users/me/sessions/" + id).then().statusCode(404);
        tenant.api(stranger.access())
                .get("/users/" + person.id() + "/sessions")
                .then()
                .statusCode(403);
        tenant.api(stranger.access())
                .delete("/users/" + person.id() + "/sessions")
                .then()
                .statusCode(403);
        tenant.api(stranger.access())
                .delete("/users/" + person.id() + "/sessions/" + id)
                .then()
                .statusCode(403);
        assertAlive(theirs);
    }

    @Test
    void anAdminEndsOneSessionOrAllOfThem() {
        Person person = Person.add();
        Tenant.Session one = person.login();
        Tenant.Session two = person.login();
        Response offline = person.loginOffline();
        String path = "/users/" + person.id() + "/sessions";
        String id = currentId(one);
        tenant.api(admin.access())
                .get(path)
                .then()
                .statusCode(200)
                .body("$", hasSize(3))
                .body("findAll { it.current }", empty());
        tenant.api(admin.access())
                .delete("/users/" + Person.add().id() + "/sessions/" + id)
                .then()
                .statusCode(404);
        tenant.api(admin.access()).delete(path + "/" + id).then().statusCode(204);
        assertEnded(one);
        assertAlive(two);
        tenant.api(admin.access()).delete(path).then().statusCode(204);
        assertEnded(two);
        assertEquals(400, refreshOffline(offline));
        tenant.api(admin.access()).get(path).then().statusCode(200).body("$", empty());
        tenant.api(admin.access())
                .queryParam("action", "logout")
                .get("/users/" + person.id() + "/activity")
                .then()
                .statusCode(200)
                .body("details.sessions_ended", contains(2, 1));
    }

    @Test
    void whoMayOnlyViewUsersEndsNothing() {
        Person person = Person.add();
        Tenant.Session theirs = person.login();
        String viewer = tenant.serviceTokenOf("view-users");
        String path = "/users/" + person.id() + "/sessions";
        tenant.api(viewer).get(path).then().statusCode(200).body("$", hasSize(1));
        tenant.api(viewer).delete(path).then().statusCode(403);
        tenant.api(viewer).delete(path + "/" + currentId(theirs)).then().statusCode(403);
        assertAlive(theirs);
    }

    @Test
    void whoIsAboveTheCallerKeepsTheSessions() {
        String manager = tenant.serviceTokenOf("manage-users");
        String id = tenant.admin()
                .users()
                .searchByUsername("the-admin", true)
                .get(0)
                .getId();
        String path = "/users/" + id + "/sessions";
        tenant.api(manager).delete(path).then().statusCode(403);
        tenant.api(manager).delete(path + "/" + currentId(admin)).then().statusCode(403);
        assertAlive(admin);
    }
}
