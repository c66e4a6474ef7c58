package dev.userservice.activation;

import dev.userservice.codes.CodeToken;
import dev.userservice.password.PasswordCheck;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/** The question for the account's password on a page behind a mailed link. */
public record PasswordQuestion(UserModel user, ActionTokenContext<CodeToken> context) {
    /** The name of the field in the form. */
    private static final String PASSWORD = "password";

    /**
     * Checks the password in a form; a wrong one counts as a failed login.
     *
     * @param event whose type this method may change
     * @param method what the row of the activity log names as the way of the login
     * @return what is wrong with the password; empty if it is right
     */
    public Optional<FormMessage> mistake(MultivaluedMap<String, String> fields, EventBuilder event, String method) {
        String password = fields.getFirst(PASSWORD);
        if (password == null || password.isEmpty()) {
            return Optional.of(new FormMessage(PASSWORD, Messages.MISSING_PASSWORD));
        }
        AuthenticationSessionModel login = context.getAuthenticationSession();
        Optional<String> refusal =
                new PasswordCheck(context.getSession(), context.getRealm(), login::getClient).refusal(user, password);
        refusal.ifPresent(error ->
                event.event(EventType.LOGIN).detail(Details.AUTH_METHOD, method).error(error));
        return refusal.map(error -> new FormMessage(PASSWORD, "userServiceActivationPasswordWrong"));
    }
}
