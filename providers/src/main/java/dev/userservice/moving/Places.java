package dev.userservice.moving;

import java.util.HashMap;
import java.util.Map;

/**
 * The places on this node for calls that take long. Each of them occupies one of the server's threads for as long as its client
 * sends or reads, and one tenant must not take all places.
 */
final class Places {
    private static final int ALL = 4;
    private static final int OF_A_TENANT = 2;

    private final Map<String, Integer> taken = new HashMap<>();

    /** Whether a tenant could take a place now. */
    synchronized boolean isFree(String tenant) {
        int all = taken.values().stream().mapToInt(Integer::intValue).sum();
        return all < ALL && taken.getOrDefault(tenant, 0) < OF_A_TENANT;
    }

    /** Takes a place, if one is free, and returns whether it did. */
    synchronized boolean take(String tenant) {
        boolean isFree = isFree(tenant);
        if (isFree) {
            taken.merge(tenant, 1, Integer::sum);
        }
        return isFree;
    }

    synchronized void release(String tenant) {
        taken.computeIfPresent(tenant, (same, places) -> places == 1 ? null : places - 1);
    }
}
