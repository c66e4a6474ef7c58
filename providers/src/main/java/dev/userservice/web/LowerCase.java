package dev.userservice.web;

import java.util.Locale;

/**
 * Compares usernames and e-mail addresses as Keycloak does, which stores both in lower case.
 * {@link String#equalsIgnoreCase} treats the dotless ı as an i, so that the addresses of two different people would
 * count as one.
 */
public final class LowerCase {
    private LowerCase() {}

    /** Whether the two names are the same. Null equals no name, and not even null. */
    public static boolean same(String one, String other) {
        return one != null && other != null && one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }
}
