package dev.userservice.emailchange;

import dev.userservice.codes.ActionTokenPage;
import dev.userservice.codes.CodeToken;
import dev.userservice.codes.SentCodes;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.actiontoken.AbstractActionTokenHandler;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Errors;
import org.keycloak.events.EventType;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Keycloak's page behind the link of the mail to the address before a change. It asks for nothing but a click: the owner
 * may not know the password any more, and whoever reads that mailbox could reset it anyway.
 */
public final class EmailStopTokenHandler extends AbstractActionTokenHandler<CodeToken> {
    /** The type of the action tokens. */
    static final String TYPE = "user-service-email-stop";

    private static final EmailChangePage.Texts TEXTS = new EmailChangePage.Texts(
            "userServiceStopEmailHeader", "userServiceStopEmail", "userServiceStopEmailButton");

    public EmailStopTokenHandler() {
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
        EmailStop stop = new EmailStop(context.getSession(), Settings.ofThisServer(), page::event);
        if (!stop.isGood(token.code(), page.user())) {
            context.getEvent().event(EventType.UPDATE_EMAIL).user(page.user()).error(Errors.INVALID_CODE);
            return page.failed("userServiceEmailLinkInvalid");
        }
        if (!ActionTokenPage.isSent(context)) {
            String former =
                    new SentCodes(context.getSession()).address(token.code()).orElseThrow();
            return page.ask(TEXTS, former, false);
        }
        return switch (stop.redeem(token.code(), page.user())) {
            case DONE -> page.done("userServiceEmailStoppedHeader", "userServiceEmailStopped");
            case TAKEN -> page.failed("userServiceEmailStopTaken");
            case READ_ONLY -> page.failed("userServiceEmailReadOnly");
            case INVALID_CODE -> page.failed("userServiceEmailLinkInvalid");
        };
    }
}
