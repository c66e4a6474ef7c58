package dev.userservice.moving;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A body that must arrive without long waits: whoever sends a byte now and then would keep a place, and a thread, for as
 * long as they like.
 */
final class PromptStream extends FilterInputStream {
    private static final int LEAST_BYTES = 64 * 1024;
    private static final long PATIENCE_SECONDS = 120;

    private final LongSupplier nanoTime;
    private long waited;
    private long arrived;

    PromptStream(InputStream body) {
        this(body, System::nanoTime);
    }

    PromptStream(InputStream body, LongSupplier nanoTime) {
        super(body);
        this.nanoTime = nanoTime;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /**
     * Reads what has arrived.
     *
     * @throws TooSlowException if the last 64 KiB have taken two minutes of waiting; what the import itself does between
     *     two calls does not count
     */
    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
        long start = nanoTime.getAsLong();
        int length = super.read(bytes, from, most);
        waited += nanoTime.getAsLong() - start;
        arrived += Math.max(length, 0);
        if (arrived >= LEAST_BYTES) {
            arrived = 0;
            waited = 0;
        } else if (length > 0 && waited > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
            throw new TooSlowException();
        }
        return length;
    }

    /** Says that a client sends too slowly. */
    static final class TooSlowException extends IOException {
        private static final long serialVersionUID = 1L;

        private TooSlowException() {
            super("The lines arrive too slowly; write them into a file first, and resume");
        }
    }
}
