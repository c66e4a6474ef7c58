package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code mvnw} with a PATH that this test makes, as on a machine that has no Maven or an unusual one. */
@Timeout(120)
class MavenWrapperTest {
    private static final String FAKE = "#!/bin/sh\nprintf 'fake maven'; printf ' <%s>' \"$@\"; echo\n";

    private final AtomicInteger downloads = new AtomicInteger();

    @TempDir
    private Path folder;

    private Path project;
    private Path path;
    private HttpServer archive;
    private byte[] tarball;

    @BeforeEach
    void prepare() throws Exception {
        project = folder.resolve("my project");
        Files.createDirectories(project.resolve(".mvn/wrapper"));
        Files.copy(
                Path.of("..", "mvnw").toAbsolutePath().normalize(),
                project.resolve("mvnw"),
                StandardCopyOption.COPY_ATTRIBUTES);
        path = Files.createDirectories(folder.resolve("path"));
        offer("sed tr tail head dirname cut mkdir mktemp rm rmdir mv find awk tar gzip curl wget sha256sum shasum cat");
        offerJava();
        tarball = tarball();
        archive = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        archive.createContext("/", exchange -> {
            downloads.incrementAndGet();
            exchange.sendResponseHeaders(200, tarball.length);
            exchange.getResponseBody().write(tarball);
            exchange.close();
        });
        archive.start();
        properties(sha256(tarball));
    }

    @AfterEach
    void stop() {
        archive.stop(0);
    }

    @Test
    void fetchesMavenOnceAndHandsTheArgumentsOn() throws Exception {
        Result first = mvnw("-P", "run", "a b", "$x");
        assertEquals("fake maven <-P> <run> <a b> <$x>\n", first.out());
        assertEquals(0, first.code(), first.err());
        assertEquals(1, downloads.get());

        Result second = mvnw("verify");
        assertEquals("fake maven <verify>\n", second.out());
        assertEquals("", second.err());
        assertEquals(1, downloads.get(), "the second time it is there");
        assertEquals(1, leftovers().filter(file -> file.endsWith("bin/mvn")).count());
        assertEquals(
                0,
                leftovers().filter(file -> file.toString().contains(".fetch-")).count());
    }

    @Test
    void wgetWillDoAsWell() throws Exception {
        Files.delete(path.resolve("curl"));
        assumeTrue(Files.exists(path.resolve("wget")) || "true".equals(System.getenv("CI")), "there is no wget here");
        assertEquals("fake maven <verify>\n", mvnw("verify").out());
        assertEquals(1, downloads.get());
    }

    @Test
    void twoAtOnceAreFine() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start("verify"));
        }
        for (Process process : processes) {
            assertEquals("fake maven <verify>\n", Result.of(process).out());
        }
        assertEquals(1, leftovers().filter(file -> file.endsWith("bin/mvn")).count());
    }

    @Test
    void refusesAnotherContent() throws Exception {
        properties("0".repeat(64));

        Result result = mvnw("verify");
        assertEquals(1, result.code());
        assertEquals("", result.out());
        assertEquals(
                List.of(
                        "mvnw: fetching " + url(),
                        "mvnw: refused " + url() + ": its SHA-256 is " + sha256(tarball) + ", not " + "0".repeat(64)),
                result.err().lines().toList());
        assertEquals(List.of(), leftovers().toList());
    }

    @Test
    void saysWhyItCannotFetch() throws Exception {
        archive.stop(0);

        Result result = mvnw("verify");
        assertEquals(1, result.code());
        assertEquals(2, result.err().lines().count(), result.err());
        assertTrue(result.err().contains("mvnw: cannot fetch " + url() + ": "), result.err());
        assertEquals(List.of(), leftovers().toList());
    }

    @Test
    void takesTheMavenOnThePathIfItIsNewEnough() throws Exception {
        script("mvn", version("3.8.7"));
        assertEquals("the other <verify>\n", mvnw("verify").out());
        script("mvn", version("3.10.0"));
        assertEquals("the other <verify>\n", mvnw("verify").out());
        assertEquals(0, downloads.get());

        script("mvn", version("3.8.6"));
        assertEquals("fake maven <verify>\n", mvnw("verify").out());
        assertEquals(1, downloads.get());
    }

    @Test
    void isNotFooledByItself() throws Exception {
        Files.createSymbolicLink(path.resolve("mvn"), project.resolve("mvnw"));
        assertEquals("fake maven <verify>\n", mvnw("verify").out());
    }

    @Test
    void wantsAJdkThatIsNewEnough() throws Exception {
        Files.delete(path.resolve("java"));
        script("java", "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        assertEquals(
                "mvnw: needs a JDK 17 or newer, but " + path.resolve("java") + " is 11.0.2: set JAVA_HOME\n",
                mvnw("verify").err());
        script("java", "#!/bin/sh\necho 'java version \"1.8.0_202\"' >&2\n");
        assertEquals(
                "mvnw: needs a JDK 17 or newer, but " + path.resolve("java") + " is 1.8.0_202: set JAVA_HOME\n",
                mvnw("verify").err());
        Files.delete(path.resolve("java"));
        assertEquals(
                "mvnw: needs a JDK 17 or newer: set JAVA_HOME, or put java on the PATH\n",
                mvnw("verify").err());
        assertEquals(0, downloads.get());
    }

    @Test
    void theRealPropertiesNameAnArchiveAndItsSum() throws IOException {
        String text = Files.readString(Path.of("..", ".mvn", "wrapper", "maven-wrapper.properties"));
        assertTrue(text.matches("(?s).*\\ndistributionUrl=https://\\S+-bin\\.tar\\.gz\\n.*"), text);
        assertTrue(text.matches("(?s).*\\ndistributionSha256Sum=[0-9a-f]{64}\\n.*"), text);
    }

    private record Result(int code, String out, String err) {
        static Result of(Process process) throws IOException, InterruptedException {
            // The process prints less than a pipe holds, so it is safe to read one stream after the other.
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            return new Result(process.exitValue(), out, err);
        }
    }

    private Result mvnw(String... arguments) throws IOException, InterruptedException {
        return Result.of(start(arguments));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", project.resolve("mvnw").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", path.toString());
        builder.environment().put("HOME", folder.resolve("user home").toString());
        return builder.start();
    }

    private Stream<Path> leftovers() throws IOException {
        Path dists = folder.resolve("user home/.m2/wrapper/dists");
        if (!Files.exists(dists)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(dists)) {
            return files.filter(file -> !file.equals(dists)).toList().stream();
        }
    }

    private void properties(String sum) throws IOException {
        Files.writeString(
                project.resolve(".mvn/wrapper/maven-wrapper.properties"),
                "# a comment\ndistributionUrl=" + url() + "\ndistributionSha256Sum=" + sum + "\n");
    }

    private String url() {
        return "http://127.0.0.1:" + archive.getAddress().getPort() + "/apache-maven-3.9.99-bin.tar.gz";
    }

    private byte[] tarball() throws IOException, InterruptedException {
        Path bin = Files.createDirectories(folder.resolve("tar/apache-maven-3.9.99/bin"));
        executable(bin.resolve("mvn"), FAKE);
        Path file = folder.resolve("maven.tar.gz");
        Process tar = new ProcessBuilder(
                        "tar",
                        "-czf",
                        file.toString(),
                        "-C",
                        folder.resolve("tar").toString(),
                        "apache-maven-3.9.99")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("tar.txt").toFile())
                .start();
        assertEquals(0, tar.waitFor(), Files.readString(folder.resolve("tar.txt")));
        return Files.readAllBytes(file);
    }

    private void offer(String tools) throws IOException {
        for (String tool : tools.split(" ", -1)) {
            for (String place : List.of("/usr/bin", "/bin")) {
                Path file = Path.of(place, tool);
                if (Files.exists(file) && !Files.exists(path.resolve(tool))) {
                    forward(tool, file);
                }
            }
        }
    }

    private void offerJava() throws IOException {
        for (String tool : List.of("java", "javac")) {
            forward(tool, Path.of(System.getProperty("java.home"), "bin", tool));
        }
    }

    private void forward(String name, Path tool) throws IOException {
        script(name, "#!/bin/sh\nexec '" + tool + "' \"$@\"\n");
    }

    private static String version(String version) {
        return "#!/bin/sh\nif [ \"$1\" = -v ]; then printf '\\033[1mApache Maven " + version
                + "\\033[m\\n'; else echo \"the other <$1>\"; fi\n";
    }

    private void script(String name, String text) throws IOException {
        Files.deleteIfExists(path.resolve(name));
        executable(path.resolve(name), text);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String sha256(byte[] content) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
