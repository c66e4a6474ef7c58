package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests how long the activity log keeps its rows. It is purged from time to time, and whenever a realm is removed. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.TABLES)
final class ActivityLifeIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static TestServer server;
    private static Database database;

    @BeforeAll
    static void take(TestServer ofTheSuite) {
        Assumptions.assumeTrue(
                ofTheSuite.node() != null && ofTheSuite.node().database() != null, "the database is to be filled");
        server = ofTheSuite;
        database = server.node().database();
    }

    private static Tenant keeping(String days) {
        return Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.activity-retention", days));
    }

    private static void purge() {
        Tenant.on(server).admin().remove();
    }

    private static String id(Tenant tenant) {
        return tenant.admin().toRepresentation().getId();
    }

    /** Adds rows as the log would have written them this many days ago. */
    private static void add(Tenant tenant, int rows, int days) throws SQLException {
        database.execute("""
                insert into us_activity (id, realm_id, user_id, action, created_at)
                select substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || substr(md5(random()::text), 1, 3) || '-8000-'
                  || substr(md5(random()::text || n), 1, 12), '%s', 'user', 'login', t
                from (select n, t, lpad(to_hex(t), 12, '0') as hex
                  from (select n, %d + n::bigint as t from generate_series(1, %d) as n) as times) as numbers""".formatted(
                        id(tenant), Instant.now().minus(Duration.ofDays(days)).toEpochMilli(), rows));
    }

    private static long count(String realm, String more) {
        try {
            return database.count("us_activity where realm_id = ? and user_id = 'user' " + more, realm);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void eachTenantHasItsOwnRetention() throws Exception {
        Tenant month = keeping("30");
        Tenant ever = keeping("0");
        Tenant year = Tenant.on(server);
        Tenant odd = keeping("many");
        for (Tenant tenant : List.of(month, ever, year, odd)) {
            add(tenant, 10, 29);
            add(tenant, 10, 32);
            add(tenant, 10, 366);
        }
        purge();
        String young = id(month);
        Eventually.holds("the end of the month", TIMEOUT, () -> count(young, "") == 10);
        assertEquals(30, count(id(ever), ""));
        String other = id(year);
        Eventually.holds("the end of the year", TIMEOUT, () -> count(other, "") == 20);
        String bad = id(odd);
        Eventually.holds("the default for a bad value", TIMEOUT, () -> count(bad, "") == 20);
    }

    @Test
    void muchIsPurgedInSmallSteps() throws Exception {
        database.execute("""
                create table purged (rows bigint);
                create function note_purge() returns trigger language plpgsql as $$
                begin
                  insert into purged select count(*) from gone where user_id = 'user';
                  return null;
                end $$;
                create trigger note_purge after delete on us_activity
                  referencing old table as gone for each statement execute function note_purge()""");
        try {
            Tenant tenant = keeping("30");
            add(tenant, 3_500, 40);
            add(tenant, 7, 1);
            String realm = id(tenant);
            purge();
            Eventually.holds("the end of what is old", TIMEOUT, () -> count(realm, "") == 7);
            List<String> steps = database.texts("select rows from purged where rows > 0");
            assertTrue(steps.size() >= 4, steps.toString());
            assertTrue(steps.stream().allMatch(rows -> Integer.parseInt(rows) <= 1_000), steps.toString());
        } finally {
            database.execute("drop trigger note_purge on us_activity; drop function note_purge; drop table purged");
        }
    }

    @Test
    void aRealmGoesAtOnceAndItsLogSoon() throws Exception {
        Tenant gone = keeping("0");
        Tenant stays = keeping("0");
        add(gone, 5_000, 3);
        add(stays, 10, 3);
        String realm = id(gone);
        gone.admin().remove();
        Eventually.holds("the end of the log of a realm that is gone", TIMEOUT, () -> count(realm, "") == 0);
        assertEquals(0, database.count("us_activity where realm_id = ?", realm));
        assertEquals(10, count(id(stays), ""));
    }
}
