package dev.userservice.hashes;

import java.io.Serial;

/**
 * Says that an imported password hash cannot be taken: it is unknown, malformed, or would cost more than {@link Caps} allows. The message is
 * an English sentence for the person who imports. It never contains the hash or the password.
 */
public final class InvalidHashException extends RuntimeException {
    static final String FORMAT = "password_format";
    static final String HASH = "password_hash";
    static final String SALT = "password_salt";
    static final String PARAMS = "password_params";
    static final String PEPPER = "password_pepper";

    @Serial
    private static final long serialVersionUID = 1;

    private final String field;
    private final boolean isAboutCost;

    InvalidHashException(String field, String message) {
        this(field, message, false);
    }

    private InvalidHashException(String field, String message, boolean isAboutCost) {
        super(message);
        this.field = field;
        this.isAboutCost = isAboutCost;
    }

    /** Returns an exception about the text of the hash itself. */
    static InvalidHashException ofHash(String message) {
        return new InvalidHashException(HASH, message);
    }

    /** Returns an exception about what the check of a password costs, as the text of the hash says it. */
    static InvalidHashException ofCost(String message) {
        return new InvalidHashException(HASH, message, true);
    }

    /** Whether the hash is refused for its cost alone. */
    boolean isAboutCost() {
        return isAboutCost;
    }

    /** Returns the field of the import that is wrong, such as {@code password_salt} or {@code password_params.iterations}. */
    public String field() {
        return field;
    }
}
