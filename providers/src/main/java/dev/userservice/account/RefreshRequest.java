package dev.userservice.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a refresh or a logout. It is optional if a bearer token is enough. */
@Schema(name = "RefreshRequest")
public record RefreshRequest(
        @JsonProperty("refresh_token") @Schema(minLength = 1, maxLength = 16_384)
        String refreshToken) implements JsonRequest {

    /** Hides the token: tokens must never reach a log. */
    @Override
    public String toString() {
        return "RefreshRequest[***]";
    }
}
