package dev.userservice.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.ProofRequest;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.LowerCase;
import dev.userservice.web.MergePatch;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.UserModel;

/**
 * The body of a change of the caller's own profile: a JSON merge patch (RFC 7396). A field that is null in Java is absent
 * and stays unchanged; JSON's null clears it.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "UpdateOwnUserRequest",
        description =
                "A JSON merge patch (RFC 7396): what is left out stays, null clears. The tenant's user profile says"
                        + " what people may change, and which values are valid")
public record UpdateOwnUserRequest(
        @Schema(
                implementation = String.class,
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "A new one of one's own waits for its proof; one from an admin is not verified")
        JsonNode email,

        @Schema(
                implementation = String.class,
                minLength = 1,
                maxLength = 255,
                description = "Where the realm lets usernames be edited")
        JsonNode username,

        @Schema(implementation = String.class, nullable = true, minLength = 1, maxLength = 255)
        JsonNode firstName,

        @Schema(implementation = String.class, nullable = true, maxLength = 255)
        JsonNode lastName,

        @Schema(
                implementation = String.class,
                nullable = true,
                minLength = 1,
                maxLength = 511,
                description = "In place of the two names; the last name is what follows the last space")
        JsonNode fullName,

        @Schema(
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
        JsonNode preferences,

        @Schema(minLength = 1, maxLength = 512, description = ProofRequest.PASSWORD)
        String currentPassword,

        @Schema(minLength = 1, maxLength = 16, description = ProofRequest.CODE)
        String totp)
        implements JsonRequest {

    /** Returns all errors of the patch that are found without the tenant's own rules. */
    FieldErrors validate() {
        FieldErrors errors = FieldErrors.of(this);
        requireText(errors, "email", email);
        requireText(errors, "username", username);
        requireText(errors, "first_name", firstName);
        requireText(errors, "last_name", lastName);
        requireText(errors, "full_name", fullName);
        requireText(errors, "gender", gender);
        if (username != null && username.isNull()) {
            errors.add("username", "This cannot be cleared");
        }
        if (fullName != null && (firstName != null || lastName != null)) {
            errors.add("full_name", "Either this or first_name and last_name");
        }
        if (preferences != null && !preferences.isNull() && !preferences.isObject()) {
            errors.add("preferences", "This must be a JSON object");
        }
        return errors;
    }

    /** Whether the patch has another e-mail address than the user, or clears it. A difference in case does not count. */
    boolean hasNewEmail(UserModel user) {
        return email != null && !LowerCase.same(text(email), user.getEmail());
    }

    LoginProof proof() {
        return new LoginProof(currentPassword, totp);
    }

    private static void requireText(FieldErrors errors, String field, JsonNode value) {
        if (value != null && !value.isNull() && !value.isTextual()) {
            errors.add(field, "This value has the wrong type");
        }
    }

    /** Returns the text; null if the field is absent, is JSON's null, or is not a text. */
    private static String text(JsonNode value) {
        return value == null ? null : value.textValue();
    }

    AttributeChanges toChange() {
        Map<String, UnaryOperator<String>> attributes = new HashMap<>();
        put(attributes, UserModel.EMAIL, email);
        put(attributes, UserModel.USERNAME, username);
        put(attributes, UserModel.FIRST_NAME, firstName);
        put(attributes, UserModel.LAST_NAME, lastName);
        put(attributes, "gender", gender);
        if (fullName != null) {
            PersonName name =
                    fullName.isTextual() ? PersonName.split(fullName.textValue()) : new PersonName(null, null);
            attributes.put(UserModel.FIRST_NAME, now -> name.first());
            attributes.put(UserModel.LAST_NAME, now -> name.last());
        }
        if (preferences != null) {
            attributes.put("preferences", now -> preferences.isObject() ? MergePatch.merged(now, preferences) : null);
        }
        return new AttributeChanges(
                attributes,
                Map.of(
                        UserModel.FIRST_NAME, fullName == null ? "first_name" : "full_name",
                        UserModel.LAST_NAME, fullName == null ? "last_name" : "full_name"));
    }

    private static void put(Map<String, UnaryOperator<String>> attributes, String name, JsonNode value) {
        if (value != null) {
            attributes.put(name, now -> text(value));
        }
    }
}
