package dev.userservice.activation;

import dev.userservice.access.Tenancy;
import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionToken;
import org.keycloak.authentication.actiontoken.execactions.ExecuteActionsActionTokenHandler;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The link of Keycloak's mail by which an admin has somebody do things, such as choose a new password. Keycloak takes it for the proof of
 * the address. If nobody has proved that address before, and the mail brings a new password, this {@link FirstProof} takes the account
 * over for its owner. In a realm that serves the API; else, and for a mail without a new password, as Keycloak's own.
 */
public final class ActionsMailTokenHandler extends ExecuteActionsActionTokenHandler {
    /** Keycloak takes the one of the highest order among those of one id. */
    @Override
    public int order() {
        return 1;
    }

    @Override
    public Response handleToken(
            ExecuteActionsActionToken token, ActionTokenContext<ExecuteActionsActionToken> context) {
        KeycloakSession session = context.getSession();
        RealmModel realm = context.getRealm();
        UserModel user = context.getAuthenticationSession().getAuthenticatedUser();
        boolean isDue = new Tenancy(session, realm).isEnabled()
                && FirstProof.isDue(user)
                && token.getRequiredActions().contains(UserModel.RequiredAction.UPDATE_PASSWORD.name());
        Response answer = super.handleToken(token, context);
        if (isDue && user.isEmailVerified()) {
            FirstProof.ofLink(session, realm, user).takeOver();
        }
        return answer;
    }
}
