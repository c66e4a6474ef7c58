package dev.userservice.invitations;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.UserModel;

/** The body of {@code POST /users/invitations}. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "InvitationRequest",
        requiredProperties = {"email"},
        description = "The tenant's user profile says which values are valid, and what else is required")
public record InvitationRequest(
        @Schema(minLength = 1, maxLength = 255, examples = "jane@example.com")
        String email,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "Without one, the e-mail address is the username, or, where it cannot be, a random text")
        String username,

        @Schema(nullable = true, minLength = 1, maxLength = 255)
        String firstName,

        @Schema(nullable = true, maxLength = 255) String lastName,

        @Schema(nullable = true, maxLength = 255, description = "Male, Female or Other in the tenant template")
        String gender,

        @Schema(
                nullable = true,
                maxLength = 255,
                description = "user or admin, and by a vendor also vendor on the platform; not above the caller's own")
        String role,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description = "The person's language, one of those that the realm supports; without one, the realm's",
                examples = "de")
        String locale,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = 255,
                description =
                        "The client to whose Home URL the person goes on; without one, to the tenant's own site or the account"
                                + " console")
        String clientId)
        implements JsonRequest {

    /** Returns the errors in the body, before the tenant's own rules are checked. */
    FieldErrors validate() {
        return FieldErrors.of(this);
    }

    /** Returns the values by the names of the user profile; an absent attribute was not given. */
    Map<String, List<String>> attributes() {
        Map<String, List<String>> attributes = new HashMap<>();
        put(attributes, UserModel.USERNAME, username);
        put(attributes, UserModel.EMAIL, email);
        put(attributes, UserModel.FIRST_NAME, firstName);
        put(attributes, UserModel.LAST_NAME, lastName);
        put(attributes, "gender", gender);
        put(attributes, UserModel.LOCALE, locale);
        return attributes;
    }

    /** Returns the request's name of an attribute of the user profile. */
    String field(String attribute) {
        return switch (attribute) {
            case UserModel.FIRST_NAME -> "first_name";
            case UserModel.LAST_NAME -> "last_name";
            case UserModel.USERNAME -> username == null ? "email" : "username";
            default -> attribute;
        };
    }

    private static void put(Map<String, List<String>> attributes, String name, String value) {
        if (value != null) {
            attributes.put(name, List.of(value));
        }
    }

    @Override
    public String toString() {
        return "InvitationRequest[***]";
    }
}
