package dev.userservice.mail;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Decides which tenants may use the workers of this node. No tenant occupies all workers, and a tenant whose mail
 * server is unavailable is paused for a while. No state is kept for a tenant whose mails are delivered.
 */
final class TenantFairness {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /**
     * How many tenants with an unavailable server may be tried at the same time, so that the others keep the remaining
     * workers.
     */
    private static final int TRIALS = 2;

    private final InstantSource clock;
    private final int maxConcurrent;
    private final Map<String, Integer> running = new HashMap<>();
    private final Map<String, Pause> pauses = new HashMap<>();

    /** The tenants whose last attempt took long. */
    private final Set<String> slow = new HashSet<>();

    /** The tenants with an attempt that occupies no worker's place any more. */
    private final Set<String> replaced = new HashSet<>();

    private record Pause(Duration length, long until) {}

    /**
     * Starts without running workers.
     *
     * @param maxConcurrent how many workers may be busy with one tenant
     */
    TenantFairness(InstantSource clock, int maxConcurrent) {
        this.clock = clock;
        this.maxConcurrent = maxConcurrent;
    }

    /** Returns the ids of the realms that have to wait. */
    synchronized Set<String> deferred() {
        long now = clock.millis();
        Set<String> waiting = new HashSet<>();
        running.forEach((realm, count) -> {
            // After a pause, a single worker finds out whether the server is available again, or quick again.
            if (count >= maxConcurrent || isSuspect(realm)) {
                waiting.add(realm);
            }
        });
        pauses.forEach((realm, pause) -> {
            if (pause.until() > now) {
                waiting.add(realm);
            }
        });
        long trials = running.keySet().stream()
                .filter(realm -> isSuspect(realm) && !replaced.contains(realm))
                .count();
        if (trials >= TRIALS) {
            waiting.addAll(pauses.keySet());
            waiting.addAll(slow);
        }
        return waiting;
    }

    /** Returns the ids of the realms that have to wait as long as another tenant has anything to do. */
    synchronized Set<String> yielding() {
        Set<String> waiting = deferred();
        waiting.addAll(running.keySet());
        return waiting;
    }

    private boolean isSuspect(String realm) {
        return pauses.containsKey(realm) || slow.contains(realm);
    }

    synchronized void started(String realm) {
        running.merge(realm, 1, Integer::sum);
    }

    /**
     * Records that an attempt of the tenant takes long, and occupies no worker's place any more. From now on the tenant has one attempt
     * at a time, until one is quick.
     */
    synchronized void slow(String realm) {
        slow.add(realm);
        if (running.containsKey(realm)) {
            replaced.add(realm);
        }
    }

    /** What an attempt has shown about the tenant's mail server. */
    enum Server {
        /** The server replied, with success or refusal. */
        ANSWERED,
        /** The server was unreachable or stopped responding. */
        AWAY,
        /** The server was not contacted. */
        UNKNOWN
    }

    synchronized void finished(String realm, Server server) {
        running.computeIfPresent(realm, (same, count) -> count == 1 ? null : count - 1);
        switch (server) {
            case UNKNOWN -> {}
            case ANSWERED -> {
                pauses.remove(realm);
                if (!replaced.contains(realm)) {
                    slow.remove(realm);
                }
            }
            case AWAY ->
                pauses.compute(realm, (same, before) -> {
                    Duration length =
                            before == null ? FIRST_PAUSE : before.length().multipliedBy(2);
                    Duration bounded = length.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : length;
                    return new Pause(bounded, clock.millis() + bounded.toMillis());
                });
        }
        if (!running.containsKey(realm)) {
            replaced.remove(realm);
        }
    }
}
