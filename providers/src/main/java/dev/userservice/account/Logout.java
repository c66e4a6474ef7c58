package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Caller;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.web.ApiProblem;
import java.util.Map;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Ends sessions: the session of a refresh token through Keycloak's logout endpoint, or the session of an access token.
 */
public final class Logout {
    private final ApiCall call;
    private final KeycloakSession session;
    private final RealmModel realm;

    /** The id of the session that a refresh token has ended; null if there is none. */
    private String endedByRefreshToken;

    public Logout(ApiCall call) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
    }

    /**
     * Ends the session that a refresh token belongs to, through Keycloak's logout endpoint (OpenID Connect). A session
     * that has already ended is no error.
     *
     * @throws ApiProblem 401 for a token that is not a refresh token of this realm's API client
     */
    public void logout(String refreshToken) {
        OidcEndpoints endpoints = new OidcEndpoints(call);
        OidcEndpoints.Answer answer = endpoints.logout(Map.of(OAuth2Constants.REFRESH_TOKEN, refreshToken));
        if (answer.status() >= 400) {
            boolean isBadToken =
                    OAuthErrorException.INVALID_GRANT.equals(answer.error().getError()) && !answer.isOfPolicy();
            throw isBadToken ? ApiProblem.invalidToken() : endpoints.unexpected(answer);
        }
        endedByRefreshToken = answer.event().getSessionId();
    }

    /**
     * Ends the session that the caller's access token belongs to, unless the refresh token has just ended it.
     *
     * @throws ApiProblem 403 for a token without a session of this realm
     */
    public void logout(Caller caller) {
        UserSessionModel own = caller.requireSession();
        boolean isOffline = UserSessions.isOffline(own);
        if (UserSessions.isCopy(own)) {
            // In the KeycloakSession of this call, the id belongs to the copy. Another KeycloakSession finds the
            // original session.
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(),
                    session.getContext(),
                    other -> endCopied(other, caller, own.getId(), isOffline));
        } else {
            end(session, own.getId(), isOffline, Optional.of(caller));
        }
    }

    private void endCopied(KeycloakSession in, Caller caller, String id, boolean isOffline) {
        boolean isOfRefreshToken = id.equals(endedByRefreshToken);
        if (isOfRefreshToken) {
            // The refresh token has ended the copy, and the event of that is already fired.
            end(in, id, false, Optional.empty());
        }
        if (isOffline || !isOfRefreshToken) {
            end(in, id, isOffline, Optional.of(caller));
        }
    }

    /** Ends a session if it still exists, and fires an event in the name of the caller, if one is given. */
    private void end(KeycloakSession in, String id, boolean isOffline, Optional<Caller> by) {
        RealmModel here = in.realms().getRealm(realm.getId());
        UserSessions sessions = new UserSessions(in, here);
        UserSessionModel alive = sessions.find(id, isOffline);
        if (alive == null) {
            return;
        }
        Optional<EventBuilder> event =
                by.map(caller -> new EventBuilder(here, in, session.getContext().getConnection())
                        .event(EventType.LOGOUT)
                        .client(caller.client())
                        .user(caller.user())
                        .session(alive));
        sessions.end(alive);
        event.ifPresent(EventBuilder::success);
    }
}
