package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests the jar as operators get it. The build excludes classes by a pattern, and such a pattern does not notice that a class has
 * another name now, so this test looks at the content of the jar. It is in this module because the jar is made before this
 * module's tests run.
 */
class PackagedJarTest {
    private static final Path SOURCES = Path.of("../providers/src/main/java");
    private static final Path REALMS = Path.of("../realm-config");
    private static final String CLASS = ".class";
    private static final String SHADED = "dev/userservice/shaded/";

    /**
     * The largest size that is allowed, in bytes. It is a tenth above the present size. Without its dependencies, the jar would
     * have a seventh of this size.
     */
    private static final long LARGEST = 12_000_000;

    private static final long SMALLEST = 9_500_000;

    private static final Set<String> PACKAGES = Set.of(
            "dev/userservice",
            "dev/userservice/access",
            "dev/userservice/account",
            "dev/userservice/activation",
            "dev/userservice/activity",
            "dev/userservice/api",
            "dev/userservice/argon2",
            "dev/userservice/codes",
            "dev/userservice/devices",
            "dev/userservice/docs",
            "dev/userservice/emailchange",
            "dev/userservice/gate",
            "dev/userservice/grace",
            "dev/userservice/hashes",
            "dev/userservice/http",
            "dev/userservice/invitations",
            "dev/userservice/keycloak",
            "dev/userservice/mail",
            "dev/userservice/metrics",
            "dev/userservice/mfa",
            "dev/userservice/moving",
            "dev/userservice/password",
            "dev/userservice/ratelimit",
            "dev/userservice/schema",
            "dev/userservice/sessions",
            "dev/userservice/settings",
            "dev/userservice/signing",
            "dev/userservice/stepup",
            "dev/userservice/users",
            "dev/userservice/web");

    /** The package whose classes make the OpenAPI document while the jar is built. */
    private static final String BUILD_TIME = "dev/userservice/openapi";

    /** The libraries that the jar contains, each in a package below one of ours. */
    private static final Set<String> DEPENDENCIES = Set.of("authx", "bucket4j", "lettuce", "reactor");

    private static final Set<String> JSON_FILES =
            Set.of("META-INF/keycloak-themes.json", "META-INF/user-service/openapi.json");

    /** Begins the names of the library whose classes keep their names, because its native methods are called by them. */
    private static final String UNRENAMED = "com/amazon/corretto/crypto/";

    /** The libraries that are not Java's. BundledLibrary knows the digests of libsodium's. */
    private static final Set<String> NATIVE = Set.of(
            "com/amazon/corretto/crypto/provider/libamazonCorrettoCryptoProvider.so",
            "META-INF/user-service/libsodium/arm64/libsodium.so",
            "META-INF/user-service/libsodium/linux64/libsodium.so");

    private static long size;

    /** The content of the jar's files by their names, with one character for each byte. */
    private static Map<String, String> files;

    @BeforeAll
    static void read() throws IOException {
        Path jar = Path.of(System.getProperty("layout.jar"));
        // The jar does not exist yet in Maven's phase "test" if the build does not go on to the phase "package".
        assumeTrue(
                Files.exists(jar) || "true".equals(System.getenv("CI")),
                "there is no jar yet: ./mvnw package makes it, and then runs this");
        size = Files.size(jar);
        files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().filter(one -> !one.isDirectory()).toList()) {
                byte[] content = zip.getInputStream(entry).readAllBytes();
                files.put(entry.getName(), new String(content, StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void itsPackagesAreTheOnesThatRun() {
        assertEquals(
                new TreeSet<>(PACKAGES),
                of(classes().filter(name -> !isShaded(name) && !name.startsWith(UNRENAMED)), PackagedJarTest::folder));
    }

    @Test
    void whatItCarriesOfOthersIsRenamed() {
        assertEquals(
                new TreeSet<>(DEPENDENCIES),
                of(
                        classes().filter(PackagedJarTest::isShaded),
                        name -> name.substring(SHADED.length()).replaceFirst("/.*", "")));
    }

    @Test
    void itsNativeLibrariesAreTheOnesThatAreKnown() {
        assertEquals(
                new TreeSet<>(NATIVE),
                of(
                        files.keySet().stream().filter(name -> name.matches(".*\\.(so|dll|dylib|jnilib)(\\..*)?")),
                        name -> name));
    }

    /**
     * Checks that the jar has no class of a test and no class that an earlier build left behind, and that no class is missing.
     */
    @Test
    void itsClassesAreThoseOfTheSources() throws IOException {
        Set<String> missing;
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            missing = of(
                    sources.map(file -> SOURCES.relativize(file).toString())
                            .filter(name -> name.endsWith(".java"))
                            .filter(name -> !folder(name).equals(BUILD_TIME)),
                    name -> name.substring(0, name.length() - ".java".length()));
        }
        Set<String> classes =
                of(classes().filter(name -> !isShaded(name) && !name.startsWith(UNRENAMED)), PackagedJarTest::topLevel);
        Set<String> foreign = new TreeSet<>(classes);
        foreign.removeAll(missing);
        missing.removeAll(classes);

        assertEquals(Set.of(), foreign);
        assertEquals(Set.of(), missing);
    }

    @Test
    void noRealmIsInIt() throws IOException {
        assertEquals(
                new TreeSet<>(JSON_FILES),
                of(files.keySet().stream().filter(name -> name.endsWith(".json")), name -> name));
        Set<String> realms = realmFiles();
        assertTrue(realms.contains("tenant-template.json"), realms::toString);
        assertEquals(
                Set.of(),
                of(
                        files.keySet().stream()
                                .filter(name -> realms.contains(name.substring(name.lastIndexOf('/') + 1))),
                        name -> name));
    }

    /**
     * Checks the demo accounts that may do more than a user may. The name of the demo user is an example in the API's document.
     */
    @Test
    void noDemoAccountIsInIt() throws IOException {
        Set<String> secrets = new TreeSet<>();
        for (String file : realmFiles()) {
            for (JsonNode user :
                    new ObjectMapper().readTree(REALMS.resolve(file).toFile()).path("users")) {
                if (!user.path("username").asText().equals("demo-user")) {
                    secrets.add(user.path("username").asText());
                    secrets.addAll(user.findValuesAsText("value"));
                }
            }
        }
        assertEquals(Set.of("demo-admin", "Demo-admin-1!", "demo-vendor", "Demo-vendor-1!"), secrets);
        assertEquals(
                Set.of(),
                of(
                        files.entrySet().stream()
                                .filter(file -> secrets.stream().anyMatch(file.getValue()::contains)),
                        Map.Entry::getKey));
    }

    @Test
    void itsSizeIsWhatItWas() {
        assertTrue(size >= SMALLEST && size <= LARGEST, size + " bytes");
    }

    private static Set<String> realmFiles() throws IOException {
        try (Stream<Path> realms = Files.list(REALMS)) {
            return of(realms, file -> file.getFileName().toString());
        }
    }

    private static Stream<String> classes() {
        return files.keySet().stream().filter(name -> name.endsWith(CLASS));
    }

    private static boolean isShaded(String name) {
        return name.startsWith(SHADED);
    }

    private static String folder(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    private static String topLevel(String name) {
        return name.substring(0, name.length() - CLASS.length()).replaceFirst("\\$.*", "");
    }

    /** Returns the names in sorted order, so that a failure is easy to read. */
    private static <T> Set<String> of(Stream<T> things, Function<T, String> name) {
        return things.map(name).collect(Collectors.toCollection(TreeSet::new));
    }
}
