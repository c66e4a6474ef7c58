package dev.userservice.settings;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The declaration of one setting: everything that reads, documents or edits settings reads it here.
 *
 * @param name kebab-case, the same in the realm attribute {@code user-service.<name>} and in the server option
 * @param valueFormat what a value is, for a reader: its type and range
 * @param defaultValue the built-in default
 * @param parser makes the value of its text; throws {@link IllegalArgumentException} saying what a good one is
 * @param help what it does, in one sentence
 */
public record Setting<T>(String name, String valueFormat, T defaultValue, Function<String, T> parser, String help) {
    private static final Set<String> ACRONYMS = Set.of("mfa", "url");

    public Setting {
        Objects.requireNonNull(name);
        Objects.requireNonNull(valueFormat);
        Objects.requireNonNull(defaultValue);
        Objects.requireNonNull(parser);
        Objects.requireNonNull(help);
    }

    /** The realm attribute that a tenant's value is in. */
    public String attribute() {
        return Settings.ATTRIBUTE_PREFIX + name;
    }

    /** The name for people: {@code logo-url} is "Logo URL". A number has its unit, with which its kind begins. */
    String label() {
        String words = Stream.of(name.split("-", -1))
                .map(word -> ACRONYMS.contains(word) ? word.toUpperCase(Locale.ROOT) : word)
                .collect(Collectors.joining(" "));
        String unit =
                defaultValue instanceof Integer ? " in " + valueFormat.substring(0, valueFormat.indexOf(',')) : "";
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + unit;
    }

    /** The built-in default as one would write it; empty where there is none. */
    String fallbackText() {
        boolean isNone = defaultValue.equals(Optional.empty()) || defaultValue.equals(Set.of());
        return isNone ? "" : defaultValue.toString();
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException saying which setting it is of, and what a good one is
     */
    T parse(String text) {
        try {
            return parser.apply(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " must be " + valueFormat, e);
        }
    }
}
