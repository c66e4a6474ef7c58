package dev.userservice.it;

import static dev.userservice.it.Import.line;
import static dev.userservice.it.Import.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the import by {@code clients/import-users}, above all over connections that break. */
@ExtendWith(ServerExtension.class)
final class ImportScriptIT {
    private static final int LINES = 60;
    private static final Pattern SUMMARY = Pattern.compile(
            "(?m)^(?<created>\\d+) users created, .* (?<skipped>\\d+) skipped; (?<refused>\\d+) lines refused$");

    private static Tenant tenant;
    private static int port;

    @TempDir
    private Path folder;

    private Path file;
    private List<String> names;

    @BeforeAll
    static void take(Tenant fresh) {
        Program.find("curl", "curl");
        tenant = fresh;
        port = tenant.server().base().getPort();
        ImportScript.addClient(tenant);
    }

    @BeforeEach
    void writeFile() throws IOException {
        names = IntStream.range(0, LINES).mapToObj(i -> name()).toList();
        file = folder.resolve("it's a \"file\".ndjson");
        write(IntStream.range(0, LINES).mapToObj(this::userLine).toList());
    }

    private String userLine(int i) {
        return line(names.get(i)).put("password_hash", Import.HASH).toString();
    }

    private void write(List<String> lines) throws IOException {
        Files.writeString(file, String.join("\n", lines));
    }

    private Path errors() {
        return folder.resolve(file.getFileName() + ".errors");
    }

    private ImportScript.Result run(int at, String... options) throws Exception {
        return ImportScript.run(ImportScript.AS_CLIENT, ImportScript.url(tenant, at), file, options);
    }

    /** Returns how many users of the file are here, each of them once. */
    private long usersHere() {
        return names.stream()
                .filter(name ->
                        tenant.admin().users().searchByUsername(name, true).size() == 1)
                .count();
    }

    private static int count(String what, ImportScript.Result result) {
        Matcher summary = SUMMARY.matcher(result.text());
        assertTrue(summary.find(), result::text);
        return Integer.parseInt(summary.group(what));
    }

    /** How a connection goes bad. */
    private interface Ending {
        /** The client notices at once. */
        Ending BREAK = server -> {
            throw new IOException("The connection breaks");
        };

        /** The client hears nothing any more, although the server goes on. */
        Ending SILENCE = server -> server.transferTo(OutputStream.nullOutputStream());

        void end(InputStream server) throws IOException;
    }

    /**
     * A connection that goes bad when a line of progress comes: the server has written the batch, and the client never
     * learns.
     *
     * @param phase the phase of the lines of progress
     * @param told how many of these lines arrive before
     * @param times how many connections still go bad
     */
    private record Bad(Ending ending, String phase, int told, AtomicInteger times) implements TcpProxy.Talk {
        @Override
        public void answer(InputStream server, OutputStream answers) throws IOException {
            byte[] buffer = new byte[16 * 1024];
            int seen = 0;
            for (int length = server.read(buffer); length >= 0; length = server.read(buffer)) {
                // On a busy machine, several lines come together.
                String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                for (int at = text.indexOf(mark()); at >= 0; at = text.indexOf(mark(), at + 1)) {
                    if (seen++ >= told && times.getAndDecrement() > 0) {
                        answers.write(buffer, 0, text.lastIndexOf('\n', at) + 1);
                        ending.end(server);
                        return;
                    }
                }
                answers.write(buffer, 0, length);
            }
        }

        private String mark() {
            return "\"phase\":\"" + phase + "\"";
        }
    }

    /** Watches which programs run while a line of progress comes. */
    private record Watching(Runnable watch) implements TcpProxy.Talk {
        @Override
        public void answer(InputStream server, OutputStream answers) throws IOException {
            byte[] buffer = new byte[16 * 1024];
            for (int length = server.read(buffer); length >= 0; length = server.read(buffer)) {
                if (new String(buffer, 0, length, StandardCharsets.UTF_8).contains("\"progress\"")) {
                    watch.run();
                }
                answers.write(buffer, 0, length);
            }
        }
    }

    private static TcpProxy breaking(String phase, int told, AtomicInteger times) {
        return TcpProxy.before(port, () -> new Bad(Ending.BREAK, phase, told, times));
    }

    @Test
    void allUsersAreHereOnceHoweverOftenTheConnectionBreaks() throws Exception {
        AtomicInteger breaks = new AtomicInteger(3);
        try (TcpProxy proxy = breaking("import", 1, breaks)) {
            ImportScript.Result result = run(proxy.port(), "--batch", "10");
            assertEquals(0, result.code(), result::text);
            assertTrue(breaks.get() < 0, "All breaks have happened: " + result.text());
            assertEquals(LINES, usersHere());
            assertEquals(LINES, count("created", result) + count("skipped", result), result::text);
            assertTrue(result.text().contains("goes on behind line 10 "), result::text);
            assertTrue(result.text().contains("was interrupted"), result::text);
            assertFalse(Files.exists(errors()));
        }
        tenant.login(names.get(LINES - 1), Import.PASSWORD).then().statusCode(200);
    }

    @Test
    void aCheckThatBreaksBeginsAnew() throws Exception {
        List<String> lines = new ArrayList<>(
                IntStream.range(0, LINES).mapToObj(this::userLine).toList());
        // Only a check of the whole file finds the second line of the same user.
        lines.add(userLine(0));
        write(lines);
        AtomicInteger breaks = new AtomicInteger(1);
        try (TcpProxy proxy = breaking("check", 3, breaks)) {
            ImportScript.Result result = run(proxy.port(), "--batch", "10", "--dry-run");
            assertEquals(1, result.code(), result::text);
            assertTrue(breaks.get() < 0, result::text);
            assertTrue(result.text().contains(LINES + " users would be created"), result::text);
            assertTrue(result.text().contains("1 lines refused"), result::text);
            assertEquals(1, Files.readAllLines(errors()).size());
            assertEquals(0, usersHere());
        }
    }

    @Test
    void refusedLinesAreListedWithoutTheirHashes() throws Exception {
        List<String> lines = new ArrayList<>(
                IntStream.range(0, LINES).mapToObj(this::userLine).toList());
        lines.set(
                1,
                line(names.get(1))
                        .put("password_hash", Import.HASH)
                        .put("email", "no address")
                        .toString());
        lines.set(3, "{\"password_hash\": \"" + Import.HASH);
        write(lines);

        ImportScript.Result result = run(port);
        assertEquals(1, result.code(), result::text);
        assertTrue(result.text().contains("line 2: email: "), result::text);
        assertTrue(result.text().contains("Nothing was imported"), result::text);
        assertEquals(0, usersHere());

        result = run(port, "--mode", "skip");
        assertEquals(1, result.code(), result::text);
        assertEquals(LINES - 2, usersHere());
        List<String> listed = Files.readAllLines(errors());
        assertEquals(
                List.of("{\"line\":2,", "{\"line\":4,"),
                listed.stream().map(line -> line.substring(0, 10)).sorted().toList());
        assertFalse(String.join("", listed).contains(Import.HASH.substring(30)));

        writeFile();
        result = run(port, "--mode", "skip");
        assertEquals(0, result.code(), result::text);
        assertFalse(Files.exists(errors()), "A list of an earlier run would mislead");
    }

    @ParameterizedTest
    @CsvSource({"check, 1, 2, 0", "import, 0, 2, 0", "import, 1, 1, 20"})
    void anImportThatHasGivenUpSaysHowToGoOn(String phase, int told, int tries, int behind) throws Exception {
        AtomicInteger breaks = new AtomicInteger(2);
        try (TcpProxy proxy = breaking(phase, told, breaks)) {
            ImportScript.Result result = run(proxy.port(), "--batch", "20", "--tries", Integer.toString(tries));
            assertEquals(2, result.code(), result::text);
            String hint = "This command goes on:";
            int at = result.text().indexOf(hint);
            assertTrue(at > 0, result::text);
            assertTrue(result.text().contains(" --resume-after " + behind + "\n"), result::text);

            breaks.set(0);
            result = ImportScript.shell(
                    ImportScript.AS_CLIENT,
                    result.text().substring(at + hint.length()).strip());
            assertEquals(0, result.code(), result::text);
            assertEquals(LINES, usersHere());
        }
    }

    @Test
    void noSecretIsAmongTheArgumentsOfAProgram() throws Exception {
        Queue<String> commands = new ConcurrentLinkedQueue<>();
        Runnable watch = () -> ProcessHandle.current()
                .descendants()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains("curl") || command.contains("import-users"))
                .forEach(commands::add);
        try (TcpProxy proxy = TcpProxy.before(port, () -> new Watching(watch))) {
            ImportScript.Result result = run(proxy.port(), "--mode", "skip");
            assertEquals(0, result.code(), result::text);
        }
        assertTrue(commands.stream().anyMatch(command -> command.contains("curl -q --config")), commands::toString);
        // A token begins with the Base64 of a brace and a quote.
        assertFalse(
                commands.stream().anyMatch(command -> command.contains("eyJ") || command.contains("secret")),
                commands::toString);
    }

    @Test
    void whatCannotSucceedIsNotTriedAgain() throws Exception {
        String url = ImportScript.url(tenant, port);
        ImportScript.Result result = ImportScript.run(
                Map.of("CLIENT_ID", ImportScript.CLIENT, "CLIENT_SECRET", "a \"wrong\" \\ secret"), url, file);
        assertEquals(2, result.code(), result::text);
        assertTrue(result.text().contains("Invalid client"), result::text);

        result = ImportScript.run(Map.of("ACCESS_TOKEN", "no-token"), url, file);
        assertEquals(2, result.code(), result::text);
        assertTrue(result.text().contains("401"), result::text);

        result = run(port, "--format", "enigma&mode=update");
        assertEquals(2, result.code(), result::text);
        assertTrue(result.text().contains("password_format"), result::text);

        tenant.addClient("nobody", true);
        result = ImportScript.run(Map.of("CLIENT_ID", "nobody", "CLIENT_SECRET", "secret"), url, file);
        assertEquals(2, result.code(), result::text);
        assertTrue(result.text().contains("403"), result::text);

        try (TcpProxy proxy = TcpProxy.before(port)) {
            proxy.down();
            result = run(proxy.port());
            assertEquals(2, result.code(), result::text);
        }
        assertEquals(0, usersHere());
    }

    @Test
    void aConnectionOnWhichNothingMovesIsGivenUp() throws Exception {
        AtomicInteger silences = new AtomicInteger(1);
        try (TcpProxy proxy = TcpProxy.before(port, () -> new Bad(Ending.SILENCE, "import", 1, silences))) {
            ImportScript.Result result = run(proxy.port(), "--batch", "10", "--mode", "skip", "--timeout", "5");
            assertEquals(0, result.code(), result::text);
            assertTrue(result.text().contains("goes on behind line 10 "), result::text);
            assertEquals(LINES, usersHere());
            assertEquals(LINES, count("created", result) + count("skipped", result), result::text);
        }
    }
}
