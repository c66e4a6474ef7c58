package dev.userservice.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.ErrorPageException;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * A login in a browser that has passed the password and waits for something else. A new password by a mail ends all sessions and what
 * tokens from before could still get (the user's <em>not before</em>), but Keycloak 26.7 cannot find logins that wait: such a login would
 * come to a session afterwards, of somebody who knows the old password alone. So it notes when it began to wait, and ends if that was
 * before.
 */
public final class LoginUnderWay {
    private static final String SINCE = "user-service.waits-since";

    private final KeycloakSession session;
    private final AuthenticationSessionModel login;

    public LoginUnderWay(KeycloakSession session, AuthenticationSessionModel login) {
        this.session = session;
        this.login = login;
    }

    /**
     * Called when the authentication has succeeded, and each time that a required action is done.
     *
     * @throws ErrorPageException if the user's tokens were declared invalid after the first of these calls; the login is gone then
     */
    public void requireCurrent(UserModel user) {
        String since = login.getAuthNote(SINCE);
        RealmModel realm = login.getRealm();
        if (since == null) {
            login.setAuthNote(SINCE, Long.toString(Time.currentTimeMillis() / 1000));
        } else if (session.users().getNotBeforeOfUser(realm, user) > Long.parseLong(since)) {
            new AuthenticationSessionManager(session).removeAuthenticationSession(realm, login, true);
            throw new ErrorPageException(session, Response.Status.BAD_REQUEST, Messages.EXPIRED_CODE);
        }
    }
}
