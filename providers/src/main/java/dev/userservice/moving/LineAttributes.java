package dev.userservice.moving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.users.PersonName;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.keycloak.models.UserModel;

/** What a line says for the attributes of the tenant's user profile, some of which have a field of their own. */
final class LineAttributes {
    private static final int MAX = 100;

    private static final Map<String, String> OWN_FIELDS = Map.of(
            UserModel.USERNAME,
            "username",
            UserModel.EMAIL,
            "email",
            UserModel.FIRST_NAME,
            "first_name",
            UserModel.LAST_NAME,
            "last_name",
            "gender",
            "gender",
            "preferences",
            "preferences");

    private LineAttributes() {}

    /**
     * Returns the values by the names of the attributes; an attribute that the line does not have is absent.
     *
     * @param errors receives an error for each field that cannot be a value
     */
    static Map<String, List<String>> of(UserLine line, FieldErrors errors) {
        Map<String, List<String>> values = new HashMap<>();
        if (line.attributes() != null && !line.attributes().isNull()) {
            readOthers(line.attributes(), values, errors);
        }
        if (line.fullName() != null && (line.firstName() != null || line.lastName() != null)) {
            errors.add("full_name", "Either this or first_name and last_name");
        }
        PersonName name = line.fullName() == null
                ? new PersonName(line.firstName(), line.lastName())
                : PersonName.split(line.fullName());
        put(values, UserModel.USERNAME, line.username());
        put(values, UserModel.EMAIL, line.email());
        put(values, UserModel.FIRST_NAME, name.first());
        put(values, UserModel.LAST_NAME, name.last());
        put(values, "gender", line.gender());
        JsonNode preferences = line.preferences();
        if (preferences != null && preferences.isObject()) {
            put(values, "preferences", StrictJson.write(preferences));
        } else if (preferences != null && !preferences.isNull()) {
            errors.add("preferences", "This must be a JSON object");
        }
        return values;
    }

    private static void put(Map<String, List<String>> values, String name, String value) {
        if (value != null) {
            values.put(name, List.of(value));
        }
    }

    private static void readOthers(JsonNode attributes, Map<String, List<String>> values, FieldErrors errors) {
        if (!attributes.isObject()) {
            errors.add("attributes", "This must be a JSON object");
            return;
        }
        if (attributes.size() > MAX) {
            errors.add("attributes", "At most " + MAX + " attributes are allowed");
            return;
        }
        attributes.properties().forEach(attribute -> {
            String field = "attributes." + StrictJson.printable(attribute.getKey());
            List<String> texts = new ArrayList<>();
            if (attribute.getValue().isTextual()) {
                texts.add(attribute.getValue().textValue());
            } else if (attribute.getValue().isArray()) {
                attribute.getValue().forEach(value -> texts.add(value.textValue()));
            }
            if (texts.isEmpty() || texts.contains(null)) {
                errors.add(field, "This must be a text or a list of texts");
            } else {
                values.put(attribute.getKey(), texts);
            }
        });
        OWN_FIELDS.forEach((attribute, field) -> {
            if (values.remove(attribute) != null) {
                errors.add("attributes." + attribute, "This has a field of its own: " + field);
            }
        });
    }

    /** Returns the line's name of each attribute whose name in the user profile is another one. */
    static Map<String, String> fieldNames(UserLine line) {
        Map<String, String> names = new HashMap<>();
        names.put(UserModel.FIRST_NAME, line.fullName() == null ? "first_name" : "full_name");
        names.put(UserModel.LAST_NAME, line.fullName() == null ? "last_name" : "full_name");
        if (line.username() == null) {
            names.put(UserModel.USERNAME, "email");
        }
        if (line.attributes() != null) {
            line.attributes().fieldNames().forEachRemaining(name -> names.putIfAbsent(name, "attributes." + name));
        }
        return names;
    }
}
