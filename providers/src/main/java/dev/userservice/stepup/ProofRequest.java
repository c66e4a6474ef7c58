package dev.userservice.stepup;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a request that needs nothing but a proof in place of a recent login. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "ProofRequest")
public record ProofRequest(
        @Schema(nullable = true, minLength = 1, maxLength = 512, description = ProofRequest.PASSWORD)
        String currentPassword,

        @Schema(nullable = true, minLength = 1, maxLength = 16, description = ProofRequest.CODE)
        String totp)
        implements JsonRequest {
    /** The description of the password in any request that takes one. */
    public static final String PASSWORD = "The caller's password, if the login of the token is not recent";

    /** The description of the code beside it. */
    public static final String CODE = "A current code beside current_password, where the caller has a second factor";

    /**
     * Returns the proof of a body.
     *
     * @param request null for a request without a body
     * @throws dev.userservice.web.ApiProblem 400 for a field that is not valid
     */
    public static LoginProof of(ProofRequest request) {
        if (request == null) {
            return LoginProof.NONE;
        }
        request.requireValid();
        return new LoginProof(request.currentPassword, request.totp);
    }

    /** Omits both, because neither may appear in a log. */
    @Override
    public String toString() {
        return "ProofRequest[***]";
    }
}
