package dev.userservice.server;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Writes a file that contains secrets: only its owner has access from the first byte on, and an incomplete file is
 * never visible.
 */
final class PrivateFile {
    private PrivateFile() {}

    static void write(Path file, byte[] content) throws IOException {
        // The temporary name has another suffix, because Keycloak imports every file with the suffix of the real one.
        Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), ".", ".tmp", ownerOnly(file));
        try {
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) throws IOException {
        FileStore store = Files.getFileStore(file.toAbsolutePath().getParent());
        return store.supportsFileAttributeView(PosixFileAttributeView.class)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
