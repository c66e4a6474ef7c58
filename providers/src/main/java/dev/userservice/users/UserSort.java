package dev.userservice.users;

import java.util.Optional;
import java.util.stream.Stream;

/** The orders in which users are listed. Each order is total: the id decides between equal keys. */
enum UserSort {
    /** Sorts by the username, which is unique in a realm. */
    USERNAME("username", true, Key.USERNAME),
    USERNAME_DESCENDING("-username", false, Key.USERNAME),
    /** Sorts by the e-mail address. A user without one has an empty one, and several may have the same. */
    EMAIL("email", true, Key.EMAIL),
    EMAIL_DESCENDING("-email", false, Key.EMAIL),
    /**
     * Sorts by the time at which the user was created, oldest first. A user without this time was created before
     * Keycloak recorded it.
     */
    CREATED_AT("created_at", true, Key.CREATED_AT),
    CREATED_AT_DESCENDING("-created_at", false, Key.CREATED_AT),
    /**
     * Sorts by the time of the last login. Users who have never logged in come last in both directions, sorted by the time
     * at which they were created.
     */
    LAST_LOGIN("last_login", true, Key.LAST_LOGIN),
    LAST_LOGIN_DESCENDING("-last_login", false, Key.LAST_LOGIN);

    /** What an order compares. */
    enum Key {
        USERNAME,
        EMAIL,
        CREATED_AT,
        LAST_LOGIN
    }

    /** Begins the position of a user who has never logged in, before the time of creation. */
    static final String NEVER = "never:";

    private static final int MAX_NAME = 255;

    private final String id;
    private final boolean ascending;
    private final Key key;

    UserSort(String id, boolean ascending, Key key) {
        this.id = id;
        this.ascending = ascending;
        this.key = key;
    }

    Key key() {
        return key;
    }

    /** Returns the name in a query parameter. */
    public String id() {
        return id;
    }

    boolean isAscending() {
        return ascending;
    }

    boolean isByUsername() {
        return key == Key.USERNAME;
    }

    /** Whether this text can be a user's position in this order. */
    public boolean isKey(String text) {
        if (text == null) {
            return false;
        }
        return switch (key) {
            case USERNAME, EMAIL -> text.length() <= MAX_NAME;
            case CREATED_AT -> isTime(text);
            case LAST_LOGIN -> isTime(text.startsWith(NEVER) ? text.substring(NEVER.length()) : text);
        };
    }

    /** Whether the text is a time. Any number is one, because an import may set any, and Keycloak does not check it. */
    private static boolean isTime(String text) {
        try {
            Long.parseLong(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Returns the order of this name; empty if there is none. */
    public static Optional<UserSort> of(String id) {
        return Stream.of(values()).filter(sort -> sort.id.equals(id)).findFirst();
    }
}
