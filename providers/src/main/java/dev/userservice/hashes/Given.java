package dev.userservice.hashes;

import java.util.List;
import java.util.Optional;

/**
 * What an import gives for one hash.
 *
 * @param text the text of the hash
 * @param salt the salt that stands apart, empty if there is none
 * @param params the parameters
 * @param hasPepper whether a key of the vault is given
 */
record Given(String text, String salt, Params params, boolean hasPepper) {
    static Given ofText(String text) {
        return new Given(text, "", new Params(java.util.Map.of()), false);
    }

    Given withText(String other) {
        return new Given(other, salt, params, hasPepper);
    }

    /** Returns the salt that stands apart. */
    byte[] requiredSalt(Encoding encoding) {
        if (salt.isEmpty()) {
            throw new InvalidHashException(InvalidHashException.SALT, "This format needs it.");
        }
        return encoding.decode(InvalidHashException.SALT, salt);
    }

    /**
     * Returns how the application's secret is used: as the parameter {@code pepper} says, or else in the first way if there is a secret.
     *
     * @param ways the values that the parameter may have
     */
    Optional<String> pepper(List<String> ways) {
        Optional<String> way = params.oneOf("pepper", ways);
        return way.isPresent() || !hasPepper ? way : Optional.of(ways.get(0));
    }
}
