package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Measures what remains of a flood of wrong client secrets at full speed, for which nobody needs an account: rows of the activity log,
 * their bytes, lines of the server's log, and whether an administrator still finds on the first page what people did meanwhile.
 */
final class FloodBench {
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String TENANT = "bench-flood";
    private static final String BOSS = "boss";
    private static final int THREADS = 8;
    private static final int PAGE = 100;

    /** Lists the limits that such a flood meets, with their defaults. The servers of benchmarks have all limits off. */
    private static final Map<String, String> LIMITS =
            Map.of("limit-failed-address", "100/1m", "limit-failed-login", "5/15m");

    private static final Duration EACH =
            Duration.ofMinutes(Long.parseLong(System.getenv().getOrDefault("BENCH_FLOOD_MINUTES", "60")));

    /** From how many addresses each flood comes, one flood after the other. */
    private static final List<Integer> FLOODS = Stream.of(System.getenv()
                    .getOrDefault("BENCH_FLOOD_ADDRESSES", "1,1000")
                    .split(",", -1))
            .map(Integer::valueOf)
            .toList();

    private final Server server;
    private final Database database;
    private final Results results;
    private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();

    private FloodBench(Server server, Database database, Results results) {
        this.server = server;
        this.database = database;
        this.results = results;
    }

    /** Returns how long the benchmark takes, with some minutes for its start. */
    static Duration limit() {
        return EACH.multipliedBy(FLOODS.size()).plusMinutes(10);
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        Results results = new Results("Flood");
        server.start();
        ObjectNode tenant = Tenants.tenant(TENANT);
        LIMITS.forEach((name, rate) -> tenant.withObject("/attributes").put("user-service." + name, rate));
        Tenants.addUser(tenant, BOSS, "admin");
        server.addRealm(tenant.toString());
        for (int addresses : FLOODS) {
            new FloodBench(server, database, results).measure(addresses);
        }
        results.write(
                "%d minutes each, %d connections at a time; a login of an administrator a minute."
                        .formatted(EACH.toMinutes(), THREADS),
                HEAP,
                database);
    }

    private void measure(int addresses) throws Exception {
        String what = addresses == 1 ? "One address" : "%,d addresses".formatted(addresses);
        long rows = rows();
        long bytes = bytes();
        long lines = server.logged("");
        long end = System.nanoTime() + EACH.toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            threads.execute(() -> flood(first, addresses, end));
        }
        int logins = 0;
        while (System.nanoTime() < end) {
            Tenants.login(server, TENANT, BOSS);
            logins++;
            Thread.sleep(Math.min(60_000, Math.max(1, (end - System.nanoTime()) / 1_000_000)));
        }
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("The flood did not end");
        }
        long requests = answers.values().stream().mapToLong(LongAdder::sum).sum();
        OptionalDouble none = OptionalDouble.empty();
        results.alone(none, what + ": requests", (double) requests, answers.toString())
                .alone(
                        none,
                        what + ": rows of the activity log",
                        (double) (rows() - rows),
                        "rows, the " + logins + " logins included")
                .alone(none, what + ": the table and its indexes", (bytes() - bytes) / 1024.0, "KiB more")
                .alone(none, what + ": lines of the server's log", (double) (server.logged("") - lines), "lines")
                .alone(none, what + ": logins of the " + logins + " on the newest page of " + PAGE, shown(), "logins");
    }

    private long rows() throws Exception {
        return Long.parseLong(
                database.column("select count(*) from us_activity").get(0));
    }

    private long bytes() throws Exception {
        return Long.parseLong(
                database.column("select pg_total_relation_size('us_activity')").get(0));
    }

    /** Returns how many of the administrator's logins are on the first page of the log. */
    private int shown() throws Exception {
        String token = Tenants.login(server, TENANT, BOSS);
        JsonNode page = Server.JSON.readTree(Server.send(
                server.get("/realms/" + TENANT + "/api/activity?limit=" + PAGE)
                        .header("Authorization", "Bearer " + token)
                        .build(),
                200));
        int logins = 0;
        for (JsonNode row : page) {
            logins += row.path("action").asText().equals("login") ? 1 : 0;
        }
        return logins;
    }

    /** Keeps a connection for each of its addresses, and sends requests on one after the other. */
    private void flood(int first, int addresses, long end) {
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = first; i < Math.max(addresses, THREADS); i += THREADS) {
                connections.add(new Connection(server.port(), addresses == 1 ? 0 : i));
            }
            for (int i = 0; System.nanoTime() < end; i = (i + 1) % connections.size()) {
                int status = connections.get(i).ask();
                answers.computeIfAbsent(status, none -> new LongAdder()).increment();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            connections.forEach(Connection::close);
        }
    }

    /** A connection from an address of its own, which Java's HTTP client cannot choose before Java 19. */
    private static final class Connection implements AutoCloseable {
        private static final String BODY =
                "grant_type=client_credentials&client_id=user-service-api&client_secret=wrong";
        private static final byte[] REQUEST =
                """
                POST /realms/%s/protocol/openid-connect/token HTTP/1.1\r
                Host: 127.0.0.1\r
                Content-Type: application/x-www-form-urlencoded\r
                Content-Length: %d\r
                \r
                %s""".formatted(TENANT, BODY.length(), BODY).getBytes(StandardCharsets.US_ASCII);

        private final Socket socket = new Socket();
        private final InputStream in;
        private final OutputStream out;

        Connection(int port, int number) throws IOException {
            InetAddress local =
                    InetAddress.getByAddress(new byte[] {127, 1, (byte) (number / 250), (byte) (number % 250 + 1)});
            socket.bind(new InetSocketAddress(local, 0));
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        /** Sends the request and returns the status of the answer. */
        int ask() throws IOException {
            out.write(REQUEST);
            out.flush();
            int status = Integer.parseInt(line().split(" ", 3)[1]);
            int length = 0;
            for (String header = line(); !header.isEmpty(); header = line()) {
                if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                    length = Integer.parseInt(header.substring(15).strip());
                }
            }
            in.skipNBytes(length);
            return status;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new IOException("The server has closed the connection");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // The connection is not needed any more.
            }
        }
    }
}
