package dev.userservice.server;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The locations of the server's parts. Maven passes them as system properties, because it defines the versions and
 * build folders.
 *
 * @param root the project's root folder
 * @param distribution the unpacked Keycloak, which is never run from there
 * @param jar the extension
 */
public record Layout(Path root, Path distribution, Path jar) {

    /** Returns the layout of the Maven build that runs this JVM. */
    public static Layout ofBuild() {
        return new Layout(
                existing("layout.root", "the project's folder"),
                existing("layout.distribution", "Keycloak's distribution"),
                existing("layout.jar", "the extension"));
    }

    /** Returns the folder of the realm files that are under version control. */
    public Path realmConfig() {
        return root.resolve("realm-config");
    }

    /**
     * Returns the folder of a server home. Homes for the same purpose but of different Keycloak versions do not share
     * data.
     */
    public Path home(String purpose) {
        return root.resolve("server/target").resolve(purpose).resolve(distribution.getFileName());
    }

    private static Path existing(String property, String what) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new StartException("the system property " + property + " is missing: start through Maven");
        }
        Path path = Path.of(value).toAbsolutePath().normalize();
        if (!Files.exists(path)) {
            throw new StartException(what + " is missing: " + path
                    + " (remove the folders called target, then ./mvnw package makes it)");
        }
        return path;
    }
}
