package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
    private static final FileTime PAST = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    private Path folder;

    private Path unpacked;
    private Path jar;
    private Path home;

    @BeforeEach
    void unpack() throws IOException {
        unpacked = folder.resolve("dist");
        jar = folder.resolve("extension-1.jar");
        home = folder.resolve("home");
        write(unpacked.resolve("bin/kc.sh"), "#!/bin/sh");
        write(unpacked.resolve("lib/lib/a.jar"), "a");
        write(unpacked.resolve("lib/quarkus/b.dat"), "b");
        write(unpacked.resolve("conf/keycloak.conf"), "c");
        write(unpacked.resolve("providers/README.md"), "d");
        write(jar, "one");
    }

    @Test
    void whatKeycloakRewritesIsCopiedAndTheRestIsLinked() throws IOException {
        new Distribution(unpacked, jar).prepare(home);

        assertEquals(key(unpacked.resolve("bin/kc.sh")), key(home.resolve("bin/kc.sh")));
        assertEquals(key(unpacked.resolve("lib/lib/a.jar")), key(home.resolve("lib/lib/a.jar")));
        for (String copied : new String[] {"lib/quarkus/b.dat", "conf/keycloak.conf", "providers/README.md"}) {
            assertNotEquals(key(unpacked.resolve(copied)), key(home.resolve(copied)), copied);
            assertEquals(-1, Files.mismatch(unpacked.resolve(copied), home.resolve(copied)), copied);
        }
    }

    @Test
    void theExtensionKeepsItsTimeWhileItIsTheSame() throws IOException {
        Distribution distribution = new Distribution(unpacked, jar);
        distribution.prepare(home);
        Path extension = home.resolve("providers/keycloak-user-service.jar");
        Files.setLastModifiedTime(extension, PAST);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now()));

        distribution.prepare(home);
        assertEquals(PAST, Files.getLastModifiedTime(extension));

        write(jar, "two");
        distribution.prepare(home);
        assertEquals("two", Files.readString(extension));
        assertNotEquals(PAST, Files.getLastModifiedTime(extension));
    }

    @Test
    void dataAndBuildStayFromOnePreparationToTheNext() throws IOException {
        Distribution distribution = new Distribution(unpacked, jar);
        distribution.prepare(home);
        write(home.resolve("data/h2/db"), "data");
        write(home.resolve("lib/quarkus/b.dat"), "built");

        distribution.prepare(home);
        assertEquals("data", Files.readString(home.resolve("data/h2/db")));
        assertEquals("built", Files.readString(home.resolve("lib/quarkus/b.dat")));
        assertEquals("b", Files.readString(unpacked.resolve("lib/quarkus/b.dat")));
    }

    @Test
    void aBuildThatWasCutShortIsUndone() throws IOException {
        Distribution distribution = new Distribution(unpacked, jar);
        ServerHome prepared = distribution.prepare(home);
        write(home.resolve("data/h2/db"), "data");
        write(home.resolve("lib/quarkus/b.dat"), "ha");

        prepared.invalidateIfModifiedSince(Instant.now().plusSeconds(60));
        distribution.prepare(home);
        assertEquals("ha", Files.readString(home.resolve("lib/quarkus/b.dat")));

        prepared.invalidateIfModifiedSince(Instant.now().minusSeconds(60));
        distribution.prepare(home);
        assertEquals("b", Files.readString(home.resolve("lib/quarkus/b.dat")));
        assertEquals("data", Files.readString(home.resolve("data/h2/db")));
    }

    @Test
    void aMissingPartIsNamed() {
        Path missing = folder.resolve("none.jar");
        StartException e = assertThrows(
                StartException.class, () -> new Distribution(unpacked, missing).prepare(folder.resolve("other")));
        assertTrue(e.getMessage().startsWith("missing: " + missing), e.getMessage());
    }

    @Test
    void removesAHome() {
        new Distribution(unpacked, jar).prepare(home);
        Distribution.remove(home);
        Distribution.remove(home);
        assertFalse(Files.exists(home));
        assertTrue(Files.exists(unpacked.resolve("lib/lib/a.jar")));
    }

    private static Object key(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
