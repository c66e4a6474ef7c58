package dev.userservice.users;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.keycloak.models.UserModel;

/**
 * The part of a JSON merge patch (RFC 7396) that concerns a user's profile. A field that is null in Java is absent and
 * stays unchanged; JSON's null clears it.
 */
record ProfilePatch(
        JsonNode email,
        JsonNode username,
        JsonNode firstName,
        JsonNode lastName,
        JsonNode fullName,
        JsonNode gender,
        JsonNode preferences) {

    /**
     * Returns all errors of the patch that are found without the tenant's own rules.
     *
     * @throws dev.userservice.web.ApiProblem 400 for texts that are longer than any rule permits
     */
    FieldErrors validate() {
        FieldErrors sizes = new FieldErrors();
        sizes.text("email", text(email), 0, 255).text("username", text(username), 0, 255);
        sizes.text("first_name", text(firstName), 0, 255).text("last_name", text(lastName), 0, 255);
        // Overlong texts are rejected here, so that no further check reads them and no event stores them.
        sizes.text("full_name", text(fullName), 0, 511)
                .text("gender", text(gender), 0, 255)
                .throwIfAny();

        FieldErrors errors = new FieldErrors();
        requireText(errors, "email", email, 1);
        requireText(errors, "username", username, 1);
        requireText(errors, "first_name", firstName, 1);
        requireText(errors, "last_name", lastName, 0);
        requireText(errors, "full_name", fullName, 1);
        requireText(errors, "gender", gender, 0);
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

    private static void requireText(FieldErrors errors, String field, JsonNode value, int min) {
        if (value != null && !value.isNull() && !value.isTextual()) {
            errors.add(field, "This value has the wrong type");
        }
        errors.text(field, text(value), min, Integer.MAX_VALUE);
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
            attributes.put("preferences", now -> preferences.isObject() ? StrictJson.merged(now, preferences) : null);
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
