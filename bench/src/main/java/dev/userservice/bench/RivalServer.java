package dev.userservice.bench;

import dev.userservice.server.Layout;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A better-auth server, as {@code bench/rival} describes it, in a process of its own. */
final class RivalServer implements Measured {
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "server.mjs");
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Process process;
    private final int port;

    private RivalServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Installs the server into the folder, and starts it on the empty database, in which it makes its tables.
     *
     * @throws IllegalStateException if there is no Node, or if npm cannot install what the lock file names
     */
    static RivalServer start(Path folder, Database database) throws Exception {
        install(folder);
        int port = Server.freePort();
        Path log = folder.resolve("server.log");
        ProcessBuilder node = new ProcessBuilder("node", "server.mjs")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        node.environment().putAll(database.libpq());
        node.environment()
                .putAll(Map.of(
                        "PORT", "" + port, "SECRET", "bench-secret-of-no-worth-0123456789", "NODE_ENV", "production"));
        RivalServer server = new RivalServer(node.start(), port);
        Bench.onClose(server::stop);
        server.awaitReady(log);
        return server;
    }

    private static void install(Path folder) throws Exception {
        Files.createDirectories(folder);
        for (String file : FILES) {
            Files.copy(Layout.ofBuild().root().resolve("bench/rival").resolve(file), folder.resolve(file));
        }
        Bench.say("installing better-auth");
        run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
    }

    /** Returns the version of Node in the {@code PATH}. */
    static String node() throws Exception {
        return run(Path.of("."), "node", "--version").strip();
    }

    /** Runs a program of Node, and returns what it has printed. */
    private static String run(Path folder, String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("This benchmark needs Node and npm in the PATH: no " + command[0], e);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
        }
        return output;
    }

    private void awaitReady(Path log) throws Exception {
        long start = System.nanoTime();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException("better-auth did not start:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
    }

    private boolean isReady() throws Exception {
        try {
            Server.send(get("/ok", Optional.empty()), 200);
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    @Override
    public long pid() {
        return process.pid();
    }

    /** Returns a request, with the cookie of a session if one is given. */
    HttpRequest get(String path, Optional<String> cookie) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path)).timeout(Duration.ofMinutes(3));
        cookie.ifPresent(value -> request.header("Cookie", value));
        return request.build();
    }

    /** Returns a request that sends JSON. */
    HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(at(path))
                .timeout(Duration.ofMinutes(3))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + "/api/auth" + path);
    }

    private void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
