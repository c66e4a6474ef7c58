package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Measures the figures of all tenants at once, against a script that counts the users of each tenant with Keycloak's admin REST API. */
final class MetricsBench {
    private static final String PLATFORM = "platform";
    private static final String VENDOR = "the-vendor";
    private static final String HEAP = "-Xms512m -Xmx512m";

    private static final int TENANTS = 100;

    /** Is the number of users in each tenant. */
    private static final int USERS = 2_000;

    /** Is the number of users in each tenant who are enabled and yet not active. */
    private static final int PENDING = USERS / 50;

    /** Is the number of rows in the log for all tenants together. */
    private static final int ACTIVITIES = 200_000;

    private static final Duration SPAN = Duration.ofDays(20);

    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 10;

    /** Is the number of our requests in a round, which gives a p95 that says something. The many requests of the script are one turn. */
    private static final int REQUESTS_A_ROUND = 10;

    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final Server server;

    /** Holds by tenant what was reported first. */
    private Map<String, Counts> told;

    private String token;

    private MetricsBench(Server server) {
        this.server = server;
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        ObjectNode platform = Tenants.platform();
        Tenants.addUser(platform, VENDOR, "vendor");
        server.addRealm(platform.toString());
        Bench.say("adding %d tenants", TENANTS);
        for (int i = 0; i < TENANTS; i++) {
            server.addRealm(Tenants.tenant("bench-tenant-" + i).toString());
        }
        Bench.say("adding %d users to each, and %d rows to the log", USERS, ACTIVITIES);
        database.execute(users());
        database.execute(activities());
        // Otherwise autovacuum would start in the middle.
        database.execute("vacuum analyze");
        new MetricsBench(server).measure(database);
    }

    private void measure(Database database) throws Exception {
        String script = "admin REST: the realms, and of each the users, the enabled and the verified counted";
        Comparison warm = compare("warm caches", REQUESTS_A_ROUND, warm(this::ours), warm(this::theirs));
        Results results = new Results("Metrics");
        report(results, OptionalDouble.of(0.05), "`GET /metrics`, warm caches: time", script, warm);
        double p95 = Comparison.percentile(warm.ours(), 95);
        results.alone(OptionalDouble.of(300), "`GET /metrics`, warm caches: p95", p95, "ms");
        Comparison cold = compare("cold caches", 1, cold(this::ours), cold(this::theirs));
        report(results, OptionalDouble.empty(), "`GET /metrics`, cold caches: time", script, cold);
        results.write(
                ("On the platform, %d tenants of %d users each, %d rows in the log over %d days; one connection. Rounds: %d"
                                + " of %d requests and one run of the script, which are %d requests; %d of one each.")
                        .formatted(
                                TENANTS,
                                USERS,
                                ACTIVITIES,
                                SPAN.toDays(),
                                warm.ours().size(),
                                REQUESTS_A_ROUND,
                                1 + 3 * TENANTS,
                                cold.ours().size()),
                HEAP,
                database);
    }

    private Comparison compare(String name, int times, Comparison.Work ours, Comparison.Work theirs) throws Exception {
        return Comparison.inTurns(
                name,
                WARM_UPS,
                ROUNDS,
                LIMIT,
                round -> Comparison.turn(server, round, times, ours),
                round -> Comparison.turn(server, round, 1, theirs));
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

    /** The numbers of a tenant's users. */
    private record Counts(long total, long enabled, long verified) {}

    private interface Telling {
        Map<String, Counts> tell() throws Exception;
    }

    private Map<String, Counts> ours() throws Exception {
        JsonNode metrics = json(server.get("/realms/" + PLATFORM + "/api/metrics")
                .header("Authorization", "Bearer " + token)
                .build());
        Map<String, Counts> counts = new TreeMap<>();
        for (JsonNode tenant : metrics.path("by_tenant")) {
            counts.put(
                    tenant.path("tenant").asText(),
                    new Counts(
                            tenant.path("total").asLong(),
                            tenant.path("active").asLong() + PENDING,
                            tenant.path("verified").asLong()));
        }
        return counts;
    }

    private Map<String, Counts> theirs() throws Exception {
        Map<String, Counts> counts = new TreeMap<>();
        for (JsonNode realm : admin("?briefRepresentation=true")) {
            String name = realm.path("realm").asText();
            if (!name.equals("master") && !name.equals(PLATFORM)) {
                String count = "/" + name + "/users/count";
                counts.put(
                        name,
                        new Counts(
                                admin(count).asLong(),
                                admin(count + "?enabled=true").asLong(),
                                admin(count + "?emailVerified=true").asLong()));
            }
        }
        return counts;
    }

    private JsonNode admin(String path) throws Exception {
        return json(server.asAdmin(server.get("/admin/realms" + path)));
    }

    private static JsonNode json(HttpRequest request) throws Exception {
        return Server.JSON.readTree(Server.send(request, 200));
    }

    /** Fails unless both sides report the same each time. */
    private void compareWithTold(Map<String, Counts> counts) {
        if (told == null) {
            told = counts;
        }
        if (counts.size() != TENANTS || !counts.equals(told)) {
            throw new IllegalStateException(told + " and " + counts);
        }
    }

    private Comparison.Work warm(Telling telling) {
        return new Told(this::renewTokens, telling);
    }

    private Comparison.Work cold(Telling telling) {
        return new Told(
                () -> {
                    renewTokens();
                    // The cache of realms is cleared last, because the other request would fill it again.
                    clear("clear-user-cache");
                    clear("clear-realm-cache");
                },
                telling);
    }

    private interface Preparation {
        void run() throws Exception;
    }

    private final class Told implements Comparison.Work {
        private final Preparation preparation;
        private final Telling telling;

        private Told(Preparation preparation, Telling telling) {
            this.preparation = preparation;
            this.telling = telling;
        }

        @Override
        public void prepare(int round) throws Exception {
            preparation.run();
        }

        @Override
        public void run(int round) throws Exception {
            compareWithTold(telling.tell());
        }
    }

    /** Clears a cache, which all realms share. */
    private void clear(String cache) throws Exception {
        HttpRequest.Builder request = server.post("/admin/realms/" + PLATFORM + "/" + cache, "application/json", "");
        Server.send(server.asAdmin(request), 204);
    }

    private void renewTokens() throws Exception {
        server.renewAdminToken();
        token = Tenants.login(server, PLATFORM, VENDOR);
    }

    /**
     * Returns SQL that writes users directly into the tables. The tenants get them in turns, so that a tenant's users are spread over the
     * tables, as in production. A twentieth of the users are disabled, and three tenths are not verified. A fiftieth, who are enabled, must
     * first activate their account.
     */
    private static String users() {
        return """
                create temporary table made on commit drop as
                select md5(r.name || '/' || n)::uuid::text as id, n, 'user-' || left(md5(n::text), 12) as name, r.id as realm
                from generate_series(1, %1$d) as n, realm r where r.name like 'bench-tenant-%%' order by n, r.name;
                insert into user_entity (id, realm_id, username, email, email_constraint, first_name, last_name, enabled,
                  email_verified, created_timestamp, not_before)
                select id, realm, name, name || '@example.com', name || '@example.com', 'First-' || n, 'Last-' || n,
                  n %% 20 <> 0, n %% 10 > 2, 1700000000000 + n, 0 from made;
                insert into user_required_action (user_id, required_action)
                select id, 'activate-account' from made where n %% %2$d = 1
                """.formatted(USERS, USERS / PENDING);
    }

    /** Returns SQL that writes rows of the time until now, in the order of time. Most of them are logins. */
    private static String activities() {
        return """
                select setseed(0.5);
                insert into us_activity (id, realm_id, user_id, actor_id, actor_kind, action, details, ip_address,
                  user_agent, client_id, session_id, created_at)
                select left(time, 8) || '-' || right(time, 4) || '-7' || substr(noise, 16), realm, person, person, 'user',
                  case when what < 0.6 then 'login' when what < 0.9 then 'logout' when what < 0.99 then 'update_profile'
                    else 'update_password' end,
                  case when what < 0.6 then '{"method":"openid-connect"}' end, '192.0.2.' || n %% 200,
                  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
                  'web-app', left(noise, 24), at
                from (
                  select n, at, what, noise, lpad(to_hex(at), 12, '0') as time, r.id as realm,
                    md5(r.name || '/' || person)::uuid::text as person
                  from (
                    select n, %3$d + n * %4$d / %2$d as at, random() as what, floor(%5$d * random()) as tenant,
                      1 + floor(%1$d * random()) as person, gen_random_uuid()::text as noise
                    from generate_series(1::bigint, %2$d) as n) as drawn
                  join realm r on r.name = 'bench-tenant-' || tenant) as row
                order by at""".formatted(USERS, ACTIVITIES, Instant.now().minus(SPAN).toEpochMilli(), SPAN.toMillis(), TENANTS);
    }
}
