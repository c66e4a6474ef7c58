package dev.userservice.activity;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the activity log can say that somebody did: its whole vocabulary. {@link UserEventMapping} says when. */
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

    /** What ends sessions, though that is not what it is for. */
    private static final Set<Action> END_SESSIONS = EnumSet.of(
            UPDATE_PROFILE,
            UPDATE_PASSWORD,
            PASSWORD_RESET,
            MFA_ENABLED,
            MFA_DISABLED,
            UPDATE_CREDENTIAL,
            UPDATE_USER,
            USER_DELETED);

    /** What is noted by itself: it has failed, or is a defence that must not fail because it could not be noted. */
    private static final Set<Action> ALONE = EnumSet.of(
            LOGIN_FAILED,
            CLIENT_LOGIN_FAILED,
            TOKEN_REUSE,
            UPDATE_PASSWORD_FAILED,
            MFA_DISABLE_FAILED,
            USER_LOCKED,
            RATE_LIMITED);

    /** What may be told of the same user several times by one call, and is one action all the same. */
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

    /** The name in the table and in the API. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The action of a name; empty for none. */
    public static Optional<Action> of(String id) {
        return Stream.of(values()).filter(action -> action.id().equals(id)).findFirst();
    }

    /** All names. */
    public static List<String> ids() {
        return Stream.of(values()).map(Action::id).toList();
    }

    /** Do two tellings of it in one transaction, of the same user, mean one action? */
    boolean isCoalesced() {
        return ONCE.contains(this);
    }

    /** Is it noted in a transaction of its own, whatever becomes of the one that tells it? */
    boolean hasOwnTransaction() {
        return ALONE.contains(this);
    }

    /** Is the other, of the same user and in the same transaction, only what this one brings with it? */
    boolean brings(Action other) {
        return switch (other) {
            case LOGOUT -> END_SESSIONS.contains(this);
            case ROLE_CHANGED -> this == USER_CREATED;
            case USER_UNLOCKED -> this == UPDATE_USER;
            case UPDATE_PASSWORD -> this == PASSWORD_RESET;
            default -> false;
        };
    }
}
