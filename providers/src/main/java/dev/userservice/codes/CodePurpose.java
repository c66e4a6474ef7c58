package dev.userservice.codes;

import java.util.Locale;

/** What a code is valid for. A code of one purpose is never accepted for another. */
public enum CodePurpose {
    ACTIVATION,
    PASSWORD_RESET,

    /** Proves a new address of the user, to which the code was sent, before it takes effect. */
    EMAIL_PROOF,

    /** Stops or undoes a change of the user's address; the code was sent to the address before the change. */
    EMAIL_STOP,

    /** Lets an invited user choose a password, which proves the address as well. */
    INVITATION,

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
