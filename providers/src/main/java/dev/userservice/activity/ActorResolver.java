package dev.userservice.activity;

import dev.userservice.access.PlatformRealm;
import dev.userservice.activation.PendingPurge;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.models.ImpersonationSessionNote;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Determines who did an action. */
record ActorResolver(KeycloakSession session) {
    /** The actions whose actor is unknown, because nobody has proved to be the user. */
    private static final Set<Action> BY_ANYBODY = EnumSet.of(
            Action.LOGIN_FAILED,
            Action.CLIENT_LOGIN_FAILED,
            Action.TOKEN_REUSE,
            Action.PASSWORD_RESET_REQUESTED,
            Action.USER_LOCKED);

    /** The actions that leave no session to look up, or happen too often for a lookup. */
    private static final Set<Action> OF_SESSIONS_END = EnumSet.of(Action.LOGOUT, Action.TOKEN_REFRESH);

    /** Returns who did the action that a user event reports; null if unknown. */
    Activity.Actor of(UserEventMapping.Entry entry, Event event, RealmModel realm) {
        String userId = entry.userId();
        boolean isByTime = event.getDetails() != null && event.getDetails().containsKey(PendingPurge.PURGED);
        if (userId == null || isByTime || isByAnybody(entry.action(), userId)) {
            return null;
        }
        if (entry.action() == Action.CLIENT_LOGIN) {
            return new Activity.Actor(userId, Activity.Kind.SERVICE_ACCOUNT);
        }
        return impersonator(entry, event, realm).orElseGet(() -> new Activity.Actor(userId, Activity.Kind.USER));
    }

    private boolean isByAnybody(Action action, String userId) {
        return BY_ANYBODY.contains(action) || (action == Action.ACTIVATION_RESENT && !isLoggingIn(userId));
    }

    /** Whether this user has proved their identity in the current login, where they may request another mail. */
    private boolean isLoggingIn(String userId) {
        AuthenticationSessionModel login = session.getContext().getAuthenticationSession();
        UserModel user = login == null ? null : login.getAuthenticatedUser();
        return user != null && user.getId().equals(userId);
    }

    /** Returns who acts in the user's place, according to the session. */
    private Optional<Activity.Actor> impersonator(UserEventMapping.Entry entry, Event event, RealmModel realm) {
        if (event.getSessionId() == null || OF_SESSIONS_END.contains(entry.action())) {
            return Optional.empty();
        }
        UserSessionModel known = session.sessions().getUserSession(realm, event.getSessionId());
        String id = known == null ? null : known.getNote(ImpersonationSessionNote.IMPERSONATOR_ID.toString());
        return Optional.ofNullable(id)
                .map(by -> home(by, event, realm)
                        .map(home -> of(home, by, realm))
                        .orElseGet(() -> new Activity.Actor(by, Activity.Kind.SERVER_ADMIN)));
    }

    /**
     * Returns the realm of an impersonator. The event of the impersonation itself names the realm; for later events it
     * is the realm that has a user with this id.
     */
    private Optional<RealmModel> home(String impersonator, Event event, RealmModel realm) {
        if (event.getType() == EventType.IMPERSONATE) {
            return Optional.ofNullable(
                    session.realms().getRealmByName(event.getDetails().get("impersonator_realm")));
        }
        return Stream.concat(Stream.of(realm), PlatformRealm.of(session).realm().stream())
                .filter(home -> session.users().getUserById(home, impersonator) != null)
                .findFirst();
    }

    /**
     * Returns who caused an admin event.
     *
     * @param home the realm of the caller; null if it no longer exists
     * @param realm the realm in which something was done
     * @return the actor, never null
     */
    Activity.Actor of(RealmModel home, String userId, RealmModel realm) {
        UserModel user = home == null ? null : session.users().getUserById(home, userId);
        if (user != null && user.getServiceAccountClientLink() != null) {
            return new Activity.Actor(userId, Activity.Kind.SERVICE_ACCOUNT);
        }
        if (realm.equals(home)) {
            return new Activity.Actor(userId, Activity.Kind.USER);
        }
        boolean isVendor = home != null && PlatformRealm.of(session).is(home);
        return new Activity.Actor(userId, isVendor ? Activity.Kind.VENDOR : Activity.Kind.SERVER_ADMIN);
    }
}
