package dev.userservice.it;

import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests how many times a user has logged in, and has failed to, on each day. */
@DiffersByDatabase
@ExtendWith(ServerExtension.class)
final class DailyActivityIT {
    private static final int DAYS = 30;

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void take(TestServer server) {
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection).withLongTokens();
        admin = tenant.serviceTokenOf("view-users");
    }

    private static String someone() {
        return "u-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static Response daily(String id) {
        return tenant.api(admin).get("/users/" + id + "/activity/daily");
    }

    private static List<Map<String, Object>> days(Response answer) {
        answer.then().statusCode(200);
        return answer.jsonPath().getList("$");
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }

    private static int sum(List<Map<String, Object>> days, String name) {
        return days.stream().mapToInt(day -> (Integer) day.get(name)).sum();
    }

    @Test
    void loginsAndFailedOnesAreCountedByTheDay() {
        String username = someone();
        String id = tenant.addUser(username);
        LocalDate before = today();
        Tenant.Session session = tenant.session(username);
        for (int i = 0; i < 2; i++) {
            tenant.login(username, "wrong").then().statusCode(401);
            session = tenant.session(username);
        }
        tenant.refresh(session.refresh()).then().statusCode(200);
        List<Map<String, Object>> days = days(daily(id));
        assertEquals(DAYS, days.size());
        assertEquals(3, sum(days, "logins"));
        assertEquals(2, sum(days, "failures"));
        LocalDate last = LocalDate.parse((String) days.get(DAYS - 1).get("date"));
        assertTrue(!last.isBefore(before) && !last.isAfter(today()), last::toString);
        assertEquals(
                last.minusDays(DAYS - 1L)
                        .datesUntil(last.plusDays(1))
                        .map(LocalDate::toString)
                        .toList(),
                days.stream().map(day -> day.get("date")).toList());
        String own = tenant.session(username).access();
        assertEquals(4, sum(days(tenant.api(own).get("/users/me/activity/daily")), "logins"));
        assertEquals(4, sum(days(tenant.api(own).get("/users/" + id + "/activity/daily")), "logins"));
    }

    @Test
    void aDayIsFromMidnightToMidnightOfUtc() throws Exception {
        String id = tenant.addUser(someone());
        LocalDate today = today();
        note(id, "login", today.minusDays(3), -1, 1);
        note(id, "login", today.minusDays(3), 0, 2);
        note(id, "login_failed", today.minusDays(2), -1, 3);
        note(id, "login_failed", today.minusDays(2), 0, 4);
        note(id, "logout", today.minusDays(2), 0, 5);
        note(tenant.addUser(someone()), "login", today.minusDays(2), 0, 6);
        Response answer = tenant.api(admin).queryParam("days", 4).get("/users/" + id + "/activity/daily");
        Assumptions.assumeTrue(today.equals(today()), "a test that saw midnight");
        assertEquals(
                List.of(
                        Map.of("date", today.minusDays(3).toString(), "logins", 2, "failures", 3),
                        Map.of("date", today.minusDays(2).toString(), "logins", 0, "failures", 4),
                        Map.of("date", today.minusDays(1).toString(), "logins", 0, "failures", 0),
                        Map.of("date", today.toString(), "logins", 0, "failures", 0)),
                days(answer));
        assertEquals(
                1,
                days(tenant.api(admin).queryParam("days", 5).get("/users/" + id + "/activity/daily"))
                        .get(0)
                        .get("logins"));
    }

    @Test
    void ofTooManyOnlyTheNewestAreCountedAndWhatIsNotCountedIsNoNumber() throws Exception {
        String id = tenant.addUser(someone());
        LocalDate today = today();
        for (int day = 1; day <= 5; day++) {
            note(id, "login", today.minusDays(day), 0, 2_500);
            note(id, "login_failed", today.minusDays(day), 0, 1);
        }
        List<Map<String, Object>> days = days(daily(id));
        Assumptions.assumeTrue(today.equals(today()), "a test that saw midnight");
        assertEquals(0, days.get(DAYS - 1).get("logins"));
        for (int day = 1; day <= 5; day++) {
            Map<String, Object> counted = days.get(DAYS - 1 - day);
            assertEquals(1, counted.get("failures"));
            if (day <= 3) {
                assertEquals(2_500, counted.get("logins"));
            } else {
                assertNull(counted.get("logins"), "may have begun before the newest 10,000");
            }
        }
        assertNull(days.get(0).get("logins"));
        assertEquals(0, days.get(0).get("failures"));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        String id = tenant.addUser(someone());
        for (String bad : List.of("0", "91", "-1", "1.5", "x", "100")) {
            tenant.api(admin)
                    .queryParam("days", bad)
                    .get("/users/" + id + "/activity/daily")
                    .then()
                    .statusCode(400)
                    .body("errors", hasKey("days"));
        }
        for (int good : List.of(1, 90)) {
            assertEquals(
                    good,
                    days(tenant.api(admin).queryParam("days", good).get("/users/" + id + "/activity/daily"))
                            .size());
        }
    }

    @Test
    void nobodySeesSomebodyElses(TestServer server) {
        String id = tenant.addUser(someone());
        String username = someone();
        tenant.addUser(username);
        tenant.api(tenant.session(username).access())
                .get("/users/" + id + "/activity/daily")
                .then()
                .statusCode(403);
        tenant.api(admin).get("/users/nobody/activity/daily").then().statusCode(404);
        tenant.api().get("/users/" + id + "/activity/daily").then().statusCode(401);
        Tenant other = Tenant.on(server);
        other.api(other.serviceTokenOf("view-users"))
                .get("/users/" + id + "/activity/daily")
                .then()
                .statusCode(404);
    }

    /** Adds rows to the log as if the action had happened at this time of the day. */
    private static void note(String userId, String action, LocalDate day, int millis, int times) throws SQLException {
        Node node = tenant.server().node();
        Assumptions.assumeTrue(node != null && node.database() != null, "the past is written into the database");
        long time = day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli() + millis;
        node.database().execute("""
                insert into us_activity (id, realm_id, user_id, action, created_at)
                select substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || right(gen_random_uuid()::text, 12),
                  (select id from realm where name = '%s'), '%s', '%s', %d
                from (select lpad(to_hex(%4$d::bigint), 12, '0') as hex from generate_series(1, %d)) as rows
                """.formatted(tenant.name(), userId, action, time, times));
    }
}
