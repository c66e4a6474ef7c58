package dev.userservice.server;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A Keycloak server in processes of its own: the start script, its child the JVM, and before it another JVM while
 * Keycloak builds itself. After a build that the start itself triggered, the script becomes the JVM; otherwise both
 * stay.
 */
public final class KeycloakProcess {
    /** The time that a server may take to end by itself; it waits for requests in progress. */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    /**
     * The environment variables that the server does not inherit. Settings that a developer's shell holds for
     * {@code ./mvnw -P run} must not reach a server that was not meant to use them.
     */
    private static final Pattern NOT_INHERITED =
            Pattern.compile("(KC|KCRAW|MAIL|USER_SERVICE)_.*|DATABASE_URL|REDIS_URL|FRONTEND_URL|DEBUG|DEBUG_.*");

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Process process;
    private final Thread output;

    private KeycloakProcess(Process process, Thread output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a server.
     *
     * @param arguments the arguments of {@code kc.sh}, such as {@code start --optimized}; never a secret, which
     *     {@code ps} would show
     * @param environment variables for the server, such as {@code KC_...} options, or {@code JAVA_OPTS_APPEND} for an
     *     agent. It also inherits those variables of this process that are not settings
     * @param lines receives each line that the server prints, on a thread of its own
     */
    public static KeycloakProcess start(
            ServerHome home, List<String> arguments, Map<String, String> environment, Consumer<String> lines) {
        ProcessBuilder builder = new ProcessBuilder(home.command(arguments))
                .directory(home.path().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                .redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> NOT_INHERITED.matcher(name).matches());
        // The Java version that runs this code is already known to be new enough.
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            Thread output = new Thread(() -> pump(process, lines), "keycloak-output");
            output.setDaemon(true);
            output.start();
            return new KeycloakProcess(process, output);
        } catch (IOException e) {
            throw new StartException("cannot start Keycloak: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until the server reports on its management port that it is ready, with its realms imported.
     *
     * @throws StartException if the server ends before, or is not ready in time
     */
    public void awaitReady(URI health, Duration deadline) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        HttpRequest request =
                HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
        long end = System.nanoTime() + deadline.toNanos();
        while (!isReady(client, request)) {
            if (!isAlive()) {
                throw new StartException("Keycloak ended by itself (exit code " + exitCode() + ") before it was ready");
            }
            if (System.nanoTime() > end) {
                throw new StartException(
                        "Keycloak was not ready after " + deadline.toSeconds() + " seconds: " + health);
            }
            pause();
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns the process id of the server's JVM, or of the script while there is no JVM yet. */
    public long pid() {
        return processTree().stream()
                .filter(KeycloakProcess::isJvm)
                .findFirst()
                .orElseGet(process::toHandle)
                .pid();
    }

    /** Waits until the server ends, by itself or otherwise, and returns its exit code. */
    public int awaitEnd() throws InterruptedException {
        int code = process.waitFor();
        drain();
        return code;
    }

    /** Asks the server to end, as an operating system would, and ensures that all its processes end. */
    public void stop() {
        stop(TIMEOUT);
    }

    public void stop(Duration patience) {
        Set<ProcessHandle> processTree = processTree();
        // Process.destroy() is not used here, because it would stop reading the last output of the server.
        process.toHandle().destroy();
        awaitGone(processTree, patience);
        end(processTree);
    }

    /** Ends the server without a chance to clean up, like a crash or a power failure. */
    public void kill() {
        end(processTree());
    }

    private void end(Set<ProcessHandle> processTree) {
        // The script ends last: as the parent, it ensures that the operating system removes the other processes too.
        Set<ProcessHandle> others = new LinkedHashSet<>(processTree);
        others.remove(process.toHandle());
        others.forEach(ProcessHandle::destroyForcibly);
        awaitGone(others, Duration.ofSeconds(2));
        processTree.forEach(ProcessHandle::destroyForcibly);
        awaitGone(processTree, Duration.ofSeconds(5));
        awaitEnd(Duration.ofSeconds(5));
    }

    /** Waits until the processes in {@code processTree} have ended, and adds those that are started meanwhile. */
    private void awaitGone(Set<ProcessHandle> processTree, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (processTree.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            pause();
            processTree.addAll(process.descendants().toList());
        }
    }

    boolean awaitEnd(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
            drain();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    int exitCode() {
        return process.exitValue();
    }

    /**
     * Returns all processes of the server, with the JVM first: if the script were killed first, the JVM would have no
     * parent and could no longer be found.
     */
    private Set<ProcessHandle> processTree() {
        Set<ProcessHandle> processTree =
                new LinkedHashSet<>(process.descendants().toList());
        processTree.add(process.toHandle());
        return processTree;
    }

    private static boolean isJvm(ProcessHandle handle) {
        return handle.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString().matches("javaw?(\\.exe)?"))
                .orElse(false);
    }

    private static boolean isReady(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while Keycloak started", e);
        }
    }

    private static void pump(Process process, Consumer<String> lines) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines);
        } catch (IOException | UncheckedIOException e) {
            // The stream of a process that was killed ends with an exception.
        }
    }

    private void drain() throws InterruptedException {
        output.join(TimeUnit.SECONDS.toMillis(2));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted", e);
        }
    }

    private static File nothing() {
        return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
    }
}
