package dev.userservice.access;

import java.util.Map;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RoleModel;
import org.keycloak.protocol.oidc.encode.AccessTokenContext;
import org.keycloak.protocol.oidc.encode.TokenContextEncoderProvider;
import org.keycloak.representations.AccessToken;

/**
 * The roles that an access token carries in {@code realm_access} and {@code resource_access}, where Keycloak's client
 * scope {@code roles} puts them. A token that was exchanged for use at another service (RFC 8693) carries fewer roles
 * than its user holds. A lightweight token carries none by design, and is treated as if it carried all.
 */
final class TokenRoles {
    private final boolean isLightweight;
    private final AccessToken.Access ofRealm;
    private final Map<String, AccessToken.Access> ofClients;

    private TokenRoles(boolean isLightweight, AccessToken.Access ofRealm, Map<String, AccessToken.Access> ofClients) {
        this.isLightweight = isLightweight;
        this.ofRealm = ofRealm;
        this.ofClients = ofClients;
    }

    /**
     * Copies the roles of a verified token. It must be called right after the verification: Keycloak adds roles to some
     * tokens when it checks permissions.
     */
    static TokenRoles of(KeycloakSession session, AccessToken token) {
        AccessTokenContext context =
                session.getProvider(TokenContextEncoderProvider.class).getTokenContextFromTokenId(token.getId());
        return new TokenRoles(
                context.getTokenType() == AccessTokenContext.TokenType.LIGHTWEIGHT,
                token.getRealmAccess(),
                Map.copyOf(token.getResourceAccess()));
    }

    boolean carry(RoleModel role) {
        if (isLightweight) {
            return true;
        }
        AccessToken.Access access =
                role.getContainer() instanceof ClientModel client ? ofClients.get(client.getClientId()) : ofRealm;
        return access != null && access.isUserInRole(role.getName());
    }

    /** Whether the token carries any role of the client. */
    boolean areOf(ClientModel client) {
        return isLightweight || ofClients.containsKey(client.getClientId());
    }
}
