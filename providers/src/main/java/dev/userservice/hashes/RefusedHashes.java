package dev.userservice.hashes;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Tells the administrator about stored hashes that are not checked because of their cost. It logs at most one line a minute: whoever
 * tries passwords must not fill the log.
 */
public final class RefusedHashes {
    private static final Logger LOG = Logger.getLogger(RefusedHashes.class);
    private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanos;
    /** From when on a line may be logged again. */
    private final AtomicLong next;

    public RefusedHashes() {
        this(System::nanoTime);
    }

    RefusedHashes(LongSupplier nanos) {
        this.nanos = nanos;
        this.next = new AtomicLong(nanos.getAsLong());
    }

    /**
     * Logs that a hash is not checked, unless another one was logged within the last minute.
     *
     * @param reason one sentence
     * @return whether a line was logged
     */
    public boolean log(PasswordCredentialModel credential, String reason) {
        long due = next.get();
        long now = nanos.getAsLong();
        if (now - due < 0 || !next.compareAndSet(due, now + PAUSE)) {
            return false;
        }
        LOG.warnf(
                "The password hash (%s) of the credential %s cannot be checked: %s No other such hash is logged for a minute.",
                credential.getPasswordCredentialData().getAlgorithm(), credential.getId(), reason);
        return true;
    }
}
