package dev.userservice.codes;

/** What a code is valid for. A code of one purpose is never accepted for another. */
public enum CodePurpose {
    ACTIVATION("activation"),
    PASSWORD_RESET("password-reset"),

    /** Has no codes, only the cool-down of changes of a user's own address. */
    EMAIL_CHANGE("email-change"),

    /**
     * Has no codes, only the cool-down of notices to an unproved address. The address takes the place of the user.
     */
    NOTICE("notice");

    private final String id;

    CodePurpose(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }
}
