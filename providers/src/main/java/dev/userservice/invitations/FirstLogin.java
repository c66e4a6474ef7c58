package dev.userservice.invitations;

import dev.userservice.codes.CodeToken;
import dev.userservice.codes.ContinueLink;
import dev.userservice.keycloak.AccountEvents;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.actiontoken.ActionTokenContext;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.utils.OIDCResponseType;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * The login of a person who has just accepted an invitation. It takes the place of the login page only where that would ask
 * for no more than the password. Keycloak finishes it: it asks for the required actions and the consent first, then makes the session with its cookies, and redirects to the client's
 * home. The response type is {@code none} (OAuth 2.0 Multiple Response Types, section 4): the client did not ask for a code
 * and could not use one; it begins a login of its own, which finds the person logged in.
 */
record FirstLogin(ActionTokenContext<CodeToken> context, UserModel user) {
    /** The name of this way to log in, in the activity log. */
    private static final String METHOD = "invitation";

    /** Whether people log in to a client in a browser, by the protocol that this class knows. */
    static boolean isPossibleAt(ClientModel client) {
        boolean isOidc = client.getProtocol() == null || OIDCLoginProtocol.LOGIN_PROTOCOL.equals(client.getProtocol());
        return isOidc
                && client.isEnabled()
                && !client.isBearerOnly()
                && (client.isStandardFlowEnabled() || client.isImplicitFlowEnabled());
    }

    /**
     * Logs the user in and leads on; empty if the target belongs to no client, such as the tenant's own site, or if the
     * client's browser flow could ask for more.
     */
    Optional<Response> continueTo(ContinueLink target) {
        RealmModel realm = context.getRealm();
        return Optional.ofNullable(target.clientId())
                .map(realm::getClientByClientId)
                .filter(FirstLogin::isPossibleAt)
                .filter(client -> new PlainBrowserFlow(realm).isEnoughFor(user, client))
                .map(client -> finish(begin(client, target)));
    }

    private AuthenticationSessionModel begin(ClientModel client, ContinueLink target) {
        KeycloakSession session = context.getSession();
        RealmModel realm = context.getRealm();
        AuthenticationSessionModel login = new AuthenticationSessionManager(session)
                .createAuthenticationSession(realm, true)
                .createAuthenticationSession(client);
        login.setAction(AuthenticationSessionModel.Action.AUTHENTICATE.name());
        login.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        login.setRedirectUri(target.address());
        login.setClientNote(OIDCLoginProtocol.REDIRECT_URI_PARAM, target.address());
        login.setClientNote(OIDCLoginProtocol.RESPONSE_TYPE_PARAM, OIDCResponseType.NONE);
        login.setClientNote(
                OIDCLoginProtocol.ISSUER, Urls.realmIssuer(context.getUriInfo().getBaseUri(), realm.getName()));
        login.setAuthenticatedUser(user);
        AuthenticationManager.setClientScopesInSession(session, login);
        session.getContext().setAuthenticationSession(login);
        session.getContext().setClient(client);
        return login;
    }

    private Response finish(AuthenticationSessionModel login) {
        KeycloakSession session = context.getSession();
        EventBuilder event = AccountEvents.of(session, EventType.LOGIN)
                .client(login.getClient())
                .user(user)
                .detail(Details.AUTH_METHOD, METHOD);
        return AuthenticationManager.nextActionAfterAuthentication(
                session,
                login,
                session.getContext().getConnection(),
                context.getRequest(),
                context.getUriInfo(),
                event);
    }
}
