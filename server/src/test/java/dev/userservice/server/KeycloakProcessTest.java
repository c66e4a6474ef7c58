package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs a script in place of Keycloak's, which can show behaviour that no real server shows on demand. */
@Timeout(60)
class KeycloakProcessTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:1/health/ready");

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    @Test
    void getsItsOptionsAndNoneOfThisShell() throws Exception {
        KeycloakProcess process = start(
                "printf '%s\\n' \"$1\" \"$2\" \"$KCRAW_DB_PASSWORD\" \"$JAVA_OPTS_APPEND\" \"$JAVA_HOME\"",
                Map.of("KCRAW_DB_PASSWORD", "p$a${x}\"ß \\", "JAVA_OPTS_APPEND", "-javaagent:x"),
                "start",
                "--optimized");

        assertEquals(0, process.awaitEnd());
        assertEquals(
                List.of("start", "--optimized", "p$a${x}\"ß \\", "-javaagent:x", System.getProperty("java.home")),
                List.copyOf(lines));
    }

    @Test
    void stopIsAskedForFirst() throws Exception {
        KeycloakProcess process =
                start("trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.1; done", Map.of());
        assertEquals("up", lines.poll(20, TimeUnit.SECONDS));

        process.stop();
        assertFalse(process.isAlive());
        assertTrue(lines.contains("asked"), lines.toString());
    }

    @Test
    void stopLeavesNothingThatDoesNotListen() throws Exception {
        KeycloakProcess process = start(
                "trap '' TERM; sh -c \"trap '' TERM; echo \\$\\$; while :; do sleep 0.1; done\"; exit 1", Map.of());
        ProcessHandle child = ProcessHandle.of(Long.parseLong(lines.poll(20, TimeUnit.SECONDS)))
                .orElseThrow();

        process.stop(Duration.ofMillis(500));
        assertFalse(process.isAlive());
        child.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void killLeavesNothingEither() throws Exception {
        KeycloakProcess process = start("sh -c 'echo $$; while :; do sleep 0.1; done'; echo never", Map.of());
        ProcessHandle child = ProcessHandle.of(Long.parseLong(lines.poll(20, TimeUnit.SECONDS)))
                .orElseThrow();

        process.kill();
        assertFalse(process.isAlive());
        child.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void anEarlyEndIsToldWithItsCode() throws Exception {
        KeycloakProcess process = start("exit 7", Map.of());
        assertEquals(
                "Keycloak ended by itself (exit code 7) before it was ready",
                assertThrows(StartException.class, () -> process.awaitReady(NOBODY, Duration.ofSeconds(30)))
                        .getMessage());
    }

    @Test
    void waitsUntilReadyButNotForEver() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer health = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        health.createContext("/health/ready", exchange -> {
            exchange.sendResponseHeaders(asked.incrementAndGet() < 3 ? 503 : 200, -1);
            exchange.close();
        });
        health.start();
        KeycloakProcess process = start("while :; do sleep 0.1; done", Map.of());
        try {
            process.awaitReady(
                    URI.create("http://127.0.0.1:" + health.getAddress().getPort() + "/health/ready"),
                    Duration.ofSeconds(30));
            assertEquals(3, asked.get());
            assertTrue(process.isAlive());
            assertThrows(StartException.class, () -> process.awaitReady(NOBODY, Duration.ofMillis(300)));
        } finally {
            process.kill();
            health.stop(0);
        }
    }

    private KeycloakProcess start(String script, Map<String, String> environment, String... arguments)
            throws IOException {
        Path file = folder.resolve("bin/kc.sh");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return KeycloakProcess.start(new ServerHome(folder), List.of(arguments), environment, lines::add);
    }
}
