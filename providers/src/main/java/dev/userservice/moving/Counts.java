package dev.userservice.moving;

/**
 * What became of lines.
 *
 * @param unchanged the users who were here already as their lines say
 * @param weak the users who were given a password hash that can be guessed quickly
 */
record Counts(long created, long updated, long unchanged, long skipped, long refused, long weak) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);
    static final Counts ONE_REFUSED = new Counts(0, 0, 0, 0, 1, 0);

    Counts plus(Counts other) {
        return new Counts(
                created + other.created,
                updated + other.updated,
                unchanged + other.unchanged,
                skipped + other.skipped,
                refused + other.refused,
                weak + other.weak);
    }
}
