package dev.userservice.moving;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A line of the answer to an import: a refusal, the progress, or the summary at the end. The members of the other kinds
 * are null.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "ImportLine",
        requiredProperties = {"line"},
        description = "A line of the answer: a user who was not imported, or progress, or the summary at the end")
public record ImportLine(
        @Schema(
                description =
                        "The number, from 1, of the line that was refused; in a line of progress and in the summary, of the"
                                + " last line that is done",
                examples = "7")
        long line,

        @Schema(
                description = "The first field that is wrong; missing, if the line is wrong as a whole",
                examples = "email")
        String field,

        @Schema(description = "Why", examples = "This must be an e-mail address")
        String message,

        @Schema(description = "All that is wrong, by field, if there is more than the message says")
        Map<String, List<String>> errors,

        Progress progress,
        Summary summary) {

    /** How far an import is. What was imported up to here stays, whatever happens later. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "ImportProgress", description = "How far the import is; what was imported up to here stays")
    public record Progress(
            @Schema(
                    description = "check while lines are only checked, import while users are imported",
                    examples = "import")
            String phase,

            @Schema(description = "How many users were created", examples = "498")
            long created,

            @Schema(description = "How many users who were here were changed", examples = "0")
            long updated,

            @Schema(description = "How many users were here as their lines say", examples = "0")
            long unchanged,

            @Schema(description = "How many lines were passed over, of users who were here", examples = "0")
            long skipped,

            @Schema(description = "How many lines were refused", examples = "2")
            long refused) {

        static Progress of(String phase, Counts counts) {
            return new Progress(
                    phase, counts.created(), counts.updated(), counts.unchanged(), counts.skipped(), counts.refused());
        }
    }

    /** The end of an import. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(
            name = "ImportSummary",
            description = "The end of the import",
            requiredProperties = {
                "done",
                "dry_run",
                "created",
                "updated",
                "unchanged",
                "skipped",
                "refused",
                "weak_hashes",
                "resume_after"
            })
    public record Summary(
            @Schema(description = "Whether all lines were read", examples = "true")
            boolean done,

            @Schema(description = "Why not", examples = "Nothing was imported, because lines have errors")
            String message,

            @Schema(description = "Whether nothing was to be written", examples = "false")
            boolean dryRun,

            @Schema(description = "How many users were created", examples = "998")
            long created,

            @Schema(description = "How many users who were here were changed", examples = "0")
            long updated,

            @Schema(description = "How many users were here as their lines say", examples = "0")
            long unchanged,

            @Schema(description = "How many lines were passed over, of users who were here", examples = "0")
            long skipped,

            @Schema(description = "How many lines were refused", examples = "2")
            long refused,

            @Schema(
                    description = "How many of the created users have a password hash that can be guessed quickly",
                    examples = "0")
            long weakHashes,

            @Schema(description = "resume_after of a call that goes on: the last line that is done", examples = "1000")
            long resumeAfter) {

        static Summary of(String reason, boolean isDryRun, long line, Counts counts) {
            return new Summary(
                    reason == null,
                    reason,
                    isDryRun,
                    counts.created(),
                    counts.updated(),
                    counts.unchanged(),
                    counts.skipped(),
                    counts.refused(),
                    counts.weak(),
                    line);
        }
    }

    static ImportLine of(LineRefusal refusal) {
        return new ImportLine(refusal.line(), refusal.field(), refusal.message(), refusal.errors(), null, null);
    }

    static ImportLine of(long line, Progress progress) {
        return new ImportLine(line, null, null, null, progress, null);
    }

    static ImportLine of(Summary summary) {
        return new ImportLine(summary.resumeAfter(), null, null, null, null, summary);
    }
}
