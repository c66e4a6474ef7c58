package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests what can be tested of the image and its stack without Docker. ComposeIT runs a server with their options. */
class ComposeFilesTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern IMAGE = Pattern.compile("(?<name>[a-z0-9][a-z0-9/-]*):(?<tag>[\\w][\\w.-]*)");

    /** An image of somebody else. A tag can be moved to another image, and a digest cannot. */
    private static final Pattern PINNED = Pattern.compile(IMAGE + "@(?<digest>sha256:[0-9a-f]{64})");

    private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|SECRET|_AUTH)");

    private final ComposeFile compose = ComposeFile.of(PROJECT);
    private final Dockerfile dockerfile = Dockerfile.of(PROJECT);

    @Test
    void whatIsMountedIsThereAndParses() throws IOException {
        ObjectMapper json = new ObjectMapper()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        for (Path folder : mounted()) {
            assertTrue(Files.isDirectory(folder), folder + " is mounted");
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String name = file.toString();
                    if (name.endsWith(".json")) {
                        assertTrue(json.readTree(file.toFile()).isObject(), name);
                    } else if (name.endsWith(".yml") || name.endsWith(".yaml")) {
                        assertNotNull(ComposeFile.yaml(file), name);
                    }
                }
            }
        }
    }

    /** Returns the folders of the project that are mounted into a container. */
    private Set<Path> mounted() {
        Set<Path> folders = new HashSet<>();
        for (String service : compose.services()) {
            for (String volume : ComposeFile.list(compose.service(service).get("volumes"))) {
                String source = volume.substring(0, volume.indexOf(':'));
                if (source.startsWith("./")) {
                    assertTrue(volume.endsWith(":ro"), volume);
                    folders.add(PROJECT.resolve(source));
                } else {
                    assertTrue(ComposeFile.map(compose.root().get("volumes")).containsKey(source), volume);
                }
            }
        }
        assertEquals(3, folders.size());
        return folders;
    }

    @Test
    void grafanaLooksForDashboardsWhereTheyAreMounted() throws IOException {
        List<String> mounts = ComposeFile.list(compose.service("grafana").get("volumes"));
        Path folder = PROJECT.resolve("monitoring/grafana/provisioning/dashboards");
        Set<Object> paths = new HashSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                for (Object provider :
                        (List<?>) ComposeFile.map(ComposeFile.yaml(file)).get("providers")) {
                    paths.add(ComposeFile.map(ComposeFile.map(provider).get("options"))
                            .get("path"));
                }
            }
        }
        assertFalse(paths.isEmpty());
        for (Object path : paths) {
            assertTrue(mounts.contains("./monitoring/grafana/dashboards:" + path + ":ro"), path + " of " + mounts);
        }
    }

    @Test
    void imagesArePinned() throws IOException {
        Set<String> pinned = new HashSet<>();
        Set<String> stages = new HashSet<>();
        for (Dockerfile.Instruction instruction : dockerfile.instructions()) {
            if (instruction.name().equals("FROM")) {
                String image = instruction.rest().replaceFirst(" AS .*", "");
                if (!stages.contains(image)) {
                    pinned.add(image);
                }
                stages.add(instruction.stage());
            }
        }
        for (String service : compose.services()) {
            String image = compose.service(service).get("image").toString();
            if (compose.service(service).get("build") instanceof Map<?, ?> build) {
                assertTrue(stages.contains(build.get("target")), service);
                assertTrue(IMAGE.matcher(image).matches(), image);
                assertTrue(image.endsWith(":" + version()), image);
            } else {
                pinned.add(image);
            }
        }
        Map<String, String> digests = new HashMap<>();
        Set<String> versionsOfJava = new HashSet<>();
        for (String image : pinned) {
            Matcher matcher = PINNED.matcher(image);
            assertTrue(matcher.matches(), image + " has no tag or no digest");
            String tag = matcher.group("tag");
            assertTrue(tag.matches("v?\\d+\\.\\d+.*"), image + " has the tag of no version");
            assertEquals(null, digests.put(matcher.group("digest"), image), "two images have one digest: " + image);
            if (matcher.group("name").equals("eclipse-temurin")) {
                versionsOfJava.add(tag.replaceFirst("-(jdk|jre)-", "-"));
            }
        }
        assertEquals(7, digests.size());
        assertEquals(1, versionsOfJava.size(), "what builds and what runs is one Java: " + versionsOfJava);
        assertTrue(
                dockerfile.one("keycloak", "LABEL").contains("image.version=\"" + version() + "\""),
                "the image's label has the project's version");
        assertEquals(
                "keycloak",
                dockerfile
                        .instructions()
                        .get(dockerfile.instructions().size() - 1)
                        .stage());
    }

    /** Maven reads the POM of every module, even of a module that it does not build. */
    @Test
    void theImagesContextHasThePomOfEachModule() throws IOException {
        List<String> context = Files.readAllLines(PROJECT.resolve(".dockerignore"));
        List<String> modules = Pattern.compile("<module>([^<]+)</module>")
                .matcher(Files.readString(PROJECT.resolve("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .toList();
        List<String> built = dockerfile.all("build", "RUN").stream()
                .flatMap(command -> Pattern.compile("\\./mvnw .* -pl (\\S+)")
                        .matcher(command)
                        .results())
                .flatMap(match -> Stream.of(match.group(1).split(",", -1)))
                .toList();

        assertEquals(List.of("providers", "server"), built);
        assertTrue(modules.containsAll(built), modules::toString);
        for (String module : modules) {
            String needed = built.contains(module) ? module : module + "/pom.xml";
            assertTrue(context.contains("!" + needed), needed);
        }
    }

    private static String version() throws IOException {
        Matcher version = Pattern.compile("<artifactId>keycloak-user-service-parent</artifactId>\\s*<version>([^<]+)<")
                .matcher(Files.readString(PROJECT.resolve("pom.xml")));
        assertTrue(version.find());
        return version.group(1);
    }

    @Test
    void everyVariableIsInTheExample() throws IOException {
        Set<String> documented = documented().keySet();
        Set<String> missing = new TreeSet<>(compose.variables());
        missing.removeAll(documented);

        assertEquals(Set.of(), missing);
        assertTrue(documented.containsAll(DotEnv.read(example()).keySet()));
    }

    @Test
    void defaultsAreThoseOfTheExample() throws IOException {
        Map<String, String> documented = documented();
        Map<String, String> defaults = new TreeMap<>();
        for (String text : ComposeFile.texts(compose.root())) {
            Pattern.compile("\\$\\{([A-Z_]+):-([^${}]+)\\}")
                    .matcher(text)
                    .results()
                    .filter(match -> !documented.get(match.group(1)).contains("example.com"))
                    .forEach(match -> defaults.put(match.group(1), match.group(2)));
        }
        assertTrue(defaults.size() > 8, defaults::toString);
        defaults.forEach((name, value) -> assertEquals(value, documented.get(name), name));
    }

    /** Returns the settings that the example names, whether commented out or not. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> documented = new HashMap<>();
        for (String line : Files.readAllLines(example())) {
            Matcher assignment = Pattern.compile("#?([A-Z][A-Z0-9_]*)=(.*)").matcher(line);
            if (assignment.matches()) {
                assertEquals(null, documented.put(assignment.group(1), assignment.group(2)), "twice: " + line);
            }
        }
        return documented;
    }

    private static Path example() {
        return PROJECT.resolve(".env.example");
    }

    @Test
    void onlyKeycloaksAddressCanBeOpenedToOthers() {
        Map<String, List<String>> ports = new TreeMap<>();
        for (String service : compose.services()) {
            List<String> published = ComposeFile.list(compose.service(service).get("ports"));
            if (!published.isEmpty()) {
                ports.put(service, published);
            }
            assertFalse("host".equals(compose.service(service).get("network_mode")), service);
        }
        assertEquals(
                List.of("${HTTP_ADDRESS:-127.0.0.1}:${HTTP_PORT:-8080}:8080"),
                ports.remove("keycloak"),
                "not its management port");
        assertEquals(Set.of("grafana", "mailpit", "prometheus"), ports.keySet());
        ports.values().forEach(published -> published.forEach(port -> assertTrue(port.startsWith("127.0.0.1:"), port)));
        assertFalse(DotEnv.read(example()).containsKey("HTTP_ADDRESS"), "others are let in by decision");
    }

    @Test
    void noSecretHasADefaultInTheFile() {
        Pattern demanded = Pattern.compile("\\$\\{[A-Z_]+(:\\?[^}]*)?\\}|\\$\\{[A-Z_]+:-\\$\\{[A-Z_]+\\}\\}");
        Set<String> seen = new TreeSet<>();
        for (String service : compose.services()) {
            compose.rawEnvironment(service).forEach((name, value) -> {
                if (SECRET.matcher(name).matches() && value != null) {
                    assertTrue(demanded.matcher(value.toString()).matches(), name + ": " + value);
                    seen.add(service);
                }
            });
        }
        assertEquals(Set.of("grafana", "keycloak", "postgres", "redis"), seen);
        DotEnv.read(example()).forEach((name, value) -> {
            if (SECRET.matcher(name).matches()) {
                assertTrue(RealmImportWriter.PUBLIC_PASSWORDS.contains(value), name + " is not known to be public");
            }
        });
    }

    @Test
    void everyServiceIsWatchedBoundedAndStartedAgain() {
        for (String name : compose.services()) {
            Map<String, Object> service = compose.service(name);
            boolean once = name.equals("realms");
            assertEquals(once ? "no" : "unless-stopped", service.get("restart"), name);
            Object limits = ComposeFile.map(
                            ComposeFile.map(service.get("deploy")).get("resources"))
                    .get("limits");
            assertEquals(Set.of("memory", "pids"), ComposeFile.map(limits).keySet(), name);
            if (!once && !name.equals("keycloak")) {
                assertTrue(service.containsKey("healthcheck"), name);
            }
        }
        assertFalse(dockerfile.one("keycloak", "HEALTHCHECK").isEmpty());
    }

    @Test
    void whoWritesTheRealmsIsWhoReadsThem() {
        assertEquals(dockerfile.one("realms", "USER"), dockerfile.one("keycloak", "USER"));
        String importFolder = "/opt/keycloak/data/import";
        assertTrue(ComposeFile.list(compose.service("realms").get("volumes"))
                .contains("realms:" + last(dockerfile.words("realms", "ENTRYPOINT"))));
        assertTrue(ComposeFile.list(compose.service("keycloak").get("volumes"))
                .contains("realms:" + importFolder + ":ro"));
        // A new volume takes its owner from the image of the container that starts first, which may be either of these.
        for (String stage : List.of("realms", "keycloak")) {
            assertTrue(
                    dockerfile.all(stage, "RUN").stream()
                            .anyMatch(command -> command.contains("install -d -o keycloak -g keycloak -m 700 ")),
                    stage);
        }
    }

    private static String last(List<String> words) {
        return words.get(words.size() - 1);
    }

    /** The build of an image need not be quick, and nobody reads its console as it is. */
    private static final Set<String> OWN_OF_RUN = Set.of("SPI_STORAGE__SSSD__ENABLED", "LOG_CONSOLE_OUTPUT");

    @Test
    void logAndMetricsAreThoseOfTheRunCommand() {
        Map<String, String> options = new HashMap<>();
        compose.environment("keycloak")
                .forEach((name, value) -> options.put(name.replaceFirst("^KC(RAW)?_", ""), value));
        for (String option : dockerfile.buildOptions()) {
            String[] parts = option.substring("--".length()).split("=", 2);
            options.put(parts[0].replace('-', '_').toUpperCase(Locale.ROOT), parts[1]);
        }
        new RunSettings(new Environment(Map.of()), Path.of("/opt/keycloak"))
                .serverEnvironment()
                .forEach((name, value) -> {
                    String option = name.substring("KCRAW_".length());
                    if (!option.contains("PORT") && !option.startsWith("FEATURE_") && !OWN_OF_RUN.contains(option)) {
                        assertEquals(value, options.get(option), option);
                    }
                });
    }

    @Test
    void experimentalFeaturesAreOnForWhoAsks() {
        String argument = "KC_FEATURE_DECLARATIVE_UI";
        assertEquals(argument + "=disabled", dockerfile.one("build", "ARG"));
        Object given = ComposeFile.map(
                        ComposeFile.map(compose.service("keycloak").get("build"))
                                .get("args"))
                .get(argument);
        assertEquals("disabled", compose.interpolate(given.toString()));
        assertFalse(dockerfile.buildOptions().stream().anyMatch(option -> option.startsWith("--feature")));
    }

    @Test
    void aHeapDumpIsLeftWhereTheImageMayWrite() {
        String folder = "/opt/keycloak/logs";
        assertEquals(
                "-XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=" + folder + "/heap.hprof",
                dockerfile.environment("keycloak").get("JAVA_OPTS_APPEND"));
        assertTrue(ComposeFile.list(compose.service("keycloak").get("volumes")).contains("logs:" + folder));
    }

    @Test
    void theGateSeesWhatItJudges() {
        assertTrue(compose.rawEnvironment("realms")
                .keySet()
                .containsAll(Set.of(
                        "HTTP_ADDRESS",
                        "KC_HOSTNAME",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD",
                        "KC_HOSTNAME_ADMIN",
                        "KC_PROXY_HEADERS",
                        "KC_PROXY_TRUSTED_ADDRESSES",
                        "DATABASE_URL",
                        "KC_DB_URL")));
        // The gate must also get every variable that Keycloak gets directly from .env, even if it is empty.
        compose.rawEnvironment("keycloak").forEach((name, value) -> {
            if (value == null) {
                assertTrue(RealmImportWriter.HANDED_ON.contains(name), name);
            }
        });
    }

    @Test
    void aSecretThatIsMissingIsAskedFor() {
        for (String missing : List.of("${NO_SUCH:?set it}", "${NO_SUCH}")) {
            assertThrows(AssertionError.class, () -> compose.interpolate(missing));
        }
        assertEquals("a$b-localhost-only", compose.interpolate("a$$b-${NO_SUCH:-${POSTGRES_PASSWORD}}"));
    }
}
