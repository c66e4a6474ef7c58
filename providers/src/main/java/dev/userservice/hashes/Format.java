package dev.userservice.hashes;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The hashes of one system.
 *
 * @param name the name of the system, in lower case
 * @param texts how the texts look, for people
 * @param hasSalt whether the salt may stand apart from the hash
 * @param reader reads a hash into the recipes that it may be of. There is more than one only where the text does not tell
 */
record Format(String name, String texts, boolean hasSalt, Function<Given, List<Recipe>> reader) {
    /** Returns a format whose texts tell everything. */
    static Format of(String name, String texts, Function<String, Recipe> reader) {
        return new Format(name, texts, false, given -> List.of(reader.apply(given.text())));
    }

    /** Returns a format that consists of some kinds of texts. */
    static Format ofKinds(String name, TextKind... kinds) {
        String texts =
                String.join("; ", Arrays.stream(kinds).map(TextKind::form).toList());
        return of(
                name,
                texts,
                text -> Arrays.stream(kinds)
                        .filter(kind -> kind.is(text))
                        .findFirst()
                        .orElseThrow(() ->
                                InvalidHashException.ofHash("A hash of " + name + " looks like this: " + texts + "."))
                        .read(text));
    }

    /**
     * Reads a hash.
     *
     * @throws InvalidHashException if it is none of this format, lacks something, or has something that the format does not know
     */
    List<Recipe> read(Given given) {
        if (!hasSalt && !given.salt().isEmpty()) {
            throw new InvalidHashException(InvalidHashException.SALT, "This format keeps the salt in the hash.");
        }
        List<Recipe> recipes = reader.apply(given);
        given.params().refuseUnread();
        boolean usesPepper = recipes.stream().anyMatch(Recipe::usesPepper);
        if (usesPepper && !given.hasPepper()) {
            throw new InvalidHashException(
                    InvalidHashException.PEPPER,
                    "This hash was made with a secret of the application. Put the secret into Keycloak's vault and give its key here.");
        }
        if (!usesPepper && given.hasPepper()) {
            throw new InvalidHashException(
                    InvalidHashException.PEPPER, "This hash is made without a secret of the application.");
        }
        return recipes;
    }
}
