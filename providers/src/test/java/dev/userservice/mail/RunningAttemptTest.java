package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class RunningAttemptTest {
    private static final long START = 1_000_000;
    private static final MailContext ORIGIN = new MailContext("http://localhost", "en", null, null, null);

    private final TenantFairness turns = new TenantFairness(() -> Instant.ofEpochMilli(START), 2);
    private final RunningAttempt attempt = new RunningAttempt(
            new OutboxEntity("id", "realm", "kind", "user", null, null, ORIGIN, START), turns, START);

    private boolean interruptsAt(long now) {
        return attempt.interruptibly(
                () -> attempt.interruptIfOverdue(now) && Thread.currentThread().isInterrupted());
    }

    @Test
    void aClaimIsInterruptedAfterAMinute() {
        assertFalse(interruptsAt(START + 60_000));
        assertTrue(interruptsAt(START + 60_001));
        assertFalse(Thread.currentThread().isInterrupted(), "what follows is not interrupted");
    }

    @Test
    void theWholeAttemptHasTheTimeThatItsLeaseGives() {
        attempt.endAt(START + 120_000);
        assertFalse(interruptsAt(START + 120_000));
        assertTrue(interruptsAt(START + 120_001));
    }

    @Test
    void whatComesAfterwardsIsNeverInterrupted() {
        assertEquals("done", attempt.interruptibly(() -> "done"));
        assertFalse(attempt.interruptIfOverdue(START + 1_000_000));
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
