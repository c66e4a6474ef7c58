package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measures how long others wait while many clients log in without pause: with the gate, without it, and on a server without the extension.
 */
final class OverloadBench {
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String REALM = "bench-overload";

    private static final int ROUNDS = 7;
    private static final int PERCENT = 99;
    private static final double MOST_MILLIS = 250;

    private OverloadBench() {}

    static void run(Path folder) throws Exception {
        Files.createDirectories(folder);
        Database database = Database.open();
        Server gated = Server.build(folder.resolve("gated"), database, HEAP, true);
        Server open = Server.build(folder.resolve("open"), database, HEAP, true);
        // Keycloak could not run the flows of the template without the extension, so this server has a realm of its
        // own.
        Server bare = Server.build(folder.resolve("bare"), Database.open(), HEAP, false);
        gated.start();
        gated.addRealm(withUsers(Tenants.tenant(REALM)).toString());
        open.start(Map.of(Server.option("gate"), "false"));
        bare.start();
        bare.addRealm(withUsers(PlainRealm.json(REALM)).toString());

        Storm ours = new Storm(new ApiCalls(gated, REALM));
        Storm ungated = new Storm(new ApiCalls(open, REALM));
        Storm theirs = new Storm(new KeycloakCalls(new PlainRealm(bare, REALM)));
        for (Storm storm : List.of(ours, ungated, theirs)) {
            Bench.say("warming up: every user logs in twice");
            storm.warmUp();
        }
        Map<String, List<Comparison.Round>> gatedRounds = new LinkedHashMap<>();
        Map<String, List<Comparison.Round>> openRounds = new LinkedHashMap<>();
        Map<String, List<Comparison.Round>> bareRounds = new LinkedHashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            List<Runnable> turns = new ArrayList<>(List.of(
                    () -> add(gatedRounds, ours), () -> add(openRounds, ungated), () -> add(bareRounds, theirs)));
            Collections.rotate(turns, i);
            turns.forEach(Runnable::run);
        }
        write(gatedRounds, openRounds, bareRounds, List.of(ours, ungated, theirs), database);
    }

    private static void add(Map<String, List<Comparison.Round>> rounds, Storm storm) {
        storm.round()
                .forEach((what, round) ->
                        rounds.computeIfAbsent(what, name -> new ArrayList<>()).add(round));
    }

    private static void write(
            Map<String, List<Comparison.Round>> gated,
            Map<String, List<Comparison.Round>> open,
            Map<String, List<Comparison.Round>> bare,
            List<Storm> storms,
            Database database)
            throws Exception {
        Results results = new Results("Overload");
        Comparison logins = new Comparison(gated.get(Storm.LOGIN), open.get(Storm.LOGIN));
        results.atLeast(
                OptionalDouble.of(0.95),
                "logins of %d clients: throughput".formatted(Storm.CLIENTS),
                "the same without the gate",
                logins.throughputRatio(),
                Comparison.throughput(logins.ours()),
                Comparison.throughput(logins.theirs()));
        Comparison bareLogins = new Comparison(gated.get(Storm.LOGIN), bare.get(Storm.LOGIN));
        results.atLeast(
                OptionalDouble.empty(),
                "logins of %d clients: throughput".formatted(Storm.CLIENTS),
                "bare token endpoint",
                bareLogins.throughputRatio(),
                Comparison.throughput(bareLogins.ours()),
                Comparison.throughput(bareLogins.theirs()));
        for (String what : Storm.PROBES) {
            Comparison besideBare = new Comparison(gated.get(what), bare.get(what));
            Comparison besideOpen = new Comparison(gated.get(what), open.get(what));
            p99(results, OptionalDouble.of(0.1), what, "bare: " + KeycloakCalls.COUNTERPARTS.get(what), besideBare);
            p99(results, OptionalDouble.empty(), what, "the same without the gate", besideOpen);
            results.alone(
                    OptionalDouble.of(MOST_MILLIS),
                    what + " meanwhile: p99",
                    Comparison.percentile(gated.get(what), PERCENT),
                    "ms");
        }
        results.write(
                ("%d clients, each with a user of its own, log in without pause. %d rounds of %d s. Answers other than 200,"
                                + " with the gate, without it, bare: %d, %d, %d.")
                        .formatted(
                                Storm.CLIENTS,
                                ROUNDS,
                                Storm.MEASURED.toSeconds(),
                                storms.get(0).failures(),
                                storms.get(1).failures(),
                                storms.get(2).failures()),
                HEAP,
                database);
    }

    private static void p99(Results results, OptionalDouble target, String what, String with, Comparison comparison) {
        results.atMost(
                target,
                what + " meanwhile: p99",
                with,
                comparison.percentileRatio(PERCENT),
                millis(comparison.ours()),
                millis(comparison.theirs()));
    }

    private static String millis(List<Comparison.Round> side) {
        return "%.1f ms (p50 %.1f)".formatted(Comparison.percentile(side, PERCENT), Comparison.percentile(side, 50));
    }

    private static ObjectNode withUsers(ObjectNode realm) {
        for (int i = 0; i < Storm.CLIENTS + Storm.SESSIONS; i++) {
            Tenants.addUser(realm, Storm.user(i));
        }
        return realm;
    }
}
