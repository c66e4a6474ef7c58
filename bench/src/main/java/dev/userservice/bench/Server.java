package dev.userservice.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.userservice.server.Distribution;
import dev.userservice.server.KeycloakProcess;
import dev.userservice.server.Layout;
import dev.userservice.server.ServerHome;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A built and optimized Keycloak in a home of its own, with or without the extension. */
final class Server implements Measured {
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private static final String ADMIN = "admin";

    private static final Set<Integer> PORTS = ConcurrentHashMap.newKeySet();

    private static final List<String> LIMITS = List.of(
            "limit-login",
            "limit-register",
            "limit-activation",
            "limit-resend",
            "limit-forgot",
            "limit-reset",
            "limit-refresh",
            "limit-caller",
            "limit-metrics",
            "limit-anonymous",
            "limit-failed-login",
            "limit-failed-address",
            "limit-mailbox",
            "limit-right-login",
            "limit-form",
            "limit-old-service");

    private final ServerHome home;
    private final Database database;
    private final String heap;
    private final Path log;
    private final int port = freePort();
    private final int managementPort = freePort();
    private KeycloakProcess process;
    private String adminToken;
    private long adminTokenAt;

    private Server(ServerHome home, Database database, String heap, Path log) {
        this.home = home;
        this.database = database;
        this.heap = heap;
        this.log = log;
    }

    /** Prepares a server. {@code heap} holds the JVM's heap options, which are the same for everything that is compared. */
    static Server build(Path folder, Database database, String heap, boolean withExtension) throws IOException {
        Bench.say("building Keycloak %s the extension", withExtension ? "with" : "without");
        ServerHome home = new Distribution(Layout.ofBuild()).prepare(folder);
        if (!withExtension) {
            try (Stream<Path> providers = Files.list(folder.resolve("providers"))) {
                for (Path jar : providers
                        .filter(file -> file.toString().endsWith(".jar"))
                        .toList()) {
                    Files.delete(jar);
                }
            }
        }
        return build(home, folder, database, heap);
    }

    /** Prepares a server with another jar in place of the extension. */
    static Server buildWith(Path jar, Path folder, Database database, String heap) {
        Bench.say("building Keycloak with %s", jar.getFileName());
        Layout layout = Layout.ofBuild();
        ServerHome home = new Distribution(new Layout(layout.root(), layout.distribution(), jar)).prepare(folder);
        return build(home, folder, database, heap);
    }

    private static Server build(ServerHome home, Path folder, Database database, String heap) {
        home.build(Map.of("KC_DB", "postgres", "KC_HEALTH_ENABLED", "true", "KC_METRICS_ENABLED", "true"));
        Server server = new Server(home, database, heap, folder.resolveSibling(folder.getFileName() + ".log"));
        Bench.onClose(server::stop);
        return server;
    }

    /** Starts the server, waits until it is ready, and returns how long that took. */
    Duration start() throws Exception {
        return start(Map.of());
    }

    /** Starts the server with more options, as environment variables. */
    Duration start(Map<String, String> options) throws Exception {
        Map<String, String> environment = new HashMap<>(database.settings());
        // All requests come from one address, which the default limits would soon refuse. The benchmarks measure the
        // routes and not the limits. A tenant of the benchmark of limits sets its own.
        LIMITS.forEach(limit -> environment.put(option(limit), "0"));
        environment.putAll(options);
        environment.put("KC_HTTP_ENABLED", "true");
        environment.put("KC_HTTP_HOST", "127.0.0.1");
        environment.put("KC_HTTP_PORT", Integer.toString(port));
        environment.put("KC_HTTP_MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("KC_HOSTNAME_STRICT", "false");
        environment.put(option("platform-realm"), "platform");
        environment.put("KC_CACHE", "local");
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN);
        environment.put("JAVA_OPTS_KC_HEAP", heap);
        PrintStream lines = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8);
        HttpRequest health = management("/health/ready");
        long start = System.nanoTime();
        process = KeycloakProcess.start(home, List.of("start", "--optimized"), environment, lines::println);
        while (!isReady(health)) {
            if (!process.isAlive()
                    || System.nanoTime() - start > Duration.ofMinutes(3).toNanos()) {
                throw new IllegalStateException("Keycloak did not start:\n" + Files.readString(log));
            }
            Thread.sleep(20);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Returns the environment variable for a server option of the extension. */
    static String option(String name) {
        return "KC_SPI_REALM_RESTAPI_EXTENSION__API__"
                + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private HttpRequest management(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .timeout(Duration.ofSeconds(5))
                .build();
    }

    /** Returns a request for the readiness, with the patience of all other requests. */
    HttpRequest readiness() {
        return HttpRequest.newBuilder(management("/health/ready"), (name, value) -> true)
                .timeout(Duration.ofMinutes(3))
                .build();
    }

    private static boolean isReady(HttpRequest health) throws InterruptedException {
        try {
            return HTTP.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    void stop() {
        if (process != null) {
            process.stop();
        }
    }

    /** Returns the value of a meter without labels. */
    double meter(String name) throws IOException, InterruptedException {
        return send(management("/metrics"), 200)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    /** Returns how many lines that the server has logged since its start contain the text. */
    long logged(String text) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }

    @Override
    public long pid() {
        return process.pid();
    }

    /** Returns the JVM's memory in RAM, in MiB, after a garbage collection, because it is chance when the JVM collects by itself. */
    double residentMemory() throws IOException, InterruptedException {
        jcmd("GC.run");
        Thread.sleep(2000);
        return memory("VmRSS");
    }

    /** Returns the memory of all objects that are still in use, in MiB, as a full garbage collection finds them. */
    double liveHeap() throws IOException, InterruptedException {
        return jcmd("GC.class_histogram")
                .lines()
                .filter(line -> line.startsWith("Total"))
                .mapToDouble(line -> Double.parseDouble(line.trim().split("\\s+", -1)[2]) / (1 << 20))
                .findFirst()
                .orElseThrow();
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, Long.toString(pid()), command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** Returns the most memory that the JVM has had in RAM since its start, in MiB. */
    double peakMemory() throws IOException {
        return memory("VmHWM");
    }

    private double memory(String kind) throws IOException {
        try (Stream<String> status = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return status.filter(line -> line.startsWith(kind + ":"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpRequest postForm(String path, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return post(path, "application/x-www-form-urlencoded", body).build();
    }

    HttpRequest.Builder post(String path, String type, String body) {
        return HttpRequest.newBuilder(at(path))
                .timeout(Duration.ofMinutes(3))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(at(path)).timeout(Duration.ofMinutes(3));
    }

    /** Adds a realm from its JSON with the admin API. */
    void addRealm(String realm) throws Exception {
        send(asAdmin(post("/admin/realms", "application/json", realm)), 201);
    }

    /** Returns the request with an admin's access token, which is renewed before it expires. */
    synchronized HttpRequest asAdmin(HttpRequest.Builder request) {
        if (adminToken == null
                || System.nanoTime() - adminTokenAt > Duration.ofSeconds(30).toNanos()) {
            renewAdminToken();
        }
        return request.header("Authorization", "Bearer " + adminToken).build();
    }

    /** Renews the admin's token now, so that no request of the next 30 seconds has to. */
    synchronized void renewAdminToken() {
        HttpRequest login = postForm(
                "/realms/master/protocol/openid-connect/token",
                Map.of("grant_type", "password", "client_id", "admin-cli", "username", ADMIN, "password", ADMIN));
        try {
            adminToken = JSON.readTree(send(login, 200)).path("access_token").asText();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        adminTokenAt = System.nanoTime();
    }

    static String send(HttpRequest request, int expected) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IllegalStateException(request.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** Returns a free port that it has not returned before, because the system may give a port twice before anybody listens on it. */
    static int freePort() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0)) {
                if (PORTS.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
