package dev.userservice.web;

import java.util.Locale;

/**
 * Compares usernames and e-mail addresses as Keycloak does, which keeps both in lower case. {@link String#equalsIgnoreCase} takes the
 * dotless ı for an i, so that two addresses that different people have would be one.
 */
public final class LowerCase {
    private LowerCase() {}

    /** Whether the two are one name; none is no name, not even another none. */
    public static boolean same(String one, String other) {
        return one != null && other != null && one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }
}
