package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import java.util.Map;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.UserSessionProvider;

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
        new UserSessions(session, realm).end(alive);
        event.success();
    }
}
