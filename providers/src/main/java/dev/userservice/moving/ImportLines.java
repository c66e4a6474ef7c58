package dev.userservice.moving;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of a body, read one after the other: neither their number nor their length makes memory grow. Blank lines
 * are counted, but not returned.
 */
final class ImportLines {
    /** The maximum length of a line, in bytes. */
    static final int MAX_LINE = 64 * 1024;

    /** The number of bytes after which a line that is too long ends the import: it may never end. */
    static final int MAX_ENDLESS = 16 * 1024 * 1024;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream body;
    private final byte[] buffer = new byte[MAX_LINE];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private int next;
    private int end;
    private long number;

    ImportLines(InputStream body) {
        this.body = body;
    }

    /** A line of the body. */
    static final class Line {
        private final long number;
        private final byte[] json;

        private Line(long number, byte[] json) {
            this.number = number;
            this.json = json;
        }

        /** Returns the line's number, from 1. */
        long number() {
            return number;
        }

        boolean isTooLong() {
            return json == null;
        }

        /** Returns the bytes without the line's end; none of a line that is too long. */
        byte[] json() {
            return json;
        }
    }

    /** Returns the number of the line that was read last, whether or not it was blank; 0 before the first. */
    long number() {
        return number;
    }

    /**
     * Returns the next line that is not blank; empty at the end of the body.
     *
     * @throws EndlessLineException if a line has no end within {@link #MAX_ENDLESS} bytes
     */
    Optional<Line> next() throws IOException {
        while (hasMore()) {
            number++;
            line.reset();
            int length = readLine(line);
            if (length > MAX_LINE) {
                return Optional.of(new Line(number, null));
            }
            byte[] bytes = number == 1 ? withoutMark(line.toByteArray()) : line.toByteArray();
            if (!isBlank(bytes)) {
                return Optional.of(new Line(number, bytes));
            }
        }
        return Optional.empty();
    }

    /** Passes over the lines up to the given one. */
    void skipTo(long last) throws IOException {
        while (number < last && hasMore()) {
            number++;
            readLine(null);
        }
    }

    private boolean hasMore() throws IOException {
        while (next == end) {
            next = 0;
            end = body.read(buffer);
            if (end < 0) {
                end = 0;
                return false;
            }
        }
        return true;
    }

    /** Reads a line, keeps as much of it as a line may have, and returns its length in bytes. */
    private int readLine(ByteArrayOutputStream kept) throws IOException {
        int length = 0;
        while (hasMore()) {
            int from = next;
            while (next < end && buffer[next] != '\n') {
                next++;
            }
            if (kept != null && length + next - from <= MAX_LINE) {
                kept.write(buffer, from, next - from);
            }
            length += next - from;
            if (next < end) {
                next++;
                return length;
            }
            if (length > MAX_ENDLESS) {
                throw new EndlessLineException(number);
            }
        }
        return length;
    }

    private static boolean isBlank(byte[] line) {
        for (byte next : line) {
            if (next != ' ' && next != '\t' && next != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Removes the mark that some programs write before the first character of UTF-8. */
    private static byte[] withoutMark(byte[] line) {
        boolean hasMark = line.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(line, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
        return hasMark ? Arrays.copyOfRange(line, BYTE_ORDER_MARK.length, line.length) : line;
    }

    /** Says that a line has no end. */
    static final class EndlessLineException extends IOException {
        private static final long serialVersionUID = 1L;

        private EndlessLineException(long line) {
            super("Line " + line + " has no end within " + MAX_ENDLESS / 1024 / 1024 + " MiB");
        }
    }
}
