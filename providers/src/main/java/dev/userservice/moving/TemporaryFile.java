package dev.userservice.moving;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that only this process can read, and that has no name any more as soon as it is open: whatever ends the
 * process, nothing of it is left.
 */
final class TemporaryFile {
    private TemporaryFile() {}

    /** Opens an empty file for reading and writing; it is gone when the channel is closed. */
    static FileChannel open() throws IOException {
        // Java gives the file to its owner alone.
        Path path = Files.createTempFile("user-service-import", null);
        FileChannel file = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try {
            Files.delete(path);
        } catch (IOException e) {
            // Windows deletes no open file; it is deleted when it is closed.
        }
        return file;
    }
}
