package dev.userservice.codes;

import java.util.Locale;

/** What a code is valid for. A code of one purpose is never accepted for another. */
public enum CodePurpose {
    ACTIVATION,
    PASSWORD_RESET,

    /** Has no codes, only the cool-down of changes of a user's own address. */
    EMAIL_CHANGE,

    /**
     * Has no codes, only the cool-down of notices to an unproved address. The address takes the place of the user.
     */
    NOTICE;

    /** Returns the name in the table, such as {@code password-reset}. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
