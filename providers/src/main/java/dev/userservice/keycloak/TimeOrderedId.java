package dev.userservice.keycloak;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Ids that sort by the time of their making: UUIDs of version 7 (RFC 9562, section 5.7). */
public final class TimeOrderedId {
    /** The last millisecond that an id can be of: in the year 10889. */
    public static final long LAST = (1L << 48) - 1;

    private static final long MAX_SEQUENCE = 0xfffL;

    private TimeOrderedId() {}

    /** An id of the given time, in milliseconds since 1970-01-01 UTC. */
    public static String of(long millis, RandomGenerator random) {
        return of(millis, random.nextLong() & MAX_SEQUENCE, random);
    }

    /**
     * An id that is also in order with others of the same millisecond.
     *
     * @param sequence from 0; what is beyond 4095 counts as that
     */
    public static String of(long millis, long sequence, RandomGenerator random) {
        return of(millis, Math.min(sequence, MAX_SEQUENCE), random.nextLong());
    }

    /**
     * The least of the ids of a time: all of earlier times are less. Times that no id can be of count as the first, or the last.
     */
    public static String leastOf(long millis) {
        return of(Math.max(0, Math.min(millis, LAST)), 0, 0L);
    }

    private static String of(long millis, long sequence, long random) {
        long version = 0x7000L | sequence;
        long variant = 0x8000_0000_0000_0000L | (random & 0x3fff_ffff_ffff_ffffL);
        return new UUID(millis << 16 | version, variant).toString();
    }
}
