package dev.userservice.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.password.PasswordFormat;
import dev.userservice.users.PersonName;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.StrictJson;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.UserModel;

/** The body of a registration: the data that a person may provide about themselves, and nothing else. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "RegisterRequest",
        requiredProperties = {"email", "password"},
        description =
                "The tenant's user profile and password policy say which values are valid, and what else is required")
public record RegisterRequest(
        @Schema(minLength = 1, maxLength = 255, examples = "jane@example.com")
        String email,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "Without one, the e-mail address is the username, or, where it cannot be, a random text")
        String username,

        @Schema(minLength = 1, maxLength = 512) String password,

        @Schema(nullable = true, minLength = 1, maxLength = 512)
        String passwordConfirmation,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 511,
                description = "In place of the two names; the last name is what follows the last space")
        String fullName,

        @Schema(nullable = true, minLength = 1, maxLength = 255)
        String firstName,

        @Schema(nullable = true, maxLength = 255) String lastName,

        @Schema(nullable = true, maxLength = 255, description = "Male, Female or Other in the tenant template")
        String gender,

        @Schema(nullable = true, type = SchemaType.OBJECT, implementation = Object.class, description = "At most 8 KiB")
        JsonNode preferences,

        @Schema(
                nullable = true,
                maxLength = 255,
                description = "user, if anything: nobody gives themselves another role")
        String role,

        @Schema(nullable = true, maxLength = 255, description = "The realm's name, if anything")
        String tenantName)
        implements JsonRequest {

    /**
     * Returns all errors in the body, before the tenant's own rules are checked.
     *
     * @throws ApiProblem 403 for a role that nobody may give themselves
     */
    FieldErrors validate(String tenant) {
        if (role != null && !role.equals("user")) {
            throw ApiProblem.forbidden("Nobody registers with another role than user");
        }
        FieldErrors errors = FieldErrors.of(this);
        PasswordFormat.check(errors, "password", password, passwordConfirmation);
        if (fullName != null && (firstName != null || lastName != null)) {
            errors.add("full_name", "Either this or first_name and last_name");
        }
        if (preferences != null && !preferences.isNull() && !preferences.isObject()) {
            errors.add("preferences", "This must be a JSON object");
        }
        errors.tenant(tenantName, tenant);
        return errors;
    }

    NewUser toNewUser() {
        PersonName name = fullName == null ? new PersonName(firstName, lastName) : PersonName.split(fullName);
        Map<String, String> attributes = new HashMap<>();
        put(attributes, UserModel.USERNAME, username);
        put(attributes, UserModel.EMAIL, email);
        put(attributes, UserModel.FIRST_NAME, name.first());
        put(attributes, UserModel.LAST_NAME, name.last());
        put(attributes, "gender", gender);
        if (preferences != null && preferences.isObject()) {
            put(attributes, "preferences", StrictJson.write(preferences));
        }
        return new NewUser(attributes, password == null ? "" : password, fieldNames());
    }

    /**
     * Returns the name of the request field for each attribute, so that an error is reported for the field that caused
     * it.
     */
    private Map<String, String> fieldNames() {
        Map<String, String> names = new HashMap<>();
        names.put(UserModel.FIRST_NAME, fullName == null ? "first_name" : "full_name");
        names.put(UserModel.LAST_NAME, fullName == null ? "last_name" : "full_name");
        if (username == null) {
            names.put(UserModel.USERNAME, "email");
        }
        return names;
    }

    private static void put(Map<String, String> attributes, String name, String value) {
        if (value != null) {
            attributes.put(name, value);
        }
    }

    @Override
    public String toString() {
        return "RegisterRequest[***]";
    }
}
