package dev.userservice.grace;

import dev.userservice.access.BearerToken;
import java.util.Optional;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.TokenManager.TokenValidation;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.representations.RefreshToken;

/** Checks tokens that were issued a moment ago against what holds now. */
record LiveTokens(KeycloakSession session, RealmModel realm, ClientModel client) {

    /**
     * Returns the session of an earlier answer's tokens, if its refresh token would be accepted now, and nobody has used
     * that one. This makes the checks of Keycloak's refresh: signature, expiry, session, user, client and revocations.
     *
     * @param used the refresh token that the answer was given for
     */
    Optional<UserSessionModel> sessionOf(AccessTokenResponse answer, String used) {
        KeycloakContext context = session.getContext();
        context.setClient(client);
        TokenManager tokens = new TokenManager();
        try {
            RefreshToken next = tokens.verifyRefreshToken(
                    session, realm, client, context.getHttpRequest(), answer.getRefreshToken(), true);
            TokenValidation valid = tokens.validateToken(
                    session,
                    context.getUri(),
                    context.getConnection(),
                    realm,
                    next,
                    context.getHttpRequest().getHttpHeaders(),
                    next.getScope());
            boolean isLive = client.isEnabled()
                    && TokenManager.isUserValid(session, realm, next, valid.user)
                    && isLastUsed(used, valid.clientSessionCtx.getClientSession(), tokens.getReuseIdKey(next));
            return isLive ? Optional.of(valid.userSession) : Optional.empty();
        } catch (OAuthErrorException e) {
            return Optional.empty();
        }
    }

    /** Keycloak notes at each refresh which token it has used up. */
    private static boolean isLastUsed(String token, AuthenticatedClientSessionModel of, String chain) {
        return BearerToken.claims(token).getId().equals(of.getRefreshToken(chain));
    }
}
