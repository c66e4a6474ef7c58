package dev.userservice.users;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.ProofRequest;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /users/me/pending-email}. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "PendingEmailRequest", requiredProperties = "code")
public record PendingEmailRequest(
        @Schema(minLength = 1, maxLength = 255, description = "The code of the mail to the new address")
        String code,

        @Schema(nullable = true, minLength = 1, maxLength = 512, description = ProofRequest.PASSWORD)
        String currentPassword,

        @Schema(nullable = true, minLength = 1, maxLength = 16, description = ProofRequest.CODE)
        String totp)
        implements JsonRequest {

    LoginProof proof() {
        return new LoginProof(currentPassword, totp);
    }

    /** Omits all of it, because none may appear in a log. */
    @Override
    public String toString() {
        return "PendingEmailRequest[***]";
    }
}
