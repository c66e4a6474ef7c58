package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Measures how long the built server takes until it is ready, and how much memory it has then and after some load, with and without the
 * extension.
 */
final class StartupBench {
    private static final int ROUNDS = 9;
    private static final int LEAST_ROUNDS = 5;
    private static final Duration LIMIT = Duration.ofMinutes(14);

    /** Is a realm that both servers can serve. */
    private static final String REALM = "bench-startup";

    /** Is a multiple of {@link Comparison#CONNECTIONS}, so that no user has two logins at once. */
    private static final int USERS = 40;

    private static final int LOGINS = 400;
    private static final int PROFILES = 4_000;

    /** Is Keycloak's own default outside of containers. */
    private static final String HEAP = "-Xms64m -Xmx512m";

    /** Is the time between the server being ready and the reading of its memory. */
    private static final Duration SETTLE = Duration.ofSeconds(8);

    private StartupBench() {}

    static void run(Path folder) throws Exception {
        long begin = System.nanoTime();
        Database database = Database.open();
        Server with = Server.build(folder.resolve("with"), database, HEAP, true);
        Server without = Server.build(folder.resolve("without"), database, HEAP, false);
        // The first start fills the database, so these starts are not measured.
        with.start();
        with.addRealm(realm().toString());
        with.stop();
        without.start();
        without.stop();
        List<double[]> ours = new ArrayList<>();
        List<double[]> theirs = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            long spent = System.nanoTime() - begin;
            if (i >= LEAST_ROUNDS && spent > LIMIT.toNanos() - spent / (i + 2)) {
                break;
            }
            if (i % 2 == 0) {
                ours.add(measure(with));
                theirs.add(measure(without));
            } else {
                theirs.add(measure(without));
                ours.add(measure(with));
            }
            Bench.say(
                    "start-up, round %d: %.2f s, %.0f MiB and %.2f s, %.0f MiB",
                    i + 1, ours.get(i)[0], ours.get(i)[1], theirs.get(i)[0], theirs.get(i)[1]);
        }
        Results results = new Results("Start-up");
        report(results, OptionalDouble.of(1.05), "start-up time", ours, theirs, 0, "s");
        report(results, OptionalDouble.of(1.05), "resident memory", ours, theirs, 1, "MiB");
        report(
                results,
                OptionalDouble.of(1.05),
                "resident memory after %d logins and %,d profiles".formatted(LOGINS, PROFILES),
                ours,
                theirs,
                3,
                "MiB");
        report(results, OptionalDouble.empty(), "CPU time of the start", ours, theirs, 2, "s");
        results.write(
                ("%d rounds; `start --optimized` until `/health/ready` is up; VmRSS %d s later, after a collection. The logins and"
                                + " profiles are those of Keycloak's own token and userinfo endpoints, over %d connections.")
                        .formatted(ours.size(), SETTLE.toSeconds(), Comparison.CONNECTIONS),
                HEAP,
                database);
    }

    private static void report(
            Results results,
            OptionalDouble target,
            String what,
            List<double[]> ours,
            List<double[]> theirs,
            int figure,
            String unit) {
        results.atMost(
                target,
                what,
                "the same Keycloak without our jar",
                ratio(ours, theirs, figure),
                mean(ours, figure, unit),
                mean(theirs, figure, unit));
    }

    private static double[] measure(Server server) throws Exception {
        double seconds = server.start().toMillis() / 1000.0;
        double cpu = server.cpuSeconds();
        Thread.sleep(SETTLE.toMillis());
        double memory = server.residentMemory();
        load(server);
        double loaded = server.residentMemory();
        server.stop();
        return new double[] {seconds, memory, cpu, loaded};
    }

    /** Makes requests that a server without the extension can answer too. */
    private static void load(Server server) throws Exception {
        PlainRealm realm = new PlainRealm(server, REALM);
        Comparison.round(server, 0, LOGINS, item -> realm.passwordGrant("user-" + item % USERS, "openid"));
        String login = Server.send(realm.passwordGrant("user-0", "openid"), 200);
        String token = Server.JSON.readTree(login).path("access_token").asText();
        Comparison.round(server, 0, PROFILES, item -> realm.userinfo(token));
    }

    private static ObjectNode realm() {
        ObjectNode realm = PlainRealm.json(REALM);
        for (int i = 0; i < USERS; i++) {
            Tenants.addUser(realm, "user-" + i);
        }
        return realm;
    }

    private static Ratio ratio(List<double[]> ours, List<double[]> theirs, int figure) {
        double[] ratios = new double[ours.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i)[figure] / theirs.get(i)[figure];
        }
        return Ratio.ofPairs(ratios);
    }

    private static String mean(List<double[]> side, int figure, String unit) {
        double mean =
                side.stream().mapToDouble(values -> values[figure]).average().orElseThrow();
        return String.format("%.2f %s", mean, unit);
    }
}
