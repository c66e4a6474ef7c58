package dev.userservice.mfa;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.ProofRequest;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a call that enables or disables MFA. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "MfaRequest")
public record MfaRequest(
        @Schema(nullable = true, minLength = 1, maxLength = 255, description = "Whose; the caller's if there is none")
        String userId,

        @Schema(nullable = true, minLength = 1, maxLength = 16, description = "A current code, to disable one's own")
        String totp,

        @Schema(nullable = true, minLength = 1, maxLength = 512, description = ProofRequest.PASSWORD)
        String currentPassword)
        implements JsonRequest {
    static final MfaRequest EMPTY = new MfaRequest(null, null, null);

    LoginProof proof() {
        return new LoginProof(currentPassword, totp);
    }

    /** Omits the code and the password, because neither may appear in a log. */
    @Override
    public String toString() {
        return "MfaRequest[user=" + userId + "]";
    }
}
