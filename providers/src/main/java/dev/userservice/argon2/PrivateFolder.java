package dev.userservice.argon2;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jboss.logging.Logger;

/** A new folder that only the server's own user may enter, for libraries that are loaded and then removed. */
final class PrivateFolder implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PrivateFolder.class);
    private static final String PREFIX = "user-service-argon2-";
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;

    private PrivateFolder(Path path) {
        this.path = path;
    }

    /** Makes a folder in a place. It fails where nothing can be written, or nothing can be loaded. */
    static PrivateFolder in(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            throw new IOException("there is no such folder");
        }
        if (Mounts.present().forbidExecution(place)) {
            throw new IOException("it is mounted with noexec");
        }
        return new PrivateFolder(
                Files.createTempDirectory(place, PREFIX, OWNER_ONLY).toRealPath());
    }

    Path path() {
        return path;
    }

    /** Removes the folder. Linux keeps the content of a loaded library for as long as it is loaded. */
    @Override
    public void close() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debugf(e, "The folder %s cannot be removed", path);
        }
    }
}
