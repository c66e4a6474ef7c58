package dev.userservice.argon2;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks for libsodium: in the jar, whose copy needs a folder from which libraries can be loaded, and then among the libraries of the
 * system. It never fails, because there is still Keycloak's own code.
 */
final class LibrarySearch {
    /** The names of the library's versions 1.0.19 and newer, and of 1.0.12 to 1.0.18. Other systems than Linux know it without a number. */
    private static final List<String> NAMES = List.of("libsodium.so.26", "libsodium.so.23", "sodium");

    /** JNA's own option for the folder into which it unpacks its own library. */
    private static final String JNA_FOLDER = "jna.tmpdir";

    private final Optional<BundledLibrary> bundled;
    private final List<Path> places;
    private final List<String> refusals = new ArrayList<>();

    /**
     * Prepares a search.
     *
     * @param bundled the jar's library for this machine
     * @param places the folders in which a private one may be made, the best first
     */
    LibrarySearch(Optional<BundledLibrary> bundled, List<Path> places) {
        this.bundled = bundled;
        this.places = places;
    }

    /** Prepares a search on this machine, with the folder for temporary files and Keycloak's own folder for data. */
    static LibrarySearch onThisMachine() {
        return new LibrarySearch(
                BundledLibrary.of(System.getProperty("os.name"), System.getProperty("os.arch")),
                Stream.concat(
                                Stream.of(Path.of(System.getProperty("java.io.tmpdir"))),
                                Stream.ofNullable(System.getProperty("kc.home.dir"))
                                        .map(home -> Path.of(home, "data").normalize()))
                        .toList());
    }

    LoadedLibrary search(LibraryChoice choice) {
        if (choice.isJarAllowed()) {
            Optional<Sodium> sodium = fromJar();
            if (sodium.isPresent()) {
                return new LoadedLibrary(LoadedLibrary.JAR, sodium, List.copyOf(refusals));
            }
        }
        if (choice.isSystemAllowed()) {
            Optional<Sodium> sodium = fromSystem();
            if (sodium.isPresent()) {
                return new LoadedLibrary(LoadedLibrary.SYSTEM, sodium, List.copyOf(refusals));
            }
        }
        return new LoadedLibrary(LoadedLibrary.KEYCLOAK, Optional.empty(), List.copyOf(refusals));
    }

    private Optional<Sodium> fromJar() {
        if (bundled.isEmpty()) {
            refusals.add("the jar's library, because the jar has none for this machine");
            return Optional.empty();
        }
        byte[] content;
        try {
            content = bundled.get().content();
        } catch (IOException e) {
            refusals.add("the jar's library, because " + e.getMessage());
            return Optional.empty();
        }
        for (Path place : places) {
            try (PrivateFolder folder = PrivateFolder.in(place);
                    CheckedFile file = CheckedFile.write(folder.path(), content, bundled.get())) {
                return Optional.of(openWithJnaIn(folder, file.address().toString()));
            } catch (IOException | RuntimeException | Error e) {
                // JNA throws an Error if its own library is of another version.
                refuse("the jar's library in " + place, e);
            }
        }
        return Optional.empty();
    }

    private Optional<Sodium> fromSystem() {
        for (String name : NAMES) {
            try (PrivateFolder folder = folderForJna()) {
                return Optional.of(folder == null ? Sodium.open(name) : openWithJnaIn(folder, name));
            } catch (RuntimeException | Error e) {
                refuse("the system's " + name, e);
            }
        }
        return Optional.empty();
    }

    /** Returns a folder in the first place that allows one, or null: JNA may have been prepared by somebody else. */
    private PrivateFolder folderForJna() {
        for (Path place : places) {
            try {
                return PrivateFolder.in(place);
            } catch (IOException | UnsupportedOperationException e) {
                // The next place may be better.
            }
        }
        return null;
    }

    /**
     * Opens the library while JNA unpacks its own library into the same folder. JNA does so once in a process, at its first use, and
     * cannot be used any more if the folder of its own choice does not allow it. A folder that the operator has chosen for it stays.
     */
    private static Sodium openWithJnaIn(PrivateFolder folder, String name) {
        if (System.getProperty(JNA_FOLDER) != null) {
            return Sodium.open(name);
        }
        System.setProperty(JNA_FOLDER, folder.path().toString());
        try {
            return Sodium.open(name);
        } finally {
            System.clearProperty(JNA_FOLDER);
        }
    }

    private void refuse(String what, Throwable why) {
        String reason =
                Optional.ofNullable(why.getMessage()).orElse(why.getClass().getSimpleName());
        refusals.add("%s, because of: %s"
                .formatted(what, reason.lines().findFirst().orElse(reason).strip()));
    }
}
