package dev.userservice.account;

import java.util.Map;
import java.util.Objects;

/**
 * The data of a user to be created.
 *
 * @param attributes the values by the attribute names of Keycloak's user profile; an absent attribute was not given
 * @param fieldNames the request's name of an attribute, if it differs from the profile's
 */
record NewUser(Map<String, String> attributes, String password, Map<String, String> fieldNames) {
    public NewUser {
        Objects.requireNonNull(password);
        attributes = Map.copyOf(attributes);
        fieldNames = Map.copyOf(fieldNames);
    }

    String field(String attribute) {
        return fieldNames.getOrDefault(attribute, attribute);
    }

    /** Hides the password: passwords must never reach a log. */
    @Override
    public String toString() {
        return "NewUser[***]";
    }
}
