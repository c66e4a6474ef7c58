package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.crypto.KeyUse;
import org.keycloak.jose.jws.JWSHeader;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/**
 * Whom a token names, by its signature alone: enough to count them before anything is looked up. Whether they may do anything is
 * for {@link Caller} to say.
 *
 * @param home the id of the token's realm
 * @param subject the id of the user, or of a service account's; of a lightweight token, which says neither, that of the session
 * @param user the id of the user, if the token says it and the realm is the one that is called
 */
public record TokenSubject(String home, String subject, Optional<String> user) {
    /** Who sent the request's bearer token; empty where there is none, or one that this tenant and the platform have not signed. */
    public static Optional<TokenSubject> of(KeycloakSession session, Tenancy tenancy) {
        try {
            return BearerToken.of(session).flatMap(token -> ofToken(session, tenancy, token));
        } catch (ApiProblem refusal) {
            // Said again, when the caller is asked for.
            return Optional.empty();
        }
    }

    private static Optional<TokenSubject> ofToken(KeycloakSession session, Tenancy tenancy, String token) {
        return tenancy.realmOfIssuer(BearerToken.claims(token).getIssuer())
                .flatMap(home -> decoded(session, home, token, AccessToken.class)
                        .filter(claims -> TokenUtil.TOKEN_TYPE_BEARER.equals(claims.getType())
                                && claims.isActive()
                                && (claims.getSubject() != null || claims.getSessionId() != null))
                        .map(claims -> of(home, claims, home.equals(tenancy.realm()))));
    }

    private static TokenSubject of(RealmModel home, AccessToken claims, boolean isHere) {
        Optional<String> user = Optional.ofNullable(claims.getSubject());
        return new TokenSubject(
                home.getId(), user.orElseGet(() -> "session/" + claims.getSessionId()), user.filter(id -> isHere));
    }

    /** The session of a refresh token that this realm has signed. Other tokens name it too, but others have these. */
    public static Optional<String> sessionOf(KeycloakSession session, RealmModel realm, String refreshToken) {
        return decoded(session, realm, refreshToken, RefreshToken.class)
                .filter(token -> TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType())
                        || TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType()))
                .map(RefreshToken::getSessionId);
    }

    private static <T extends JsonWebToken> Optional<T> decoded(
            KeycloakSession session, RealmModel realm, String token, Class<T> type) {
        KeycloakContext context = session.getContext();
        RealmModel here = context.getRealm();
        try {
            // The signing keys are those of the context's realm.
            context.setRealm(realm);
            return isOfAKnownKey(session, realm, token)
                    ? Optional.ofNullable(session.tokens().decode(token, type))
                    : Optional.empty();
        } finally {
            context.setRealm(here);
        }
    }

    /** For a key that it does not know, or that is not named, Keycloak might make one. */
    private static boolean isOfAKnownKey(KeycloakSession session, RealmModel realm, String token) {
        try {
            JWSHeader header = new JWSInput(token).getHeader();
            return header.getKeyId() != null
                    && header.getAlgorithm() != null
                    && session.keys()
                                    .getKey(
                                            realm,
                                            header.getKeyId(),
                                            KeyUse.SIG,
                                            header.getAlgorithm().name())
                            != null;
        } catch (JWSInputException e) {
            return false;
        }
    }
}
