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
 * A Keycloak page behind a mailed link, which belongs to no login of this browser. It shows a form, and changes nothing
 * before the form is submitted: programs that scan mails and follow their links send GET and HEAD, which must not
 * change anything (RFC 9110, section 9.2.1).
 */
public final class ActionTokenPage {
    private static final String LAST = "user-service-message.ftl";

    private ActionTokenPage() {}

    /**
     * Creates an authentication session for this page alone. It sets no cookie, which would replace the cookie of a
     * login. Its action is that of a completed logout: with any other action, Keycloak's scripts would reload the page
     * while a login waits in this browser, and lead to an error when that login succeeds.
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

    /** Whether the form of the page was submitted. */
    public static boolean isSent(ActionTokenContext<CodeToken> context) {
        return HttpMethod.POST.equals(context.getRequest().getHttpMethod());
    }

    /**
     * Shows a form. Its template attribute {@code formAction} is the address where Keycloak accepts a POST with an
     * action token. Choosing another language requests the link again.
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
     * Shows the result, with a button that leads on.
     *
     * @param header the message key of the page's title
     * @param page must already contain the message
     * @param onward the target of the button; empty for no button
     */
    public static Response last(
            Response.Status status, String header, LoginFormsProvider page, Optional<ContinueLink> onward) {
        onward.ifPresent(place -> page.setAttribute("onward", place.address()).setAttribute("onwardTo", place.name()));
        return page.setAttribute("messageHeader", header).setStatus(status).createForm(LAST);
    }
}
