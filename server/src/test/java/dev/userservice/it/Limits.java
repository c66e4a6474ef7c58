package dev.userservice.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The settings of the rate limits. All calls of the suite come from one address, so its servers limit nothing. A tenant of a test about
 * limits sets the limits that it needs.
 */
final class Limits {
    private static final String OPTION = "KC_SPI_REALM_RESTAPI_EXTENSION__API__";
    private static final String ATTRIBUTE = "user-service.";

    /** Lists all limits with their defaults. */
    static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("limit-login", "5/1m"),
            Map.entry("limit-register", "5/1m"),
            Map.entry("limit-activation", "5/1m"),
            Map.entry("limit-resend", "5/1m"),
            Map.entry("limit-forgot", "5/1m"),
            Map.entry("limit-reset", "5/1m"),
            Map.entry("limit-refresh", "30/1m"),
            Map.entry("limit-caller", "600/1m"),
            Map.entry("limit-metrics", "10/1m"),
            Map.entry("limit-anonymous", "600/1m"),
            Map.entry("limit-failed-login", "5/15m"),
            Map.entry("limit-mailbox", "5/1h"),
            Map.entry("limit-failed-address", "100/1m"),
            Map.entry("limit-right-login", "20/1m"),
            Map.entry("limit-form", "100/1m"),
            Map.entry("limit-old-service", "30/1h"));

    /** Holds the server's options that switch the limits off, by their environment variables. */
    static final Map<String, String> OFF =
            DEFAULTS.keySet().stream().collect(Collectors.toUnmodifiableMap(Limits::option, name -> "0"));

    private Limits() {}

    static String option(String name) {
        return OPTION + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Gives a realm some of the limits, with their defaults. */
    static Consumer<ObjectNode> on(String... names) {
        return with(List.of(names).stream().collect(Collectors.toMap(name -> name, DEFAULTS::get)));
    }

    /** Gives a realm these limits. */
    static Consumer<ObjectNode> with(Map<String, String> limits) {
        return realm -> {
            ObjectNode attributes = realm.withObject("/attributes");
            limits.forEach((name, rate) -> attributes.put(ATTRIBUTE + name, rate));
        };
    }
}
