package dev.userservice.moving;

import java.util.List;
import java.util.stream.Stream;

/** What became of the lines of a batch, and why some of them were refused. */
record BatchResult(Counts counts, List<LineRefusal> refusals) {
    static BatchResult refused(LineRefusal refusal) {
        return new BatchResult(Counts.ONE_REFUSED, List.of(refusal));
    }

    BatchResult plus(BatchResult other) {
        return new BatchResult(
                counts.plus(other.counts),
                Stream.concat(refusals.stream(), other.refusals.stream()).toList());
    }
}
