package dev.userservice.users;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code DELETE /users/id}, for clients of S2, which name the user in the body. */
@Schema(name = "UserIdRequest")
public record UserIdRequest(
        @JsonProperty("user_id") @Schema(nullable = true, minLength = 1, maxLength = 255)
        String userId) implements JsonRequest {
    String named() {
        requireValid();
        return userId;
    }
}
