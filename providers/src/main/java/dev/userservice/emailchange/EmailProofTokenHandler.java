package dev.userservice.emailchange;

import dev.userservice.activation.PasswordQuestion;
import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodeToken;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.AbstractActionTokenHandler;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's page behind the link of the mail to a new address. It asks for the account's password, unless the user is
 * logged in in this browser: the mail may have gone to a stranger, who must not prove the address for somebody else's
 * account by one click.
 */
public final class EmailProofTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of the action tokens. */
    static final String TYPE = "user-service-email-proof";

    private static final EmailChangePage.Texts TEXTS = new EmailChangePage.Texts(
            "userServiceConfirmEmailHeader", "userServiceConfirmEmail", "userServiceConfirmEmailButton");

    public EmailProofTokenHandler() {
        super(TYPE, CodeToken.class, Messages.STALE_VERIFY_EMAIL_LINK, EventType.UPDATE_EMAIL, Errors.INVALID_TOKEN);
    }

    @Override
    public AuthenticationSessionModel startFreshAuthenticationSession(
            CodeToken token, ActionTokenContext<CodeToken> context) {
        return ActionTokenPage.session(token, context);
    }

    @Override
    public Response handleToken(CodeToken token, ActionTokenContext<CodeToken> context) {
        EmailChangePage page = EmailChangePage.of(token, context);
        UserModel user = page.user();
        EventBuilder event = context.getEvent().event(EventType.UPDATE_EMAIL).user(user);
        EmailProof proof = new EmailProof(context.getSession(), page::event);
        if (!proof.isGood(token.code(), user)) {
            event.error(Errors.INVALID_CODE);
            return page.failed("userServiceEmailLinkInvalid");
        }
        boolean asksForPassword = !isLoggedInHere(user, context);
        if (asksForPassword && !user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)) {
            return page.failed("userServiceConfirmEmailLogin");
        }
        String address = PendingEmail.of(user).orElseThrow();
        if (!ActionTokenPage.isSent(context)) {
            return page.ask(TEXTS, address, asksForPassword);
        }
        if (asksForPassword) {
            Optional<FormMessage> mistake = new PasswordQuestion(user, context)
                    .mistake(context.getRequest().getDecodedFormParameters(), event, "email-proof");
            if (mistake.isPresent()) {
                page.form().addError(mistake.get());
                return page.ask(TEXTS, address, true);
            }
        }
        return switch (proof.redeem(token.code(), user)) {
            case DONE -> page.done("userServiceEmailChangedHeader", "userServiceEmailChangedDone");
            case TAKEN -> page.failed("userServiceEmailTaken");
            case READ_ONLY -> page.failed("userServiceEmailReadOnly");
            case INVALID_CODE -> page.failed("userServiceEmailLinkInvalid");
        };
    }

    private static boolean isLoggedInHere(UserModel user, ActionTokenContext<CodeToken> context) {
        AuthenticationManager.AuthResult login =
                AuthenticationManager.authenticateIdentityCookie(context.getSession(), context.getRealm(), true);
        return login != null && login.user().getId().equals(user.getId());
    }
}
