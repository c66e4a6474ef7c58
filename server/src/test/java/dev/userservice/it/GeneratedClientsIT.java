package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.server.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Generates clients from the OpenAPI document as the repository's script does for everybody, and has a small program of each language take
 * a newcomer through the life of an account with them, from the registration to a login with a second factor.
 */
@ExtendWith(ServerExtension.class)
final class GeneratedClientsIT {
    /** Is the exit code of the script for something that cannot be had here, such as a package of a registry. */
    private static final int UNAVAILABLE = 69;

    private static final Path CLIENTS = Layout.ofBuild().root().resolve("clients");

    private static Tenant tenant;

    @BeforeAll
    static void addTenant(TestServer server) {
        // The programs log in several times in a row.
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
    }

    @Test
    void typescript() throws Exception {
        Program.find("nodejs", "node");
        Program.find("npm", "npm");
        walk("typescript");
    }

    @Test
    void java() throws Exception {
        walk("java");
    }

    @Test
    void python() throws Exception {
        Program.find("python3 python3-venv", "python3");
        walk("python");
    }

    private static void walk(String language) throws Exception {
        Path log = CLIENTS.resolve("target/" + language + ".log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        Process generation = start(log, "generate.sh", language);
        generation.getOutputStream().close();
        int result = ended(generation, log);
        if (result == UNAVAILABLE) {
            // A registry that cannot be reached says nothing about the clients, on CI either.
            Assumptions.abort(Files.readString(log).strip());
        }
        assertEquals(0, result, () -> read(log));

        String email = language + "@example.com";
        Process flow =
                start(log, "flow.sh", language, tenant.server().base() + "/realms/" + tenant.name() + "/api", email);
        try {
            String code = tenant.inbox().nextCode(email);
            flow.getOutputStream().write((code + "\n").getBytes(StandardCharsets.UTF_8));
            flow.getOutputStream().close();
            assertEquals(0, ended(flow, log), () -> read(log));
        } catch (AssertionError | IOException e) {
            throw new AssertionError(read(log), e);
        } finally {
            flow.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log);
        assertTrue(lines.get(lines.size() - 1).contains("second factor"), () -> read(log));
    }

    /** Starts one of the scripts. Its output must not go into that of this JVM, through which Maven receives the results of the tests. */
    private static Process start(Path log, String script, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(CLIENTS.resolve(script).toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.command().addAll(List.of(arguments));
        return builder.start();
    }

    private static int ended(Process process, Path log) throws InterruptedException {
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("It did not end: " + process.info() + "\n" + read(log));
        }
        return process.exitValue();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
