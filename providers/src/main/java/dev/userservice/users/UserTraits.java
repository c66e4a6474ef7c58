package dev.userservice.users;

import java.util.Map;

/**
 * Conditions of a search for users that no single index of Keycloak's table serves together with an order.
 *
 * @param created when the user was created
 * @param lastLogin when the user last logged in; a user who never has is within no limited span
 * @param neverLoggedIn null for either
 * @param mfaEnabled null for either
 * @param attributes the value that each of these attributes must have, by Keycloak's names
 * @param middle what the username, the e-mail address or the full name contains, in any case; null for anything
 */
record UserTraits(
        Span created,
        Span lastLogin,
        Boolean neverLoggedIn,
        Boolean mfaEnabled,
        Map<String, String> attributes,
        String middle) {
    /** No conditions. */
    static final UserTraits NONE = new UserTraits(Span.ANY, Span.ANY, null, null, Map.of(), null);

    /**
     * A span of time, in milliseconds since 1970-01-01 UTC.
     *
     * @param from the first time that is within; null for any
     * @param before the first time that is no longer within; null for any
     */
    record Span(Long from, Long before) {
        static final Span ANY = new Span(null, null);

        boolean isAny() {
            return from == null && before == null;
        }
    }

    boolean isEmpty() {
        return equals(NONE);
    }

    /** Returns the same conditions, for users who have never logged in. */
    UserTraits ofNeverLoggedIn() {
        return new UserTraits(created, lastLogin, true, mfaEnabled, attributes, middle);
    }
}
