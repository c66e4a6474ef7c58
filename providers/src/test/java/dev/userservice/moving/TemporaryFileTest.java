package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import org.junit.jupiter.api.Test;

final class TemporaryFileTest {
    @Test
    void itTakesNoMoreThanItsRoom() throws IOException {
        try (FileChannel file = TemporaryFile.open();
                OutputStream out = TemporaryFile.outputTo(file, 5)) {
            out.write(new byte[] {1, 2, 3}, 0, 3);
            out.write(new byte[] {9, 4, 5, 9}, 1, 2);
            assertThrows(TemporaryFile.FullException.class, () -> out.write(new byte[1], 0, 1));
            file.position(0);
            assertArrayEquals(
                    new byte[] {1, 2, 3, 4, 5}, Channels.newInputStream(file).readAllBytes());
        }
    }
}
