package dev.userservice.keycloak;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Ids that sort by the time of their making: UUIDs of version 7 (RFC 9562, section 5.7). */
final class TimeOrderedId {
    private TimeOrderedId() {}

    /** An id of the given time, in milliseconds since 1970-01-01 UTC. */
    static String of(long millis, RandomGenerator random) {
        long version = 0x7000L | (random.nextLong() & 0xfffL);
        long variant = 0x8000_0000_0000_0000L | (random.nextLong() & 0x3fff_ffff_ffff_ffffL);
        return new UUID(millis << 16 | version, variant).toString();
    }
}
