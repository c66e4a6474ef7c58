package dev.userservice.mail;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whose turn it is on this node: no tenant takes all the workers, and one whose mail server is away is left alone for a
 * while. It keeps nothing of a tenant whose mail goes out.
 */
final class TenantFairness {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** So many tenants may be tried at once whose servers were away: the others keep the rest of the workers. */
    private static final int TRIALS = 2;

    private final InstantSource clock;
    private final int maxConcurrent;
    private final Map<String, Integer> running = new HashMap<>();
    private final Map<String, Pause> pauses = new HashMap<>();

    private record Pause(Duration length, long until) {}

    /**
     * Starts with nobody at work.
     *
     * @param maxConcurrent how many workers may be busy with one tenant
     */
    TenantFairness(InstantSource clock, int maxConcurrent) {
        this.clock = clock;
        this.maxConcurrent = maxConcurrent;
    }

    /** The ids of the realms that have to wait. */
    synchronized Set<String> deferred() {
        long now = clock.millis();
        long trials = running.keySet().stream().filter(pauses::containsKey).count();
        Set<String> waiting = new HashSet<>();
        running.forEach((realm, count) -> {
            // After a pause one worker finds out whether the server is back.
            if (count >= maxConcurrent || pauses.containsKey(realm)) {
                waiting.add(realm);
            }
        });
        pauses.forEach((realm, pause) -> {
            if (pause.until() > now || trials >= TRIALS) {
                waiting.add(realm);
            }
        });
        return waiting;
    }

    synchronized void started(String realm) {
        running.merge(realm, 1, Integer::sum);
    }

    /** What an attempt has shown of the tenant's mail server. */
    enum Server {
        /** It answered, whatever it said. */
        ANSWERED,
        /** It could not be reached, or fell silent. */
        AWAY,
        /** It was not asked. */
        UNKNOWN
    }

    synchronized void finished(String realm, Server server) {
        running.computeIfPresent(realm, (same, count) -> count == 1 ? null : count - 1);
        switch (server) {
            case UNKNOWN -> {}
            case ANSWERED -> pauses.remove(realm);
            case AWAY ->
                pauses.compute(realm, (same, before) -> {
                    Duration length =
                            before == null ? FIRST_PAUSE : before.length().multipliedBy(2);
                    Duration bounded = length.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : length;
                    return new Pause(bounded, clock.millis() + bounded.toMillis());
                });
        }
    }
}
