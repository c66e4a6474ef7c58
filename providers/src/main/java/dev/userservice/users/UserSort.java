package dev.userservice.users;

import java.util.Optional;
import java.util.stream.Stream;

/** The orders in which users are listed. Each is total: the id decides between equals. */
public enum UserSort {
    /** By the name, which is unique in a realm. */
    USERNAME("username", true),
    USERNAME_DESCENDING("-username", false),
    /** By the time at which the user was made, the oldest first; who has none was there before Keycloak noted it. */
    CREATED_AT("created_at", true),
    CREATED_AT_DESCENDING("-created_at", false);

    private static final int MAX_USERNAME = 255;

    private final String id;
    private final boolean ascending;

    UserSort(String id, boolean ascending) {
        this.id = id;
        this.ascending = ascending;
    }

    /** The name in a query parameter. */
    public String id() {
        return id;
    }

    boolean isAscending() {
        return ascending;
    }

    boolean isByUsername() {
        return this == USERNAME || this == USERNAME_DESCENDING;
    }

    /** Can this text be where a user stands in this order? */
    public boolean isKey(String text) {
        return text != null && (isByUsername() ? text.length() <= MAX_USERNAME : isTime(text));
    }

    /** Whatever an import has set; Keycloak does not look at it. */
    private static boolean isTime(String text) {
        try {
            Long.parseLong(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** The order of this name. */
    public static Optional<UserSort> of(String id) {
        return Stream.of(values()).filter(sort -> sort.id.equals(id)).findFirst();
    }
}
