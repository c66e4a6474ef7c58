package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * Measures pages of a list of many users: against a script that collects the same from Keycloak's admin REST API, and deep pages against
 * the first one.
 */
final class UsersBench {
    private static final String TENANT = "bench-tenant";
    private static final String ADMIN = "the-admin";
    private static final String HEAP = "-Xms512m -Xmx512m";

    private static final int USUAL = 100_000;
    private static final int USERS =
            Integer.parseInt(Optional.ofNullable(System.getenv("BENCH_USERS")).orElse("" + USUAL));

    private static final int PAGE = 100;
    private static final int DEEP = 1_000;

    /** Is the number of rounds that warm up. The script's many requests depend most on the JIT compiler. */
    private static final int WARM_UPS = 5;

    private static final int ROUNDS = 10;
    private static final int REQUESTS_A_ROUND = 25;
    private static final int ROUNDS_OF_REQUESTS = 20;

    private final Server server;

    /** Holds what the side that came first has received in a round. */
    private final Map<String, Object> got = new HashMap<>();

    /** Holds for each round the seconds of the script's turn that were spent on what Keycloak's list says as well. */
    private final Map<Integer, Double> spared = new HashMap<>();

    private final ManyUsers users;
    private final AdminCalls calls;

    private UsersBench(Server server, ManyUsers users) {
        this.server = server;
        this.users = users;
        this.calls = new AdminCalls(server, TENANT, ADMIN);
    }

    /** Returns the time after which the benchmark is ended: more users need longer to be written and searched. */
    static Duration limit() {
        return Duration.ofMinutes(30).plusSeconds(USERS / 500);
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        server.addRealm(tenant().toString());
        Bench.say("adding %d users", USERS);
        ManyUsers users = new ManyUsers(TENANT, USERS);
        database.execute(users.sql());
        // Otherwise autovacuum would start in the middle.
        database.execute("vacuum analyze");
        new UsersBench(server, users).measure(database);
    }

    private void measure(Database database) throws Exception {
        List<String> byName = walk("username");
        List<String> byTime = walk("created_at");
        Results results = new Results(USERS == USUAL ? "Users" : "Users, %,d".formatted(USERS));
        OptionalDouble none = OptionalDouble.empty();

        String script = "admin REST: list, and roles, credentials and last login event of each";
        String shorter = "the same without credentials: the list says `totp`";
        OptionalDouble twentieth = OptionalDouble.of(0.05);
        Comparison cold = cold("by cursor", UsersBench::page, page -> ours("cursor=" + byName.get(page)));
        report(results, twentieth, "a page by cursor, cold caches: time", script, cold);
        report(results, none, "a page by cursor, cold caches: time", shorter, withoutTheSpared(cold));
        cold = cold("by offset", round -> 1 + round, page -> ours("offset=" + page * PAGE));
        report(results, twentieth, "one of the first pages by offset, with the total, cold caches: time", script, cold);
        report(
                results,
                none,
                "one of the first pages by offset, with the total, cold caches: time",
                shorter,
                withoutTheSpared(cold));

        Comparison warm = Comparison.ofWork(
                server,
                "a page, warm caches",
                1,
                ROUNDS,
                1,
                Duration.ofSeconds(40),
                warm(round -> sameAs("warm", ours("cursor=" + byName.get(DEEP / 2)))),
                warm(round -> sameAs("warm", theirs(DEEP / 2, round))));
        report(results, none, "a page by cursor, warm caches: time", script, warm);

        OptionalDouble even = OptionalDouble.of(1.2);
        Comparison deep = deepAgainstFirst("username", byName);
        report(results, even, "page 1,000 by cursor, by username: time", "page 1", deep);
        deep = deepAgainstFirst("created_at", byTime);
        report(results, even, "page 1,000 by cursor, by time of creation: time", "page 1", deep);

        Comparison search = Comparison.ofWork(
                server,
                "search",
                1,
                ROUNDS_OF_REQUESTS,
                REQUESTS_A_ROUND / 5,
                Duration.ofSeconds(40),
                warm(round -> sameAs(
                        users.prefix(round), ids(api("q=" + users.prefix(round)).path("users")))),
                warm(round -> sameAs(
                        users.prefix(round),
                        ids(calls.keycloak("users?max=" + PAGE + "&search=" + users.prefix(round))))));
        report(results, none, "first page of a search, with the total: time", "admin REST: search, list alone", search);
        new UserTotals(server, database, calls, users).measure(results);
        // At a million users, the second script would take the greater part of an hour.
        if (USERS <= USUAL) {
            new FilteredList(server, calls).measure(results);
        }
        results.write(
                ("`GET /users?limit=%d`, with role, MFA state and last login; %,d users, one connection. Rounds: %d of another"
                                + " cold page, %d of a warm one, %d of %d deep pages and as many first ones, %d of %d searches"
                                + " for another prefix.")
                        .formatted(
                                PAGE,
                                USERS,
                                cold.ours().size(),
                                warm.ours().size(),
                                deep.ours().size(),
                                REQUESTS_A_ROUND,
                                search.ours().size(),
                                REQUESTS_A_ROUND / 5),
                HEAP,
                database);
    }

    /** Compares both sides with cold caches. Each round has another page, which is the same for both. */
    private Comparison cold(String how, IntUnaryOperator page, Listing ours) throws Exception {
        return Comparison.ofWork(
                server,
                "a page " + how + ", cold caches",
                WARM_UPS,
                ROUNDS,
                1,
                Duration.ofSeconds(60),
                cold(round -> sameAs(how + round, ours.get(page.applyAsInt(round)))),
                cold(round -> sameAs(how + round, theirs(page.applyAsInt(round), round))));
    }

    private Comparison withoutTheSpared(Comparison comparison) {
        List<Comparison.Round> shorter = new ArrayList<>();
        for (Comparison.Round round : comparison.theirs()) {
            double seconds = round.seconds() - spared.get(WARM_UPS + shorter.size());
            shorter.add(new Comparison.Round(seconds, round.cpuSeconds(), List.of(seconds * 1000)));
        }
        return new Comparison(comparison.ours(), shorter);
    }

    private static void report(
            Results results, OptionalDouble target, String what, String with, Comparison comparison) {
        results.atMost(
                target,
                what,
                with,
                comparison.timeRatio(),
                Comparison.time(comparison.ours()),
                Comparison.time(comparison.theirs()));
    }

    private Comparison deepAgainstFirst(String sort, List<String> cursors) throws Exception {
        return Comparison.ofWork(
                server,
                "page " + DEEP + " by " + sort,
                WARM_UPS,
                ROUNDS_OF_REQUESTS,
                REQUESTS_A_ROUND,
                Duration.ofSeconds(30),
                warm(round -> full(byCursor(sort, cursors.get(DEEP - 1)).path("users"))),
                warm(round -> full(byCursor(sort, cursors.get(0)).path("users"))));
    }

    /** Goes from page to page as a client does, and returns the cursor of each. */
    private List<String> walk(String sort) throws Exception {
        Bench.say("walking to page %d by %s", DEEP, sort);
        Set<String> seen = new HashSet<>();
        List<String> cursors = new ArrayList<>(List.of("*"));
        while (cursors.size() < DEEP) {
            if (cursors.size() % 100 == 1) {
                calls.renewTokens();
            }
            JsonNode answer = byCursor(sort, cursors.get(cursors.size() - 1));
            seen.addAll(ids(answer.path("users")));
            if (seen.size() != cursors.size() * PAGE) {
                throw new IllegalStateException("Page " + cursors.size() + " repeats a user of a page before");
            }
            cursors.add(answer.path("next_cursor").asText());
        }
        return cursors;
    }

    private JsonNode byCursor(String sort, String cursor) throws Exception {
        return api("sort=" + sort + "&cursor=" + cursor);
    }

    /** Returns the page of a round. It is never the first one, because the admin is on it and logs in all the time. */
    private static int page(int round) {
        return 1 + round * 61 % (DEEP - 2);
    }

    /** What one request of ours, and many requests of the script, report about a user. */
    private record Listed(String id, String role, boolean hasMfa, Instant lastLogin) {}

    private List<Listed> ours(String place) throws Exception {
        List<Listed> listed = new ArrayList<>();
        for (JsonNode user : full(api(place).path("users"))) {
            listed.add(new Listed(
                    user.path("id").asText(),
                    user.path("role").asText(),
                    user.path("mfa_enabled").asBoolean(),
                    Instant.parse(user.path("last_login").asText())));
        }
        return listed;
    }

    private List<Listed> theirs(int page, int round) throws Exception {
        List<Listed> listed = new ArrayList<>();
        long ofCredentials = 0;
        for (JsonNode user : full(calls.keycloak("users?max=" + PAGE + "&first=" + page * PAGE))) {
            String id = user.path("id").asText();
            JsonNode roles = calls.keycloak("users/" + id + "/role-mappings/realm/composite");
            JsonNode logins = calls.keycloak("events?type=LOGIN&max=1&user=" + id);
            long start = System.nanoTime();
            JsonNode credentials = calls.keycloak("users/" + id + "/credentials");
            ofCredentials += System.nanoTime() - start;
            listed.add(new Listed(
                    id,
                    roles.findValuesAsText("name").contains("admin") ? "admin" : "user",
                    credentials.findValuesAsText("type").contains("otp"),
                    Instant.ofEpochMilli(logins.path(0).path("time").asLong())));
        }
        spared.put(round, ofCredentials / 1e9);
        return listed;
    }

    private JsonNode api(String query) throws Exception {
        return calls.api("users?limit=" + PAGE + "&" + query);
    }

    private static JsonNode full(JsonNode users) {
        if (users.size() != PAGE) {
            throw new IllegalStateException("A page of " + users.size() + " users");
        }
        return users;
    }

    private static List<String> ids(JsonNode users) {
        return full(users).findValuesAsText("id");
    }

    /** Fails unless both sides have done the same. */
    private void sameAs(String what, Object mine) {
        Object other = got.putIfAbsent(what, mine);
        if (other != null && !other.equals(mine)) {
            throw new IllegalStateException(what + ": " + mine + " and " + other);
        }
    }

    private interface Task {
        void run(int round) throws Exception;
    }

    private interface Listing {
        List<Listed> get(int page) throws Exception;
    }

    private Comparison.Work cold(Task task) {
        return new Prepared(
                round -> {
                    calls.renewTokens();
                    // The cache of the realm is cleared last, because the other request would fill it again.
                    clear("clear-user-cache");
                    clear("clear-realm-cache");
                },
                task);
    }

    private Comparison.Work warm(Task task) {
        return new Prepared(
                round -> {
                    calls.renewTokens();
                    task.run(round);
                },
                task);
    }

    private record Prepared(Task preparation, Task task) implements Comparison.Work {
        @Override
        public void prepare(int round) throws Exception {
            preparation.run(round);
        }

        @Override
        public void run(int round) throws Exception {
            task.run(round);
        }
    }

    private void clear(String cache) throws Exception {
        Server.send(server.asAdmin(server.post("/admin/realms/" + TENANT + "/" + cache, "application/json", "")), 204);
    }

    /** Returns a tenant that stores its events and has an admin. */
    private static ObjectNode tenant() {
        ObjectNode tenant = Tenants.tenant(TENANT);
        tenant.put("eventsEnabled", true);
        Tenants.addUser(tenant, ADMIN, "admin");
        return tenant;
    }
}
