package dev.userservice.mail;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionTask;

/** The tasks that the worker runs every minute beside its own. */
final class Housekeeping {
    private static final Logger LOG = Logger.getLogger(Housekeeping.class);
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Map<String, KeycloakSessionTask> tasks;
    private final InstantSource clock;

    /** Accessed by the worker's ticks only, which run one after the other. */
    private long doneAt;

    /** @param tasks the tasks; the key is the log message for a failure */
    Housekeeping(Map<String, KeycloakSessionTask> tasks, InstantSource clock) {
        this.tasks = Map.copyOf(tasks);
        this.clock = clock;
    }

    /** Runs all tasks, each in a transaction, if the last time was a minute ago. */
    void runIfDue(Consumer<KeycloakSessionTask> inTransaction) {
        long now = clock.millis();
        if (now - doneAt >= PERIOD.toMillis()) {
            doneAt = now;
            tasks.forEach((complaint, task) -> attempt(complaint, () -> inTransaction.accept(task)));
        }
    }

    /**
     * Runs the work and logs its failure. The work is repeated soon, and the database may be available again by then. An
     * error must not leave this method either: it would end the repetition.
     */
    static void attempt(String complaint, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.warnf("%s: %s", complaint, e.getMessage());
        }
    }
}
