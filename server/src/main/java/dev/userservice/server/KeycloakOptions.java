package dev.userservice.server;

import java.util.Map;
import java.util.TreeMap;

/**
 * Keycloak options as environment variables. Keycloak expands the expressions in the value of {@code KC_DB_PASSWORD},
 * but takes {@code KCRAW_DB_PASSWORD} literally, which is what a derived value needs. Keycloak rejects an option that
 * is given in both ways.
 */
final class KeycloakOptions {
    private static final String EXPANDED = "KC_";
    private static final String RAW = "KCRAW_";

    private final Map<String, String> values;

    /** Takes the options that were given, which have priority over all derived ones. */
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
