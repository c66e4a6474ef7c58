package dev.userservice.invitations;

import static jakarta.ws.rs.core.Response.Status.BAD_REQUEST;
import static jakarta.ws.rs.core.Response.Status.OK;

import dev.userservice.activation.Invited;
import dev.userservice.activation.NewPasswordForm;
import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodeToken;
import dev.userservice.codes.ContinueLink;
import dev.userservice.mail.MailSender;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.AbstractActionTokenHandler;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.ErrorPageException;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's page behind the link of an invitation. It says who invites to what, and asks for a password; opening it changes
 * nothing. Submitting the form accepts the invitation and {@linkplain FirstLogin logs in}.
 */
public final class InvitationTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of the action tokens. */
    static final String TYPE = "user-service-invitation";

    private static final String PAGE = "user-service-accept-invitation.ftl";
    private static final String INVALID = "userServiceInviteLinkInvalid";

    public InvitationTokenHandler() {
        super(TYPE, CodeToken.class, Messages.STALE_VERIFY_EMAIL_LINK, EventType.VERIFY_EMAIL, Errors.INVALID_TOKEN);
    }

    /**
     * Creates the authentication session of the page alone.
     *
     * @throws ErrorPageException if the user was deleted, because the invitation was revoked, or is disabled. Keycloak's own
     *     message would speak of a wrong username or password
     */
    @Override
    public AuthenticationSessionModel startFreshAuthenticationSession(
            CodeToken token, ActionTokenContext<CodeToken> context) {
        UserModel user = context.getSession().users().getUserById(context.getRealm(), token.getUserId());
        if (user == null || !user.isEnabled()) {
            context.getEvent().event(EventType.VERIFY_EMAIL).error(Errors.INVALID_CODE);
            throw new ErrorPageException(context.getSession(), BAD_REQUEST, INVALID);
        }
        return ActionTokenPage.session(token, context);
    }

    @Override
    public Response handleToken(CodeToken token, ActionTokenContext<CodeToken> context) {
        KeycloakSession session = context.getSession();
        AuthenticationSessionModel login = context.getAuthenticationSession();
        UserModel user = login.getAuthenticatedUser();
        context.getEvent().event(EventType.VERIFY_EMAIL).user(user).detail(Details.EMAIL, user.getEmail());
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setAuthenticationSession(login)
                .setUser(user);
        new AuthenticationSessionManager(session).removeAuthenticationSession(context.getRealm(), login, false);
        Settings settings = Settings.ofThisServer();
        Optional<ContinueLink> onward = ContinueLink.of(session, settings, token.client());
        Acceptance acceptance = new Acceptance(session, settings, Optional.ofNullable(login.getClient()));
        if (!acceptance.isGood(token.code(), user)) {
            return refuse(user, page, onward, context);
        }
        if (!ActionTokenPage.isSent(context)) {
            return ask(page, user, context);
        }
        MultivaluedMap<String, String> fields = context.getRequest().getDecodedFormParameters();
        List<FormMessage> mistakes = NewPasswordForm.mistakes(fields);
        if (!mistakes.isEmpty()) {
            return ask(page.setErrors(mistakes), user, context);
        }
        Acceptance.Outcome outcome = acceptance.redeem(
                token.code(),
                NewPasswordForm.password(fields),
                session.getContext().resolveLocale(user));
        if (!outcome.complaints().isEmpty()) {
            return ask(page.setErrors(NewPasswordForm.complaints(outcome.complaints())), user, context);
        }
        return outcome.user()
                .map(accepted -> welcome(accepted, page, onward, context))
                .orElseGet(() -> refuse(again(user, context), page, onward, context));
    }

    /** Returns the user as another request may have left them that has redeemed the code meanwhile. */
    private static UserModel again(UserModel user, ActionTokenContext<CodeToken> context) {
        UserModel now = context.getSession().users().getUserById(context.getRealm(), user.getId());
        return now == null ? user : now;
    }

    private static Response welcome(
            UserModel user,
            LoginFormsProvider page,
            Optional<ContinueLink> onward,
            ActionTokenContext<CodeToken> context) {
        return onward.flatMap(new FirstLogin(context, user)::continueTo)
                .orElseGet(() -> ActionTokenPage.last(
                        OK, "userServiceInviteAcceptedHeader", page.setSuccess("userServiceActivated"), onward));
    }

    private static Response ask(LoginFormsProvider page, UserModel user, ActionTokenContext<CodeToken> context) {
        KeycloakSession session = context.getSession();
        new Invitations(session, Settings.ofThisServer())
                .ofUser(user)
                .flatMap(found -> Inviter.of(session, found.row()))
                .ifPresent(name -> page.setAttribute("inviter", name));
        page.setAttribute("realmName", MailSender.realmName(context.getRealm()))
                .setAttribute("username", user.getUsername());
        return ActionTokenPage.form(PAGE, page, context);
    }

    /** Says why the code cannot be redeemed. The person may have accepted by an earlier click, or in another tab. */
    private static Response refuse(
            UserModel user,
            LoginFormsProvider page,
            Optional<ContinueLink> onward,
            ActionTokenContext<CodeToken> context) {
        if (Invited.is(user)) {
            context.getEvent().error(Errors.INVALID_CODE);
            return invalid(page, onward);
        }
        context.getEvent().error(Errors.EMAIL_ALREADY_VERIFIED);
        return ActionTokenPage.last(
                OK, "userServiceInviteAcceptedHeader", page.setInfo("userServiceInviteAcceptedAlready"), onward);
    }

    private static Response invalid(LoginFormsProvider page, Optional<ContinueLink> onward) {
        return ActionTokenPage.last(BAD_REQUEST, "errorTitle", page.setError(INVALID), onward);
    }
}
