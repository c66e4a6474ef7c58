package dev.userservice.access;

import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;

/**
 * The roles that count for the sender of an access token: the user holds the role, the token's client has it in scope, and
 * the token carries it.
 *
 * @param home the realm that issued the token
 */
record GrantedRoles(KeycloakSession session, RealmModel home, AuthResult proof, TokenRoles carried) {

    /**
     * Whether the token carries the role and the user still holds it in scope: the token may be older than a change of
     * these.
     */
    boolean isGranted(RoleModel role) {
        return role != null && carried.carry(role) && isInScope(role);
    }

    /**
     * Whether the user holds the role, and it is in scope of the client or of the client scopes that the token was
     * issued with.
     */
    boolean isInScope(RoleModel role) {
        return HeldRoles.has(proof.user(), role)
                // The client itself is one of the requested scopes, and the quickest to ask.
                && (proof.client().hasScope(role)
                        || TokenManager.getRequestedClientScopes(
                                        session, proof.token().getScope(), proof.client(), proof.user())
                                .anyMatch(scope -> scope.hasScope(role)));
    }

    /**
     * Whether a token exchange has narrowed the token to an audience without this realm's client {@code account}.
     * Keycloak removes the client roles of all other clients from such a token, but leaves the realm roles in it; so
     * this check decides for rights that are no client roles. The token carries no role of {@code account}, and either
     * the user has one in the client's scope, or the token itself says that it was exchanged for particular services.
     */
    boolean isNarrowed() {
        ClientModel account = home.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
        if (account != null && carried.areOf(account)) {
            return false;
        }
        return carried.isForServices()
                || (account != null && account.getRolesStream().anyMatch(this::isInScope));
    }
}
