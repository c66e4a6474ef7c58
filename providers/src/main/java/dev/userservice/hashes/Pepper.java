package dev.userservice.hashes;

import java.util.Optional;
import java.util.regex.Pattern;
import org.keycloak.vault.VaultRawSecret;
import org.keycloak.vault.VaultTranscriber;

/**
 * An application's secret that imported hashes were made with. It is an entry of Keycloak's vault.
 *
 * @param key the key of the entry
 */
public record Pepper(String key) {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    /**
     * Names an entry, whether or not it is there.
     *
     * @throws InvalidHashException if no entry can have this key
     */
    public Pepper {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidHashException(
                    InvalidHashException.PEPPER,
                    "The key of an entry in the vault has 1 to 128 letters, digits, dots, hyphens and underscores.");
        }
    }

    /** Whether the vault has this entry. */
    public boolean isIn(VaultTranscriber vault) {
        return bytes(vault).isPresent();
    }

    /** Returns the secret; empty if the vault does not have it. */
    Optional<byte[]> bytes(VaultTranscriber vault) {
        try (VaultRawSecret secret = vault.getRawSecret("${vault." + key + "}")) {
            return secret.getAsArray().map(byte[]::clone);
        }
    }
}
