package dev.userservice.bench;

import dev.userservice.http.HttpMeters;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Measures what it costs by itself to count and time an answer, when many routes and tenants are counted already. */
final class MetersCost {
    private static final int ROUTES = 40;
    private static final int REALMS = 100;
    private static final int WARM_UPS = 30;

    /** Is the number of rounds. In each of them, every route of every tenant is answered equally often. */
    private static final int ROUNDS = 31;

    private static final int TIMES = 25;
    private static final long ANSWERED = 3_000_000;

    private MetersCost() {}

    /** Returns the median of the rounds, which run on one thread. */
    @SuppressWarnings("deprecation") // The server has no newer one either.
    static double nanos() {
        // The server has the same registries: a global one, and a registry of Prometheus below it.
        Metrics.addRegistry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        HttpMeters meters = new HttpMeters(Metrics.globalRegistry);
        List<Answer> answers = answers();
        double[] nanos = new double[ROUNDS];
        for (int i = -WARM_UPS; i < ROUNDS; i++) {
            double taken = round(meters, answers);
            if (i >= 0) {
                nanos[i] = taken;
            }
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2];
    }

    private static double round(HttpMeters meters, List<Answer> answers) {
        long start = System.nanoTime();
        for (int i = 0; i < TIMES; i++) {
            for (Answer answer : answers) {
                meters.answered("GET", answer.route(), 200, answer.realm(), ANSWERED);
            }
        }
        return (double) (System.nanoTime() - start) / TIMES / answers.size();
    }

    private record Answer(String route, String realm) {}

    /** Returns the answers in random order, as they come on a server. */
    private static List<Answer> answers() {
        List<Answer> answers = new ArrayList<>();
        for (int route = 0; route < ROUTES; route++) {
            for (int realm = 0; realm < REALMS; realm++) {
                answers.add(new Answer("/users/{id}/things-" + route, "bench-tenant-" + realm));
            }
        }
        Collections.shuffle(answers, new Random(1));
        return answers;
    }
}
