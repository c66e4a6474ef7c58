package dev.userservice.activation;

import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.authentication.actiontoken.idpverifyemail.IdpVerifyAccountLinkActionToken;
import org.keycloak.authentication.actiontoken.idpverifyemail.IdpVerifyAccountLinkActionTokenHandler;

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
        return FirstProof.atLink(
                context.getSession(),
                context.getAuthenticationSession(),
                true,
                () -> super.handleToken(token, context));
    }
}
