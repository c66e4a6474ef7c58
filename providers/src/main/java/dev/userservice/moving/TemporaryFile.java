package dev.userservice.moving;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that only this process can read, and that has no name any more as soon as it is open: whatever ends the
 * process, nothing of it is left.
 */
final class TemporaryFile {
    private static final int SHARE = 8;

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

    /**
     * Returns a stream into the file, which takes no more than an eighth of what is free on the disk: others need it too, and so do other imports.
     *
     * @throws IOException if the disk cannot be asked
     */
    static OutputStream outputTo(FileChannel file) throws IOException {
        return outputTo(
                file,
                Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir")))
                                .getUsableSpace()
                        / SHARE);
    }

    /** Returns a stream into the file, which takes no more than this number of bytes. */
    static OutputStream outputTo(FileChannel file, long room) {
        return new FilterOutputStream(Channels.newOutputStream(file)) {
            private long left = room;

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                left -= length;
                if (left < 0) {
                    throw new FullException();
                }
                out.write(bytes, from, length);
            }
        };
    }

    /** Says that there is no room for the copy of a body. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1L;

        private FullException() {
            super(
                    "The server has no room for a copy of this body: check it with dry_run, and import it with mode=skip");
        }
    }
}
