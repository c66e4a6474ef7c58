package dev.userservice.users;

import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /users/me/pending-email}. */
@Schema(name = "PendingEmailRequest", requiredProperties = "code")
public record PendingEmailRequest(
        @Schema(minLength = 1, maxLength = 255, description = "The code of the mail to the new address")
        String code) implements JsonRequest {

    /** Hides the code: codes must never reach a log. */
    @Override
    public String toString() {
        return "PendingEmailRequest[***]";
    }
}
