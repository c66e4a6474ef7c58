package dev.userservice.moving;

import java.util.List;

/** Says that an import cannot go on; the message tells the client why. */
final class ImportStoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient BatchResult partial;
    private final long line;

    ImportStoppedException(String reason) {
        this(reason, new BatchResult(Counts.NONE, List.of()), 0);
    }

    private ImportStoppedException(String reason, BatchResult partial, long line) {
        super(reason);
        this.partial = partial;
        this.line = line;
    }

    /** Returns the same, with what was committed of the batch before, up to a line. */
    ImportStoppedException after(BatchResult committed, long lastLine) {
        return new ImportStoppedException(getMessage(), committed.plus(partial), Math.max(lastLine, line));
    }

    BatchResult partial() {
        return partial;
    }

    /** Returns the last line of the batch that was committed; 0 if there is none. */
    long line() {
        return line;
    }
}
