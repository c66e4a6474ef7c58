package dev.userservice.users;

import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code DELETE /users/identifier}, for clients of S2, which name the user in the body. */
@Schema(name = "IdentifierRequest")
public record IdentifierRequest(
        @Schema(nullable = true, minLength = 1, maxLength = 255, description = "Username or e-mail address")
        String identifier)
        implements JsonRequest {
    String named() {
        requireValid();
        return identifier;
    }
}
