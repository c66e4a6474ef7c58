package dev.userservice.account;

import java.util.Map;
import java.util.Objects;

/**
 * Somebody who registers.
 *
 * @param attributes by the names of Keycloak's user profile; what is absent was not given
 * @param fieldNames what the request calls an attribute, where that has another name there
 */
public record NewUser(Map<String, String> attributes, String password, Map<String, String> fieldNames) {
    public NewUser {
        Objects.requireNonNull(password);
        attributes = Map.copyOf(attributes);
        fieldNames = Map.copyOf(fieldNames);
    }

    String field(String attribute) {
        return fieldNames.getOrDefault(attribute, attribute);
    }

    /** Passwords never reach a log. */
    @Override
    public String toString() {
        return "NewUser[***]";
    }
}
