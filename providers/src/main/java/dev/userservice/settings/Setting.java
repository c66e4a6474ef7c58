package dev.userservice.settings;

import java.util.Objects;
import java.util.function.Function;

/**
 * The declaration of one setting: everything that reads, documents or edits settings reads it here.
 *
 * @param name kebab-case, the same in the realm attribute {@code user-service.<name>} and in the server option
 * @param kind what a value is, for a reader: its type and range
 * @param fallback the built-in default
 * @param parser makes the value of its text; throws {@link IllegalArgumentException} saying what a good one is
 * @param help what it does, in one sentence
 */
public record Setting<T>(String name, String kind, T fallback, Function<String, T> parser, String help) {
    public Setting {
        Objects.requireNonNull(name);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(fallback);
        Objects.requireNonNull(parser);
        Objects.requireNonNull(help);
    }
}
