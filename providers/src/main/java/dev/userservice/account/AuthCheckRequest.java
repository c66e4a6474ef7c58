package dev.userservice.account;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a request to check a user's password. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "AuthCheckRequest",
        requiredProperties = {"identifier", "password"})
public record AuthCheckRequest(
        @Schema(minLength = 1, maxLength = 255, description = "Username or e-mail address")
        String identifier,

        @Schema(minLength = 1, maxLength = 512) String password)
        implements JsonRequest {

    @Override
    public String toString() {
        return "AuthCheckRequest[***]";
    }
}
