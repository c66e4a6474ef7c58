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

    InvalidHashException(String field, String message) {
        super(message);
        this.field = field;
    }

    /** Returns an exception about the text of the hash itself. */
    static InvalidHashException ofHash(String message) {
        return new InvalidHashException(HASH, message);
    }

    /** Returns the field of the import that is wrong, such as {@code password_salt} or {@code password_params.iterations}. */
    public String field() {
        return field;
    }
}
