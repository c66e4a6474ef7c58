package dev.userservice.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The unpacked distribution of Keycloak, and the extension. No server runs in the distribution itself. Each one has a
 * home of its own, with links to the distribution's files and copies only of those that Keycloak rewrites.
 */
public final class Distribution {
    /** The extension's file name in a home. It has no version, so that a newer extension replaces an older one. */
    static final String EXTENSION = "keycloak-user-service.jar";

    private static final List<Path> REWRITTEN =
            List.of(Path.of("conf"), Path.of("data"), Path.of("providers"), Path.of("lib", "quarkus"));

    private final Path unpacked;
    private final Path extension;

    public Distribution(Layout layout) {
        this(layout.distribution(), layout.jar());
    }

    Distribution(Path unpacked, Path extension) {
        this.unpacked = unpacked;
        this.extension = extension;
    }

    /**
     * Creates a home, or updates the extension in an existing one, whose data stay. Unchanged files keep their time of
     * modification, because Keycloak rebuilds itself, which takes half a minute, when this time of a provider's file
     * has changed.
     */
    public ServerHome prepare(Path home) {
        for (Path part : List.of(unpacked, extension)) {
            if (!Files.exists(part)) {
                throw new StartException("missing: " + part + " (./mvnw package makes it)");
            }
        }
        try {
            if (!Files.exists(home.resolve(ServerHome.COMPLETE))) {
                populate(home);
                Files.writeString(home.resolve(ServerHome.COMPLETE), "");
            }
            update(home.resolve("providers").resolve(EXTENSION));
            return new ServerHome(home);
        } catch (IOException | UncheckedIOException e) {
            throw new StartException("cannot prepare the server's home " + home + ": " + e.getMessage(), e);
        }
    }

    private void populate(Path home) throws IOException {
        Files.createDirectories(home);
        Files.walkFileTree(unpacked, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(home.resolve(unpacked.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path relative = unpacked.relativize(file);
                place(
                        file,
                        home.resolve(relative.toString()),
                        REWRITTEN.stream().noneMatch(relative::startsWith));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void place(Path file, Path target, boolean link) throws IOException {
        Files.deleteIfExists(target);
        if (link) {
            try {
                Files.createLink(target, file);
                return;
            } catch (IOException | UnsupportedOperationException e) {
                // The file system is another one, or has no links: a copy serves as well.
            }
        }
        Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void update(Path target) throws IOException {
        if (Files.exists(target) && Files.mismatch(extension, target) == -1) {
            return;
        }
        Path temporary = target.resolveSibling(EXTENSION + ".new");
        Files.copy(extension, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(temporary, FileTime.from(Instant.now()));
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes a home with all its data. */
    public static void remove(Path home) {
        if (!Files.exists(home)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(home)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new StartException("cannot remove the server's home " + home + ": " + e.getMessage(), e);
        }
    }
}
