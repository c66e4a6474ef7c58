package dev.userservice.gate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * The names of realms that have answered lately. Before the gate, a realm's name is only text of a path, and somebody could
 * invent a thousand of them to have a thousand turns. So all names that are not known here share the turns of one tenant.
 */
final class KnownRealms {
    /** Stands for all realms that are not known. No realm has an empty name. */
    static final String UNKNOWN = "";

    private static final int MOST = 10_000;
    private static final Duration MEMORY = Duration.ofDays(1);

    static final KnownRealms OF_THIS_SERVER = new KnownRealms();

    private final Cache<String, Boolean> names =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(MEMORY).build();

    /** Returns the tenant with which a request for this realm shares its turns. */
    String tenant(String realm) {
        return names.getIfPresent(realm) == null ? UNKNOWN : realm;
    }

    /** Remembers the name of a realm that Keycloak has found. */
    void found(String realm) {
        if (names.getIfPresent(realm) == null) {
            names.put(realm, true);
        }
    }
}
