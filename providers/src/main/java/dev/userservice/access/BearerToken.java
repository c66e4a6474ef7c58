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

/**
 * Reads the token of a request's Authorization header (RFC 6750), and the claims of a token that is not verified yet.
 */
public final class BearerToken {
    private BearerToken() {}

    /**
     * Returns the request's bearer token; empty without an Authorization header.
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

    /**
     * Returns the claims of an unverified token, for instance to find the realm that has to verify it.
     *
     * @throws ApiProblem 401 if the token cannot be parsed
     */
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

    /**
     * Whether the token's type says that it is a refresh or offline token. The token endpoint decides whether it is
     * valid.
     */
    static boolean isRefreshToken(String token) {
        String type = claims(token).getType();
        return TokenUtil.TOKEN_TYPE_REFRESH.equals(type) || TokenUtil.TOKEN_TYPE_OFFLINE.equals(type);
    }
}
