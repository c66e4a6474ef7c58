package dev.userservice.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of an admin's change of a user: a JSON merge patch (RFC 7396). */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "UpdateUserRequest",
        description =
                "A JSON merge patch (RFC 7396): what is left out stays, null clears. The tenant's user profile says"
                        + " which values are valid")
public record UpdateUserRequest(
        @Schema(
                type = SchemaType.BOOLEAN,
                implementation = Boolean.class,
                description =
                        "false disables the user and ends the sessions; true enables, without proof of the address")
        JsonNode isActive,

        @Schema(
                type = SchemaType.STRING,
                implementation = String.class,
                description = "user or admin, and vendor on the platform: the highest that the user is to have")
        JsonNode role,

        @Schema(
                type = SchemaType.STRING,
                implementation = String.class,
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "A new one is not verified")
        JsonNode email,

        @Schema(
                type = SchemaType.STRING,
                implementation = String.class,
                minLength = 1,
                maxLength = 255,
                description = "Where the realm lets usernames be edited")
        JsonNode username,

        @Schema(
                type = SchemaType.STRING,
                implementation = String.class,
                nullable = true,
                minLength = 1,
                maxLength = 255)
        JsonNode firstName,

        @Schema(type = SchemaType.STRING, implementation = String.class, nullable = true, maxLength = 255)
        JsonNode lastName,

        @Schema(
                type = SchemaType.STRING,
                implementation = String.class,
                nullable = true,
                minLength = 1,
                maxLength = 511,
                description = "In place of the two names; the last name is what follows the last space")
        JsonNode fullName,

        @Schema(
                type = SchemaType.STRING,
                implementation = String.class,
                nullable = true,
                maxLength = 255,
                description = "Male, Female or Other in the tenant template")
        JsonNode gender,

        @Schema(
                nullable = true,
                type = SchemaType.OBJECT,
                implementation = Object.class,
                description = "Merged into those there are; at most 8 KiB then")
        JsonNode preferences)
        implements JsonRequest {

    FieldErrors validate() {
        FieldErrors errors = profile().validate();
        if (isActive != null && !isActive.isBoolean()) {
            errors.add("is_active", "This must be true or false");
        }
        if (role != null && !role.isTextual()) {
            errors.add("role", "This must be the name of a role");
        }
        return errors;
    }

    UserPatch toChange() {
        return new UserPatch(
                profile().toChange(),
                Optional.ofNullable(isActive).filter(JsonNode::isBoolean).map(JsonNode::booleanValue),
                Optional.ofNullable(role).filter(JsonNode::isTextual).map(JsonNode::textValue));
    }

    private ProfilePatch profile() {
        return new ProfilePatch(email, username, firstName, lastName, fullName, gender, preferences);
    }
}
