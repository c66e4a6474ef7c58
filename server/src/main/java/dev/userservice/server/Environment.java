package dev.userservice.server;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings as they were given: environment variables, and a {@code .env} file for those that the environment lacks.
 */
public final class Environment {
    private final Map<String, String> values;
    private final Set<String> empty;

    public Environment(Map<String, String> values) {
        this.values = new TreeMap<>(values);
        this.empty = new TreeSet<>(values.keySet());
        // Compose and CI systems pass an unset variable on as an empty one.
        this.values.values().removeIf(String::isEmpty);
        this.empty.removeAll(this.values.keySet());
    }

    /** Returns the environment of this process, completed by {@code file} if it exists. */
    static Environment ofProcess(Path file) {
        Map<String, String> values = DotEnv.read(file);
        System.getenv().forEach((name, value) -> {
            if (!value.isEmpty()) {
                values.put(name, value);
            }
        });
        return new Environment(values);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Whether the setting was given with an empty value. */
    boolean isEmpty(String name) {
        return empty.contains(name);
    }

    boolean flag(String name) {
        return get(name)
                .map(value -> switch (value.strip().toLowerCase(Locale.ROOT)) {
                    case "true", "1", "yes", "on" -> true;
                    case "false", "0", "no", "off" -> false;
                    default -> throw new StartException(name + " must be true or false");
                })
                .orElse(false);
    }

    Optional<Integer> port(String name) {
        return get(name).map(value -> {
            try {
                int port = Integer.parseInt(value.strip());
                if (port > 0 && port < 65536) {
                    return port;
                }
            } catch (NumberFormatException e) {
                // The exception below reports this, as it does for a number out of range.
            }
            throw new StartException(name + " must be a port number from 1 to 65535");
        });
    }

    /** Returns the settings that Keycloak itself reads. */
    Map<String, String> keycloakOptions() {
        Map<String, String> options = new TreeMap<>(values);
        options.keySet().removeIf(name -> !KeycloakOptions.isOption(name));
        return options;
    }
}
