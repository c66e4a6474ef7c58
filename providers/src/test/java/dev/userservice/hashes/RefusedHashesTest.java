package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Tests how often a line is logged, from a time on at which the clock is about to become negative. */
final class RefusedHashesTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
    private final RefusedHashes refused = new RefusedHashes(nanos::get);
    private final PasswordCredentialModel credential =
            PasswordCredentialModel.createFromValues("argon2", new byte[16], 1, "AAAA");

    @Test
    void oneLineAMinute() {
        assertTrue(refused.log(credential, "It is a test."));
        assertFalse(refused.log(credential, "It is a test."));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60) - 1);
        assertFalse(refused.log(credential, "It is a test."));
        nanos.incrementAndGet();
        assertTrue(refused.log(credential, "It is a test."));
        assertFalse(refused.log(credential, "It is a test."));
        nanos.addAndGet(TimeUnit.DAYS.toNanos(1));
        assertTrue(refused.log(credential, "It is a test."));
    }
}
