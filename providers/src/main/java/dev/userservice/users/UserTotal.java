package dev.userservice.users;

/**
 * How many users match.
 *
 * @param isExact whether there are no more than {@code count}
 */
record UserTotal(long count, boolean isExact) {
    /** How many users are counted unless all are asked for. */
    static final int MOST_COUNTED = 10_000;

    boolean isLarge() {
        return count >= MOST_COUNTED;
    }

    /** Returns the first count that is certain to be too many. */
    static int limit(boolean isExact) {
        return isExact ? Integer.MAX_VALUE : MOST_COUNTED + 1;
    }

    static UserTotal of(UserSearch search, UserSearch.Filter filter, boolean isExact) {
        int most = limit(isExact);
        long count = search.count(filter, most);
        return count < most ? new UserTotal(count, true) : new UserTotal(MOST_COUNTED, false);
    }
}
