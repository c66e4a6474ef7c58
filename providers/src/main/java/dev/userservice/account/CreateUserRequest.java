package dev.userservice.account;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /users}: a registration whose username is chosen and whose password is confirmed. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "CreateUserRequest",
        requiredProperties = {"username", "email", "password", "password_confirmation"},
        description =
                "The tenant's user profile and password policy say which values are valid, and what else is required")
public record CreateUserRequest(
        @Schema(minLength = 1, maxLength = 255, examples = "johndoe")
        String username,

        @Schema(nullable = true, minLength = 1, maxLength = 255)
        String firstName,

        @Schema(nullable = true, maxLength = 255) String lastName,

        @Schema(minLength = 1, maxLength = 255, examples = "john@example.com")
        String email,

        @Schema(minLength = 1, maxLength = 512) String password,
        @Schema(minLength = 1, maxLength = 512) String passwordConfirmation,

        @Schema(nullable = true, description = "Male, Female or Other in the tenant template")
        String gender,

        @Schema(nullable = true, description = "user, if anything: nobody gives themselves another role")
        String role)
        implements JsonRequest {

    /** What this body asks for beyond {@link RegisterRequest#validate}. */
    FieldErrors missing() {
        return new FieldErrors().required("username", username).required("password_confirmation", passwordConfirmation);
    }

    RegisterRequest toRegistration() {
        return new RegisterRequest(
                email, username, password, passwordConfirmation, null, firstName, lastName, gender, null, role, null);
    }

    @Override
    public String toString() {
        return "CreateUserRequest[***]";
    }
}
