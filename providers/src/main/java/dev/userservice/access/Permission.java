package dev.userservice.access;

/**
 * The permission that a route requires before it does anything. The table of routes gives each route one of these; if
 * the right depends on the requested user, the first line of the route's own method completes the check.
 */
public enum Permission {
    /** Everybody may call; an invalid token is ignored. */
    PUBLIC,
    /**
     * Anonymous callers may call, and admins of this realm or vendors who may create users. Invalid tokens are refused.
     */
    ANONYMOUS_OR_ADMIN,
    /**
     * Everybody may call; the route itself checks the refresh token, which is sent in the body or as the bearer token.
     */
    REFRESH_TOKEN,
    /** The holder of the session in question may call, with its access token or its refresh token. */
    SESSION,
    /** Users of this realm may call whose token may view their own account, as in Keycloak's account API. */
    OWN_ACCOUNT_VIEW,
    /** Users of this realm may call whose token may change their own account, as in Keycloak's account API. */
    OWN_ACCOUNT_MANAGE,
    /**
     * Users and admins of this realm and vendors may call; the route checks their right once the requested user is
     * known.
     */
    SELF_OR_ADMIN_VIEW,
    /** The same callers as for {@link #SELF_OR_ADMIN_VIEW} may call, where something is changed. */
    SELF_OR_ADMIN_MANAGE,
    /**
     * Admins and vendors who may list users may call; fine-grained permissions may limit the list to some of the users.
     */
    ADMIN_LIST,
    /** Admins of this realm who may view every user, and vendors, may call. */
    ADMIN_VIEW_ALL,
    /** Admins of this realm who may view users, and vendors, may call; the route checks which users they may view. */
    ADMIN_VIEW,
    /**
     * The same callers as for {@link #ADMIN_VIEW} may call; the route checks whether they may change the requested user
     * once that user is known.
     */
    ADMIN_MANAGE,
    /** Only vendors may call. */
    VENDOR;

    /**
     * Whether a call with an invalid access token continues as if it had none: its proof is elsewhere, or it needs
     * none.
     */
    boolean passesOverTokens() {
        return this == PUBLIC || this == REFRESH_TOKEN || this == SESSION;
    }

    /** Whether every caller needs an access token. */
    boolean needsToken() {
        return switch (this) {
            case PUBLIC, ANONYMOUS_OR_ADMIN, REFRESH_TOKEN, SESSION -> false;
            default -> true;
        };
    }
}
