package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** What the activity log is worth when the server or the database dies at any moment. It has its own of both. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class ActivityCrashIT {
    private static final int THREADS = 6;
    private static final int ENOUGH = 20;

    private static TestServer server;
    private static Database database;
    private static Tenant tenant;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only an unpacked server can be killed");
        server = TestServer.durable("activity-crash");
        database = server.node().database();
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
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

    /** The last one: a server whose connections are broken is of no use to another. */
    @Test
    @Order(3)
    void aDatabaseThatIsKilledHasLostNothingThatWasAnswered() throws Exception {
        Answered answered = underLoad(() -> database.crash());
        check(answered);
    }

    /** What was answered with success, or with the refusal that was to be noted. */
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
            Until.holds(
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

    /** Until the disaster, or the test's end. */
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
            // After the disaster: the connection broke, or the answer is one of a server without a database.
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
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        tenant.login("alice", "wrong").then().statusCode(401);
        // Not the row of the log, but Keycloak's own of the session: so the watch sees one that may be lost.
        tenant.refresh(session.refresh()).then().statusCode(200);
        Map<String, Set<String>> seen = new TreeMap<>();
        for (String table : List.of("us_activity", "offline_user_session", "offline_client_session")) {
            seen.put(table, new HashSet<>(database.texts("select setting from commits where what = '" + table + "'")));
        }
        assertEquals(Set.of("on"), seen.get("us_activity"));
        assertTrue(
                seen.get("offline_user_session").contains("off")
                        || seen.get("offline_client_session").contains("off"),
                "the watch would see it: " + seen);
    }

    /** Has PostgreSQL note, as the last thing before a commit, whether that commit will wait. */
    private static void watchCommits(String table) throws SQLException {
        database.execute("""
                create table if not exists commits (what text, setting text);
                create or replace function note_commit() returns trigger language plpgsql as $$
                begin
                  insert into commits values (tg_table_name, current_setting('synchronous_commit'));
                  return null;
                end $$;
                create constraint trigger watch after insert or update on %s
                  deferrable initially deferred for each row execute function note_commit()""".formatted(table));
    }
}
