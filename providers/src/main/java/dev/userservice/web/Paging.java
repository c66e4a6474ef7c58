package dev.userservice.web;

import java.util.regex.Pattern;

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
    private static final int MAX_LIMIT = 100;
    private static final int MAX_OFFSET = 999_999_999;
    private static final int MAX_CURSOR = 2_048;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /**
     * Reads the three query parameters of every list, each of which may be null, and adds what is wrong with them to
     * the errors.
     */
    public static Paging of(String limit, String offset, String cursor, FieldErrors errors) {
        if (offset != null && cursor != null) {
            errors.add("cursor", "Either this or offset");
        }
        errors.text("cursor", cursor, 0, MAX_CURSOR);
        return new Paging(
                number("limit", limit, 1, MAX_LIMIT, DEFAULT_LIMIT, errors),
                number("offset", offset, 0, MAX_OFFSET, 0, errors),
                cursor);
    }

    private static int number(String name, String given, int min, int max, int absent, FieldErrors errors) {
        if (given == null) {
            return absent;
        }
        int number = NUMBER.matcher(given).matches() ? Integer.parseInt(given) : -1;
        if (number < min || number > max) {
            errors.add(name, "This must be a number from " + min + " to " + max);
            return absent;
        }
        return number;
    }

    /** Whether this page continues after an earlier one. */
    public boolean isBehindAnother() {
        return cursor != null && !cursor.equals(START);
    }

    public boolean isByOffset() {
        return cursor == null;
    }
}
