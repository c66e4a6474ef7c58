package dev.userservice.mfa;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.ProofRequest;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /users/mfa/verify}. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "VerifyMfaRequest", requiredProperties = "code")
public record VerifyMfaRequest(
        @Schema(minLength = 1, maxLength = 16, description = "The first code of the new secret", examples = "123456")
        String code,

        @Schema(nullable = true, minLength = 1, maxLength = 512, description = ProofRequest.PASSWORD)
        String currentPassword)
        implements JsonRequest {

    /** Returns the proof. It has no code: whoever has a second factor already cannot set up another one. */
    LoginProof proof() {
        return new LoginProof(currentPassword, null);
    }

    /** Omits the code and the password, because neither may appear in a log. */
    @Override
    public String toString() {
        return "VerifyMfaRequest[***]";
    }
}
