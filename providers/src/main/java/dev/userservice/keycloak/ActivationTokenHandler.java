package dev.userservice.keycloak;

import static jakarta.ws.rs.core.Response.Status.BAD_REQUEST;
import static jakarta.ws.rs.core.Response.Status.OK;

import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.authentication.actiontoken.AbstractActionTokenHandler;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's page behind the link of an activation mail: a form with a button, which programs that follow the links of mails and
 * of pages do not press. What it sends redeems the code.
 *
 * <p>It works in any browser, but for one that somebody else is logged in to, and leaves a login alone that waits in this
 * one for the code.
 */
public final class ActivationTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of its tokens. */
    static final String TYPE = "user-service-activation";

    private static final String PAGE = "user-service-confirm-activation.ftl";

    /** The key of the title of what came of it. */
    private static final String DONE = "userServiceActivatedHeader";

    private Settings settings;

    public ActivationTokenHandler() {
        super(TYPE, CodeToken.class, Messages.STALE_VERIFY_EMAIL_LINK, EventType.VERIFY_EMAIL, Errors.INVALID_TOKEN);
    }

    @Override
    public void init(Config.Scope config) {
        settings = Settings.ofThisServer();
    }

    @Override
    public AuthenticationSessionModel startFreshAuthenticationSession(
            CodeToken token, ActionTokenContext<CodeToken> context) {
        return DetachedPage.session(token, context);
    }

    @Override
    public Response handleToken(CodeToken token, ActionTokenContext<CodeToken> context) {
        KeycloakSession session = context.getSession();
        RealmModel realm = context.getRealm();
        AuthenticationSessionModel login = context.getAuthenticationSession();
        UserModel user = login.getAuthenticatedUser();
        EventBuilder event =
                context.getEvent().event(EventType.VERIFY_EMAIL).user(user).detail(Details.EMAIL, user.getEmail());
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setAuthenticationSession(login)
                .setUser(user);
        new AuthenticationSessionManager(session).removeAuthenticationSession(realm, login, false);
        Optional<Onward> onward = Onward.of(session, settings, token.client());

        if (!Activation.isPending(realm, user)) {
            event.error(Errors.EMAIL_ALREADY_VERIFIED);
            return DetachedPage.last(OK, DONE, page.setInfo("userServiceActivatedAlready"), onward);
        }
        Activation activation = new Activation(session, settings);
        boolean isSent = DetachedPage.isSent(context);
        if (!isSent && activation.isGood(token.code(), user)) {
            return DetachedPage.form(PAGE, page.setAttribute("address", user.getEmail()), context);
        }
        if (!isSent || !activation.redeem(token.code(), user)) {
            event.error(Errors.INVALID_CODE);
            return DetachedPage.last(BAD_REQUEST, "errorTitle", page.setError("userServiceLinkInvalid"), onward);
        }
        event.detail(Activation.ACTIVATED, "true").success();
        return DetachedPage.last(OK, DONE, page.setSuccess("userServiceActivated"), onward);
    }
}
