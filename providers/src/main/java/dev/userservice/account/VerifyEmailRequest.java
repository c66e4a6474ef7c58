package dev.userservice.account;

import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /verify-email}. */
@Schema(name = "VerifyEmailRequest", requiredProperties = "token")
public record VerifyEmailRequest(
        @Schema(minLength = 1, maxLength = 255, description = "The code of the mail")
        String token) implements JsonRequest {

    /** Hides the code: codes must never reach a log. */
    @Override
    public String toString() {
        return "VerifyEmailRequest[***]";
    }
}
