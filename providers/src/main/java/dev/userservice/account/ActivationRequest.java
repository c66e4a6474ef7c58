package dev.userservice.account;

import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code PATCH /users/activation}. */
@Schema(name = "ActivationRequest", requiredProperties = "code")
public record ActivationRequest(
        @Schema(minLength = 1, maxLength = 255, description = "The code of the mail")
        String code) implements JsonRequest {

    /** Hides the code: codes must never reach a log. */
    @Override
    public String toString() {
        return "ActivationRequest[***]";
    }
}
