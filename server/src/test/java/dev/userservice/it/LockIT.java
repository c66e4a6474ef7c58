package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests what happens while somebody else has locked rows and does not release them. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.TABLES)
final class LockIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int ROUNDS = 10;

    private static Tenant tenant;
    private static String admin;
    private static String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        Assumptions.assumeTrue(
                tenant.server().node() != null && tenant.server().node().database() != null,
                "only PostgreSQL can be reached from here");
        tenant.addUser("the-admin", "admin");
        tenant.addUser("another-admin", "admin");
        admin = tenant.session("the-admin").access();
        id = tenant.addUser("paul", "admin");
    }

    private static Response disable() {
        return tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("is_active", false))
                .patch("/users/" + id);
    }

    private static void withLocked(String row, IntConsumer work) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        tenant.server().node().database().url());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertTrue(statement
                    .executeQuery("select 1 from " + row + " for update")
                    .next());
            work.accept(pid(statement));
            connection.rollback();
        }
    }

    private static int pid(Statement ofConnection) throws SQLException {
        try (ResultSet row = ofConnection.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void givesUp(String row) throws SQLException {
        withLocked(row, holder -> {
            long start = System.nanoTime();
            disable()
                    .then()
                    .statusCode(503)
                    .header("Retry-After", notNullValue())
                    .body("status", equalTo(503));
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(taken.compareTo(TIMEOUT) < 0, taken.toString());
        });
    }

    @Test
    void nobodyWaitsForeverForAUserOrARole() throws SQLException {
        givesUp("user_entity where id = '" + id + "'");
        String role = tenant.admin().roles().get("admin").toRepresentation().getId();
        givesUp("keycloak_role where id = '" + role + "'");
        tenant.api(admin).get("/users/" + id).then().body("is_active", equalTo(true));
        disable().then().statusCode(200).body("user.is_active", equalTo(false));
    }

    /** Both requests have read the current password from the database and found it right before either of them may replace it. */
    @Test
    void ofTwoNewPasswordsThatWaitForTheUserOneIsTaken() throws SQLException {
        Tenant unprotected = Tenant.on(tenant.server(), Tenant::withoutBruteForceProtection);
        List<Response> answers = List.of();
        for (int round = 1; round <= ROUNDS; round++) {
            answers = replacedTogether(unprotected, "quinn-" + round);
            if (answers.stream().noneMatch(LockIT::hasGivenUp)) {
                break;
            }
        }
        Map<Integer, Response> byStatus = answers.stream()
                .collect(Collectors.toMap(Response::statusCode, answer -> answer, (one, other) -> other));
        assertEquals(Set.of(200, 400), byStatus.keySet());
        byStatus.get(400).then().body("errors", hasKey("current_password"));
    }

    /** Replaces the password twice at once. On a busy machine the first request may have waited too long before the second one arrives. */
    private static List<Response> replacedTogether(Tenant where, String username) throws SQLException {
        String user = where.addUser(username);
        String token = where.session(username).access();
        List<CompletableFuture<Response>> answers = new ArrayList<>();
        withLocked("user_entity where id = '" + user + "'", holder -> {
            for (int i = 1; i <= 2; i++) {
                int waiting = i;
                where.admin().clearUserCache();
                answers.add(
                        CompletableFuture.supplyAsync(() -> replacePassword(where, token, "Another-horse-" + waiting)));
                Eventually.holds(
                        "the user to be waited for",
                        Duration.ofMinutes(1),
                        () -> waitingFor(holder) >= waiting
                                || answers.stream().anyMatch(answer -> answer.isDone() && hasGivenUp(answer.join())));
            }
        });
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private static boolean hasGivenUp(Response answer) {
        return answer.statusCode() == 503;
    }

    private static Response replacePassword(Tenant where, String token, String password) {
        return where.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", password))
                .put("/users/me/password");
    }

    /** Returns how many wait for this connection, directly or behind others, to release the row of a user. */
    private static int waitingFor(int holder) {
        try {
            return tenant.server()
                    .node()
                    .database()
                    .texts("""
                            with recursive waiting as (
                              select pid from pg_stat_activity where %d = any(pg_blocking_pids(pid))
                              union
                              select a.pid from pg_stat_activity a join waiting w on w.pid = any(pg_blocking_pids(a.pid)))
                            select pid from pg_stat_activity join waiting using (pid)
                            where wait_event in ('transactionid', 'tuple') and query ilike '%%user_entity%%'""".formatted(holder))
                    .size();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
