package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/**
 * The subject of a token, identified by the token's signature alone: enough to count calls before anything is looked
 * up. {@link Caller} decides what the subject may do.
 *
 * @param home the id of the token's realm
 * @param subject the id of the user, or of a service account's user; for a lightweight token, which has neither,
 *     {@code session/} and the session's id
 * @param user the id of the user, if the token has it and its realm is the called one
 */
public record TokenSubject(String home, String subject, Optional<String> user) {
    /**
     * Returns the subject of the request's bearer token; empty without a token, and for a token that neither this
     * tenant nor the platform realm has signed.
     */
    public static Optional<TokenSubject> of(KeycloakSession session, Tenancy tenancy) {
        try {
            return BearerToken.of(session).flatMap(token -> ofToken(session, tenancy, token));
        } catch (ApiProblem refusal) {
            // The same refusal follows when the caller is authenticated.
            return Optional.empty();
        }
    }

    private static Optional<TokenSubject> ofToken(KeycloakSession session, Tenancy tenancy, String token) {
        return new CheckedTokens(session)
                .accessToken(tenancy, token)
                .filter(signed -> isAccessToken(signed.claims()))
                .map(signed -> of(signed.home(), signed.claims(), signed.home().equals(tenancy.realm())));
    }

    private static boolean isAccessToken(AccessToken claims) {
        return TokenUtil.TOKEN_TYPE_BEARER.equals(claims.getType())
                && claims.isActive()
                && (claims.getSubject() != null || claims.getSessionId() != null);
    }

    private static TokenSubject of(RealmModel home, AccessToken claims, boolean isHere) {
        Optional<String> user = Optional.ofNullable(claims.getSubject());
        return new TokenSubject(
                home.getId(), user.orElseGet(() -> "session/" + claims.getSessionId()), user.filter(id -> isHere));
    }

    /**
     * Returns the session id of a refresh token signed by this realm. Access and ID tokens carry it too, but third
     * parties see those.
     */
    public static Optional<String> sessionOf(KeycloakSession session, RealmModel realm, String refreshToken) {
        return new CheckedTokens(session)
                .claims(realm, refreshToken, RefreshToken.class)
                .filter(token -> TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType())
                        || TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType()))
                .map(RefreshToken::getSessionId);
    }
}
