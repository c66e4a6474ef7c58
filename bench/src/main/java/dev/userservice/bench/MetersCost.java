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

/** What counting and timing an answer takes by itself, where many routes and tenants are counted already. */
final class MetersCost {
    private static final int ROUTES = 40;
    private static final int REALMS = 100;
    private static final int WARM_UPS = 30;

    /** In each, every tenant's every route is answered as often. */
    private static final int ROUNDS = 31;

    private static final int TIMES = 25;
    private static final long ANSWERED = 3_000_000;

    private MetersCost() {}

    /** The median of the rounds, on one thread. */
    @SuppressWarnings("deprecation") // The server has no newer one either.
    static double nanos() {
        // As the server has them: one for all, with one of Prometheus below it.
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

    /** In no order, as they come. */
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
