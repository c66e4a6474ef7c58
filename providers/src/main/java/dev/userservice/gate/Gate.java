package dev.userservice.gate;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lets a limited number of requests through at once. The others wait, and a permit that is given back goes straight to the
 * one whose turn it is: the tenants take turns, and within a tenant its clients.
 *
 * <p>One tenant alone never holds all permits, if there are several: its requests may wait for something that only this
 * tenant has, such as its LDAP, and others go on with the last permit. A request that takes very long waits for something
 * else than a processor, too: it {@linkplain #lend lends} its permit, but its tenant gets no more of them for that.
 *
 * <p>If too many wait, the one that came last is refused, of the client that has the most waiting. So a client that sends
 * much cannot take the places of one that sends little.
 */
final class Gate {
    /** How many permits may be lent for each that there is: so many threads may hang, of at least as many tenants. */
    private static final int LENT_FOR_EACH = 4;

    private final int maxOfTenant;
    private final int maxWaitingOfTenant;
    private final int maxWaiting;
    private final int maxLent;

    private int free;
    private int lent;
    private final Map<String, Integer> running = new HashMap<>();
    private final Turns<Waiter> turns = new Turns<>();

    /** A request before the gate. {@link #admit} and {@link #refuse} are called from any thread, and one of them once. */
    interface Waiter {
        /** Returns what shares the permits fairly; the same each time. */
        String tenant();

        /** Returns what shares the turns of the tenant fairly; the same each time. */
        String client();

        /** Goes on. The permit has to be {@linkplain Gate#release given back}. */
        void admit();

        /** Goes away without a permit, because too many wait. */
        void refuse();
    }

    /**
     * Opens a gate.
     *
     * @param permits how many may be through at once
     * @param maxWaitingOfTenant how many of one tenant may wait
     * @param maxWaiting how many may wait in all
     */
    Gate(int permits, int maxWaitingOfTenant, int maxWaiting) {
        this.free = permits;
        this.maxOfTenant = Math.max(1, permits - 1);
        this.maxWaitingOfTenant = maxWaitingOfTenant;
        this.maxWaiting = maxWaiting;
        // Whoever wants one hash at a time gets that.
        this.maxLent = permits == 1 ? 0 : LENT_FOR_EACH * permits;
    }

    /** Lets the request through if there is a permit, or else lets it wait. If too many wait now, one is refused. */
    void enter(Waiter waiter) {
        boolean isFree;
        Optional<Waiter> refused = Optional.empty();
        synchronized (this) {
            isFree = free > 0 && mayRun(waiter.tenant());
            if (isFree) {
                take(waiter);
            } else {
                turns.add(waiter.tenant(), waiter.client(), waiter);
                refused = tooMany(waiter);
            }
        }
        if (isFree) {
            waiter.admit();
        }
        refused.ifPresent(Waiter::refuse);
    }

    /** Takes a request away that does not want to wait any longer. Returns false if it waits no more. */
    synchronized boolean leave(Waiter waiter) {
        return turns.remove(waiter.tenant(), waiter.client(), waiter);
    }

    /** Takes back the permit of a request that was let through, and lets the next one through. */
    void release(Waiter done) {
        back(done, false);
    }

    /** Ends the loan of a request that has {@linkplain #lend lent} its permit. */
    void releaseLent(Waiter done) {
        back(done, true);
    }

    private void back(Waiter done, boolean isLent) {
        Optional<Waiter> next;
        synchronized (this) {
            running.computeIfPresent(done.tenant(), (tenant, count) -> count == 1 ? null : count - 1);
            if (isLent) {
                lent--;
            } else {
                free++;
            }
            next = next();
        }
        next.ifPresent(Waiter::admit);
    }

    /**
     * Lends the permit of a request that goes on without it, and lets the next one through. Returns false if so many are lent
     * already that the request keeps it.
     */
    boolean lend() {
        Optional<Waiter> next;
        synchronized (this) {
            if (lent >= maxLent) {
                return false;
            }
            lent++;
            free++;
            next = next();
        }
        next.ifPresent(Waiter::admit);
        return true;
    }

    /** Gives a free permit to the one whose turn it is. */
    private Optional<Waiter> next() {
        Optional<Waiter> next = free > 0 ? turns.next(this::mayRun) : Optional.empty();
        next.ifPresent(this::take);
        return next;
    }

    synchronized int waiting() {
        return turns.size();
    }

    private boolean mayRun(String tenant) {
        return running.getOrDefault(tenant, 0) < maxOfTenant;
    }

    private void take(Waiter waiter) {
        free--;
        running.merge(waiter.tenant(), 1, Integer::sum);
    }

    private Optional<Waiter> tooMany(Waiter newcomer) {
        String tenant = newcomer.tenant();
        if (turns.size(tenant) > maxWaitingOfTenant) {
            return Optional.of(turns.dropLast(tenant, newcomer.client()));
        }
        if (turns.size() > maxWaiting) {
            return Optional.of(turns.dropLast(turns.fullest(tenant), newcomer.client()));
        }
        return Optional.empty();
    }
}
