package dev.userservice.keycloak;

import java.util.List;
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

/** A user's sessions in a realm, online and offline, and their ends. */
public final class UserSessions {
    private final KeycloakSession session;
    private final RealmModel realm;

    public UserSessions(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    public List<UserSessionModel> of(UserModel user) {
        return Stream.concat(
                        session.sessions().getUserSessionsStream(realm, user),
                        session.sessions().getOfflineUserSessionsStream(realm, user))
                .toList();
    }

    /**
     * Ends all sessions of a user but one, and says so in an event each.
     *
     * @param kept the one; null for none. An offline session that was made in an online one has the same id, and is another
     * @param event a new event of the user's
     */
    public void endOthers(UserModel user, UserSessionModel kept, Supplier<EventBuilder> event) {
        List<UserSessionModel> others = of(user).stream()
                .filter(other ->
                        kept == null || !other.getId().equals(kept.getId()) || other.isOffline() != isOffline(kept))
                .toList();
        for (UserSessionModel other : others) {
            EventBuilder logout = event.get().session(other.getId());
            if (kept != null && !isOffline(kept) && isMadeIn(kept, other)) {
                // Keycloak's logout of an offline session ends the online one as well.
                new UserSessionManager(session).revokeOfflineUserSession(other);
            } else {
                end(other);
            }
            logout.success();
        }
    }

    /**
     * Is it a copy that Keycloak has made of a session for the request at hand, as it does for a token that a client has from an
     * exchange? It has the id of the session, and what is done to it is lost with the request.
     */
    public static boolean isCopy(UserSessionModel session) {
        return session.getNote(Constants.CREATED_FROM_PERSISTENT) != null;
    }

    /** Is it an offline session, or the copy of one? */
    public static boolean isOffline(UserSessionModel session) {
        return session.isOffline()
                || Constants.CREATED_FROM_PERSISTENT_OFFLINE.equals(session.getNote(Constants.CREATED_FROM_PERSISTENT));
    }

    /** The session of this id, while it lives; null after that. */
    public UserSessionModel find(String id, boolean isOffline) {
        return isOffline
                ? session.sessions().getOfflineUserSession(realm, id)
                : session.sessions().getUserSession(realm, id);
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
        // Keycloak has put a login of its own there, which is gone; the one of the request goes on.
        context.setAuthenticationSession(login);
    }
}
