package dev.userservice.users;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The changes of a user's profile.
 *
 * @param attributes a function for each changed attribute, by the names of Keycloak's user profile. It returns the new
 *     value for the current one; null stands for no value. Attributes that are absent stay unchanged
 * @param fieldNames the request's name of an attribute, where it has another one there
 */
record AttributeChanges(Map<String, UnaryOperator<String>> attributes, Map<String, String> fieldNames) {
    public AttributeChanges {
        attributes = Map.copyOf(attributes);
        fieldNames = Map.copyOf(fieldNames);
    }

    /** Returns the same changes without one attribute. */
    AttributeChanges without(String attribute) {
        Map<String, UnaryOperator<String>> others = new HashMap<>(attributes);
        others.remove(attribute);
        return new AttributeChanges(others, fieldNames);
    }

    String field(String attribute) {
        return fieldNames.getOrDefault(attribute, attribute);
    }
}
