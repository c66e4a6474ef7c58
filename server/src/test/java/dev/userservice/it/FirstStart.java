package dev.userservice.it;

import dev.userservice.server.Distribution;
import dev.userservice.server.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Provides the files of a database on which a server with the current jar has been started once. That server made its tables and the realm
 * {@code master} there, which takes longer than all the rest of a start. It also leaves its loaded classes to later servers.
 */
final class FirstStart {
    private FirstStart() {}

    /** Returns a new copy of the files, for one PostgreSQL alone. */
    static Path copy() throws IOException {
        Path copy = Files.createTempDirectory("user-service-database");
        Path original = files();
        try (Stream<Path> all = Files.walk(original)) {
            for (Path one : (Iterable<Path>) all::iterator) {
                Path there = copy.resolve(original.relativize(one).toString());
                if (!there.equals(copy)) {
                    // The copy keeps the permissions, because PostgreSQL refuses a folder that others may read.
                    Files.copy(one, there, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        return copy;
    }

    private static Path files() throws IOException {
        synchronized (FirstStart.class) {
            Layout layout = Layout.ofBuild();
            Path files = layout.root().resolve("server/target/it-database");
            Path mark = files.resolveSibling("it-database-made-by");
            String jar =
                    UUID.nameUUIDFromBytes(Files.readAllBytes(layout.jar())).toString();
            if (!Files.exists(mark) || !Files.readString(mark).equals(jar)) {
                Files.deleteIfExists(mark);
                if (Files.exists(files)) {
                    Distribution.remove(files);
                }
                make(files, BuiltHome.archive(BuiltHome.of(layout, "it", "postgres")));
                Files.writeString(mark, jar);
            }
            return files;
        }
    }

    private static void make(Path files, Path archive) throws IOException {
        Files.deleteIfExists(archive);
        try (Database database = Database.startEmpty(files)) {
            Node.start("first", database, Node.archiving(archive)).close();
        }
    }
}
