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
 * The link of Keycloak's mail to somebody who comes by another identity provider and finds an account with their address. If nobody has
 * proved that address before, somebody else may have registered the account or taken the address: this {@link FirstProof} takes their
 * password as well. In a realm that serves the API; else as Keycloak's own.
 */
public final class BrokerLinkTokenHandler extends IdpVerifyAccountLinkActionTokenHandler {
    /** Keycloak takes the one of the highest order among those of one id. */
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
