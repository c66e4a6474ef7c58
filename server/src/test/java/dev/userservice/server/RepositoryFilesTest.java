package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests the files that only GitHub reads, and the versions that several files name. The script {@code .ci/lint-github} also checks the
 * syntax of the workflows.
 */
class RepositoryFilesTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path GITHUB = PROJECT.resolve(".github");

    /** A script of the project at the place of a command. */
    private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/.-])(?:\\./)?(?<path>(?:\\.ci|clients)/[\\w/.-]+)");

    private static final Pattern PINNED = Pattern.compile("[\\w.-]+/[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
    private static final Pattern USES = Pattern.compile("(?m)^ *(?:- )?uses: (?<action>.+)$");
    private static final Set<String> FIELDS = Set.of("input", "textarea", "dropdown", "checkboxes");

    /** The file that makes Dependabot look into a folder, by what Dependabot calls the kind of package. */
    private static final Map<String, String> MANIFESTS = Map.of(
            "maven", "pom.xml",
            "npm", "package.json",
            "docker", "Dockerfile",
            "docker-compose", "docker-compose.yml",
            "github-actions", ".github/workflows");

    @Test
    void eachStepOfAWorkflowIsAScriptThatRunsElsewhereToo() throws IOException {
        Set<String> scripts = new TreeSet<>();
        for (Map<String, Object> step : steps()) {
            if (step.get("run") instanceof String command) {
                Set<String> called = scripts(command);
                // Only the registry of a release wants a login.
                assertTrue(!called.isEmpty() || command.contains("docker login"), command);
                scripts.addAll(called);
            }
        }
        assertTrue(scripts.containsAll(Set.of(".ci/compose", ".ci/release", ".ci/run", ".ci/unit")), scripts::toString);

        for (String script : scripts) {
            assertTrue(Files.isExecutable(PROJECT.resolve(script)), script + " must be there, and executable");
        }
    }

    @Test
    void eachScriptThatAScriptCallsIsThere() throws IOException {
        try (Stream<Path> scripts = Files.list(PROJECT.resolve(".ci"))) {
            for (Path script : scripts.filter(Files::isRegularFile).toList()) {
                assertTrue(Files.isExecutable(script), script.toString());
                for (String line : Files.readAllLines(script)) {
                    if (!line.startsWith("#")) {
                        scripts(line).stream()
                                .filter(called -> called.startsWith(".ci/") && !called.contains("/node_modules/"))
                                .forEach(called -> assertTrue(Files.exists(PROJECT.resolve(called)), called));
                    }
                }
            }
        }
    }

    /** A tag can be moved to other code, and a commit cannot. */
    @Test
    void actionsArePinnedByTheirCommits() throws IOException {
        Map<String, String> pins = new HashMap<>();
        for (Path workflow : workflows().keySet()) {
            Matcher uses = USES.matcher(Files.readString(workflow));
            while (uses.find()) {
                String action = uses.group("action");
                if (action.startsWith("./")) {
                    assertTrue(Files.exists(PROJECT.resolve(action)), action);
                } else {
                    assertTrue(PINNED.matcher(action).matches(), action);
                    String name = action.substring(0, action.indexOf('@'));
                    assertEquals(action, pins.computeIfAbsent(name, first -> action), "all workflows use one version");
                }
            }
        }
        assertTrue(pins.containsKey("actions/checkout"), pins::toString);
    }

    @Test
    void jobsHaveOnlyTheRightsThatTheyName() throws IOException {
        workflows().forEach((file, workflow) -> {
            assertEquals(Map.of(), workflow.get("permissions"), file + " gives rights to all of its jobs");
            assertTrue(ComposeFile.map(workflow.get("concurrency")).containsKey("group"), file.toString());
            ComposeFile.map(workflow.get("jobs")).forEach((name, value) -> {
                Map<String, Object> job = ComposeFile.map(value);
                assertInstanceOf(Map.class, job.get("permissions"), file + ": " + name);
                assertTrue(
                        job.containsKey("uses") || job.get("timeout-minutes") instanceof Integer, file + ": " + name);
            });
        });
    }

    @Test
    void checkoutsLeaveNoTokenBehind() throws IOException {
        for (Map<String, Object> step : steps()) {
            if (step.get("uses") instanceof String action && action.startsWith("actions/checkout@")) {
                assertEquals(false, ComposeFile.map(step.get("with")).get("persist-credentials"));
            }
        }
    }

    @Test
    void dependabotLooksIntoEachFolderWithDependencies() throws IOException {
        Map<String, Object> dependabot = ComposeFile.map(ComposeFile.yaml(GITHUB.resolve("dependabot.yml")));
        assertEquals(2, dependabot.get("version"));
        Map<String, Set<String>> folders = new TreeMap<>();
        for (Object one : (List<?>) dependabot.get("updates")) {
            Map<String, Object> update = ComposeFile.map(one);
            String kind = update.get("package-ecosystem").toString();
            assertNotNull(ComposeFile.map(update.get("schedule")).get("interval"), kind);
            List<String> places = update.containsKey("directories")
                    ? ComposeFile.list(update.get("directories"))
                    : List.of(update.get("directory").toString());
            assertTrue(places.stream().allMatch(place -> place.startsWith("/")), kind);
            folders.computeIfAbsent(kind, first -> new HashSet<>()).addAll(places);
        }
        assertEquals(MANIFESTS.keySet(), folders.keySet());

        for (String kind : List.of("docker", "docker-compose", "github-actions")) {
            assertEquals(Set.of("/"), folders.get(kind), kind);
            assertTrue(Files.exists(PROJECT.resolve(MANIFESTS.get(kind))), kind);
        }
        Set<Path> modules = new HashSet<>(modules());
        assertEquals(
                List.of(),
                with("pom.xml").stream()
                        .filter(folder -> !modules.contains(folder) && !isIn(folders.get("maven"), folder))
                        .toList());
        assertEquals(
                List.of(),
                with("package.json").stream()
                        .filter(folder -> !isIn(folders.get("npm"), folder))
                        .toList());
    }

    /** Returns the folders of the project with a file of this name. */
    private static List<Path> with(String name) throws IOException {
        List<Path> folders = new ArrayList<>();
        Files.walkFileTree(PROJECT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return Set.of("node_modules", "target", ".git")
                                .contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.endsWith(name)) {
                    folders.add(PROJECT.relativize(file.getParent()));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        assertTrue(!folders.isEmpty(), name);
        return folders;
    }

    private static boolean isIn(Set<String> patterns, Path folder) {
        return patterns.stream()
                .anyMatch(pattern -> FileSystems.getDefault()
                        .getPathMatcher("glob:" + pattern)
                        .matches(Path.of("/").resolve(folder)));
    }

    @Test
    void formsHaveWhatGitHubDemands() throws IOException {
        for (Map<String, Object> form : forms().values()) {
            Set<Object> ids = new HashSet<>();
            assertNotNull(form.get("description"));
            for (Object one : (List<?>) form.get("body")) {
                Map<String, Object> element = ComposeFile.map(one);
                Map<String, Object> attributes = ComposeFile.map(element.get("attributes"));
                if (element.get("type").equals("markdown")) {
                    assertNotNull(attributes.get("value"));
                } else {
                    assertTrue(FIELDS.contains(element.get("type")), element::toString);
                    assertNotNull(attributes.get("label"), element::toString);
                    assertTrue(ids.add(element.get("id")), element::toString);
                }
                if (element.get("type").equals("dropdown")) {
                    // YAML reads "yes" and "no" without quotes as other things than texts.
                    List<?> options = (List<?>) attributes.get("options");
                    assertTrue(options.stream().allMatch(String.class::isInstance), options::toString);
                    assertEquals(options.size(), new HashSet<>(options).size(), options::toString);
                }
            }
            assertTrue(!ids.isEmpty(), "a form asks for something");
        }
    }

    @Test
    void theFormOfABugAsksForWhatIsNeededToFindIt() throws IOException {
        Set<Object> asked = ((List<?>) forms().get("bug.yml").get("body"))
                .stream().map(element -> ComposeFile.map(element).get("id")).collect(Collectors.toSet());
        assertTrue(asked.containsAll(Set.of("keycloak", "jar", "database", "request", "log")), asked::toString);
    }

    private static Map<String, Map<String, Object>> forms() throws IOException {
        Map<String, Map<String, Object>> forms = new TreeMap<>();
        try (Stream<Path> files = Files.list(GITHUB.resolve("ISSUE_TEMPLATE"))) {
            files.filter(file -> !file.endsWith("config.yml"))
                    .forEach(file -> forms.put(file.getFileName().toString(), ComposeFile.map(ComposeFile.yaml(file))));
        }
        assertEquals(Set.of("bug.yml", "feature.yml"), forms.keySet());
        return forms;
    }

    @Test
    void documentsNameTheVersionsOfTheBuild() throws IOException {
        String server = property("keycloak.server.version");
        String java = property("java.release");
        String compatibility = read("docs/compatibility.md");

        assertTrue(compatibility.contains("| Keycloak server | " + server + " |"), server);
        assertTrue(compatibility.contains("classes for Java " + java + " |"), java);
        assertTrue(compatibility.contains("`" + server + "-<n>`"), server);
        assertTrue(read("README.md").contains("For **Keycloak " + server + "**"), server);
        assertTrue(read("README.md").contains("with a JDK " + java + " or newer"), java);
    }

    @Test
    void eachJavaOfTheWorkflowsIsInATableOfVersions() throws IOException {
        String compatibility = read("docs/compatibility.md");
        Set<String> versions = new TreeSet<>();
        for (Map<String, Object> workflow : workflows().values()) {
            for (Object job : ComposeFile.map(workflow.get("jobs")).values()) {
                if (ComposeFile.map(job).get("strategy") instanceof Map<?, ?> strategy
                        && ComposeFile.map(strategy.get("matrix")).get("java") instanceof List<?> matrix) {
                    matrix.forEach(version -> versions.add(version.toString()));
                }
            }
        }
        assertTrue(versions.contains(property("java.release")), versions::toString);
        for (String version : versions) {
            assertTrue(
                    Pattern.compile("(?m)^\\| Java .*\\b" + version + "\\b")
                            .matcher(compatibility)
                            .find(),
                    version);
        }
    }

    @Test
    void theVersionSaysForWhichKeycloakItIs() throws IOException {
        String version = version();
        assertTrue(version.matches(Pattern.quote(property("keycloak.server.version")) + "-\\d+"), version);

        for (Path module : modules()) {
            assertTrue(read(module + "/pom.xml").contains("<version>" + version + "</version>"), module.toString());
        }
    }

    /** Returns the folders that the POM of the project names as its modules. */
    private static List<Path> modules() throws IOException {
        return Pattern.compile("<module>([^<]+)</module>")
                .matcher(read("pom.xml"))
                .results()
                .map(module -> Path.of(module.group(1)))
                .toList();
    }

    @Test
    void theChangelogBeginsWithWhatIsNotReleased() throws IOException {
        List<String> sections = Pattern.compile("(?m)^## (.*)$")
                .matcher(read("CHANGELOG.md"))
                .results()
                .map(heading -> heading.group(1))
                .toList();
        assertTrue(sections.get(0).startsWith("[Unreleased]"), sections::toString);
        for (String released : sections.subList(1, sections.size())) {
            assertTrue(released.matches("\\[\\d+\\.\\d+\\.\\d+-\\d+\\] - \\d{4}-\\d{2}-\\d{2}"), released);
        }
    }

    private static String version() throws IOException {
        return found("<artifactId>keycloak-user-service-parent</artifactId>\\s*<version>([^<]+)<");
    }

    private static String property(String name) throws IOException {
        return found("<" + Pattern.quote(name) + ">([^<]+)<");
    }

    private static String found(String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(read("pom.xml"));
        assertTrue(matcher.find(), pattern);
        return matcher.group(1);
    }

    private static String read(String file) throws IOException {
        return Files.readString(PROJECT.resolve(file));
    }

    private static Set<String> scripts(String command) {
        return SCRIPT.matcher(command)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<Path, Map<String, Object>> workflows() throws IOException {
        Map<Path, Map<String, Object>> workflows = new TreeMap<>();
        try (Stream<Path> files = Files.list(GITHUB.resolve("workflows"))) {
            for (Path file : files.toList()) {
                assertTrue(file.toString().endsWith(".yml"), file.toString());
                Map<String, Object> workflow = new HashMap<>();
                // YAML reads the key "on" without quotes as a truth value.
                ((Map<?, ?>) ComposeFile.yaml(file)).forEach((key, value) -> workflow.put(key.toString(), value));
                workflows.put(file, workflow);
            }
        }
        assertTrue(workflows.size() >= 3, workflows.keySet()::toString);
        return workflows;
    }

    private static List<Map<String, Object>> steps() throws IOException {
        List<Map<String, Object>> steps = new ArrayList<>();
        for (Map<String, Object> workflow : workflows().values()) {
            for (Object job : ComposeFile.map(workflow.get("jobs")).values()) {
                if (ComposeFile.map(job).get("steps") instanceof List<?> list) {
                    list.forEach(step -> steps.add(ComposeFile.map(step)));
                }
            }
        }
        return steps;
    }
}
