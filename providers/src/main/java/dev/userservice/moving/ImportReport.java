package dev.userservice.moving;

import dev.userservice.web.StrictJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The answer to an import, which is written while the import goes on. */
record ImportReport(OutputStream out) {
    void refused(LineRefusal refusal) throws IOException {
        write(ImportLine.of(refusal));
    }

    /** Writes how far the import is, and sends what was written. */
    void progress(long line, ImportLine.Progress progress) throws IOException {
        write(ImportLine.of(line, progress));
        out.flush();
    }

    void summary(ImportLine.Summary summary) throws IOException {
        write(ImportLine.of(summary));
        out.flush();
    }

    private void write(ImportLine line) throws IOException {
        out.write((StrictJson.write(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
