package dev.userservice.server;

import java.util.Map;
import java.util.TreeMap;

/**
 * Keycloak options as environment variables. {@code KC_DB_PASSWORD} has the expressions in its value expanded;
 * {@code KCRAW_DB_PASSWORD} is taken as it stands, which is what a derived value needs. Keycloak refuses to have both.
 */
final class KeycloakOptions {
    private static final String EXPANDED = "KC_";
    private static final String RAW = "KCRAW_";

    private final Map<String, String> values;

    /** Options that somebody gave; they win over all that is derived. */
    KeycloakOptions(Map<String, String> given) {
        this.values = new TreeMap<>(given);
    }

    static boolean isOption(String variable) {
        return variable.startsWith(EXPANDED) || variable.startsWith(RAW);
    }

    /** Sets an option, named like {@code DB_PASSWORD}, to a value that Keycloak takes literally. */
    KeycloakOptions derive(String name, String value) {
        if (!values.containsKey(EXPANDED + name)) {
            values.putIfAbsent(RAW + name, value);
        }
        return this;
    }

    Map<String, String> asEnvironment() {
        return Map.copyOf(values);
    }
}
