package dev.userservice.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a change of the caller's own profile: a JSON merge patch (RFC 7396). */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "UpdateOwnUserRequest",
        description =
                "A JSON merge patch (RFC 7396): what is left out stays, null clears. The tenant's user profile says"
                        + " what people may change, and which values are valid")
public record UpdateOwnUserRequest(
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

    ProfilePatch toPatch() {
        return new ProfilePatch(email, username, firstName, lastName, fullName, gender, preferences);
    }
}
