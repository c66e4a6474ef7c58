package dev.userservice.mail;

import java.util.HashSet;
import java.util.Set;

/**
 * The entries that one worker could not claim. It leaves them alone, so that it does not try one again and again that others hold,
 * until another attempt has ended on this node: that may be what they have waited for.
 */
final class PassedOver {
    private final Set<String> ids = new HashSet<>();
    private long attempts;

    void add(OutboxEntity entry) {
        ids.add(entry.id());
    }

    /**
     * Forgets all entries if another attempt has ended since the last call.
     *
     * @param ended how many attempts have ended so far
     */
    void forgetAfter(long ended) {
        if (ended != attempts) {
            attempts = ended;
            ids.clear();
        }
    }

    boolean contains(OutboxEntity entry) {
        return ids.contains(entry.id());
    }
}
