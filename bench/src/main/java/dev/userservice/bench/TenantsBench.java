package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Measures what more tenants cost: the start of the server, its memory, a tenant's first requests and the figures of the platform. */
final class TenantsBench {
    private static final String HEAP = "-Xms64m -Xmx512m";
    private static final String PLATFORM = "platform";
    private static final String VENDOR = "the-vendor";

    private static final List<Integer> STEPS = List.of(1, 100, 300);

    /** Is the number of tenants that are made at once. */
    private static final int MADE_AT_ONCE = 2;

    private static final int STARTS = 5;
    private static final Duration SETTLE = Duration.ofSeconds(8);

    /** Is the number of requests to the platform before those to the tenants, so that the first tenant does not pay for loading classes. */
    private static final int WARM_UPS = 500;

    private static final int METRICS_WARM_UPS = 20;
    private static final int METRICS = 50;
    private static final OptionalDouble NONE = OptionalDouble.empty();

    private final Server server;
    private final Database database;
    private final Results results = new Results("Tenants");

    private TenantsBench(Server server, Database database) {
        this.server = server;
        this.database = database;
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        ObjectNode platform = Tenants.platform();
        Tenants.addUser(platform, VENDOR, "vendor");
        server.addRealm(platform.toString());
        new TenantsBench(server, database).measure();
    }

    private void measure() throws Exception {
        int made = 0;
        for (int tenants : STEPS) {
            make(made, tenants);
            made = tenants;
            server.stop();
            database.execute("vacuum analyze");
            measure(tenants);
        }
        results.write(
                ("The tenants are empty, and were made by admin REST, %d at a time. The start is the median of %d; memory %d s after the"
                                + " last of them and after a collection. Then one connection: a first and a second request to each"
                                + " tenant, and %d requests for the figures, after %d to warm up; medians.")
                        .formatted(MADE_AT_ONCE, STARTS, SETTLE.toSeconds(), METRICS, METRICS_WARM_UPS),
                HEAP,
                database);
    }

    /** Makes the tenants with these numbers. */
    private void make(int from, int to) throws Exception {
        Bench.say("making tenants %d to %d", from + 1, to);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String tenant = Tenants.tenant(name(i)).toString();
            tasks.add(() -> {
                server.addRealm(tenant);
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(MADE_AT_ONCE);
        long start = System.nanoTime();
        try {
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9 / (to - from);
        results.alone(NONE, "a tenant made, number %d to %d: time".formatted(from + 1, to), seconds, "s");
    }

    private void measure(int tenants) throws Exception {
        String with = ", %d %s".formatted(tenants, tenants == 1 ? "tenant" : "tenants");
        double[] starts = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            server.stop();
            starts[i] = server.start().toMillis() / 1000.0;
        }
        results.alone(NONE, "start until ready" + with, median(starts), "s");
        Thread.sleep(SETTLE.toMillis());
        results.alone(NONE, "resident memory" + with, server.residentMemory(), "MiB");
        results.alone(NONE, "live heap" + with, server.liveHeap(), "MiB");

        for (int i = 0; i < WARM_UPS; i++) {
            millis(health(PLATFORM));
        }
        double[] first = new double[tenants];
        double[] second = new double[tenants];
        for (int i = 0; i < tenants; i++) {
            first[i] = millis(health(name(i)));
            second[i] = millis(health(name(i)));
        }
        results.alone(NONE, "first `GET /users/health` of a tenant" + with, median(first), "ms");
        results.alone(NONE, "second `GET /users/health` of a tenant" + with, median(second), "ms");
        results.alone(NONE, "`GET /metrics` of the platform" + with, median(metrics(tenants)), "ms");
        results.alone(NONE, "live heap after a request to each" + with, server.liveHeap(), "MiB");
    }

    private double[] metrics(int tenants) throws Exception {
        HttpRequest request = server.get("/realms/" + PLATFORM + "/api/metrics")
                .header("Authorization", "Bearer " + Tenants.login(server, PLATFORM, VENDOR))
                .build();
        JsonNode figures = Server.JSON.readTree(Server.send(request, 200));
        if (figures.path("by_tenant").size() != tenants) {
            throw new IllegalStateException("The figures are not those of %d tenants".formatted(tenants));
        }
        double[] millis = new double[METRICS];
        for (int i = 0; i < METRICS_WARM_UPS; i++) {
            millis(request);
        }
        for (int i = 0; i < METRICS; i++) {
            millis[i] = millis(request);
        }
        return millis;
    }

    private HttpRequest health(String realm) {
        return new ApiCalls(server, realm).health();
    }

    private static double millis(HttpRequest request) throws Exception {
        long start = System.nanoTime();
        Server.send(request, 200);
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(double[] figures) {
        double[] sorted = Arrays.stream(figures).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static String name(int number) {
        return "bench-tenant-" + number;
    }
}
