package dev.userservice.keycloak;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.UserSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Finds and ends a user's online and offline sessions in a realm. */
public record UserSessions(KeycloakSession session, RealmModel realm) {
    public List<UserSessionModel> of(UserModel user) {
        return Stream.concat(
                        session.sessions().getUserSessionsStream(realm, user),
                        session.sessions().getOfflineUserSessionsStream(realm, user))
                .toList();
    }

    /**
     * Ends all sessions of a user except one, and fires an event for each.
     *
     * @param kept the session to keep; null for none. An offline session that was created in an online session has the
     *     same id, but is another session
     * @param event begins a new event about the user
     */
    public void endOthers(UserModel user, UserSessionModel kept, Supplier<EventBuilder> event) {
        List<UserSessionModel> others = of(user).stream()
                .filter(other ->
                        kept == null || !other.getId().equals(kept.getId()) || other.isOffline() != isOffline(kept))
                .toList();
        for (UserSessionModel other : others) {
            EventBuilder logout = event.get().session(other.getId());
            if (kept != null && !isOffline(kept) && isMadeIn(kept, other)) {
                // Keycloak's logout of an offline session would end the online one as well.
                new UserSessionManager(session).revokeOfflineUserSession(other);
            } else {
                end(other);
            }
            logout.success();
        }
    }

    /**
     * Whether the session is a copy that Keycloak has made of a session for this request, as it does for a token that a
     * client got by token exchange. A copy has the id of the session, and changes to it are lost after the request.
     */
    public static boolean isCopy(UserSessionModel session) {
        return session.getNote(Constants.CREATED_FROM_PERSISTENT) != null;
    }

    /** Whether the session is an offline session, or the copy of one. */
    public static boolean isOffline(UserSessionModel session) {
        return session.isOffline()
                || Constants.CREATED_FROM_PERSISTENT_OFFLINE.equals(session.getNote(Constants.CREATED_FROM_PERSISTENT));
    }

    /** Returns the session of this id while it exists; null after that. */
    public UserSessionModel find(String id, boolean isOffline) {
        return isOffline
                ? session.sessions().getOfflineUserSession(realm, id)
                : session.sessions().getUserSession(realm, id);
    }

    /**
     * Ends one session of a user. Keycloak's logout of an offline session would also end the online session in which it was
     * made; while there is that one, the offline session is only revoked.
     */
    public void endAlone(UserSessionModel ended) {
        if (ended.isOffline() && isOnlineAlive(ended)) {
            new UserSessionManager(session).revokeOfflineUserSession(ended);
        } else {
            end(ended);
        }
    }

    private boolean isOnlineAlive(UserSessionModel offline) {
        return Stream.of(offline.getId(), offline.getNote(UserSessionModel.CORRESPONDING_SESSION_ID))
                .filter(Objects::nonNull)
                .anyMatch(id -> find(id, false) != null);
    }

    private static boolean isMadeIn(UserSessionModel online, UserSessionModel other) {
        return other.isOffline()
                && (other.getId().equals(online.getId())
                        || online.getId().equals(other.getNote(UserSessionModel.CORRESPONDING_SESSION_ID)));
    }

    public void end(UserSessionModel ended) {
        KeycloakContext context = session.getContext();
        AuthenticationSessionModel login = context.getAuthenticationSession();
        AuthenticationManager.backchannelLogout(
                session,
                realm,
                ended,
                context.getUri(),
                context.getConnection(),
                context.getHttpRequest().getHttpHeaders(),
                true,
                ended.isOffline());
        // Keycloak has set an authentication session of its own, which is gone; the request's own continues.
        context.setAuthenticationSession(login);
    }
}
