package dev.userservice.hashes;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.credential.PasswordCredentialModel;

/** A password hash that another system has made. */
public final class ImportedHash {
    private final Format format;
    private final StoredHash stored;
    private final List<Recipe> recipes;

    private ImportedHash(Format format, StoredHash stored, List<Recipe> recipes) {
        this.format = format;
        this.stored = stored;
        this.recipes = recipes;
    }

    /**
     * Reads a hash. Its text is enough for most formats.
     *
     * @param format the name of a system such as {@code werkzeug}, or {@code auto} for a text that tells by itself
     * @param hash the text of the hash, as the system keeps it
     * @param salt the salt, where the system keeps it apart; may be null or empty
     * @param params the parameters, where the system keeps them apart; may be null or empty
     * @param pepper the key of the vault's entry with the application's secret, never the secret itself; may be null or empty
     * @throws InvalidHashException if the format is unknown, the hash is malformed, something is missing or too much, or a check would cost
     *     more than the caps allow
     */
    public static ImportedHash of(String format, String hash, String salt, Map<String, Object> params, String pepper) {
        StoredHash given =
                new StoredHash(text(format), text(hash), text(salt), params == null ? Map.of() : params, text(pepper));
        if (given.text().isEmpty()) {
            throw InvalidHashException.ofHash("It is empty.");
        }
        checkLength(InvalidHashException.HASH, given.text(), Caps.TEXT);
        checkLength(InvalidHashException.SALT, given.salt(), Caps.SALT);
        Format found = given.format().equals(AutoFormat.NAME) ? AutoFormat.of(given.text()) : named(given.format());
        List<Recipe> recipes = found.read(given.given());
        return new ImportedHash(found, given.ofFormat(found.name()), recipes);
    }

    /**
     * Checks the name of a format, before there is a hash.
     *
     * @throws InvalidHashException if it is neither a format's nor {@code auto}
     */
    public static void requireFormat(String name) {
        if (!name.equals(AutoFormat.NAME)) {
            named(name);
        }
    }

    private static String text(String given) {
        return given == null ? "" : given;
    }

    private static void checkLength(String field, String text, int longest) {
        if (text.length() > longest) {
            throw new InvalidHashException(field, "It may have at most " + longest + " characters.");
        }
    }

    private static Format named(String name) {
        return Formats.named(name)
                .orElseThrow(() -> new InvalidHashException(
                        InvalidHashException.FORMAT,
                        name.isEmpty()
                                ? "A hash needs a format: the name of a system, or auto."
                                : "No format has this name."));
    }

    /** Returns the name of the format, which for {@code auto} is the one that was found. */
    public String format() {
        return format.name();
    }

    /**
     * Tells whether a thief of the database would find most passwords at once: the hash is a single round of a fast digest, has no salt, or
     * is DES or plain text.
     */
    public boolean isWeak() {
        return recipes.stream().anyMatch(recipe -> recipe.scheme().isWeak());
    }

    /** Tells whether a login needs the application's secret from the vault. */
    public boolean needsPepper() {
        return recipes.stream().anyMatch(Recipe::usesPepper);
    }

    /**
     * Returns the credential for Keycloak: in the form of Keycloak's own hash where it can check it, and else for {@link
     * ImportedHashProvider}.
     *
     * @param createdDate when the password was chosen, in milliseconds since 1970
     */
    public PasswordCredentialModel credential(long createdDate) {
        PasswordCredentialModel credential = keycloakForm().orElseGet(stored::credential);
        credential.setCreatedDate(createdDate);
        return credential;
    }

    Optional<PasswordCredentialModel> keycloakForm() {
        return KeycloakForm.of(recipes);
    }

    /**
     * Tells whether a password is right.
     *
     * @param pepper the application's secret, empty if there is none
     */
    boolean matches(String password, byte[] pepper) {
        return recipes.stream().anyMatch(recipe -> recipe.matches(password, pepper));
    }

    /** Tells whether a check takes more memory than {@link HashTurns#LARGE}. */
    boolean isLarge() {
        return recipes.stream().anyMatch(recipe -> recipe.scheme().memoryInKib() > HashTurns.LARGE);
    }

    List<Recipe> recipes() {
        return recipes;
    }
}
