package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PromptStreamTest {
    private long now;

    /** Returns a body that is read by so many bytes at a time, each time after the same wait. */
    private PromptStream body(int bytes, Duration wait) {
        return new PromptStream(
                new InputStream() {
                    @Override
                    public int read() {
                        throw new AssertionError("one byte at a time");
                    }

                    @Override
                    public int read(byte[] to, int from, int most) {
                        now += wait.toNanos();
                        return Math.min(bytes, most);
                    }
                },
                () -> now);
    }

    private static void read(PromptStream body, int times) throws IOException {
        byte[] bytes = new byte[4096];
        for (int i = 0; i < times; i++) {
            body.read(bytes, 0, bytes.length);
        }
    }

    @Test
    void aByteNowAndThenIsTooLittle() throws IOException {
        PromptStream body = body(1, Duration.ofSeconds(20));
        read(body, 6);
        assertThrows(PromptStream.TooSlowException.class, () -> read(body, 1));
    }

    @Test
    void whoSendsEnoughMayWaitNowAndThen() {
        // 64 KiB in each 96 seconds.
        assertDoesNotThrow(() -> read(body(4096, Duration.ofSeconds(6)), 1_000));
    }
}
