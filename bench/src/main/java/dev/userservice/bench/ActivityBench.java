package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.StreamSupport;

/**
 * Measures the activity log when it is long: its pages against Keycloak's events, its deep pages against the first one, what its purge
 * costs logins, and how long it takes to erase a user.
 */
final class ActivityBench {
    private static final String TENANT = LongLog.TENANT;
    private static final String CLIENT = "user-service-api";
    private static final String ADMIN = "the-admin";
    private static final String HEAP = "-Xms512m -Xmx512m";

    /** Is the number of users who log in while the log is purged. */
    private static final int LOGGING_IN = 200;

    private static final int PURGED = LongLog.ROWS / 10;
    private static final String ID_OF_TENANT = "select id from realm where name = '" + TENANT + "'";

    private static final int PAGE = 100;
    private static final int FEW = 10;

    /** Is the number of a page that a user with many rows still fills: 1,000 in the usual log. */
    private static final int DEEP = LongLog.ROWS / 10_000;

    private static final int WARM_UPS = 5;
    private static final int ROUNDS = 20;
    private static final int REQUESTS_A_ROUND = 25;

    /** Is the number of requests in a round if Keycloak may need seconds for each. */
    private static final int SLOW_A_ROUND = 3;

    private static final int USERS_A_ROUND = 200;
    private static final int LOGINS_A_ROUND = 40;
    private static final int ROUNDS_OF_LOGINS = 16;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Server server;
    private final Database database;
    private final Results results =
            new Results(LongLog.ROWS == LongLog.USUAL ? "Activity" : "Activity, %,d".formatted(LongLog.ROWS));

    /** Holds what the side that came first was told. */
    private final Map<String, List<Long>> told = new HashMap<>();

    /** Holds an access token for each tenant. */
    private final Map<String, String> tokens = new HashMap<>();

    private long tokensAt;

    private ActivityBench(Server server, Database database) {
        this.server = server;
        this.database = database;
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        server.addRealm(tenant(TENANT, LOGGING_IN).toString());
        for (int i = 1; i <= 5; i++) {
            server.addRealm(tenant(TENANT + "-" + i, 0).toString());
        }
        // A running server would wait for the tables.
        server.stop();
        LongLog.load(database);
        server.start();
        new ActivityBench(server, database).measure();
    }

    private void measure() throws Exception {
        long scans = sequentialScans();
        // The deep pages come first, because they teach the JIT compiler most.
        deepPages();
        besideEvents();
        if (sequentialScans() != scans) {
            throw new IllegalStateException("Something has read the whole log");
        }
        if (LongLog.ROWS >= LongLog.USUAL) {
            erase();
            server.stop();
            server.start(Map.of(Server.option("activity-purge-interval"), "1"));
            purge();
        }
        results.write(
                ("%,d rows in the log and as many events, of %,d users in 6 tenants over %d days; the requests are about"
                                + " one tenant that has 70 %% of them. `limit=%d`, one connection; %d rounds of %d"
                                + " requests, of %d slow ones, of %d users' pages; %d of %d logins over %d connections.")
                        .formatted(
                                LongLog.ROWS,
                                LongLog.USERS,
                                LongLog.SPAN.toDays(),
                                PAGE,
                                ROUNDS,
                                REQUESTS_A_ROUND,
                                SLOW_A_ROUND,
                                USERS_A_ROUND,
                                LongLog.ROWS < LongLog.USUAL ? 0 : ROUNDS_OF_LOGINS,
                                LOGINS_A_ROUND,
                                Comparison.CONNECTIONS),
                HEAP,
                database);
    }

    private long sequentialScans() throws Exception {
        // PostgreSQL reports what it has done only a second later.
        Thread.sleep(2000);
        return number("select seq_scan from pg_stat_user_tables where relname = 'us_activity'");
    }

    private void besideEvents() throws Exception {
        OptionalDouble none = OptionalDouble.empty();
        OptionalDouble twentieth = OptionalDouble.of(0.05);
        String busy = id(LongLog.BUSY);
        Comparison one = compare(
                "a user with many rows",
                new Pages(REQUESTS_A_ROUND, i -> ours("users/" + busy + "/activity?"), i -> busy),
                new Pages(SLOW_A_ROUND, i -> events("user=" + busy), i -> busy));
        report(twentieth, "page 1 of a user with many rows: time", "admin REST: events of the user", one);

        p99("page 1 of a user with many rows", one);

        List<String> rare = ids(LongLog.FIRST_RARE, LongLog.RARE);
        IntFunction<String> next = i -> rare.get(i % LongLog.RARE);
        Comparison few = compare(
                "a user with few rows",
                new Pages(USERS_A_ROUND, i -> ours("users/" + next.apply(i) + "/activity?"), next),
                new Pages(USERS_A_ROUND, i -> events("user=" + next.apply(i)), next));
        String what = "page 1 of a user with about %d rows".formatted(LongLog.ROWS_OF_RARE);
        report(OptionalDouble.of(0.7), what + ": time", "admin REST: events of the user", few);
        p99(what, few);

        List<String> others = others();
        Comparison many = compare(
                "one user after the other",
                new Pages(USERS_A_ROUND, i -> ours("users/" + others.get(i) + "/activity?"), others::get),
                new Pages(USERS_A_ROUND, i -> events("user=" + others.get(i)), others::get));
        report(none, "page 1 of one user after the other: time", "admin REST: events of the user", many);
        p99("page 1 of one user after the other", many);
        // Most callers ask without a limit, and then get this many rows.
        Comparison newest = compare(
                "the newest of one user after the other",
                new Pages(
                        USERS_A_ROUND,
                        i -> ours(TENANT, "users/" + others.get(i) + "/activity?", FEW),
                        i -> "newest of " + others.get(i)),
                new Pages(USERS_A_ROUND, i -> events("user=" + others.get(i), FEW), i -> "newest of " + others.get(i)));
        report(none, "the ten newest of one user after the other: time", "admin REST: events of the user", newest);
        p99("the ten newest of one user after the other", newest);

        Instant from = Instant.now().minus(Duration.ofDays(200));
        Instant to = from.plus(Duration.ofDays(10));
        String days = "dateFrom=" + from.toEpochMilli() + "&dateTo=" + to.toEpochMilli();
        beside(REQUESTS_A_ROUND, "", "");
        beside(REQUESTS_A_ROUND, "action=login", "type=LOGIN");
        beside(REQUESTS_A_ROUND, "action=login&action=logout", "type=LOGIN&type=LOGOUT");
        beside(SLOW_A_ROUND, "action=role_changed", "type=UPDATE_TOTP");
        beside(REQUESTS_A_ROUND, "from=" + from + "&to=" + to, days);
        beside(REQUESTS_A_ROUND, "ip_address=" + LongLog.ADDRESS, "ipAddress=" + LongLog.ADDRESS);
    }

    private void p99(String what, Comparison comparison) {
        double millis = Comparison.percentile(comparison.ours(), 99);
        results.alone(OptionalDouble.of(10), what + ": p99", millis, "ms");
    }

    /** Returns users of the load, each about as often as they have rows. */
    private List<String> others() throws Exception {
        return database.column(
                """
                select md5('user-' || %1$d + floor((%2$d - %1$d) * x * x))::uuid
                from (select random() as x from generate_series(1, %3$d)) as drawn
                """.formatted(LongLog.FIRST_OTHER, LongLog.USERS_OF_TENANT, (WARM_UPS + ROUNDS) * USERS_A_ROUND));
    }

    private void beside(int times, String filter, String theirs) throws Exception {
        Comparison comparison = compare(
                "the tenant's " + filter,
                new Pages(times, i -> ours("activity?" + filter), null),
                new Pages(times, i -> events(theirs), null));
        String by = filter.isEmpty() ? "" : ", `" + filter.replaceAll("=20[^&]*", "=…") + "`";
        report(
                OptionalDouble.empty(),
                "page 1 of the tenant" + by + ": time",
                "admin REST: events of the realm, by the same",
                comparison);
    }

    private void deepPages() throws Exception {
        String busy = id(LongLog.BUSY);
        String dormant = id(LongLog.DORMANT);
        String ofUser = "users/" + busy + "/activity?";
        deep("of a user", ofUser);
        deep("of a user, by an action", ofUser + "action=login");
        deep("of the tenant", "activity?");
        deep("of the tenant, by an action", "activity?action=login");
        deep("of the tenant, by two actions", "activity?action=login&action=logout");
        deep("of the tenant, by an address", "activity?ip_address=" + LongLog.ADDRESS);
        deep("of the tenant, by who did it", "activity?actor_id=" + busy);
        deep("of the tenant, by a time", "activity?to=" + Instant.now().minus(Duration.ofDays(30)));
        OptionalDouble even = OptionalDouble.of(1.2);
        Comparison user =
                compare("a user of old", pages(i -> ours("users/" + dormant + "/activity?")), pages(i -> ours(ofUser)));
        report(even, "page 1 of a user whose rows are all old: time", "of one whose rows are not", user);
        Comparison address = compare(
                "an address of old",
                pages(i -> ours("activity?ip_address=" + LongLog.OLD_ADDRESS)),
                pages(i -> ours("activity?ip_address=" + LongLog.ADDRESS)));
        report(even, "page 1 by an address whose rows are all old: time", "of one whose rows are not", address);
        Comparison tenant = compare(
                "a tenant of old", pages(i -> ours(LongLog.ASLEEP, "activity?")), pages(i -> ours("activity?")));
        report(even, "page 1 of a tenant whose rows are nearly all old: time", "of one whose rows are not", tenant);
    }

    /** Compares page 1,000 with page 1. */
    private void deep(String what, String path) throws Exception {
        String before = walk(path);
        Comparison comparison = compare(
                "page " + DEEP + " " + what,
                pages(i -> ours(path + "&cursor=" + before)),
                pages(i -> ours(path + "&cursor=*")));
        report(OptionalDouble.of(1.2), "page %,d by cursor, %s: time".formatted(DEEP, what), "page 1", comparison);
    }

    /** Goes from page to page as a client does, and returns the cursor of the last one. */
    private String walk(String path) throws Exception {
        Bench.say("walking to page %d of %s", DEEP, path);
        String cursor = "*";
        for (int page = 1; page < DEEP; page++) {
            renewTokens();
            JsonNode rows = json(ours(path + "&cursor=" + cursor));
            String last = rows.path(PAGE - 1).path("id").asText();
            if (last.isEmpty() || (page > 1 && last.compareTo(cursor) >= 0)) {
                throw new IllegalStateException("Page " + page + " of " + path + " ends with " + last);
            }
            cursor = last;
        }
        return cursor;
    }

    private void erase() throws Exception {
        renewTokens();
        double seconds = 0;
        long rows = 0;
        for (int i = LongLog.FIRST_ERASED; i < LongLog.FIRST_ERASED + LongLog.ERASED; i++) {
            rows += number("select count(*) from us_activity where user_id = '" + id(i) + "'");
            HttpRequest request = server.get("/realms/" + TENANT + "/api/users/" + id(i) + "?erase=true")
                    .DELETE()
                    .header("Authorization", "Bearer " + tokens.get(TENANT))
                    .build();
            long start = System.nanoTime();
            Server.send(request, 204);
            seconds += (System.nanoTime() - start) / 1e9;
        }
        String what = "deletion of a user with %d rows, `erase=true`".formatted(rows / LongLog.ERASED);
        results.alone(OptionalDouble.empty(), what, seconds / LongLog.ERASED, "s");
    }

    /** Measures the purge: first with pauses, so that rounds of logins with and without it can take turns, and then without a pause. */
    private void purge() throws Exception {
        int some = retention(3 * PURGED);
        int more = retention(4 * PURGED);
        Bench.say("warming up: every user logs in");
        Comparison.round(server, 0, LOGGING_IN, login());
        Comparison logins = Comparison.inTurns(
                "logins during a purge",
                1,
                ROUNDS_OF_LOGINS,
                LIMIT.multipliedBy(6),
                round -> besidePurge(some, round),
                round -> {
                    keep(0);
                    return logins(round);
                });
        String with = "the same without a purge";
        results.atMost(
                OptionalDouble.empty(),
                "login at the token endpoint during a purge: throughput",
                with,
                logins.throughputRatio(),
                Comparison.throughput(logins.ours()),
                Comparison.throughput(logins.theirs()));
        results.atMost(
                OptionalDouble.empty(),
                "login at the token endpoint during a purge: p95",
                with,
                logins.p95Ratio(),
                Comparison.percentiles(logins.ours()),
                Comparison.percentiles(logins.theirs()));

        keep(some);
        await(() -> expired(some).isEmpty());
        long rows = number("select count(*) from us_activity where " + isExpired(more));
        keep(more);
        awaitPurge();
        long start = System.nanoTime();
        for (int round = 0; !expired(more).isEmpty(); round++) {
            Comparison.round(server, round * LOGINS_A_ROUND, LOGINS_A_ROUND, login());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        results.alone(OptionalDouble.empty(), "purge of %d rows while users log in".formatted(rows), seconds, "s");
        results.alone(OptionalDouble.empty(), "rows purged while users log in, in a second", rows / seconds, "");
    }

    private Comparison.Round besidePurge(int retention, int round) throws Exception {
        keep(retention);
        awaitPurge();
        Comparison.Round logins = logins(round);
        if (expired(retention).isEmpty()) {
            throw new IllegalStateException("The purge was over too soon");
        }
        keep(0);
        return logins;
    }

    private Comparison.Round logins(int round) throws Exception {
        // The realm was changed, so these logins bring it into the cache again.
        Comparison.round(server, 0, Comparison.CONNECTIONS, login());
        return Comparison.round(server, round * LOGINS_A_ROUND, LOGINS_A_ROUND, login());
    }

    private Comparison.Side login() {
        return item -> server.postForm(
                "/realms/" + TENANT + "/protocol/openid-connect/token",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        CLIENT,
                        "client_secret",
                        Tenants.SECRET,
                        "username",
                        "user-" + item % LOGGING_IN,
                        "password",
                        Tenants.PASSWORD));
    }

    /** Returns a number of days for which at least this many rows of the tenant are older. */
    private int retention(int rows) throws Exception {
        long time = number("select created_at from us_activity where realm_id = (%s) order by id offset %d limit 1"
                .formatted(ID_OF_TENANT, rows));
        return (int) Duration.between(Instant.ofEpochMilli(time), Instant.now()).toDays();
    }

    private void keep(int days) throws Exception {
        String path = "/admin/realms/" + TENANT;
        ObjectNode realm = (ObjectNode) json(server.asAdmin(server.get(path)));
        realm.withObjectProperty("attributes").put("user-service.activity-retention", Integer.toString(days));
        HttpRequest.Builder put =
                server.post(path, "application/json", "").PUT(HttpRequest.BodyPublishers.ofString(realm.toString()));
        Server.send(server.asAdmin(put), 204);
    }

    private void awaitPurge() throws Exception {
        List<String> oldest = oldest("true");
        await(() -> !oldest("true").equals(oldest));
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > Duration.ofMinutes(10).toNanos()) {
                throw new IllegalStateException("The purge does not come, or does not end");
            }
            Thread.sleep(20);
        }
    }

    private List<String> expired(int retention) throws Exception {
        return oldest(isExpired(retention));
    }

    private List<String> oldest(String condition) throws Exception {
        return database.column("select id from us_activity where realm_id = (%s) and %s order by id limit 1"
                .formatted(ID_OF_TENANT, condition));
    }

    private static String isExpired(int retention) {
        Instant end = Instant.now().minus(Duration.ofDays(retention));
        // This is the least of the ids of that time, or close enough to it.
        UUID least = new UUID(end.toEpochMilli() << 16 | 0x7000, 0x8000_0000_0000_0000L);
        return "realm_id = (" + ID_OF_TENANT + ") and id < '" + least + "'";
    }

    private Comparison compare(String name, Pages ours, Pages theirs) throws Exception {
        return Comparison.inTurns(
                name,
                WARM_UPS,
                ROUNDS,
                LIMIT,
                round -> Comparison.turn(server, round, ours.times, ours),
                round -> Comparison.turn(server, round, theirs.times, theirs));
    }

    private void report(OptionalDouble target, String what, String with, Comparison comparison) {
        results.atMost(
                target,
                what,
                with,
                comparison.timeRatio(),
                Comparison.time(comparison.ours()),
                Comparison.time(comparison.theirs()));
    }

    /** Requests for pages. Before each round, one page is checked, which is not measured. */
    private final class Pages implements Comparison.Work {
        private final int times;
        private final IntFunction<HttpRequest> request;
        private final IntFunction<String> topic;
        private int next;

        /**
         * @param times the number of requests in a round
         * @param request makes the request with a number
         * @param topic names what both sides must report the same about; null if they do not, and both only need a full page
         */
        private Pages(int times, IntFunction<HttpRequest> request, IntFunction<String> topic) {
            this.times = times;
            this.request = request;
            this.topic = topic;
        }

        @Override
        public void prepare(int round) throws Exception {
            renewTokens();
            next = round * times;
            List<Long> rows = times(json(request.apply(next)));
            boolean isGood = topic == null
                    ? rows.size() == PAGE
                    : rows.equals(told.computeIfAbsent(topic.apply(next), t -> rows));
            if (!isGood) {
                throw new IllegalStateException(request.apply(next).uri() + " tells of " + rows);
            }
        }

        @Override
        public void run(int round) throws Exception {
            Server.send(request.apply(next++), 200);
        }
    }

    private Pages pages(IntFunction<HttpRequest> request) {
        return new Pages(REQUESTS_A_ROUND, request, null);
    }

    private static List<Long> times(JsonNode page) {
        return StreamSupport.stream(page.spliterator(), false)
                .map(row -> row.has("time")
                        ? row.path("time").asLong()
                        : Instant.parse(row.path("created_at").asText()).toEpochMilli())
                .toList();
    }

    private HttpRequest ours(String path) {
        return ours(TENANT, path);
    }

    private HttpRequest ours(String tenant, String path) {
        return ours(tenant, path, PAGE);
    }

    private HttpRequest ours(String tenant, String path, int limit) {
        return server.get("/realms/" + tenant + "/api/" + path + "&limit=" + limit)
                .header("Authorization", "Bearer " + tokens.get(tenant))
                .build();
    }

    private HttpRequest events(String filter) {
        return events(filter, PAGE);
    }

    private HttpRequest events(String filter, int limit) {
        return server.asAdmin(server.get("/admin/realms/" + TENANT + "/events?max=" + limit + "&" + filter));
    }

    private static JsonNode json(HttpRequest request) throws Exception {
        return Server.JSON.readTree(Server.send(request, 200));
    }

    /** Renews the tokens only now and then, because a login adds a row to the log too. */
    private void renewTokens() throws Exception {
        if (!tokens.isEmpty()
                && System.nanoTime() - tokensAt < Duration.ofSeconds(20).toNanos()) {
            return;
        }
        server.renewAdminToken();
        for (String tenant : List.of(TENANT, LongLog.ASLEEP)) {
            tokens.put(tenant, Tenants.login(server, tenant, ADMIN));
        }
        tokensAt = System.nanoTime();
    }

    private long number(String sql) throws Exception {
        return Long.parseLong(database.column(sql).get(0));
    }

    /** Returns the id of a user of the load. */
    private String id(int user) throws Exception {
        return ids(user, 1).get(0);
    }

    private List<String> ids(int first, int count) throws Exception {
        return database.column(
                "select md5('user-' || n)::uuid from generate_series(%d, %d) as n".formatted(first, first + count - 1));
    }

    /** Returns a tenant as the project ships it, with an admin and with users who can log in. */
    private static ObjectNode tenant(String name, int loggingIn) {
        ObjectNode tenant = Tenants.tenant(name);
        Tenants.addUser(tenant, ADMIN, "admin");
        for (int i = 0; i < loggingIn; i++) {
            Tenants.addUser(tenant, "user-" + i);
        }
        return tenant;
    }
}
