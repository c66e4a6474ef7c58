package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measures logins with libsodium's Argon2 against a bare Keycloak: a second server of the same version without the jar, with the same heap,
 * on the same database, with the same users. A third server has the jar, and libsodium switched off.
 */
final class Argon2Bench {
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String TENANT = "bench-argon2";
    private static final String ADMIN = "bench-admin";

    /** Is a realm that a bare Keycloak can serve, too. */
    private static final String PLAIN = "bench-argon2-plain";

    /** Is a multiple of {@link Comparison#CONNECTIONS}, so that no user has two logins at once. */
    private static final int USERS = 200;

    private static final int LOGINS_A_ROUND = 80;
    private static final int ROUNDS = 20;
    private static final int WARM_UPS = 25;
    private static final Duration LIMIT = Duration.ofMinutes(12);

    private final Server with;
    private final Server off;
    private final Server bare;

    private Argon2Bench(Server with, Server off, Server bare) {
        this.with = with;
        this.off = off;
        this.bare = bare;
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server with = Server.build(folder.resolve("with"), database, HEAP, true);
        Server off = Server.build(folder.resolve("off"), database, HEAP, true);
        Server bare = Server.build(folder.resolve("bare"), database, HEAP, false);
        with.start();
        // The realms are added before another server starts, because each server has caches of its own.
        with.addRealm(tenant().toString());
        with.addRealm(withUsers(PlainRealm.json(PLAIN)).toString());
        off.start(Map.of(Server.option("argon2-library"), "off"));
        bare.start();
        if (with.logged("Argon2 is computed by libsodium") != 1
                || off.logged("Argon2 is computed by Keycloak") != 1
                || bare.logged("Argon2 is computed by") != 0) {
            throw new IllegalStateException("A server does not compute Argon2 as it should");
        }
        new Argon2Bench(with, off, bare).measure(database);
    }

    private void measure(Database database) throws Exception {
        List<Comparison> all = Comparison.rotating(
                WARM_UPS,
                ROUNDS,
                LIMIT,
                List.of(
                        new Comparison.Pair("login", round(with, apiLogin(with)), round(bare, passwordGrant(bare))),
                        new Comparison.Pair(
                                "token endpoint", round(with, passwordGrant(with)), round(bare, passwordGrant(bare))),
                        new Comparison.Pair("login page", pages(with), pages(bare)),
                        new Comparison.Pair("check", checks(with), checks(off))));
        Comparison login = all.get(0);
        Comparison grant = all.get(1);
        Comparison page = all.get(2);
        Comparison check = all.get(3);

        OptionalDouble none = OptionalDouble.empty();
        OptionalDouble keycloaks = OptionalDouble.of(1.7);
        Results results = new Results("Argon2")
                .requests(
                        "`POST /login`",
                        "bare token endpoint, password grant",
                        login,
                        OptionalDouble.of(1.8),
                        OptionalDouble.of(0.7))
                .requests("Keycloak's token endpoint, password grant", "the same, bare", grant, keycloaks, none)
                .requests("Keycloak's login page, opened and sent", "the same, bare", page, keycloaks, none)
                .atMost(
                        OptionalDouble.of(0.45),
                        "`POST /users/auth/check`: CPU of the server",
                        "the same without libsodium",
                        check.cpuRatio(),
                        Comparison.cpu(check.ours()),
                        Comparison.cpu(check.theirs()));
        results.atLeast(
                none,
                "`POST /users/auth/check`: throughput",
                "the same without libsodium",
                check.throughputRatio(),
                Comparison.throughput(check.ours()),
                Comparison.throughput(check.theirs()));
        results.once(
                OptionalDouble.of(1.05),
                "resident memory after all rounds",
                "bare, after its rounds",
                with.residentMemory(),
                bare.residentMemory(),
                "MiB");
        results.write(
                "%d connections, %d users; %d rounds of %d requests for each row, after %d to warm up. All servers run at once on one database, and one of them gets requests at a time."
                        .formatted(Comparison.CONNECTIONS, USERS, login.ours().size(), LOGINS_A_ROUND, WARM_UPS),
                HEAP,
                database);
    }

    private static Comparison.Turn round(Server server, Comparison.Side side) {
        return number -> Comparison.round(server, number * LOGINS_A_ROUND, LOGINS_A_ROUND, side);
    }

    private static Comparison.Side apiLogin(Server server) {
        return item -> server.post("/realms/" + TENANT + "/api/login", "application/json", credentials(item))
                .build();
    }

    private static Comparison.Side passwordGrant(Server server) {
        PlainRealm realm = new PlainRealm(server, PLAIN);
        return item -> realm.passwordGrant(user(item));
    }

    private static Comparison.Turn pages(Server server) {
        LoginPage page = new LoginPage(server, PLAIN);
        return number ->
                Comparison.each(server, number * LOGINS_A_ROUND, LOGINS_A_ROUND, item -> page.login(user(item)));
    }

    /** Returns checks of passwords by an admin, whose token is made before the turn and is not measured. */
    private static Comparison.Turn checks(Server server) {
        return number -> {
            String token = Tenants.login(server, TENANT, ADMIN);
            return round(server, item -> check(server, token, item)).take(number);
        };
    }

    private static HttpRequest check(Server server, String token, int item) {
        return server.post("/realms/" + TENANT + "/api/users/auth/check", "application/json", credentials(item))
                .header("Authorization", "Bearer " + token)
                .build();
    }

    private static String credentials(int item) {
        return Server.JSON
                .createObjectNode()
                .put("identifier", user(item))
                .put("password", Tenants.PASSWORD)
                .toString();
    }

    private static String user(int item) {
        return "user-" + item % USERS;
    }

    private static ObjectNode tenant() {
        ObjectNode tenant = withUsers(Tenants.tenant(TENANT));
        Tenants.addUser(tenant, ADMIN, "admin");
        return tenant;
    }

    private static ObjectNode withUsers(ObjectNode realm) {
        for (int i = 0; i < USERS; i++) {
            Tenants.addUser(realm, user(i));
        }
        return realm;
    }
}
