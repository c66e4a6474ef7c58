package dev.userservice.mail;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the workers of a node know about waiting entries: those that a transaction of this node has handed over, which no
 * worker has to look for, and whether a look into the outbox could find others. It may forget everything at any time, as
 * the node does when it dies: the outbox itself has all entries, and every few seconds the workers look anyway.
 */
final class WaitingEntries {
    /** How many entries are remembered. If more wait, the workers look for them. */
    private static final int MOST = 200;

    private enum Look {
        UNNECESSARY,

        /** An attempt has ended that may have held up an entry. */
        AFTER_ATTEMPT,

        /** There may be an entry that no look has seen. */
        FOR_NEWS
    }

    private final Deque<OutboxEntity> handedOver = new ArrayDeque<>();

    /** The attempts that were under way at the last look for news, and may hold up an entry that it did not find. */
    private final Set<RunningAttempt> obstacles = new HashSet<>();

    private Look look = Look.UNNECESSARY;

    /** Adds an entry that has just been committed. */
    synchronized void add(OutboxEntity entry) {
        if (handedOver.size() < MOST) {
            handedOver.add(entry);
        } else {
            addUnknown();
        }
    }

    /** Notes that there may be an entry that has to be looked for. */
    synchronized void addUnknown() {
        look = Look.FOR_NEWS;
    }

    /** Forgets all entries, so that they are looked for, with those that have become due and those of other nodes. */
    synchronized void refresh() {
        handedOver.clear();
        addUnknown();
    }

    /** Whether nothing is known to wait. */
    synchronized boolean isEmpty() {
        return handedOver.isEmpty() && look == Look.UNNECESSARY;
    }

    /**
     * Begins a look if one is necessary. It may not find an entry whose turn comes when a running attempt ends, because it
     * is about the same user or of the same tenant.
     *
     * @param isAnyoneDeferred whether the look leaves out the entries of a tenant
     */
    synchronized boolean beginLook(Set<RunningAttempt> running, boolean isAnyoneDeferred) {
        if (look == Look.UNNECESSARY) {
            return false;
        }
        if (look == Look.FOR_NEWS || isAnyoneDeferred) {
            obstacles.addAll(running);
        }
        look = Look.UNNECESSARY;
        return true;
    }

    /** Notes that a look has found an entry. There may be more. */
    synchronized void found(OutboxEntity entry) {
        handedOver.removeIf(known -> known.id().equals(entry.id()));
        addUnknown();
    }

    /** Notes the end of an attempt. */
    synchronized void ended(RunningAttempt attempt) {
        if (obstacles.remove(attempt) && look == Look.UNNECESSARY) {
            look = Look.AFTER_ATTEMPT;
        }
    }

    /** Takes the first of the entries handed over that fulfils the condition. */
    synchronized Optional<OutboxEntity> take(Predicate<OutboxEntity> condition) {
        for (Iterator<OutboxEntity> all = handedOver.iterator(); all.hasNext(); ) {
            OutboxEntity entry = all.next();
            if (condition.test(entry)) {
                all.remove();
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }
}
