package dev.userservice.codes;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.SystemClientUtil;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.services.util.LocaleUtil;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * A page of Keycloak's behind a mailed link, which belongs to no login of this browser's. It shows a form, and nothing happens
 * before that is sent: programs that read mails, and then the pages behind their links, send GET and HEAD, which must not change
 * anything (RFC 9110, section 9.2.1).
 */
public final class ActionTokenPage {
    private static final String LAST = "user-service-message.ftl";

    private ActionTokenPage() {}

    /**
     * A session for this page alone, without the cookie that would take the place of a login's, and with the action of a login
     * that is over. Of any other one Keycloak's scripts would have the page reload itself while a login waits in this browser,
     * and lead to an error when that login succeeds.
     */
    public static AuthenticationSessionModel session(CodeToken token, ActionTokenContext<CodeToken> context) {
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

    /** Was the page's form sent? */
    public static boolean isSent(ActionTokenContext<CodeToken> context) {
        return HttpMethod.POST.equals(context.getRequest().getHttpMethod());
    }

    /**
     * Shows a form, which finds as {@code formAction} where Keycloak takes a POST with an action token. The choice of a language
     * asks for the link again.
     */
    public static Response form(String template, LoginFormsProvider page, ActionTokenContext<CodeToken> context) {
        RealmModel realm = context.getRealm();
        URI post = actions(context)
                .path(LoginActionsService.class, "resetCredentialsPOST")
                .queryParam(Constants.KEY, "{key}")
                .build(
                        realm.getName(),
                        context.getUriInfo().getQueryParameters().getFirst(Constants.KEY));
        return page.setActionUri(actions(context)
                        .path(LoginActionsService.class, "executeActionToken")
                        .build(realm.getName()))
                .setAttribute("formAction", post)
                .createForm(template);
    }

    private static UriBuilder actions(ActionTokenContext<CodeToken> context) {
        return LoginActionsService.loginActionsBaseUrl(context.getUriInfo().getBaseUriBuilder());
    }

    /**
     * Shows what came of it, with a button that leads on.
     *
     * @param header the key of the page's title
     * @param page has the message already
     * @param onward where to; empty for no button
     */
    public static Response last(
            Response.Status status, String header, LoginFormsProvider page, Optional<ContinueLink> onward) {
        onward.ifPresent(place -> page.setAttribute("onward", place.address()).setAttribute("onwardTo", place.name()));
        return page.setAttribute("messageHeader", header).setStatus(status).createForm(LAST);
    }
}
