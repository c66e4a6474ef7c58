package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.userservice.web.ApiProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.keycloak.storage.ReadOnlyException;

/** Tests what a batch does with a line that makes its transaction fail. */
final class BatchTransactionTest {
    private final List<List<Long>> committed = new ArrayList<>();

    private static List<ParsedLine> lines(long last) {
        return LongStream.rangeClosed(1, last)
                .mapToObj(number -> new ParsedLine(number, 1, null, "id-" + number, false))
                .toList();
    }

    /** Commits lines as long as none of them fails. */
    private BatchTransaction with(Set<Long> failing, RuntimeException failure, long stopsAt) {
        return new BatchTransaction((lines, isCheck, newBefore) -> {
            List<Long> numbers = lines.stream().map(ParsedLine::number).toList();
            if (numbers.stream().anyMatch(failing::contains)) {
                throw failure;
            }
            if (numbers.contains(stopsAt)) {
                throw ApiProblem.invalidToken();
            }
            committed.add(numbers);
            return new BatchResult(new Counts(numbers.size(), 0, 0, 0, 0, 0), List.of());
        });
    }

    @Test
    void theLineAloneIsRefused() throws ImportStoppedException {
        BatchResult result =
                with(Set.of(3L), new IllegalStateException("planted"), 0).run(lines(8), false);
        assertEquals(new Counts(7, 0, 0, 0, 1, 0), result.counts());
        assertEquals(
                List.of(3L), result.refusals().stream().map(LineRefusal::line).toList());
        assertEquals(
                List.of(1L, 2L, 4L, 5L, 6L, 7L, 8L),
                committed.stream().flatMap(List::stream).sorted().toList());
    }

    @Test
    void ofADirectoryThatCannotBeWrittenToTheClientIsTold() throws ImportStoppedException {
        BatchResult result =
                with(Set.of(2L), new ReadOnlyException("planted"), 0).run(lines(2), false);
        assertEquals(
                List.of("The user is kept in a directory that cannot be written to"),
                result.refusals().stream().map(LineRefusal::message).toList());
    }

    @Test
    void whatWasCommittedBeforeAStopIsTold() {
        // The first half of the batch is committed line by line, and then the caller's session has ended.
        BatchTransaction transaction = with(Set.of(1L), new IllegalStateException("planted"), 6);
        ImportStoppedException stopped =
                assertThrows(ImportStoppedException.class, () -> transaction.run(lines(8), false));
        assertEquals(new Counts(3, 0, 0, 0, 1, 0), stopped.partial().counts());
        assertEquals(1, stopped.partial().refusals().size());
        assertEquals(4, stopped.line());
    }
}
