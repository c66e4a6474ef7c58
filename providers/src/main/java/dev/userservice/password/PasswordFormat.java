package dev.userservice.password;

import dev.userservice.web.FieldErrors;
import org.keycloak.utils.StringUtil;

/** What every new password must be, whatever a tenant's policy says: one that can be used to log in. */
public final class PasswordFormat {
    /** How many characters are looked at: a hash of more takes longer, and proves no more. */
    public static final int MAX_LENGTH = 512;

    private PasswordFormat() {}

    /** Adds what is wrong with a field that must hold a new password. */
    public static void check(FieldErrors errors, String field, String password) {
        errors.required(field, password).text(field, password, 1, MAX_LENGTH);
        if (password != null && !survivesALogin(password)) {
            errors.add(field, "Control characters, also written as in %0a, are not allowed");
        }
    }

    /** Is it of a size, and would a login lose nothing of it? Keycloak's token endpoint takes such characters out of all that it gets. */
    public static boolean isFit(String password) {
        return password.length() <= MAX_LENGTH && survivesALogin(password);
    }

    private static boolean survivesALogin(String password) {
        return password.equals(StringUtil.removeControlCharacters(password));
    }
}
