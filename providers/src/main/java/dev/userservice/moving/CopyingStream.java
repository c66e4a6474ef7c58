package dev.userservice.moving;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A stream that writes a copy of all that is read from it. */
final class CopyingStream extends FilterInputStream {
    private final OutputStream copy;

    CopyingStream(InputStream original, OutputStream copy) {
        super(original);
        this.copy = copy;
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        if (next >= 0) {
            copy.write(next);
        }
        return next;
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
        int length = super.read(bytes, from, most);
        if (length > 0) {
            copy.write(bytes, from, length);
        }
        return length;
    }
}
