package dev.userservice.keycloak;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Creates ids that sort by the time of their creation: UUIDs of version 7 (RFC 9562, section 5.7). */
public final class TimeOrderedId {
    /** The last millisecond since 1970-01-01 UTC that an id can have: in the year 10889. */
    public static final long LAST = (1L << 48) - 1;

    private static final long MAX_SEQUENCE = 0xfffL;

    private TimeOrderedId() {}

    /** Returns an id of the given time, in milliseconds since 1970-01-01 UTC. */
    public static String of(long millis, RandomGenerator random) {
        return of(millis, random.nextLong() & MAX_SEQUENCE, random);
    }

    /**
     * Returns an id that also sorts among others of the same millisecond.
     *
     * @param sequence the position, from 0; a value beyond 4095 counts as 4095
     */
    public static String of(long millis, long sequence, RandomGenerator random) {
        return of(millis, Math.min(sequence, MAX_SEQUENCE), random.nextLong());
    }

    /**
     * Returns the smallest id of a time: all ids of earlier times are smaller. A time that no id can have counts as the
     * first one, or as the last.
     */
    public static String leastOf(long millis) {
        return of(Math.max(0, Math.min(millis, LAST)), 0, 0L);
    }

    /** Whether an id was made at this time, in milliseconds since 1970-01-01 UTC. */
    public static boolean isOf(long millis, String id) {
        return UUID.fromString(id).getMostSignificantBits() >>> 16 == millis;
    }

    private static String of(long millis, long sequence, long random) {
        long version = 0x7000L | sequence;
        long variant = 0x8000_0000_0000_0000L | (random & 0x3fff_ffff_ffff_ffffL);
        return new UUID(millis << 16 | version, variant).toString();
    }
}
