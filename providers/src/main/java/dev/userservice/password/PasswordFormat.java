package dev.userservice.password;

import dev.userservice.web.FieldErrors;
import org.keycloak.utils.StringUtil;

/** The requirements for every new password, independent of a tenant's policy: it must be usable for a login. */
public final class PasswordFormat {
    /** The maximum number of characters: hashing more takes longer and proves no more. */
    public static final int MAX_LENGTH = 512;

    private PasswordFormat() {}

    /** Adds an error if a new password, should there be one, would not reach Keycloak unchanged at a login. */
    public static void check(FieldErrors errors, String field, String password) {
        if (password != null && !survivesALogin(password)) {
            errors.add(field, "Control characters, also written as in %0a, are not allowed");
        }
    }

    /** Adds the same errors, and one if a confirmation, should there be one, is not the password. */
    public static void check(FieldErrors errors, String field, String password, String confirmation) {
        check(errors, field, password);
        if (confirmation != null && !confirmation.equals(password)) {
            errors.addUnlessKnown("password_confirmation", "This is not the password");
        }
    }

    /**
     * Whether the password is short enough and would pass a login unchanged. Keycloak's token endpoint removes control
     * characters from all its parameters.
     */
    public static boolean isFit(String password) {
        return password.length() <= MAX_LENGTH && survivesALogin(password);
    }

    private static boolean survivesALogin(String password) {
        return password.equals(StringUtil.removeControlCharacters(password));
    }
}
