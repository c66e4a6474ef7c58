package dev.userservice.activation;

import static jakarta.ws.rs.core.Response.Status.BAD_REQUEST;
import static jakarta.ws.rs.core.Response.Status.OK;

import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeToken;
import dev.userservice.codes.ContinueLink;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
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
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/**
 * Keycloak's page behind the link of an activation mail. It shows a form with a button, because programs that follow
 * the links of mails and of pages do not press buttons. Submitting the form redeems the code.
 *
 * <p>If the account has a password, the form asks for it: somebody may have registered with a stranger's address, and
 * the owner of the address must not activate that account for them by one click. An owner who does not know the
 * password takes over the account with a new one, and everything that was set up before is removed
 * ({@link FirstProof}).
 *
 * <p>The page works in any browser, except one in which another user is logged in. It does not affect a login that
 * waits in this browser for the code.
 */
public final class ActivationTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of the action tokens. */
    static final String TYPE = "user-service-activation";

    private static final String PAGE = "user-service-confirm-activation.ftl";
    private static final String WAITING = AuthenticationSessionModel.Action.REQUIRED_ACTIONS.name();

    /** The name of the button for a user who does not know the password. */
    private static final String TAKE_OVER = "take-over";

    /** The message key of the title of the result page. */
    private static final String DONE = "userServiceActivatedHeader";

    public ActivationTokenHandler() {
        super(TYPE, CodeToken.class, Messages.STALE_VERIFY_EMAIL_LINK, EventType.VERIFY_EMAIL, Errors.INVALID_TOKEN);
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
        EventBuilder event =
                context.getEvent().event(EventType.VERIFY_EMAIL).user(user).detail(Details.EMAIL, user.getEmail());
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setAuthenticationSession(login)
                .setUser(user);
        new AuthenticationSessionManager(session).removeAuthenticationSession(realm, login, false);
        Optional<ContinueLink> onward = ContinueLink.of(session, Settings.ofThisServer(), token.client());

        if (!Activation.isPending(realm, user)) {
            event.error(Errors.EMAIL_ALREADY_VERIFIED);
            return ActionTokenPage.last(OK, DONE, page.setInfo("userServiceActivatedAlready"), onward);
        }
        ActivationCodes activation = new ActivationCodes(session, Settings.ofThisServer());
        if (!activation.isGood(token.code(), user)) {
            return invalid(event, page, onward);
        }
        if (!ActionTokenPage.isSent(context)) {
            return form(page, user, context);
        }
        MultivaluedMap<String, String> fields = context.getRequest().getDecodedFormParameters();
        boolean mayTakeOver = PasswordByMail.isAllowed(realm);
        if (mayTakeOver && NewPasswordForm.isIn(fields)) {
            return new NewPasswordForm(page, user, context)
                    .take(token, CodePurpose.ACTIVATION, onward)
                    .orElseGet(() -> invalid(event, page, onward));
        }
        if (mayTakeOver && (fields.containsKey(TAKE_OVER) || !mayActivate(user, context))) {
            return new NewPasswordForm(page, user, context).ask();
        }
        if (asksForPassword(user, context)) {
            Optional<FormMessage> mistake = new PasswordQuestion(user, context).mistake(fields, event, "activation");
            if (mistake.isPresent()) {
                return form(page.addError(mistake.get()), user, context);
            }
        }
        if (!activation.redeem(token.code(), user)) {
            return invalid(event, page, onward);
        }
        event.detail(Activation.ACTIVATED, "true").success();
        return ActionTokenPage.last(OK, DONE, page.setSuccess("userServiceActivated"), onward);
    }

    private static boolean asksForPassword(UserModel user, ActionTokenContext<CodeToken> context) {
        return user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE) && !waitsHere(user, context);
    }

    /**
     * Whether the account may be activated without a new password. It may not if it has no password to ask for, but has
     * another way in, which may be a stranger's.
     */
    private static boolean mayActivate(UserModel user, ActionTokenContext<CodeToken> context) {
        return user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)
                || !mayTakeOver(user, context)
                || (user.credentialManager()
                                .getStoredCredentialsStream()
                                .findAny()
                                .isEmpty()
                        && context.getSession()
                                .users()
                                .getFederatedIdentitiesStream(context.getRealm(), user)
                                .findAny()
                                .isEmpty());
    }

    /**
     * Whether a login of this user waits in this browser for a required action. That login has already authenticated
     * the user.
     */
    private static boolean waitsHere(UserModel user, ActionTokenContext<CodeToken> context) {
        RootAuthenticationSessionModel logins = new AuthenticationSessionManager(context.getSession())
                .getCurrentRootAuthenticationSession(context.getRealm());
        return logins != null
                && logins.getAuthenticationSessions().values().stream()
                        .anyMatch(login ->
                                WAITING.equals(login.getAction()) && user.equals(login.getAuthenticatedUser()));
    }

    private static boolean mayTakeOver(UserModel user, ActionTokenContext<CodeToken> context) {
        return PasswordByMail.isAllowed(context.getRealm()) && !waitsHere(user, context);
    }

    private static Response form(LoginFormsProvider page, UserModel user, ActionTokenContext<CodeToken> context) {
        page.setAttribute("address", user.getEmail())
                .setAttribute("asksForPassword", asksForPassword(user, context))
                .setAttribute("mayActivate", mayActivate(user, context))
                .setAttribute("mayTakeOver", mayTakeOver(user, context));
        return ActionTokenPage.form(PAGE, page, context);
    }

    private static Response invalid(EventBuilder event, LoginFormsProvider page, Optional<ContinueLink> onward) {
        event.error(Errors.INVALID_CODE);
        return ActionTokenPage.last(BAD_REQUEST, "errorTitle", page.setError("userServiceLinkInvalid"), onward);
    }
}
