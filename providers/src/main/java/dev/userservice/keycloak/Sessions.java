package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.UserSessionProvider;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.UserSessionManager;

/** The ends of sessions: by a refresh token, through Keycloak's logout endpoint, or by an access token. */
public final class Sessions {
    private final ApiCall call;
    private final KeycloakSession session;
    private final RealmModel realm;

    public Sessions(ApiCall call) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
    }

    /**
     * Ends the session that a refresh token belongs to (OpenID Connect, as Keycloak's logout endpoint takes it). A session
     * that has ended already is no error.
     *
     * @throws ApiProblem 401 for a token that is no refresh token of this realm's API client
     */
    public void logout(String refreshToken) {
        OidcEndpoints endpoints = new OidcEndpoints(call);
        OidcEndpoints.Answer answer = endpoints.logout(Map.of(OAuth2Constants.REFRESH_TOKEN, refreshToken));
        if (answer.status() >= 400) {
            throw OAuthErrorException.INVALID_GRANT.equals(answer.error().getError())
                    ? ApiProblem.invalidToken()
                    : endpoints.unexpected(answer);
        }
    }

    /** Ends the session that the caller's access token belongs to, unless the refresh token has just ended it. */
    public void logout(Caller caller) {
        UserSessionModel own = caller.requireSession();
        UserSessionProvider sessions = session.sessions();
        UserSessionModel alive = own.isOffline()
                ? sessions.getOfflineUserSession(realm, own.getId())
                : sessions.getUserSession(realm, own.getId());
        if (alive == null) {
            return;
        }
        EventBuilder event = new EventBuilder(
                        realm, session, session.getContext().getConnection())
                .event(EventType.LOGOUT)
                .client(caller.client())
                .user(caller.user())
                .session(alive);
        end(alive);
        event.success();
    }

    /**
     * Ends all sessions of a user but one, and says so in an event each.
     *
     * @param kept the one; null for none. An offline session that was made in an online one has the same id, and is another
     * @param event a new event of the user's
     */
    void endOthers(UserModel user, UserSessionModel kept, Supplier<EventBuilder> event) {
        List<UserSessionModel> others = Stream.concat(
                        session.sessions().getUserSessionsStream(realm, user),
                        session.sessions().getOfflineUserSessionsStream(realm, user))
                .filter(other ->
                        kept == null || !other.getId().equals(kept.getId()) || other.isOffline() != kept.isOffline())
                .toList();
        for (UserSessionModel other : others) {
            EventBuilder logout = event.get().session(other.getId());
            if (kept != null && !kept.isOffline() && isMadeIn(kept, other)) {
                // Keycloak's logout of an offline session ends the online one as well.
                new UserSessionManager(session).revokeOfflineUserSession(other);
            } else {
                end(other);
            }
            logout.success();
        }
    }

    private static boolean isMadeIn(UserSessionModel online, UserSessionModel other) {
        return other.isOffline()
                && (other.getId().equals(online.getId())
                        || online.getId().equals(other.getNote(UserSessionModel.CORRESPONDING_SESSION_ID)));
    }

    void end(UserSessionModel ended) {
        KeycloakContext context = session.getContext();
        AuthenticationManager.backchannelLogout(
                session,
                realm,
                ended,
                context.getUri(),
                context.getConnection(),
                context.getHttpRequest().getHttpHeaders(),
                true,
                ended.isOffline());
    }
}
