package dev.userservice.users;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.password.PasswordFormat;
import dev.userservice.stepup.LoginProof;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a change of the caller's own password. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "ChangePasswordRequest",
        requiredProperties = {"current_password", "new_password"})
public record ChangePasswordRequest(
        @Schema(minLength = 1, maxLength = 512) String currentPassword,

        @Schema(minLength = 1, maxLength = 512, description = "The tenant's password policy says what is valid")
        String newPassword,

        @Schema(nullable = true, minLength = 1, maxLength = 16, description = ChangePasswordRequest.CODE)
        String totp)
        implements JsonRequest {

    private static final String CODE =
            "A current code, if the login of the token is not recent and the caller has a second factor";

    /** Rejects the body with all errors that can be found without looking up anything. */
    void validate() {
        FieldErrors errors = FieldErrors.of(this);
        PasswordFormat.check(errors, "new_password", newPassword);
        errors.throwIfAny();
    }

    LoginProof proof() {
        return new LoginProof(currentPassword, totp);
    }

    @Override
    public String toString() {
        return "ChangePasswordRequest[***]";
    }
}
