package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests that the activity log is complete when the server or the database dies at any moment. The test has its own server and database. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class ActivityCrashIT {
    private static final int THREADS = 6;
    private static final int ENOUGH = 20;

    /** The tables, as a list of SQL, of which Keycloak may lose the newest rows. */
    private static final String KEYCLOAKS_OWN = "'offline_user_session', 'offline_client_session', 'event_entity'";

    private static TestServer server;
    private static Database database;
    private static Tenant tenant;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only an unpacked server can be killed");
        server = TestServer.durable("activity-crash");
        database = server.node().database();
        tenant = Tenant.on(server, ActivityCrashIT::storeEvents);
    }

    /**
     * Makes Keycloak store its events, in the transactions that also write rows of the log. A commit of events alone is one that
     * PostgreSQL may acknowledge too early.
     */
    private static void storeEvents(ObjectNode realm) {
        realm.put("eventsEnabled", true).put("adminEventsEnabled", true);
        Tenant.withoutBruteForceProtection(realm);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Order(2)
    void aServerThatIsKilledHasLostNothingThatItAnswered() throws Exception {
        Answered answered = underLoad(() -> server.node().kill());
        check(answered);
        server.node().start();
    }

    /** This test runs without load, because the commits of other requests would also have made a commit durable that does not wait. */
    @Test
    @Order(3)
    void whatIsAnsweredIsThereWhenTheDatabaseIsKilledAtOnce() throws Exception {
        Set<String> watched = Set.of(
                "us_activity",
                "us_outbox",
                "us_code",
                "us_code_request",
                "us_last_login",
                "user_entity",
                "credential",
                "user_role_mapping",
                "user_required_action");
        for (String table : watched) {
            watchCommits(table);
        }
        tenant.addUser("boss", "admin");
        String boss = tenant.session("boss").access();
        String promoted = tenant.addUser("promoted");
        String erased = tenant.addUser("erased");
        tenant.session("erased");
        tenant.addUser("forgetful");
        tenant.session("forgetful");
        database.execute("delete from commits");

        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", "forgetful@example.com"))
                .post("/reset-password")
                .then()
                .statusCode(200);
        String code = tenant.inbox().nextCode("forgetful@example.com");
        String newcomer = tenant.register(Map.of());
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", tenant.inbox().nextCode(newcomer)))
                .post("/verify-email")
                .then()
                .statusCode(200);
        Tenant.retryWhileUnauthorized(() -> tenant.login(newcomer, TestServer.PASSWORD))
                .then()
                .statusCode(200);
        tenant.api(boss).delete("/users/" + erased + "?erase=true").then().statusCode(204);
        tenant.api(boss)
                .contentType(ContentType.JSON)
                .body(Map.of("role", "admin"))
                .put("/users/" + promoted)
                .then()
                .statusCode(200);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("password", "An0ther-password!"))
                .post("/reset-password/" + code)
                .then()
                .statusCode(200);
        database.crash();

        assertEquals(
                List.of("1"),
                database.texts("select count(*) from user_role_mapping m, keycloak_role r where m.role_id = r.id"
                        + " and r.name = 'admin' and m.user_id = '" + promoted + "'"));
        assertEquals(0, database.count("user_entity where id = ?", erased));
        assertEquals(
                0,
                database.count(
                        "us_activity where user_id = ? and action = 'login' and ip_address is not null", erased));
        assertEquals(0, database.count("us_code_request where user_id = ?", userId("forgetful")));
        assertEquals(
                1, database.count("us_activity where action = 'password_reset' and user_id = ?", userId("forgetful")));
        assertEquals(
                watched,
                Set.copyOf(
                        database.texts("select distinct what from commits where what not in (" + KEYCLOAKS_OWN + ")")),
                "each table was written to");
        assertEquals(
                List.of(),
                database.texts("select distinct what from commits where setting <> 'on' and what not in ("
                        + KEYCLOAKS_OWN + ")"),
                "commits that PostgreSQL acknowledges before they are safe");

        for (String table : watched) {
            database.execute("drop trigger watch on " + table);
        }
        server.node().stop();
        server.node().start();
    }

    private static String userId(String username) throws SQLException {
        return database.texts("select id from user_entity where username = '" + username + "'")
                .get(0);
    }

    /** This test runs last, because no other test can use a server whose database connections are broken. */
    @Test
    @Order(4)
    void aDatabaseThatIsKilledHasLostNothingThatWasAnswered() throws Exception {
        Answered answered = underLoad(() -> database.crash());
        check(answered);
    }

    /** Collects what the server answered with success, or with a refusal that had to be logged. */
    private record Answered(
            Set<String> sessions, Map<String, Integer> wrong, Map<String, String> names, Queue<Throwable> failures) {
        Answered() {
            this(
                    ConcurrentHashMap.newKeySet(),
                    new ConcurrentHashMap<>(),
                    new ConcurrentHashMap<>(),
                    new ConcurrentLinkedQueue<>());
        }

        boolean isEnough() {
            return sessions.size() >= ENOUGH
                    && wrong.values().stream().mapToInt(times -> times).sum() >= ENOUGH
                    && names.size() == THREADS;
        }
    }

    private interface Disaster {
        void happens() throws Exception;
    }

    private static Answered underLoad(Disaster disaster) throws Exception {
        Answered answered = new Answered();
        List<String> usernames = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            usernames.add("u-" + UUID.randomUUID().toString().substring(0, 8));
            tenant.addUser(usernames.get(i));
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            usernames.forEach(username -> threads.execute(() -> work(username, answered)));
            Eventually.holds(
                    "a load",
                    Duration.ofMinutes(2),
                    () -> answered.isEnough() || !answered.failures().isEmpty());
            assertEquals(List.of(), List.copyOf(answered.failures()));
            disaster.happens();
        } finally {
            threads.shutdownNow();
            assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
        }
        return answered;
    }

    /** Sends requests until the disaster happens or the test ends. */
    private static void work(String username, Answered answered) {
        try {
            int changes = 0;
            while (!Thread.currentThread().isInterrupted()) {
                Response login = tenant.login(username, TestServer.PASSWORD);
                if (login.statusCode() == 200) {
                    answered.sessions().add(login.path("session_state"));
                    String name = "Name" + changes++;
                    Response change = tenant.api(login.<String>path("access_token"))
                            .contentType(ContentType.JSON)
                            .body(Map.of("last_name", name))
                            .put("/users/me");
                    if (change.statusCode() != 200) {
                        return;
                    }
                    answered.names().put(change.path("user.id"), name);
                }
                if (tenant.login(username, "wrong").statusCode() == 401) {
                    answered.wrong().merge(username, 1, Integer::sum);
                }
            }
        } catch (Exception | AssertionError e) {
            // This happens after the disaster: the connection broke, or the server answered without a database.
            answered.failures().add(e);
        }
    }

    private static void check(Answered answered) throws SQLException {
        Set<String> sessions = new HashSet<>(answered.sessions());
        database.texts("select session_id from us_activity where action = 'login'")
                .forEach(sessions::remove);
        assertEquals(Set.of(), sessions, "logins without a row");

        for (Map.Entry<String, Integer> wrong : answered.wrong().entrySet()) {
            long rows = database.count(
                    "us_activity a, user_entity u where u.id = a.user_id and a.action = 'login_failed' and u.username = ?",
                    wrong.getKey());
            assertTrue(rows >= wrong.getValue(), "failed logins without a row: " + rows + " of " + wrong.getValue());
        }

        for (String id : answered.names().keySet()) {
            List<String> stored = database.texts("select last_name from user_entity where id = '" + id + "'");
            List<String> noted = database.texts("select (details::json)->'changes'->'last_name'->>'to' from us_activity"
                    + " where action = 'update_profile' and user_id = '" + id + "' order by id desc limit 1");
            assertEquals(stored, noted, "the newest row tells what there is, no more and no less");
            int acknowledged = Integer.parseInt(answered.names().get(id).substring("Name".length()));
            int now = Integer.parseInt(stored.get(0).substring("Name".length()));
            assertTrue(now >= acknowledged, "a change that was answered is there");
            assertEquals(
                    List.of(Integer.toString(now + 1)),
                    database.texts("select count(*) from us_activity where action = 'update_profile' and user_id = '"
                            + id + "'"),
                    "a row for each change");
        }
    }

    @Test
    @Order(1)
    void noCommitWithARowIsAcknowledgedTooEarly() throws Exception {
        watchCommits("us_activity");
        watchCommits("offline_user_session");
        watchCommits("offline_client_session");
        watchCommits("event_entity");
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        tenant.login("alice", "wrong").then().statusCode(401);
        // A refresh writes no row of the log, only Keycloak's own rows of the session and the event, so the watch sees
        // commits that may be lost.
        tenant.refresh(session.refresh()).then().statusCode(200);
        Map<String, Set<String>> seen = new TreeMap<>();
        for (String table : List.of("us_activity", "offline_user_session", "offline_client_session", "event_entity")) {
            seen.put(table, new HashSet<>(database.texts("select setting from commits where what = '" + table + "'")));
        }
        assertEquals(Set.of("on"), seen.get("us_activity"));
        assertTrue(
                seen.get("offline_user_session").contains("off")
                        || seen.get("offline_client_session").contains("off"),
                "the watch would see it: " + seen);
        assertEquals(Set.of("on", "off"), seen.get("event_entity"), "events with a row of the log, and without one");
    }

    /** Makes PostgreSQL record, as the last thing before a commit, whether that commit waits until it is durable. */
    private static void watchCommits(String table) throws SQLException {
        database.execute("""
                create table if not exists commits (what text, setting text);
                create or replace function note_commit() returns trigger language plpgsql as $$
                begin
                  insert into commits values (tg_table_name, current_setting('synchronous_commit'));
                  return null;
                end $$;
                drop trigger if exists watch on %1$s;
                create constraint trigger watch after insert or update or delete on %1$s
                  deferrable initially deferred for each row execute function note_commit()""".formatted(table));
    }
}
