package dev.userservice.activation;

import dev.userservice.access.Tenancy;
import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.authentication.actiontoken.idpverifyemail.IdpVerifyAccountLinkActionToken;
import org.keycloak.authentication.actiontoken.idpverifyemail.IdpVerifyAccountLinkActionTokenHandler;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The handler of the link in Keycloak's mail to a user who logs in through another identity provider while an account
 * with their address exists. If nobody has proved that address before, somebody else may have registered the account or
 * taken the address: this {@link FirstProof} removes their password as well. This applies in a realm that serves the
 * API; in other realms the handler does the same as Keycloak's own.
 */
public final class BrokerLinkTokenHandler extends IdpVerifyAccountLinkActionTokenHandler {
    /** Returns 1, because Keycloak uses the handler with the highest order among those with the same id. */
    @Override
    public int order() {
        return 1;
    }

    @Override
    public Response handleToken(
            IdpVerifyAccountLinkActionToken token, ActionTokenContext<IdpVerifyAccountLinkActionToken> context) {
        KeycloakSession session = context.getSession();
        RealmModel realm = context.getRealm();
        UserModel user = context.getAuthenticationSession().getAuthenticatedUser();
        boolean isDue = new Tenancy(session, realm).isEnabled() && FirstProof.isDue(user);
        Response answer = super.handleToken(token, context);
        if (isDue && user.isEmailVerified()) {
            FirstProof.ofLink(session, realm, user).takeOver();
        }
        return answer;
    }
}
