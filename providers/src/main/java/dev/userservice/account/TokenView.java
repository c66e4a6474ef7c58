package dev.userservice.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonAnswer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.representations.AccessTokenResponse;

/** The response to a login or a refresh (RFC 6749, section 5.1, with Keycloak's additions). */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
        name = "Tokens",
        requiredProperties = {"access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in", "scope"
        })
public record TokenView(
        @Schema(description = "A JWT of the realm") String accessToken,
        String refreshToken,

        @Schema(description = "Only if the scope openid was asked for")
        String idToken,

        @Schema(examples = "Bearer") String tokenType,

        @Schema(description = "Seconds that the access token lives")
        long expiresIn,

        @Schema(description = "Seconds that the refresh token lives")
        long refreshExpiresIn,

        @Schema(description = "The session's id") String sessionState,
        String scope)
        implements JsonAnswer {

    static TokenView of(AccessTokenResponse tokens) {
        return new TokenView(
                tokens.getToken(),
                tokens.getRefreshToken(),
                tokens.getIdToken(),
                tokens.getTokenType(),
                tokens.getExpiresIn(),
                tokens.getRefreshExpiresIn(),
                tokens.getSessionState(),
                tokens.getScope());
    }

    /** Hides the tokens: they must never reach a log. */
    @Override
    public String toString() {
        return "TokenView[***]";
    }
}
