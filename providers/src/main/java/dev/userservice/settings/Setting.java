package dev.userservice.settings;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The declaration of one setting. All code that reads, documents or edits settings uses it.
 *
 * @param name the name in kebab-case, the same in the realm attribute {@code user-service.<name>} and in the server
 *     option
 * @param valueFormat the description of a value for a reader: its type and range
 * @param defaultValue the built-in default
 * @param parser converts text to a value; throws {@link IllegalArgumentException} that describes a valid one
 * @param help the effect of the setting, in one sentence
 */
public record Setting<T>(String name, String valueFormat, T defaultValue, Function<String, T> parser, String help) {
    private static final Set<String> ACRONYMS = Set.of("mfa", "url");

    /** Returns the name of the realm attribute that holds a tenant's value. */
    public String attribute() {
        return Settings.ATTRIBUTE_PREFIX + name;
    }

    /**
     * Returns the name for people: "Logo URL" for {@code logo-url}. A number's label has the unit, with which its value
     * format begins.
     */
    String label() {
        String words = Stream.of(name.split("-", -1))
                .map(word -> ACRONYMS.contains(word) ? word.toUpperCase(Locale.ROOT) : word)
                .collect(Collectors.joining(" "));
        String unit =
                defaultValue instanceof Integer ? " in " + valueFormat.substring(0, valueFormat.indexOf(',')) : "";
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + unit;
    }

    /** Returns the built-in default in the form in which it is written; empty if there is none. */
    String fallbackText() {
        boolean isNone = defaultValue.equals(Optional.empty()) || defaultValue.equals(Set.of());
        return isNone ? "" : defaultValue.toString();
    }

    /**
     * Parses a value.
     *
     * @throws IllegalArgumentException with the setting's name and the description of a valid value
     */
    T parse(String text) {
        try {
            return parser.apply(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " must be " + valueFormat, e);
        }
    }
}
