package dev.userservice.account;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.invitations.InvitationRequest;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of {@code POST /users}: a registration with a chosen username and a confirmed password; or, from an admin, a
 * user to create.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "CreateUserRequest",
        requiredProperties = {"email"},
        description =
                "The tenant's user profile and password policy say which values are valid, and what else is required. Who"
                        + " registers without a token needs username, password and password_confirmation, too; a user whom an"
                        + " admin makes without a password is invited to choose one")
public record CreateUserRequest(
        @Schema(nullable = true, minLength = 1, maxLength = 255, examples = "johndoe")
        String username,

        @Schema(nullable = true, minLength = 1, maxLength = 255)
        String firstName,

        @Schema(nullable = true, maxLength = 255) String lastName,

        @Schema(minLength = 1, maxLength = 255, examples = "john@example.com")
        String email,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 512,
                description =
                        "The password, by the tenant's policy; without one, an admin invites the person to choose it")
        String password,

        @Schema(nullable = true, minLength = 1, maxLength = 512)
        String passwordConfirmation,

        @Schema(nullable = true, maxLength = 255, description = "Male, Female or Other in the tenant template")
        String gender,

        @Schema(
                nullable = true,
                maxLength = 255,
                description =
                        "user, if anything, without a token; by an admin also admin, and by a vendor vendor on the"
                                + " platform")
        String role,

        @Schema(nullable = true, description = "true, by an admin alone: without proof of the e-mail address")
        Boolean isActive)
        implements JsonRequest {

    /**
     * Returns all errors in the body of a user who registers, before the tenant's own rules are checked.
     *
     * @throws ApiProblem 403 for values that nobody may give themselves
     */
    FieldErrors validateRegistration(String tenant) {
        if (wantsToBeActive()) {
            throw ApiProblem.forbidden("Who registers proves the e-mail address first");
        }
        return toRegistration(role)
                .validate(tenant)
                .and(new FieldErrors()
                        .required("username", username)
                        .required("password_confirmation", passwordConfirmation));
    }

    /** Does the same for the body of an admin. The role is checked later, by the tenant's rules. */
    FieldErrors validate(String tenant) {
        return toRegistration(null).validate(tenant);
    }

    /** Whether the user is to choose the password. Who is active at once needs one. */
    boolean invites() {
        return password == null && passwordConfirmation == null && !wantsToBeActive();
    }

    InvitationRequest toInvitation() {
        return new InvitationRequest(email, username, firstName, lastName, gender, role, null, null);
    }

    boolean wantsToBeActive() {
        return Boolean.TRUE.equals(isActive);
    }

    NewUser toNewUser() {
        return toRegistration(null).toNewUser();
    }

    private RegisterRequest toRegistration(String withRole) {
        return new RegisterRequest(
                email,
                username,
                password,
                passwordConfirmation,
                null,
                firstName,
                lastName,
                gender,
                null,
                withRole,
                null);
    }

    @Override
    public String toString() {
        return "CreateUserRequest[***]";
    }
}
