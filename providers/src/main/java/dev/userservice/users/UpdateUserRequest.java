package dev.userservice.users;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.StrictJson;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of an admin's change of a user: a JSON merge patch (RFC 7396) of the profile and of what admins alone change. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "UpdateUserRequest",
        description =
                "A JSON merge patch (RFC 7396): what is left out stays, null clears. The tenant's user profile says"
                        + " which values are valid")
public record UpdateUserRequest(
        @Schema(
                implementation = Boolean.class,
                description =
                        "false disables the user and ends the sessions; true enables, without proof of the address")
        JsonNode isActive,

        @Schema(
                implementation = String.class,
                maxLength = 255,
                description = "user or admin, and vendor on the platform: the highest that the user is to have")
        JsonNode role,

        @Schema(
                implementation = Boolean.class,
                description =
                        "Whether the address counts as proved, also a new one of the same request; not for oneself")
        JsonNode isEmailVerified,

        @JsonUnwrapped UpdateOwnUserRequest profile)
        implements JsonRequest {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static UpdateUserRequest of(ObjectNode body) throws JsonProcessingException {
        ObjectNode profile = body.deepCopy().without(List.of("is_active", "role", "is_email_verified"));
        return new UpdateUserRequest(
                body.get("is_active"),
                body.get("role"),
                body.get("is_email_verified"),
                StrictJson.part(profile, UpdateOwnUserRequest.class));
    }

    FieldErrors validate() {
        FieldErrors errors = profile.validate();
        if (isActive != null && !isActive.isBoolean()) {
            errors.add("is_active", "This must be true or false");
        }
        if (isEmailVerified != null && !isEmailVerified.isBoolean()) {
            errors.add("is_email_verified", "This must be true or false");
        }
        if (role != null && !role.isTextual()) {
            errors.add("role", "This must be the name of a role");
        }
        return errors;
    }

    UserPatch toChange() {
        return new UserPatch(
                profile.toChange(),
                Optional.ofNullable(isActive).filter(JsonNode::isBoolean).map(JsonNode::booleanValue),
                Optional.ofNullable(role).filter(JsonNode::isTextual).map(JsonNode::textValue),
                Optional.ofNullable(isEmailVerified).filter(JsonNode::isBoolean).map(JsonNode::booleanValue));
    }
}
