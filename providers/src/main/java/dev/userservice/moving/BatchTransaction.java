package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.TransientFailure;
import dev.userservice.web.ApiProblem;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.storage.ReadOnlyException;

/**
 * Runs batches in transactions. A batch is tried again while the database is away, and once after any other failure,
 * since another import may have created one of its users meanwhile. If it still fails, its halves are tried, until the
 * line that cannot be imported is alone.
 */
final class BatchTransaction {
    private static final Logger LOG = Logger.getLogger(BatchTransaction.class);

    /** The waits between the tries while the database is away. */
    private static final List<Duration> WAITS =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(20));

    private final Attempt attempt;

    /** Runs batches, each try of which is this attempt. */
    BatchTransaction(Attempt attempt) {
        this.attempt = attempt;
    }

    /** Imports lines in one transaction, which is rolled back if it fails. */
    @FunctionalInterface
    interface Attempt {
        /** Imports the lines, or only checks them; see {@link ImportBatch} for the lines that are new. */
        BatchResult of(List<ParsedLine> lines, boolean isCheck, Set<Long> newBefore);
    }

    /** Runs batches in transactions of Keycloak's. */
    static BatchTransaction of(ApiCall call, ImportOptions options) {
        return new BatchTransaction((lines, isCheck, newBefore) -> KeycloakModelUtils.runJobInTransactionWithResult(
                call.session().getKeycloakSessionFactory(),
                call.session().getContext(),
                session -> new ImportBatch(call.in(session), options, isCheck, newBefore).run(lines),
                "import of users"));
    }

    /**
     * Imports the lines, or only checks them.
     *
     * @throws ImportStoppedException if the database stays away, or the caller may not import users any more
     */
    BatchResult run(List<ParsedLine> lines, boolean isCheck) throws ImportStoppedException {
        return run(lines, isCheck, new HashSet<>());
    }

    private BatchResult run(List<ParsedLine> lines, boolean isCheck, Set<Long> newBefore)
            throws ImportStoppedException {
        int failures = 0;
        int waits = 0;
        while (true) {
            try {
                return attempt.of(lines, isCheck, newBefore);
            } catch (ApiProblem problem) {
                throw new ImportStoppedException(problem.getMessage());
            } catch (RuntimeException failure) {
                if (TransientFailure.isCauseOf(failure)) {
                    if (waits == WAITS.size()) {
                        LOG.errorf(failure, "An import has stopped: the database could not be had in time");
                        throw new ImportStoppedException("The database is not available just now; resume later");
                    }
                    pause(WAITS.get(waits++));
                } else if (++failures > 1) {
                    return split(lines, isCheck, newBefore, failure);
                }
            }
        }
    }

    private BatchResult split(List<ParsedLine> lines, boolean isCheck, Set<Long> newBefore, RuntimeException failure)
            throws ImportStoppedException {
        if (lines.size() == 1) {
            long line = lines.get(0).number();
            if (failure instanceof ReadOnlyException) {
                return BatchResult.refused(
                        LineRefusal.of(line, "The user is kept in a directory that cannot be written to"));
            }
            LOG.errorf(failure, "Line %d of an import cannot be imported", line);
            return BatchResult.refused(LineRefusal.of(line, "This line cannot be imported; the server's log says why"));
        }
        List<ParsedLine> first = lines.subList(0, lines.size() / 2);
        BatchResult result = run(first, isCheck, newBefore);
        try {
            return result.plus(run(lines.subList(first.size(), lines.size()), isCheck, newBefore));
        } catch (ImportStoppedException stopped) {
            throw stopped.after(result, first.get(first.size() - 1).number());
        }
    }

    private static void pause(Duration wait) throws ImportStoppedException {
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImportStoppedException("The server is stopping; resume later");
        }
    }
}
