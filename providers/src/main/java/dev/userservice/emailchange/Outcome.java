package dev.userservice.emailchange;

/** What has become of a code about a change of an address. */
public enum Outcome {
    DONE,

    /** The code is unknown, used or expired, or the change is over. Nothing has changed. */
    INVALID_CODE,

    /** The address belongs to another user by now. */
    TAKEN,

    /** The address is kept in a directory that cannot be written to. */
    READ_ONLY
}
