package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Measures what a session costs after its login: its refreshes, against a server without the extension, and its user's own profile,
 * against OIDC's userinfo endpoint on the same server.
 */
final class SessionBench {
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String TENANT = "bench-sessions";
    private static final String PLAIN = "bench-sessions-plain";

    /** Is a multiple of {@link Comparison#CONNECTIONS}, so that no session has two refreshes at once. */
    private static final int USERS = 200;

    private static final int REFRESHES_A_ROUND = 400;
    private static final int PROFILES_A_ROUND = 1_500;
    private static final int WARM_UPS = 15;
    private static final int ROUNDS = 24;
    private static final Duration LIMIT = Duration.ofMinutes(7);

    private SessionBench() {}

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server with = Server.build(folder.resolve("with"), database, HEAP, true);
        Server bare = Server.build(folder.resolve("bare"), database, HEAP, false);
        with.start();
        // The realms are added before another server starts, because each server has caches of its own.
        with.addRealm(withUsers(Tenants.tenant(TENANT)).toString());
        with.addRealm(withUsers(PlainRealm.json(PLAIN)).toString());
        bare.start();

        Tokens ours = new Tokens();
        Tokens theirs = new Tokens();
        ApiCalls api = new ApiCalls(with, TENANT);
        PlainRealm plain = new PlainRealm(bare, PLAIN);
        Comparison.round(with, 0, USERS, ours.kept(item -> api.login(user(item))));
        Comparison.round(bare, 0, USERS, theirs.kept(item -> plain.passwordGrant(user(item))));

        List<Comparison> all = Comparison.rotating(
                WARM_UPS,
                ROUNDS,
                LIMIT,
                List.of(
                        new Comparison.Pair(
                                "refresh",
                                round(with, REFRESHES_A_ROUND, ours.kept(item -> api.refresh(ours.refresh(item)))),
                                round(
                                        bare,
                                        REFRESHES_A_ROUND,
                                        theirs.kept(item -> plain.refreshGrant(theirs.refresh(item))))),
                        new Comparison.Pair(
                                "profile",
                                profiles(with, api::me),
                                profiles(with, new PlainRealm(with, TENANT)::userinfo))));
        write(all.get(0), all.get(1), database);
    }

    private static void write(Comparison refresh, Comparison profile, Database database) throws Exception {
        OptionalDouble none = OptionalDouble.empty();
        Results results = new Results("Sessions")
                .requests(
                        "`POST /refresh`",
                        "bare token endpoint, refresh grant, rotation on",
                        refresh,
                        OptionalDouble.of(1.15),
                        none);
        results.atMost(
                OptionalDouble.of(1),
                "`GET /users/me`, caches warm: CPU of the server",
                "OIDC userinfo, same server",
                profile.cpuRatio(),
                Comparison.cpu(profile.ours()),
                Comparison.cpu(profile.theirs()));
        results.atLeast(
                none,
                "`GET /users/me`, caches warm: throughput",
                "OIDC userinfo, same server",
                profile.throughputRatio(),
                Comparison.throughput(profile.ours()),
                Comparison.throughput(profile.theirs()));
        results.write(
                "%d connections, %d users; %d rounds of %d refreshes and of %d profiles, after %d to warm up. Both servers run at once on one database."
                        .formatted(
                                Comparison.CONNECTIONS,
                                USERS,
                                refresh.ours().size(),
                                REFRESHES_A_ROUND,
                                PROFILES_A_ROUND,
                                WARM_UPS),
                HEAP,
                database);
    }

    private static Comparison.Turn round(Server server, int size, Comparison.Side side) {
        return number -> Comparison.round(server, number * size, size, side);
    }

    /** Returns requests with the tokens of a few users, who log in before each turn and are not measured then. */
    private static Comparison.Turn profiles(Server server, Function<String, HttpRequest> requests) {
        PlainRealm realm = new PlainRealm(server, TENANT);
        return number -> {
            List<HttpRequest> calls = new ArrayList<>();
            for (int i = 0; i < Comparison.CONNECTIONS; i++) {
                String answer = Server.send(realm.passwordGrant(user(i), "openid"), 200);
                calls.add(requests.apply(
                        Server.JSON.readTree(answer).path("access_token").asText()));
            }
            return round(server, PROFILES_A_ROUND, item -> calls.get(item % calls.size()))
                    .take(number);
        };
    }

    /** The newest refresh token of each user's session. */
    private static final class Tokens {
        private final String[] newest = new String[USERS];

        String refresh(int item) {
            return newest[item % USERS];
        }

        /** Returns requests whose answers bring a new token. */
        Comparison.Side kept(IntFunction<HttpRequest> requests) {
            return new Comparison.Side() {
                @Override
                public HttpRequest request(int item) {
                    return requests.apply(item);
                }

                @Override
                public void answer(int item, String body) throws IOException {
                    String token =
                            Server.JSON.readTree(body).path("refresh_token").asText();
                    if (token.equals(refresh(item))) {
                        throw new IllegalStateException("The refresh token is still the same: rotation is off");
                    }
                    newest[item % USERS] = token;
                }
            };
        }
    }

    private static String user(int item) {
        return "user-" + item % USERS;
    }

    private static ObjectNode withUsers(ObjectNode realm) {
        for (int i = 0; i < USERS; i++) {
            Tenants.addUser(realm, user(i));
        }
        return realm;
    }
}
