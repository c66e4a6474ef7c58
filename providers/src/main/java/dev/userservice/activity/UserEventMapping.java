package dev.userservice.activity;

import dev.userservice.activation.Invited;
import dev.userservice.activation.PendingPurge;
import dev.userservice.grace.RefreshGrace;
import dev.userservice.keycloak.PolicyRefusal;
import dev.userservice.keycloak.ProfileAttributes;
import dev.userservice.ratelimit.RateLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;

/**
 * Maps Keycloak's user events to activities; {@link AdminEventMapping} does the same for admin events. Events that are
 * not named here are not recorded: those that Keycloak also fires under an older name (UPDATE_PASSWORD, UPDATE_TOTP,
 * REMOVE_TOTP), those that only precede a recorded one, and failures that are not attacks.
 */
final class UserEventMapping {
    /** The event detail that holds the type of a credential. */
    static final String CREDENTIAL_TYPE = "credential_type";

    private static final String PASSWORD = "password";
    private static final Set<String> SECOND_FACTORS = Set.of("otp", "webauthn");
    private static final String BEFORE = "previous_";
    private static final String AFTER = "updated_";

    /**
     * The reasons that Keycloak's token endpoint gives for a refresh token that was already used. The second one also
     * has another meaning.
     */
    private static final Set<String> REUSED = Set.of("Maximum allowed refresh token reuse exceeded", "Stale token");

    /** The errors for a new password that the user mistyped or that the policy rejects, which are not recorded. */
    private static final Set<String> MISTYPED =
            Set.of("password_missing", "password_confirm_error", "password_rejected");

    /** The errors of a login without a user that stand for a wrong name, password, code or token. */
    private static final Set<String> ATTEMPTED = Set.of(
            Errors.USER_NOT_FOUND,
            Errors.INVALID_USER,
            Errors.INVALID_USER_CREDENTIALS,
            Errors.USER_DISABLED,
            Errors.USER_TEMPORARILY_DISABLED,
            Errors.INVALID_TOKEN,
            Errors.FEDERATED_IDENTITY_EXISTS);

    /**
     * The fields of the API, whose values before and after a change are recorded. For a tenant's own attributes, only
     * the fact that they have changed is recorded.
     */
    private static final List<String> API_FIELDS = Stream.concat(
                    Stream.of("username", "email", "first_name", "last_name", "is_active", "is_email_verified"),
                    ProfileAttributes.OF_TEMPLATE.stream())
            .toList();

    private UserEventMapping() {}

    /** What happened, and to which user. */
    record Entry(Action action, String userId, ActivityDetails details) {}

    /** Returns what a user event reports; empty if the event is not recorded. */
    static Optional<Entry> of(Event event) {
        Map<String, String> told = Objects.requireNonNullElse(event.getDetails(), Map.of());
        String user = event.getUserId() == null ? told.get("refresh_token_sub") : event.getUserId();
        Action action = RateLimits.EVENT_ERROR.equals(event.getError()) ? Action.RATE_LIMITED : action(event, told);
        return Optional.ofNullable(action).map(known -> new Entry(known, user, details(known, event, told)));
    }

    private static Action action(Event event, Map<String, String> told) {
        if (PolicyRefusal.isToldBy(event)) {
            // The configuration of the client causes this refusal; whoever logged in has done nothing wrong.
            return null;
        }
        return switch (event.getType()) {
            case REGISTER -> Action.REGISTER;
            case LOGIN, JWT_AUTHORIZATION_GRANT, AUTHREQID_TO_TOKEN -> Action.LOGIN;
            case LOGIN_ERROR,
                    IDENTITY_PROVIDER_LOGIN_ERROR,
                    IDENTITY_PROVIDER_FIRST_LOGIN_ERROR,
                    IDENTITY_PROVIDER_POST_LOGIN_ERROR,
                    JWT_AUTHORIZATION_GRANT_ERROR,
                    AUTHREQID_TO_TOKEN_ERROR ->
                event.getUserId() != null || isAttempt(event.getError()) ? Action.LOGIN_FAILED : null;
            case LOGOUT -> Action.LOGOUT;
            case CLIENT_LOGIN -> Action.CLIENT_LOGIN;
            case CLIENT_LOGIN_ERROR -> Action.CLIENT_LOGIN_FAILED;
            case REFRESH_TOKEN -> Action.TOKEN_REFRESH;
            case REFRESH_TOKEN_ERROR -> isOneOf(REUSED, told.get("reason")) ? Action.TOKEN_REUSE : null;
            case VERIFY_EMAIL -> told.containsKey(Invited.ACCEPTED) ? Action.INVITATION_ACCEPTED : Action.ACTIVATED;
            case SEND_VERIFY_EMAIL -> Action.ACTIVATION_RESENT;
            case UPDATE_PROFILE, UPDATE_EMAIL -> Action.UPDATE_PROFILE;
            case UPDATE_CREDENTIAL -> updated(told.get(CREDENTIAL_TYPE));
            case UPDATE_CREDENTIAL_ERROR ->
                PASSWORD.equals(told.get(CREDENTIAL_TYPE)) && !isOneOf(MISTYPED, event.getError())
                        ? Action.UPDATE_PASSWORD_FAILED
                        : null;
            case REMOVE_CREDENTIAL_ERROR ->
                isOneOf(SECOND_FACTORS, told.get(CREDENTIAL_TYPE)) ? Action.MFA_DISABLE_FAILED : null;
            case REMOVE_CREDENTIAL -> removed(told.get(CREDENTIAL_TYPE));
            case SEND_RESET_PASSWORD -> Action.PASSWORD_RESET_REQUESTED;
            case RESET_PASSWORD -> Action.PASSWORD_RESET;
            case FEDERATED_IDENTITY_LINK, FEDERATED_IDENTITY_OVERRIDE_LINK -> Action.IDENTITY_LINKED;
            case REMOVE_FEDERATED_IDENTITY -> Action.IDENTITY_UNLINKED;
            case GRANT_CONSENT, UPDATE_CONSENT -> Action.CONSENT_GRANTED;
            case REVOKE_GRANT -> revoked(told);
            case IMPERSONATE -> Action.IMPERSONATED;
            case USER_DISABLED_BY_TEMPORARY_LOCKOUT, USER_DISABLED_BY_PERMANENT_LOCKOUT -> Action.USER_LOCKED;
            case DELETE_ACCOUNT -> Action.USER_DELETED;
            default -> null;
        };
    }

    private static ActivityDetails details(Action action, Event event, Map<String, String> told) {
        ActivityDetails details = new ActivityDetails();
        return switch (action) {
            case REGISTER -> details.text("username", told.get("username")).text("method", told.get("register_method"));
            case LOGIN -> login(details, told);
            case LOGIN_FAILED ->
                login(details.text(ActivityDetails.REASON, event.getError()), told)
                        .text(ActivityLog.IDENTIFIER, event.getUserId() == null ? told.get("username") : null);
            case CLIENT_LOGIN_FAILED, UPDATE_PASSWORD_FAILED, MFA_DISABLE_FAILED ->
                details.text(ActivityDetails.REASON, event.getError());
            case TOKEN_REFRESH -> details.flag("repeated", RefreshGrace.isRepeated(event));
            case TOKEN_REUSE -> details.text(ActivityDetails.REASON, told.get("reason"));
            case UPDATE_PROFILE -> changes(details, told);
            case UPDATE_CREDENTIAL, REMOVE_CREDENTIAL, MFA_ENABLED, MFA_DISABLED ->
                details.text(CREDENTIAL_TYPE, told.get(CREDENTIAL_TYPE));
            case IDENTITY_LINKED, IDENTITY_UNLINKED -> details.text("identity_provider", told.get("identity_provider"));
            case CONSENT_GRANTED -> details.text("client", told.get("granted_client"));
            case CONSENT_REVOKED -> details.text("client", told.get("revoked_client"));
            case USER_LOCKED ->
                details.flag("permanent", event.getType() == EventType.USER_DISABLED_BY_PERMANENT_LOCKOUT)
                        .text("failures", told.get("num_failures"));
            case USER_DELETED ->
                details.text("username", told.get("username"))
                        .flag(PendingPurge.PURGED, told.containsKey(PendingPurge.PURGED));
            case RATE_LIMITED ->
                details.text("limit", told.get("limit"))
                        .text(ActivityLog.IDENTIFIER, told.get("username"))
                        .text("address", told.get("address"));
            default -> details;
        };
    }

    /**
     * Returns the entry for the event VERIFY_EMAIL of a user who was already active. In this case the event changes
     * only the user object.
     */
    static Entry addressProved(String userId) {
        ActivityDetails details =
                new ActivityDetails().changes(Map.of("is_email_verified", new ActivityDetails.Change("false", "true")));
        return new Entry(Action.UPDATE_PROFILE, userId, details);
    }

    private static ActivityDetails login(ActivityDetails details, Map<String, String> told) {
        String method = told.get("auth_method");
        return details.text("method", method == null ? told.get("grant_type") : method)
                .text("identity_provider", told.get("identity_provider"))
                .flag("remember_me", "true".equals(told.get("remember_me")))
                .flag("consent_granted", "consent_granted".equals(told.get("consent")));
    }

    /**
     * Returns the action of the event that Keycloak fires for three things: a revoked consent, and the two kinds of
     * token that a client can revoke (RFC 7009).
     */
    private static Action revoked(Map<String, String> told) {
        if (told.containsKey("refresh_token_id")) {
            return Action.LOGOUT;
        }
        return told.containsKey("token_id") ? null : Action.CONSENT_REVOKED;
    }

    /** Returns the action for a new credential of this type. */
    static Action updated(String credentialType) {
        if (PASSWORD.equals(credentialType)) {
            return Action.UPDATE_PASSWORD;
        }
        return isOneOf(SECOND_FACTORS, credentialType) ? Action.MFA_ENABLED : Action.UPDATE_CREDENTIAL;
    }

    /** Returns the action for a removed credential of this type. */
    static Action removed(String credentialType) {
        return isOneOf(SECOND_FACTORS, credentialType) ? Action.MFA_DISABLED : Action.REMOVE_CREDENTIAL;
    }

    /**
     * Whether something was tried that could have been right. A request for an unknown client or address, or with an
     * expired login, contains no password, and anybody can repeat it without end.
     */
    private static boolean isAttempt(String error) {
        return isOneOf(ATTEMPTED, error) || (error != null && error.startsWith("identity_provider"));
    }

    private static boolean isOneOf(Set<String> known, String text) {
        return text != null && known.contains(text);
    }

    /** Adds the values before and after the change, where the event has them under Keycloak's names. */
    static ActivityDetails changes(ActivityDetails details, Map<String, String> told) {
        Set<String> fields = new TreeSet<>();
        told.keySet().forEach(name -> {
            for (String prefix : List.of(BEFORE, AFTER)) {
                if (name.startsWith(prefix)) {
                    fields.add(name.substring(prefix.length()));
                }
            }
        });
        Map<String, ActivityDetails.Change> changes = new LinkedHashMap<>();
        API_FIELDS.stream()
                .filter(fields::remove)
                .forEach(field -> changes.put(
                        field, new ActivityDetails.Change(told.get(BEFORE + field), told.get(AFTER + field))));
        return details.changes(changes).list("fields", List.copyOf(fields));
    }
}
