package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests a server that stops and starts again, and one whose database goes away. The test has a server of its own. */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class OutageIT {
    /** The time after which a node that has claimed a mail counts as dead. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    /** A time that is longer than any server takes to start. */
    private static final Duration A_LONG_START = Duration.ofHours(1);

    private static TestServer server;
    private static Tenant tenant;
    private static String expired;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only an unpacked server can be stopped");
        server = TestServer.unpacked(
                "outage", Map.of("KC_SPI_REALM_RESTAPI_EXTENSION__API__ACTIVITY_PURGE_INTERVAL", "2"));
        tenant = Tenant.on(server).withLongTokens();
        tenant.addUser("alice");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /**
     * Tests a server that was asked to stop and has started again. Everything that the tests look at was begun before the stop.
     */
    @Nested
    @Order(1)
    final class AfterAStop {
        private static Response renewed;
        private static Tenant.Session reused;
        private static Tenant slow;
        private static String usedCode;
        private static String email;
        private static int arrivedByThen;
        private static List<String> leftByThen;

        @BeforeAll
        static void stopAndStart() throws Exception {
            usedCode = server.inbox().next(tenant.register(Map.of())).code();
            verify(tenant, usedCode).then().statusCode(200);
            renewed = tenant.refresh(tenant.session("alice").refresh());
            renewed.then().statusCode(200);
            reused = tenant.session("alice");
            tenant.refresh(reused.refresh()).then().statusCode(200);
            try (SmtpProxy proxy = SmtpProxy.before(server.inbox())) {
                slow = Tenant.on(server, proxy.smtp());
                proxy.delay(Duration.ofMillis(500));
                email = slow.register(Map.of());
                Eventually.holds("a mail that is being sent", Duration.ofMinutes(2), () -> proxy.attempts() >= 1);
                server.node().stop();
                arrivedByThen = server.inbox().count(email);
                leftByThen = server.node().database().texts("select id from us_outbox");
            }
            server.node().start();
        }

        @Test
        void aRestartLosesNoSessionAndRevivesNoToken() {
            tenant.api(renewed.<String>path("access_token"))
                    .get("/users/me")
                    .then()
                    .statusCode(200);
            tenant.refresh(renewed.path("refresh_token")).then().statusCode(200);
            tenant.refresh(reused.refresh()).then().statusCode(401);
        }

        @Test
        void aUsedCodeStaysUsed() {
            verify(tenant, usedCode).then().statusCode(404);
        }

        @Test
        void whoStopsLetsTheMailGoThatIsBeingSent() {
            assertEquals(1, arrivedByThen);
            assertEquals(List.of(), leftByThen);
        }
    }

    /** Tests a server that was killed and has started again. */
    @Nested
    @Order(2)
    final class AfterACrash {
        private static SmtpProxy away;
        private static SmtpProxy silent;
        private static Tenant.Session session;
        private static Tenant cutOff;
        private static Tenant hanging;
        private static String waiting;
        private static String beingSent;

        @BeforeAll
        static void killAndStart() throws Exception {
            away = SmtpProxy.before(server.inbox());
            silent = SmtpProxy.before(server.inbox());
            session = tenant.session("alice");
            cutOff = Tenant.on(server, away.smtp());
            hanging = Tenant.on(server, silent.smtp());
            silent.hang();
            beingSent = hanging.register(Map.of());
            Eventually.holds("a mail that is being sent", Duration.ofMinutes(2), () -> silent.attempts() >= 1);
            away.down();
            waiting = cutOff.register(Map.of());
            server.node().kill();
            postpone(hanging, A_LONG_START);
            assertEquals(1, count("us_code where email = ?", beingSent), "stored before it is sent");
            away.up();
            silent.up();
            postpone(cutOff, LEASE.negated());
            server.node().start();
            expire(tenant.register(Map.of()));
        }

        @AfterAll
        static void close() {
            away.close();
            silent.close();
        }

        @Test
        void aCrashLosesNoLogin() {
            tenant.refresh(session.refresh()).then().statusCode(200);
        }

        @Test
        void aCrashBetweenAnswerAndMailLosesNoMail() {
            String code = server.inbox().next(waiting).code();
            assertEquals(1, server.inbox().count(waiting));
            verify(cutOff, code).then().statusCode(200);
        }

        @Test
        void aCrashWhileAMailIsSentSendsItAgainAndBothCodesAreGood() throws Exception {
            assertEquals(0, server.inbox().count(beingSent), "the dead node's lease holds");
            postpone(hanging, A_LONG_START.plus(LEASE).negated());
            String code = server.inbox().next(beingSent, Duration.ofMinutes(1)).code();
            assertEquals(2, count("us_code where email = ?", beingSent));
            verify(hanging, code).then().statusCode(200);
            assertEquals(0, count("us_code where email = ?", beingSent));
        }
    }

    /** Tests a server whose database refuses some statements, and is gone in the end. */
    @Nested
    @Order(3)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    final class WithoutTheDatabase {
        @Test
        @Order(1)
        void aRegistrationThatCannotCommitLeavesNothing() throws Exception {
            server.node().database().execute("""
                            create function fail_entry() returns trigger language plpgsql as
                              $$ begin raise exception using errcode = '57P01', message = 'shutting down'; end $$;
                            create constraint trigger fail_entry after insert on us_outbox
                              deferrable initially deferred for each row execute function fail_entry()""");
            String email = UUID.randomUUID() + "@example.com";
            Map<String, String> body = Map.of("email", email, "password", TestServer.PASSWORD, "first_name", "Test");
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(body)
                    .post("/register")
                    .then()
                    .statusCode(503);
            server.node().database().execute("drop trigger fail_entry on us_outbox");
            assertTrue(tenant.admin().users().searchByEmail(email, true).isEmpty());
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(body)
                    .post("/register")
                    .then()
                    .statusCode(201);
            server.inbox().next(email);
            assertEquals(1, server.inbox().count(email));
        }

        @Test
        @Order(2)
        void aCommitThatFailsIsAProblemToo() throws Exception {
            tenant.session("alice");
            server.node().database().execute("""
                            create function fail_login() returns trigger language plpgsql as
                              $$ begin raise exception using errcode = '57P01', message = 'shutting down'; end $$;
                            create constraint trigger fail_login after insert or update on us_last_login
                              deferrable initially deferred for each row execute function fail_login()""");
            Tenant.retryWhileUnauthorized(() -> tenant.login("alice", TestServer.PASSWORD))
                    .then()
                    .statusCode(503)
                    .header("Retry-After", equalTo("5"))
                    .contentType("application/problem+json")
                    .body("status", equalTo(503));
            server.node().database().execute("drop trigger fail_login on us_last_login");
            tenant.session("alice");

            server.node().database().execute("""
                            create function fail_user() returns trigger language plpgsql as
                              $$ begin raise exception using errcode = '23505', message = 'duplicate'; end $$;
                            create constraint trigger fail_user after insert on user_entity
                              deferrable initially deferred for each row execute function fail_user()""");
            try (var answer = tenant.admin().users().create(named("bob"))) {
                assertTrue(answer.getStatus() >= 400);
                assertTrue(answer.readEntity(String.class).contains("error"), "Keycloak's own error is as it was");
            }
            server.node().database().execute("drop trigger fail_user on user_entity");
        }

        /**
         * Checks that a login that is rolled back is no success. Keycloak does not ensure this: it goes on when a listener of its
         * events fails.
         */
        @Test
        @Order(3)
        void whatIsRolledBackIsNoSuccess() throws Exception {
            tenant.addClient("app-1", true);
            String id = tenant.addUser("rosa", "admin");
            tenant.session("rosa");
            int sessions = tenant.admin().users().get(id).getUserSessions().size();
            server.node().database().execute("""
                            create function fail_note() returns trigger language plpgsql as
                              $$ begin raise exception using errcode = '57P01', message = 'shutting down'; end $$;
                            create trigger fail_note before insert or update on us_last_login
                              for each statement execute function fail_note()""");
            Tenant.retryWhileUnauthorized(() -> tenant.login("rosa", TestServer.PASSWORD))
                    .then()
                    .statusCode(503)
                    .header("Retry-After", equalTo("5"))
                    .body("status", equalTo(503));
            Response tokens = Tenant.retryUntil(
                    answer -> answer.statusCode() >= 500,
                    () -> tenant.token(
                            "app-1",
                            Map.of("grant_type", "password", "username", "rosa", "password", TestServer.PASSWORD)));
            assertEquals(500, tokens.statusCode(), tokens.asString());
            server.node().database().execute("drop trigger fail_note on us_last_login");
            assertEquals(
                    sessions, tenant.admin().users().get(id).getUserSessions().size());
            tenant.session("rosa");
        }

        /**
         * Checks that the log is purged regularly, and not only when a realm is removed. This server looks for old rows every two
         * seconds.
         */
        @Test
        @Order(4)
        void theLogIsPurgedNowAndThen() throws Exception {
            server.node().database().execute("""
                            insert into us_activity (id, realm_id, user_id, action, created_at)
                            values ('00000000-0000-7000-8000-000000000001', '%s', 'long-ago', 'login', 0)""".formatted(
                            tenant.admin().toRepresentation().getId()));
            Eventually.holds(
                    "the end of an old row",
                    Duration.ofMinutes(3),
                    () -> count("us_activity where user_id = ?", "long-ago") == 0);
        }

        @Test
        @Order(4)
        void whoWasNeverActivatedIsPurgedToo() throws Exception {
            String pending = tenant.register(Map.of());
            String active = tenant.register(Map.of());
            String id =
                    tenant.admin().users().searchByEmail(pending, true).get(0).getId();
            server.inbox().next(pending);
            verify(tenant, server.inbox().next(active).code()).then().statusCode(200);
            server.node()
                    .database()
                    .execute("update us_pending_account set made_at = 1 where user_id in"
                            + " (select id from user_entity where email in ('" + pending + "', '" + active + "'))");
            Eventually.holds(
                    "the end of an account that was never activated",
                    Duration.ofMinutes(3),
                    () -> tenant.admin().users().searchByEmail(pending, true).isEmpty());
            assertEquals(1, tenant.admin().users().searchByEmail(active, true).size());
            assertEquals(0, count("us_outbox where user_id = ?", id));
        }

        /**
         * Tests the codes that were marked as expired at the start of this server. They are looked at only now, because the
         * worker purges once a minute.
         */
        @Test
        @Order(4)
        void whatHasExpiredIsPurged() throws Exception {
            Eventually.holds(
                    "an empty table", Duration.ofMinutes(3), () -> count("us_code where email = ?", expired) == 0);
            assertEquals(
                    0,
                    server.node()
                            .database()
                            .texts("select id from us_code_request where expires_at = 0")
                            .size());
        }

        @Test
        @Order(5)
        void withoutItsDatabaseTheServiceSaysSoInTimeAndWithoutInsides() throws Exception {
            Tenant.Session session = tenant.session("alice");
            tenant.api().get("/users/health").then().statusCode(200);
            server.node().database().close();
            letAnAnswerAge();

            for (Response answer : Concurrently.call(
                    30, i -> RestAssured.get(server.base() + "/realms/" + tenant.name() + "/api/users/health"))) {
                answer.then().statusCode(503).body("database", equalTo("down")).body("status", equalTo("error"));
                assertTrue(answer.timeIn(TimeUnit.SECONDS) < 120, "took " + answer.time());
            }
            Response login = tenant.login("alice", TestServer.PASSWORD);
            login.then().contentType("application/problem+json");
            assertEquals(503, login.statusCode(), login.asString());
            login.then().header("Retry-After", equalTo("5"));
            tenant.refresh(session.refresh()).then().statusCode(503);
        }
    }

    private static Response verify(Tenant at, String code) {
        return at.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code))
                .post("/verify-email");
    }

    /** Moves the end of the leases that a node left behind when it was killed in the middle of an attempt. */
    private static void postpone(Tenant of, Duration by) throws SQLException {
        server.node().database().execute("""
                        update us_outbox set due_at = due_at + %d
                        where realm_id = (select id from realm where name = '%s')""".formatted(by.toMillis(), of.name()));
    }

    private static long count(String from, String value) {
        try {
            return server.node().database().count(from, value);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes a code and its request expire at once. */
    private static void expire(String email) throws SQLException {
        server.inbox().next(email);
        server.node().database().execute("""
                        update us_code_request set expires_at = 0, kept_until = 0
                        where id in (select request_id from us_code where email = '%1$s');
                        update us_code set expires_at = 0 where email = '%1$s'""".formatted(email));
        expired = email;
    }

    private static UserRepresentation named(String username) {
        UserRepresentation user = new UserRepresentation();
        user.setUsername(username);
        return user;
    }

    /**
     * Waits until the last answer about the database is too old to be used again: the server asks for the state of its database
     * once a second at most.
     */
    private static void letAnAnswerAge() {
        LockSupport.parkNanos(Duration.ofMillis(1_500).toNanos());
    }
}
