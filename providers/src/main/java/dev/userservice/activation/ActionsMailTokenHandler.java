package dev.userservice.activation;

import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionToken;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionTokenHandler;
import org.keycloak.models.UserModel;

/**
 * The handler of the link in Keycloak's mail by which an admin asks a user to do something, such as to choose a new
 * password. Keycloak takes the link for a proof of the address. If nobody has proved that address before, and the mail
 * requires a new password, this {@link FirstProof} takes over the account for its owner. This applies in a realm that
 * serves the API; in other realms, and for a mail without a new password, the handler does the same as Keycloak's own.
 */
public final class ActionsMailTokenHandler extends ExecuteActionsActionTokenHandler {
    /** Returns 1, because Keycloak uses the handler with the highest order among those with the same id. */
    @Override
    public int order() {
        return 1;
    }

    @Override
    public Response handleToken(
            ExecuteActionsActionToken token, ActionTokenContext<ExecuteActionsActionToken> context) {
        boolean isForNewPassword = token.getRequiredActions().contains(UserModel.RequiredAction.UPDATE_PASSWORD.name());
        return FirstProof.atLink(
                context.getSession(),
                context.getAuthenticationSession(),
                isForNewPassword,
                () -> super.handleToken(token, context));
    }
}
