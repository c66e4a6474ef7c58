package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.Layout;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measures sign-in, the session of a request and the list of users against better-auth, an authentication library for Node, on the same
 * PostgreSQL server.
 */
final class RivalBench {
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String TENANT = "bench-rival";
    private static final String ADMIN = "the-admin";

    /** Is the number of users in the lists. */
    private static final int USERS = 100_000;

    /** Is a multiple of {@link Comparison#CONNECTIONS}, so that no user has two logins at once. */
    private static final int LOGGING_IN = 200;

    private static final int PAGE = 100;
    private static final int LOGINS_A_ROUND = 80;
    private static final int SESSIONS_A_ROUND = 1_200;
    private static final int LISTS_A_ROUND = 80;
    private static final int WARM_UPS = 15;
    private static final int ROUNDS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(12);

    private final Server server;
    private final RivalServer rival;
    private final ApiCalls api;
    private final AdminCalls admin;

    private RivalBench(Server server, RivalServer rival) {
        this.server = server;
        this.rival = rival;
        this.api = new ApiCalls(server, TENANT);
        this.admin = new AdminCalls(server, TENANT, ADMIN);
    }

    static void run(Path folder) throws Exception {
        String node = RivalServer.node();
        Database ours = Database.open();
        Database theirs = ours.another("rival");
        RivalServer rival = RivalServer.start(folder.resolve("rival"), theirs);
        Server server = Server.build(folder.resolve("with"), ours, HEAP, true);
        server.start();
        server.addRealm(tenant().toString());
        RivalBench bench = new RivalBench(server, rival);
        bench.signUp(theirs);
        Bench.say("adding %d users to each", USERS);
        ours.execute(new ManyUsers(TENANT, USERS).sql());
        theirs.execute(theirUsers());
        // Otherwise autovacuum would start in the middle.
        ours.execute("vacuum analyze");
        theirs.execute("vacuum analyze");
        bench.measure(node, ours);
    }

    private void measure(String node, Database database) throws Exception {
        List<Comparison> all = Comparison.rotating(
                WARM_UPS,
                ROUNDS,
                LIMIT,
                List.of(
                        new Comparison.Pair(
                                "sign-in",
                                round(server, LOGINS_A_ROUND, item -> api.login(user(item))),
                                round(rival, LOGINS_A_ROUND, item -> signIn(user(item)))),
                        new Comparison.Pair("session", this::profiles, this::sessions),
                        new Comparison.Pair("list", round -> lists("", round), this::theirLists),
                        new Comparison.Pair(
                                "list, all counted", round -> lists("&exact_total=true", round), this::theirLists)));
        OptionalDouble ahead = OptionalDouble.of(1);
        OptionalDouble none = OptionalDouble.empty();
        new Results("Rival")
                .requests("`POST /login`", "better-auth: `POST /sign-in/email`", all.get(0), ahead, ahead)
                .requests("`GET /users/me`", "better-auth: `GET /get-session`", all.get(1), ahead, ahead)
                .requests(
                        "`GET /users?limit=100`",
                        "better-auth: `GET /admin/list-users?limit=100`",
                        all.get(2),
                        ahead,
                        ahead)
                .requests(
                        "`GET /users?limit=100&exact_total=true`",
                        "better-auth: `GET /admin/list-users?limit=100`",
                        all.get(3),
                        none,
                        none)
                .write(
                        ("better-auth %s and pg %s on Node %s, in one process. %d connections, %,d users, of whom %d log in; %d rounds"
                                        + " of %d logins, %,d profiles and %d lists, after %d to warm up. Each server has a database"
                                        + " of its own on one PostgreSQL server.")
                                .formatted(
                                        version("better-auth"),
                                        version("pg"),
                                        node,
                                        Comparison.CONNECTIONS,
                                        USERS,
                                        LOGGING_IN,
                                        all.get(0).ours().size(),
                                        LOGINS_A_ROUND,
                                        SESSIONS_A_ROUND,
                                        LISTS_A_ROUND,
                                        WARM_UPS),
                        HEAP,
                        database);
    }

    private static String version(String dependency) throws Exception {
        Path file = Layout.ofBuild().root().resolve("bench/rival/package.json");
        return Server.JSON
                .readTree(file.toFile())
                .path("dependencies")
                .path(dependency)
                .asText();
    }

    private static Comparison.Turn round(Measured server, int size, Comparison.Side side) {
        return number -> Comparison.round(server, number * size, size, side);
    }

    /** Returns the turn of requests that are known before. */
    private static Comparison.Round turn(Measured server, int size, int number, List<HttpRequest> requests)
            throws Exception {
        return round(server, size, item -> requests.get(item % requests.size())).take(number);
    }

    /** Asks for the profiles of a few users, who log in before the turn. */
    private Comparison.Round profiles(int number) throws Exception {
        List<HttpRequest> requests = new ArrayList<>();
        for (int i = 0; i < Comparison.CONNECTIONS; i++) {
            requests.add(api.me(Tenants.login(server, TENANT, user(i))));
            JsonNode me = Server.JSON.readTree(Server.send(requests.get(i), 200));
            expect(me.path("email").asText().equals(address(user(i))), me);
        }
        return turn(server, SESSIONS_A_ROUND, number, requests);
    }

    private Comparison.Round sessions(int number) throws Exception {
        List<HttpRequest> requests = new ArrayList<>();
        for (int i = 0; i < Comparison.CONNECTIONS; i++) {
            requests.add(rival.get("/get-session", Optional.of(cookie(user(i)))));
            JsonNode session = Server.JSON.readTree(Server.send(requests.get(i), 200));
            expect(session.path("user").path("email").asText().equals(address(user(i))), session);
        }
        return turn(rival, SESSIONS_A_ROUND, number, requests);
    }

    private Comparison.Round lists(String more, int number) throws Exception {
        admin.renewTokens();
        HttpRequest request = admin.request("users?limit=" + PAGE + more);
        expectPage(request);
        return turn(server, LISTS_A_ROUND, number, List.of(request));
    }

    private Comparison.Round theirLists(int number) throws Exception {
        HttpRequest request = rival.get("/admin/list-users?limit=" + PAGE, Optional.of(cookie(ADMIN)));
        expectPage(request);
        return turn(rival, LISTS_A_ROUND, number, List.of(request));
    }

    private static void expectPage(HttpRequest request) throws Exception {
        JsonNode page = Server.JSON.readTree(Server.send(request, 200));
        expect(page.path("users").size() == PAGE && page.path("total").asInt() >= PAGE, page);
    }

    private static void expect(boolean isGood, JsonNode answer) {
        if (!isGood) {
            throw new IllegalStateException("Not the expected answer: " + answer);
        }
    }

    /** Makes those who log in by the rival's own registration, since only that knows how it hashes a password. */
    private void signUp(Database theirs) throws Exception {
        Bench.say("signing up %d users", LOGGING_IN + 1);
        Comparison.round(rival, 0, LOGGING_IN, item -> rival.post("/sign-up/email", person(user(item))));
        Server.send(rival.post("/sign-up/email", person(ADMIN)), 200);
        theirs.execute("update \"user\" set role = 'admin' where name = '" + ADMIN + "'");
    }

    private HttpRequest signIn(String user) {
        return rival.post("/sign-in/email", credentials(user).toString());
    }

    /** Returns the cookie of a new session. */
    private String cookie(String user) throws Exception {
        HttpResponse<String> answer = Server.HTTP.send(signIn(user), HttpResponse.BodyHandlers.ofString());
        return answer.headers()
                .firstValue("Set-Cookie")
                .map(cookie -> cookie.split(";", 2)[0])
                .orElseThrow(() -> new IllegalStateException("No session: " + answer.body()));
    }

    private static String person(String user) {
        return credentials(user).put("name", user).toString();
    }

    private static ObjectNode credentials(String user) {
        return Server.JSON.createObjectNode().put("email", address(user)).put("password", Tenants.PASSWORD);
    }

    private static String address(String user) {
        return user + "@example.com";
    }

    private static String user(int item) {
        return "user-" + item % LOGGING_IN;
    }

    private static ObjectNode tenant() {
        ObjectNode tenant = Tenants.tenant(TENANT);
        for (int i = 0; i < LOGGING_IN; i++) {
            Tenants.addUser(tenant, user(i));
        }
        Tenants.addUser(tenant, ADMIN, "admin");
        return tenant;
    }

    /** Returns SQL that writes users with a password directly into the rival's tables, as {@link ManyUsers} does it into ours. */
    private static String theirUsers() {
        return """
                create temporary table made on commit drop as
                select left(replace(gen_random_uuid()::text, '-', ''), 32) as id, n, 'user-' || left(md5(n::text), 12) as name,
                  to_timestamp(1700000000 + n / 10000.0) as at from generate_series(1, %d) as n;
                insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", role, banned)
                select id, name, name || '@example.com', n %% 500 <> 2, at, at, case when n %% 50 = 0 then 'admin' else 'user' end,
                  n %% 1000 = 1 from made;
                insert into account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
                select replace(gen_random_uuid()::text, '-', ''), id, 'credential', id, 'nobodys', at, at from made
                """.formatted(USERS);
    }
}
