package dev.userservice.activity;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The actions that the activity log can record: its whole vocabulary. {@link UserEventMapping} defines when each of
 * them is recorded.
 */
public enum Action {
    REGISTER,
    LOGIN,
    LOGIN_FAILED,
    LOGOUT,
    CLIENT_LOGIN,
    CLIENT_LOGIN_FAILED,
    TOKEN_REFRESH,
    TOKEN_REUSE,
    ACTIVATED,
    ACTIVATION_RESENT,
    UPDATE_PROFILE,
    UPDATE_PASSWORD,
    UPDATE_PASSWORD_FAILED,
    PASSWORD_RESET_REQUESTED,
    PASSWORD_RESET,
    MFA_ENABLED,
    MFA_DISABLED,
    MFA_DISABLE_FAILED,
    UPDATE_CREDENTIAL,
    REMOVE_CREDENTIAL,
    IDENTITY_LINKED,
    IDENTITY_UNLINKED,
    CONSENT_GRANTED,
    CONSENT_REVOKED,
    IMPERSONATED,
    USER_CREATED,
    USER_INVITED,
    INVITATION_RESENT,
    INVITATION_ACCEPTED,
    INVITATION_REVOKED,
    USERS_IMPORTED,
    USERS_EXPORTED,
    UPDATE_USER,
    ROLE_CHANGED,
    GROUP_JOINED,
    GROUP_LEFT,
    ORGANIZATION_JOINED,
    ORGANIZATION_LEFT,
    ACTIONS_REQUESTED,
    USER_LOCKED,
    USER_UNLOCKED,
    USER_DELETED,
    RATE_LIMITED,
    CONFIG_CHANGED;

    /** The actions that end sessions as a side effect. */
    private static final Set<Action> END_SESSIONS = EnumSet.of(
            UPDATE_PROFILE,
            UPDATE_PASSWORD,
            PASSWORD_RESET,
            MFA_ENABLED,
            MFA_DISABLED,
            UPDATE_CREDENTIAL,
            UPDATE_USER,
            USER_DELETED);

    /**
     * The actions that are recorded in a transaction of their own: failures, and defenses that must not fail because
     * they could not be recorded.
     */
    private static final Set<Action> ALONE = EnumSet.of(
            LOGIN_FAILED,
            CLIENT_LOGIN_FAILED,
            TOKEN_REUSE,
            UPDATE_PASSWORD_FAILED,
            MFA_DISABLE_FAILED,
            USER_LOCKED,
            RATE_LIMITED);

    /** The actions that one call may report several times for the same user, although they are one action. */
    private static final Set<Action> ONCE = EnumSet.of(
            LOGOUT,
            UPDATE_PROFILE,
            UPDATE_PASSWORD,
            PASSWORD_RESET,
            MFA_ENABLED,
            MFA_DISABLED,
            UPDATE_USER,
            ROLE_CHANGED,
            USER_LOCKED,
            USER_UNLOCKED,
            USER_DELETED,
            CONSENT_GRANTED,
            CONSENT_REVOKED);

    /** Returns the name in the table and in the API. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the action of a name; empty if there is none. */
    public static Optional<Action> of(String id) {
        return Stream.of(values()).filter(action -> action.id().equals(id)).findFirst();
    }

    /** Returns the names of all actions. */
    public static List<String> ids() {
        return Stream.of(values()).map(Action::id).toList();
    }

    /** Whether two reports of this action, for the same user in one transaction, count as one action. */
    boolean isCoalesced() {
        return ONCE.contains(this);
    }

    /**
     * Whether this action is recorded in a transaction of its own, whatever the outcome of the transaction that reports
     * it.
     */
    boolean hasOwnTransaction() {
        return ALONE.contains(this);
    }

    /** Whether the other action, for the same user in the same transaction, is only a consequence of this one. */
    boolean brings(Action other) {
        return switch (other) {
            case LOGOUT -> END_SESSIONS.contains(this);
            case ROLE_CHANGED -> this == USER_CREATED || this == USER_INVITED;
            case USER_UNLOCKED -> this == UPDATE_USER;
            case UPDATE_PASSWORD -> this == PASSWORD_RESET || this == INVITATION_ACCEPTED;
            case USER_DELETED -> this == INVITATION_REVOKED;
            default -> false;
        };
    }
}
