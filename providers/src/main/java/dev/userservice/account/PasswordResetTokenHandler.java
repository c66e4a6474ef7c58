package dev.userservice.account;

import dev.userservice.activation.NewPasswordForm;
import dev.userservice.activation.PasswordByMail;
import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeToken;
import dev.userservice.codes.ContinueLink;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.AbstractActionTokenHandler;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Errors;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's page behind the link of a mail for a new password. It shows a form, because programs that follow the links
 * of mails do not fill in forms. Submitting the form redeems the code.
 *
 * <p>The page works in any browser, except one in which another user is logged in. It logs nobody in, so that no second
 * factor is skipped.
 */
public final class PasswordResetTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of the action tokens. */
    static final String TYPE = "user-service-password-reset";

    public PasswordResetTokenHandler() {
        super(
                TYPE,
                CodeToken.class,
                Messages.RESET_CREDENTIAL_NOT_ALLOWED,
                EventType.RESET_PASSWORD,
                Errors.INVALID_TOKEN);
    }

    @Override
    public AuthenticationSessionModel startFreshAuthenticationSession(
            CodeToken token, ActionTokenContext<CodeToken> context) {
        return ActionTokenPage.session(token, context);
    }

    @Override
    public Response handleToken(CodeToken token, ActionTokenContext<CodeToken> context) {
        KeycloakSession session = context.getSession();
        RealmModel realm = context.getRealm();
        AuthenticationSessionModel login = context.getAuthenticationSession();
        UserModel user = login.getAuthenticatedUser();
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setAuthenticationSession(login)
                .setUser(user);
        new AuthenticationSessionManager(session).removeAuthenticationSession(realm, login, false);

        if (!PasswordByMail.isAllowed(realm)) {
            context.getEvent().user(user).error(Errors.NOT_ALLOWED);
            return page.setError(Messages.RESET_CREDENTIAL_NOT_ALLOWED).createErrorPage(Response.Status.BAD_REQUEST);
        }
        Optional<ContinueLink> onward = ContinueLink.of(session, Settings.ofThisServer(), token.client());
        if (!ActionTokenPage.isSent(context)) {
            if (new PasswordByMail(session).isGood(token.code())) {
                return new NewPasswordForm(page, user, context).ask();
            }
            context.getEvent().error(Errors.INVALID_CODE);
            return invalid(page, onward);
        }
        return new NewPasswordForm(page, user, context)
                .take(token, CodePurpose.PASSWORD_RESET, onward)
                .orElseGet(() -> invalid(page, onward));
    }

    private static Response invalid(LoginFormsProvider page, Optional<ContinueLink> onward) {
        return ActionTokenPage.last(
                Response.Status.BAD_REQUEST, "errorTitle", page.setError("userServiceResetLinkInvalid"), onward);
    }
}
