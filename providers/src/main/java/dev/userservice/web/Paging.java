package dev.userservice.web;

/**
 * The part of a list that a caller requests.
 *
 * @param limit the maximum number of entries
 * @param offset the number of entries to skip; 0 with a cursor
 * @param cursor the position to continue from, as an earlier page gave it; {@value #START} for the start; null for
 *     paging by offset
 */
public record Paging(int limit, int offset, String cursor) {
    /** The cursor of a first page. */
    public static final String START = "*";

    private static final int DEFAULT_LIMIT = 10;

    /**
     * Reads the three query parameters of every list, each of which may be null and is within its declared limits, and
     * adds what is wrong with them together to the errors.
     */
    public static Paging of(String limit, String offset, String cursor, FieldErrors errors) {
        if (offset != null && cursor != null) {
            errors.add("cursor", "Either this or offset");
        }
        return new Paging(
                limit == null ? DEFAULT_LIMIT : Integer.parseInt(limit),
                offset == null ? 0 : Integer.parseInt(offset),
                cursor);
    }

    /** Whether this page continues after an earlier one. */
    public boolean isBehindAnother() {
        return cursor != null && !cursor.equals(START);
    }

    public boolean isByOffset() {
        return cursor == null;
    }
}
