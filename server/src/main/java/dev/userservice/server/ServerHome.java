package dev.userservice.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** The folder in which a Keycloak server runs; see {@link Distribution#prepare}. */
public record ServerHome(Path path) {
    /** The file that exists once all of Keycloak's files are in place. */
    static final String COMPLETE = ".complete";

    /** Returns the folder that {@code --import-realm} reads. */
    public Path importFolder() {
        return path.resolve("data").resolve("import");
    }

    /**
     * Runs {@code kc.sh build}, after which the server starts with {@code --optimized}.
     *
     * @param environment build options as {@code KC_...} variables; see {@link KeycloakProcess#start}
     */
    public void build(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("build"));
        all.addAll(List.of(arguments));
        Map<String, String> complete = new HashMap<>(environment);
        // The build is too short to earn back what the optimizing compiler costs: nearly half of its processor time.
        complete.merge("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1", (given, ours) -> ours + " " + given);
        Queue<String> output = new ConcurrentLinkedQueue<>();
        KeycloakProcess build = KeycloakProcess.start(this, all, complete, output::add);
        if (!build.awaitEnd(Duration.ofMinutes(10))) {
            build.kill();
            throw new StartException("Keycloak's build did not end within ten minutes");
        }
        if (build.exitCode() != 0) {
            throw new StartException("Keycloak's build failed:\n" + String.join("\n", output));
        }
    }

    /**
     * Makes the next preparation place Keycloak's files again (never the data) if they were modified after
     * {@code start}: a build that was interrupted may have left an incomplete file.
     */
    void invalidateIfModifiedSince(Instant start) {
        try (Stream<Path> files = Files.walk(path.resolve("lib").resolve("quarkus"))) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isAfter(start)) {
                    Files.deleteIfExists(path.resolve(COMPLETE));
                    return;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new StartException("cannot look into the server's home " + path + ": " + e.getMessage(), e);
        }
    }

    List<String> command(List<String> arguments) {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        List<String> command = new ArrayList<>();
        command.add(path.resolve("bin").resolve(windows ? "kc.bat" : "kc.sh").toString());
        command.addAll(arguments);
        return command;
    }
}
