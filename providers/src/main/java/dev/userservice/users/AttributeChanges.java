package dev.userservice.users;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What of a user's profile is to change.
 *
 * @param attributes by the names of Keycloak's user profile, what makes an attribute's new value of the one it has; null is
 *     no value. What is absent stays
 * @param fieldNames what the request calls an attribute, where that has another name there
 */
public record AttributeChanges(Map<String, UnaryOperator<String>> attributes, Map<String, String> fieldNames) {
    public AttributeChanges {
        attributes = Map.copyOf(attributes);
        fieldNames = Map.copyOf(fieldNames);
    }

    String field(String attribute) {
        return fieldNames.getOrDefault(attribute, attribute);
    }
}
