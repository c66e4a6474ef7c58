package dev.userservice.invitations;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.password.PasswordFormat;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /users/invitations/accept}. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "AcceptInvitationRequest",
        requiredProperties = {"token", "password"})
public record AcceptInvitationRequest(
        @Schema(minLength = 1, maxLength = 255, description = "The code of the mail")
        String token,

        @Schema(minLength = 1, maxLength = 512, description = "The tenant's password policy says what is valid")
        String password,

        @Schema(nullable = true, minLength = 1, maxLength = 512)
        String passwordConfirmation)
        implements JsonRequest {

    /** Rejects an invalid body, with all errors at once, before the tenant's rules are checked. */
    void validate() {
        FieldErrors errors = FieldErrors.of(this);
        PasswordFormat.check(errors, "password", password, passwordConfirmation);
        errors.throwIfAny();
    }

    /** Hides the code and the password: they must never reach a log. */
    @Override
    public String toString() {
        return "AcceptInvitationRequest[***]";
    }
}
