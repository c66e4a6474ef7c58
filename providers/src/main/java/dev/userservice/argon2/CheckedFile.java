package dev.userservice.argon2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A library's file that was written and then read and checked by its open descriptor. As long as this is open, the address of the
 * descriptor means this very file, whatever somebody does to the names of the file and its folders: nobody can put another library into
 * its place between the check and the loading.
 */
final class CheckedFile implements AutoCloseable {
    private static final String NAME = "libsodium.so";
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final FileChannel channel;
    private final Path address;

    private CheckedFile(FileChannel channel, Path address) {
        this.channel = channel;
        this.address = address;
    }

    static CheckedFile write(Path folder, byte[] content, BundledLibrary library) throws IOException {
        Path file = folder.resolve(NAME);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            Path address = addressOf(file);
            library.check(Files.readAllBytes(address));
            return new CheckedFile(channel, address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns the link of proc(5) that stands for the descriptor of a file that this process has open. */
    private static Path addressOf(Path file) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                if (isLinkTo(file, descriptor)) {
                    return descriptor;
                }
            }
        }
        throw new IOException("its open file is not in " + DESCRIPTORS);
    }

    private static boolean isLinkTo(Path file, Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (NotLinkException | NoSuchFileException e) {
            // Another thread has closed this descriptor meanwhile.
            return false;
        }
    }

    /** Returns the path by which the file can be loaded until this is closed. */
    Path address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
