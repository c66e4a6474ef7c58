package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests where libsodium is looked for, and that nothing but the jar's own library is loaded from the folders. */
final class LibrarySearchTest {
    @TempDir
    private Path place;

    private BundledLibrary bundled;

    @BeforeEach
    void needLibrary() throws IOException {
        Libraries.sodium();
        place = place.toRealPath();
        bundled = BundledLibrary.of(System.getProperty("os.name"), System.getProperty("os.arch"))
                .orElseThrow();
    }

    private LoadedLibrary search(LibraryChoice choice, Path... places) {
        return new LibrarySearch(Optional.of(bundled), List.of(places)).search(choice);
    }

    private static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void theJarsLibraryIsTakenAndNothingIsLeftBehind() throws IOException {
        LoadedLibrary loaded = search(LibraryChoice.AUTO, place);

        assertEquals(LoadedLibrary.JAR, loaded.source());
        assertEquals(List.of(), loaded.refusals());
        assertTrue(
                loaded.description().matches("Argon2 is computed by libsodium 1\\.0\\.\\d+ \\(from the jar\\)"),
                loaded::description);
        assertEquals(List.of(), in(place));
        assertEquals(null, System.getProperty("jna.tmpdir"));
    }

    @Test
    void everyBundledLibraryHasItsDigest() throws IOException {
        for (BundledLibrary library : BundledLibrary.values()) {
            byte[] content = library.content();
            content[content.length / 2] ^= 1;
            assertThrows(IOException.class, () -> library.check(content), library::name);
        }
    }

    @Test
    void otherMachinesHaveNone() {
        assertEquals(Optional.of(BundledLibrary.X86_64), BundledLibrary.of("Linux", "amd64"));
        assertEquals(Optional.of(BundledLibrary.ARM64), BundledLibrary.of("Linux", "aarch64"));
        assertEquals(Optional.empty(), BundledLibrary.of("Linux", "s390x"));
        assertEquals(Optional.empty(), BundledLibrary.of("Mac OS X", "aarch64"));
        assertEquals(Optional.empty(), BundledLibrary.of("Windows 11", "amd64"));
        LoadedLibrary loaded = new LibrarySearch(Optional.empty(), List.of(place)).search(LibraryChoice.JAR);
        assertEquals(LoadedLibrary.KEYCLOAK, loaded.source());
        assertTrue(loaded.description().contains("the jar has none for this machine"), loaded::description);
    }

    @Test
    void theFolderIsForItsOwnerOnly() throws IOException {
        Path path;
        try (PrivateFolder folder = PrivateFolder.in(place)) {
            path = folder.path();
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            try (CheckedFile file = CheckedFile.write(path, bundled.content(), bundled)) {
                Path library = path.resolve("libsodium.so");
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(library)));
                assertArrayEquals(bundled.content(), Files.readAllBytes(file.address()));
            }
        }
        assertTrue(Files.notExists(path));
    }

    @Test
    void anotherContentIsNotLoaded() throws IOException {
        byte[] content = bundled.content();
        content[0] ^= 1;
        try (PrivateFolder folder = PrivateFolder.in(place)) {
            IOException refusal = assertThrows(
                    IOException.class,
                    () -> CheckedFile.write(folder.path(), content, bundled).close());
            assertTrue(refusal.getMessage().contains("SHA-256"), refusal::getMessage);
        }
        assertEquals(List.of(), in(place));
    }

    /** Even somebody who could rename the folder would not get another library loaded. */
    @Test
    void aFileInItsPlaceIsNotLoaded() throws IOException {
        try (PrivateFolder folder = PrivateFolder.in(place);
                CheckedFile file = CheckedFile.write(folder.path(), bundled.content(), bundled)) {
            Path library = folder.path().resolve("libsodium.so");
            Files.move(folder.path(), place.resolve("moved"));
            Files.createDirectory(folder.path());
            Files.writeString(library, "another one");

            assertArrayEquals(bundled.content(), Files.readAllBytes(file.address()));
            assertEquals(
                    Libraries.sodium().version(),
                    Sodium.open(file.address().toString()).version());
        }
    }

    @Test
    void aFileThatIsThereAlreadyIsNotUsed() throws IOException {
        try (PrivateFolder folder = PrivateFolder.in(place)) {
            Files.write(folder.path().resolve("libsodium.so"), bundled.content());
            assertThrows(
                    IOException.class,
                    () -> CheckedFile.write(folder.path(), bundled.content(), bundled)
                            .close());
        }
    }

    /** The folder of descriptors takes no new folder, not even from root. */
    @Test
    void aPlaceThatTakesNothingIsPassedOver() throws IOException {
        Path readOnly = Path.of("/proc/self/fdinfo");
        LoadedLibrary loaded = search(LibraryChoice.AUTO, place.resolve("missing"), readOnly, place);

        assertEquals(LoadedLibrary.JAR, loaded.source());
        assertEquals(2, loaded.refusals().size(), loaded::description);
        assertTrue(loaded.refusals().get(0).contains("there is no such folder"), loaded::description);
        assertTrue(loaded.refusals().get(1).contains(readOnly.toString()), loaded::description);
    }

    @Test
    void aPlaceWithoutExecutionIsPassedOver() throws Exception {
        Path mounted = Files.createDirectory(place.resolve("noexec"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "noexec,size=16m", "tmpfs", mounted.toString()) == 0,
                "only root can mount a file system");
        try {
            Path good = Files.createDirectory(place.resolve("good"));
            LoadedLibrary loaded = search(LibraryChoice.AUTO, mounted, good);
            assertEquals(LoadedLibrary.JAR, loaded.source());
            assertEquals(
                    List.of("the jar's library in " + mounted + ", because of: it is mounted with noexec"),
                    loaded.refusals());
            assertEquals(
                    LoadedLibrary.KEYCLOAK, search(LibraryChoice.JAR, mounted).source());
            assertEquals(List.of(), in(mounted));

            // What the check finds is what the system does.
            Path library = Files.write(mounted.resolve("libsodium.so"), bundled.content());
            assertThrows(UnsatisfiedLinkError.class, () -> System.load(library.toString()));
        } finally {
            assertEquals(0, run("umount", mounted.toString()));
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void theChoiceDecidesWhatIsTried() {
        LoadedLibrary off = search(LibraryChoice.OFF, place);
        assertEquals(LoadedLibrary.KEYCLOAK, off.source());
        assertEquals(List.of(), off.refusals());

        LoadedLibrary jar = search(LibraryChoice.JAR, place.resolve("missing"));
        assertEquals(LoadedLibrary.KEYCLOAK, jar.source());
        assertEquals(1, jar.refusals().size());

        // The machine may have a libsodium of its own.
        LoadedLibrary system = search(LibraryChoice.SYSTEM, place);
        assertTrue(
                system.source().equals(LoadedLibrary.SYSTEM)
                        || (system.source().equals(LoadedLibrary.KEYCLOAK)
                                && system.refusals().size() == 3
                                && system.description().contains("libsodium.so.23")),
                system::description);
    }

    @Test
    void aLibraryThatIsNotLibsodiumIsRefused() {
        Throwable refusal = assertThrows(Throwable.class, () -> Sodium.open("libc.so.6"));
        assertTrue(refusal instanceof UnsatisfiedLinkError, refusal::toString);
    }
}
