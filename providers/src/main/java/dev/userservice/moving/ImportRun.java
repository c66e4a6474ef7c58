package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.moving.ImportLine.Progress;
import dev.userservice.moving.ImportLine.Summary;
import dev.userservice.moving.ImportLines.Line;
import dev.userservice.moving.ImportOptions.Mode;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One import, from the first line to the summary. It cuts the lines into batches, each of which is a transaction: what a
 * progress line has told stays, whatever happens later.
 */
final class ImportRun {
    /** The number of bytes of a batch's lines, which are in memory together. */
    private static final int MAX_BATCH_BYTES = 1024 * 1024;

    private final ImportOptions options;
    private final ImportReport report;
    private final BatchTransaction transaction;
    private final boolean mayShareAddresses;
    private final Pace pace = new Pace();
    private final List<ParsedLine> batch = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private int bytes;
    private Counts total = Counts.NONE;
    private long done;

    /**
     * Prepares an import.
     *
     * @param call the call, whose own transaction has ended
     */
    ImportRun(ApiCall call, ImportOptions options, ImportReport report) {
        this.options = options;
        this.report = report;
        this.transaction = BatchTransaction.of(call, options);
        this.mayShareAddresses = call.realm().isDuplicateEmailsAllowed();
        this.done = options.resumeAfter();
    }

    /**
     * Imports the users of a body, and reports on it.
     *
     * @throws IOException if the client does not send or does not read any more; what was imported stays
     */
    void run(InputStream body) throws IOException {
        try {
            InputStream prompt = new PromptStream(body);
            if (options.isDryRun()) {
                check(prompt);
            } else if (options.mode() == Mode.FAIL) {
                importIfFlawless(prompt);
            } else {
                read(prompt, Optional.empty());
            }
            report.summary(summary(null));
        } catch (ImportStoppedException
                | ImportLines.EndlessLineException
                | PromptStream.TooSlowException
                | TemporaryFile.FullException e) {
            report.summary(summary(e.getMessage()));
        }
    }

    /** Reports that the import has not begun. */
    void stop(String reason) throws IOException {
        report.summary(summary(reason));
    }

    private void check(InputStream body) throws IOException, ImportStoppedException {
        try (SeenNames seen = new SeenNames()) {
            read(body, Optional.of(seen));
        }
    }

    /** Checks all lines before the first user is written; for this the body is kept in a file. */
    private void importIfFlawless(InputStream body) throws IOException, ImportStoppedException {
        try (FileChannel file = TemporaryFile.open()) {
            boolean isFlawless = false;
            try {
                check(new CopyingStream(body, TemporaryFile.outputTo(file)));
                isFlawless = total.refused() == 0;
            } finally {
                // Nothing of what was checked has been imported.
                done = options.resumeAfter();
                total = isFlawless ? Counts.NONE : new Counts(0, 0, 0, 0, total.refused(), 0);
            }
            if (!isFlawless) {
                throw new ImportStoppedException("Nothing was imported, because lines have errors");
            }
            file.position(0);
            read(Channels.newInputStream(file), Optional.empty());
        }
    }

    /**
     * Reads lines, and imports or only checks them.
     *
     * @param seen the names of a check; empty for an import, which finds them in the database
     */
    private void read(InputStream body, Optional<SeenNames> seen) throws IOException, ImportStoppedException {
        ImportLines lines = new ImportLines(body);
        lines.skipTo(options.resumeAfter());
        for (Optional<Line> next = lines.next(); next.isPresent(); next = lines.next()) {
            Optional<ParsedLine> line = parse(next.get());
            if (line.isPresent() && seen.isPresent()) {
                line = compare(line.get(), seen.get());
            }
            if (line.isPresent()) {
                add(line.get(), seen.isPresent());
            }
            if (batch.size() == options.batch() || bytes >= MAX_BATCH_BYTES) {
                finish(lines.number(), seen.isPresent());
            }
        }
        finish(Math.max(lines.number(), done), seen.isPresent());
    }

    private Optional<ParsedLine> parse(Line line) throws IOException {
        try {
            if (line.isTooLong()) {
                throw ApiProblem.badRequest("The line is longer than " + ImportLines.MAX_LINE / 1024 + " KiB");
            }
            UserLine user = StrictJson.line(line.json(), UserLine.class);
            return Optional.of(new ParsedLine(
                    line.number(), line.json().length, user, UUID.randomUUID().toString(), false));
        } catch (ApiProblem problem) {
            refuse(LineRefusal.of(line.number(), problem));
            return Optional.empty();
        }
    }

    /** Compares a line with the earlier ones of a check, and returns it, or nothing if it is refused for one of them. */
    private Optional<ParsedLine> compare(ParsedLine line, SeenNames seen) throws IOException {
        boolean isFirst = true;
        for (String name : line.names(mayShareAddresses)) {
            isFirst &= seen.add(name);
        }
        if (!isFirst && options.mode() == Mode.FAIL) {
            refuse(LineRefusal.of(line.number(), "An earlier line is about the same user"));
            return Optional.empty();
        }
        return Optional.of(isFirst ? line : line.repeated());
    }

    private void add(ParsedLine line, boolean isCheck) throws IOException, ImportStoppedException {
        List<String> own = line.names(mayShareAddresses);
        if (!line.isRepeated() && own.stream().anyMatch(names::contains)) {
            // A user whom this batch creates is found only once it is committed.
            finish(line.number() - 1, isCheck);
        }
        batch.add(line);
        bytes += line.bytes();
        names.addAll(own);
    }

    /** Imports or checks the batch, which ends with the given line. */
    private void finish(long lastLine, boolean isCheck) throws IOException, ImportStoppedException {
        if (!batch.isEmpty()) {
            long start = System.nanoTime();
            try {
                tell(transaction.run(batch, isCheck));
            } catch (ImportStoppedException stopped) {
                tell(stopped.partial());
                done = Math.max(done, stopped.line());
                throw stopped;
            }
            clear();
            done = lastLine;
            report.progress(done, Progress.of(isCheck ? "check" : "import", total));
            pace.rest(Duration.ofNanos(System.nanoTime() - start));
        }
        done = lastLine;
    }

    private void tell(BatchResult result) throws IOException {
        total = total.plus(result.counts());
        for (LineRefusal refusal : result.refusals()) {
            report.refused(refusal);
        }
    }

    private void clear() {
        batch.clear();
        names.clear();
        bytes = 0;
    }

    private void refuse(LineRefusal refusal) throws IOException {
        total = total.plus(Counts.ONE_REFUSED);
        report.refused(refusal);
    }

    private Summary summary(String reason) {
        return Summary.of(reason, options.isDryRun(), done, total);
    }
}
