package dev.userservice.access;

import java.util.Map;
import org.keycloak.OAuth2Constants;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RoleModel;
import org.keycloak.protocol.oidc.encode.AccessTokenContext;
import org.keycloak.protocol.oidc.encode.TokenContextEncoderProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;

/**
 * The roles that an access token carries in {@code realm_access} and {@code resource_access}, where Keycloak's client
 * scope {@code roles} puts them. A token that was exchanged for use at another service (RFC 8693) carries fewer roles
 * than its user holds. A lightweight token carries none by design, and is treated as if it carried all, unless it was
 * exchanged: it does not show then what the exchange has removed.
 */
record TokenRoles(
        boolean isLightweight,
        boolean isExchanged,
        boolean hasAudience,
        AccessToken.Access ofRealm,
        Map<String, AccessToken.Access> ofClients) {

    /**
     * Copies the roles of a verified token. It must be called right after the verification: Keycloak adds roles to some
     * tokens when it checks permissions.
     */
    static TokenRoles of(KeycloakSession session, AuthResult proof) {
        AccessToken token = proof.token();
        AccessTokenContext context =
                session.getProvider(TokenContextEncoderProvider.class).getTokenContextFromTokenId(token.getId());
        boolean isExchanged = OAuth2Constants.TOKEN_EXCHANGE_GRANT_TYPE.equals(context.getGrantType())
                || (OAuth2Constants.REFRESH_TOKEN.equals(context.getGrantType()) && hasExchanged(proof));
        return new TokenRoles(
                context.getTokenType() == AccessTokenContext.TokenType.LIGHTWEIGHT,
                isExchanged,
                token.getAudience() != null && token.getAudience().length > 0,
                token.getRealmAccess(),
                Map.copyOf(token.getResourceAccess()));
    }

    /**
     * Whether the token's client has exchanged a token in this session. A refresh token that came from the exchange
     * keeps the audience, but the tokens that it brings do not show the exchange.
     */
    private static boolean hasExchanged(AuthResult proof) {
        AuthenticatedClientSessionModel client = proof.session() == null
                ? null
                : proof.session()
                        .getAuthenticatedClientSessionByClient(proof.client().getId());
        return client != null
                && client.getNotes().keySet().stream()
                        .anyMatch(note -> note.startsWith(Constants.TOKEN_EXCHANGE_SUBJECT_CLIENT));
    }

    boolean carry(RoleModel role) {
        if (isLightweight && !isExchanged) {
            return true;
        }
        AccessToken.Access access =
                role.getContainer() instanceof ClientModel client ? ofClients.get(client.getClientId()) : ofRealm;
        return access != null && access.isUserInRole(role.getName());
    }

    /** Whether the token carries any role of the client. */
    boolean areOf(ClientModel client) {
        return (isLightweight && !isExchanged) || ofClients.containsKey(client.getClientId());
    }

    /** Whether the token was exchanged, and is for particular services or does not say for which. */
    boolean isForServices() {
        return isExchanged && (isLightweight || hasAudience);
    }
}
