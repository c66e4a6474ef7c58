package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.authentication.actiontoken.AbstractActionTokenHandler;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Errors;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's page behind the link of a mail for a new password: a form, which programs that follow the links of mails do not
 * fill in. What it sends redeems the code.
 *
 * <p>It works in any browser, but for one that somebody else is logged in to; it logs nobody in, so that no second factor is
 * passed over.
 */
public final class PasswordResetTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of its tokens. */
    static final String TYPE = "user-service-password-reset";

    private static final String PAGE = "user-service-reset-password.ftl";

    /** The names of the fields, as on Keycloak's own pages. */
    private static final String PASSWORD = "password-new";

    private static final String CONFIRMATION = "password-confirm";

    private Settings settings;

    public PasswordResetTokenHandler() {
        super(
                TYPE,
                CodeToken.class,
                Messages.RESET_CREDENTIAL_NOT_ALLOWED,
                EventType.RESET_PASSWORD,
                Errors.INVALID_TOKEN);
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
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setAuthenticationSession(login)
                .setUser(user);
        new AuthenticationSessionManager(session).removeAuthenticationSession(realm, login, false);

        if (!PasswordReset.isAllowed(realm)) {
            context.getEvent().user(user).error(Errors.NOT_ALLOWED);
            return page.setError(Messages.RESET_CREDENTIAL_NOT_ALLOWED).createErrorPage(Response.Status.BAD_REQUEST);
        }
        PasswordReset reset = new PasswordReset(session, settings);
        Optional<Onward> onward = Onward.of(session, settings, token.client());
        if (!DetachedPage.isSent(context)) {
            if (reset.isGood(token.code())) {
                return form(page, user, context);
            }
            context.getEvent().error(Errors.INVALID_CODE);
            return invalid(page, onward);
        }
        MultivaluedMap<String, String> fields = context.getRequest().getDecodedFormParameters();
        String password = fields.getFirst(PASSWORD);
        List<FormMessage> mistakes = mistakes(password, fields.getFirst(CONFIRMATION));
        if (!mistakes.isEmpty()) {
            return form(page.setErrors(mistakes), user, context);
        }
        PasswordReset.Outcome outcome = reset.redeem(
                token.code(),
                password,
                session.getContext().resolveLocale(user),
                Optional.ofNullable(login.getClient()));
        if (!outcome.complaints().isEmpty()) {
            mistakes.addAll(outcome.complaints().stream()
                    .map(complaint -> new FormMessage(PASSWORD, complaint))
                    .toList());
            return form(page.setErrors(mistakes), user, context);
        }
        return outcome.isDone()
                ? DetachedPage.last(
                        Response.Status.OK,
                        "userServiceResetDoneHeader",
                        page.setSuccess("userServiceResetDone"),
                        onward)
                : invalid(page, onward);
    }

    /** What is wrong with what was filled in, before anybody's rules are asked. */
    private static List<FormMessage> mistakes(String password, String confirmation) {
        List<FormMessage> mistakes = new ArrayList<>();
        if (password == null || password.isBlank()) {
            mistakes.add(new FormMessage(PASSWORD, Messages.MISSING_PASSWORD));
        } else if (!NewPassword.isFit(password)) {
            mistakes.add(new FormMessage(PASSWORD, "userServicePasswordUnfit", NewPassword.MAX_LENGTH));
        } else if (!password.equals(confirmation)) {
            mistakes.add(new FormMessage(CONFIRMATION, Messages.NOTMATCH_PASSWORD));
        }
        return mistakes;
    }

    private static Response form(LoginFormsProvider page, UserModel user, ActionTokenContext<CodeToken> context) {
        return DetachedPage.form(PAGE, page.setAttribute("username", user.getUsername()), context);
    }

    private static Response invalid(LoginFormsProvider page, Optional<Onward> onward) {
        return DetachedPage.last(
                Response.Status.BAD_REQUEST, "errorTitle", page.setError("userServiceResetLinkInvalid"), onward);
    }
}
