package dev.userservice.moving;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonRequest;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A line of an import: one user, as the tenant is to have them. A field that is left out is not changed in a user who is here. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "UserLine",
        description = "One user of an import or an export; the tenant's user profile says what is required")
public record UserLine(
        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 36,
                description = "The user's id: letters, digits, and . _ - but at the beginning. A new one, if not given")
        String id,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "Without one, the e-mail address is the username, or, where it cannot be, a random text")
        String username,

        @Schema(nullable = true, minLength = 1, maxLength = 255)
        String email,

        @Schema(nullable = true, maxLength = 255) String firstName,

        @Schema(nullable = true, maxLength = 255) String lastName,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 511,
                description = "In place of the two names; the last name is what follows the last space")
        String fullName,

        @Schema(nullable = true, maxLength = 255, description = "user, admin or, on the platform, vendor")
        String role,

        @Schema(nullable = true, description = "false: the user cannot log in; true, if not given")
        Boolean isActive,

        @Schema(nullable = true, description = "Whether the e-mail address is proved; false, if not given")
        Boolean isEmailVerified,

        @Schema(nullable = true, maxLength = 255, description = "Male, Female or Other in the tenant template")
        String gender,

        @Schema(nullable = true, type = SchemaType.OBJECT, implementation = Object.class, description = "At most 8 KiB")
        JsonNode preferences,

        @Schema(
                nullable = true,
                type = SchemaType.OBJECT,
                implementation = Object.class,
                description = "Other attributes of the tenant's user profile: a text or a list of texts by name")
        JsonNode attributes,

        @Schema(nullable = true, maxLength = 64, description = "ISO 8601 with Z or an offset; now, if not given")
        String createdAt,

        @Schema(nullable = true, maxLength = 64, description = "ISO 8601 with Z or an offset")
        String lastLogin,

        @Schema(
                nullable = true,
                description = "The secret of an authenticator app",
                examples = "{\"secret\": \"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\"}")
        TotpLine totp,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 4096,
                description = "The password's hash, as the other system stores it")
        String passwordHash,

        @Schema(nullable = true, maxLength = 1024, description = "Its salt, where the other system keeps it apart")
        String passwordSalt,

        @Schema(
                nullable = true,
                type = SchemaType.OBJECT,
                implementation = Object.class,
                description = "What else the other system keeps apart")
        JsonNode passwordParams,

        @Schema(nullable = true, minLength = 1, maxLength = 64, description = "The system that made the hash")
        String passwordFormat,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "The key of the secret in Keycloak's vault that the hash needs, if it needs one")
        String passwordPepper,

        @Schema(nullable = true, description = "The paths of groups, such as /staff/night")
        List<String> groups,

        @Schema(
                nullable = true,
                description =
                        "Keycloak's names of what a new user has to do at the next login, such as UPDATE_PASSWORD; not for a user who is here")
        List<String> requiredActions)
        implements JsonRequest {

    /** Returns the same line without its password hash, for a user whose password is known. */
    UserLine withoutPassword() {
        return new UserLine(
                id,
                username,
                email,
                firstName,
                lastName,
                fullName,
                role,
                isActive,
                isEmailVerified,
                gender,
                preferences,
                attributes,
                createdAt,
                lastLogin,
                totp,
                null,
                null,
                null,
                null,
                null,
                groups,
                requiredActions);
    }

    @Override
    public String toString() {
        return "UserLine[***]";
    }
}
