package dev.userservice.users;

import java.util.Optional;
import java.util.stream.Stream;

/** The orders in which users are listed. Each order is total: the id decides between equal keys. */
enum UserSort {
    /** Sorts by the username, which is unique in a realm. */
    USERNAME("username", true),
    USERNAME_DESCENDING("-username", false),
    /**
     * Sorts by the time at which the user was created, oldest first. A user without this time was created before
     * Keycloak recorded it.
     */
    CREATED_AT("created_at", true),
    CREATED_AT_DESCENDING("-created_at", false);

    private static final int MAX_USERNAME = 255;

    private final String id;
    private final boolean ascending;

    UserSort(String id, boolean ascending) {
        this.id = id;
        this.ascending = ascending;
    }

    /** Returns the name in a query parameter. */
    public String id() {
        return id;
    }

    boolean isAscending() {
        return ascending;
    }

    boolean isByUsername() {
        return this == USERNAME || this == USERNAME_DESCENDING;
    }

    /** Whether this text can be a user's position in this order. */
    public boolean isKey(String text) {
        return text != null && (isByUsername() ? text.length() <= MAX_USERNAME : isTime(text));
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
