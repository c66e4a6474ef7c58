package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.util.TokenUtil;

/** The token of a request's Authorization header (RFC 6750), and what it says of itself before anybody has verified it. */
public final class BearerToken {
    private BearerToken() {}

    /**
     * The request's bearer token.
     *
     * @throws ApiProblem 401 for an Authorization header of another scheme or form, or for two of them
     */
    static Optional<String> of(KeycloakSession session) {
        HttpHeaders headers = session.getContext().getHttpRequest().getHttpHeaders();
        if (headers.getRequestHeader(HttpHeaders.AUTHORIZATION).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Optional.ofNullable(AppAuthManager.extractAuthorizationHeaderTokenOrReturnNull(headers))
                    .orElseThrow(ApiProblem::invalidToken)
                    .getToken());
        } catch (NotAuthorizedException e) {
            throw ApiProblem.invalidToken();
        }
    }

    /** What an unverified token says of itself: enough to know whom to ask. */
    public static JsonWebToken claims(String token) {
        try {
            JWSInput input = new JWSInput(token);
            JsonWebToken claims = input.readJsonContent(JsonWebToken.class);
            if (claims == null || input.getHeader() == null || input.getHeader().getAlgorithm() == null) {
                throw ApiProblem.invalidToken();
            }
            return claims;
        } catch (JWSInputException | IllegalArgumentException e) {
            throw ApiProblem.invalidToken();
        }
    }

    /** Does this token call itself a refresh token? Whether it is a good one is for the token endpoint to say. */
    static boolean isRefreshToken(String token) {
        String type = claims(token).getType();
        return TokenUtil.TOKEN_TYPE_REFRESH.equals(type) || TokenUtil.TOKEN_TYPE_OFFLINE.equals(type);
    }
}
