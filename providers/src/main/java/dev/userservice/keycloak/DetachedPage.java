package dev.userservice.keycloak;

import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.SystemClientUtil;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.util.LocaleUtil;
import org.keycloak.sessions.AuthenticationSessionModel;

/** A page of Keycloak's behind a mailed link, which belongs to no login of this browser's. */
final class DetachedPage {
    private DetachedPage() {}

    /**
     * A session for this page alone, without the cookie that would take the place of a login's, and with the action of a login
     * that is over. Of any other one Keycloak's scripts would have the page reload itself while a login waits in this browser,
     * and lead to an error when that login succeeds.
     */
    static AuthenticationSessionModel session(CodeToken token, ActionTokenContext<CodeToken> context) {
        RealmModel realm = context.getRealm();
        ClientModel client = token.client() == null ? null : realm.getClientByClientId(token.client());
        boolean isThere = client != null && client.isEnabled();
        AuthenticationSessionModel login = new AuthenticationSessionManager(context.getSession())
                .createAuthenticationSession(realm, false)
                .createAuthenticationSession(isThere ? client : SystemClientUtil.getSystemClient(realm));
        login.setAction(AuthenticationSessionModel.Action.LOGGED_OUT.name());
        login.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        LocaleUtil.processLocaleParam(context.getSession(), realm, login);
        return login;
    }
}
