package dev.userservice.account;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.password.PasswordFormat;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /reset-password/{token}}: exactly one of {@code password} and {@code new_password}. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "NewPasswordRequest", description = "One of password and new_password")
public record NewPasswordRequest(
        @Schema(minLength = 1, maxLength = 512, description = "The tenant's password policy says what is valid")
        String password,

        @Schema(minLength = 1, maxLength = 512, description = "The same by another name")
        String newPassword,

        @Schema(nullable = true, minLength = 1, maxLength = 512)
        String passwordConfirmation)
        implements JsonRequest {

    /** Rejects an invalid body, with all errors at once, before the tenant's rules are checked. */
    void validate() {
        FieldErrors errors = FieldErrors.of(this);
        if (password != null && newPassword != null) {
            errors.add("new_password", "Exactly one of password and new_password is needed");
        }
        errors.required(field(), anyPassword());
        PasswordFormat.check(errors, field(), anyPassword(), passwordConfirmation);
        errors.throwIfAny();
    }

    /** Returns the name of the field that contains the password. */
    String field() {
        return newPassword == null ? "password" : "new_password";
    }

    String anyPassword() {
        return newPassword == null ? password : newPassword;
    }

    /** Hides the password: passwords must never reach a log. */
    @Override
    public String toString() {
        return "NewPasswordRequest[***]";
    }
}
