package dev.userservice.access;

/**
 * What a caller must show before a route does anything. The table of routes gives each route one of these; where the
 * right depends on the user that is asked for, the route's own first line finishes the check.
 */
public enum Permission {
    /** Anybody; a token that is not a good one is passed over. */
    PUBLIC,
    /** Nobody in particular, or an admin of this realm or a vendor who may make users; nobody else, and no bad token. */
    ANONYMOUS_OR_ADMIN,
    /** Anybody; the route itself judges the refresh token that it is given, in the body or as bearer. */
    REFRESH_TOKEN,
    /** Whoever holds the session that the call is about: by its access token or its refresh token. */
    SESSION,
    /** A user of this realm whose token may read its own account, as in Keycloak's account API. */
    OWN_ACCOUNT_VIEW,
    /** A user of this realm whose token may change its own account, as in Keycloak's account API. */
    OWN_ACCOUNT_MANAGE,
    /** A user of this realm, an admin of it or a vendor; the route asks which, once it knows whom it is about. */
    SELF_OR_ADMIN_VIEW,
    /** The same where something is changed. */
    SELF_OR_ADMIN_MANAGE,
    /** An admin or a vendor who may list users; of a realm with fine-grained permissions perhaps only some of them. */
    ADMIN_LIST,
    /** An admin who may see every user of this realm, or a vendor. */
    ADMIN_VIEW_ALL,
    /** An admin of this realm who may see users, or a vendor; which users, the route asks. */
    ADMIN_VIEW,
    /** The same, and the route asks whether they may change the user, once it knows whom it is about. */
    ADMIN_MANAGE,
    /** A vendor. */
    VENDOR;

    /** Does a call go on as if it had no access token, where that is not a good one? Its proof is elsewhere, or needs no other. */
    boolean passesOverTokens() {
        return this == PUBLIC || this == REFRESH_TOKEN || this == SESSION;
    }

    /** Is there nobody who may call without an access token? */
    boolean needsToken() {
        return switch (this) {
            case PUBLIC, ANONYMOUS_OR_ADMIN, REFRESH_TOKEN, SESSION -> false;
            default -> true;
        };
    }
}
