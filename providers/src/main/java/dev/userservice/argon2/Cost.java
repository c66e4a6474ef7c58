package dev.userservice.argon2;

import dev.userservice.hashes.Caps;
import dev.userservice.hashes.InvalidHashException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;

/**
 * Everything that an Argon2 hash is computed with, apart from the password and the salt (RFC 9106, section 3.1). The names in a stored
 * credential are those of {@link Argon2PasswordHashProviderFactory}.
 *
 * @param version {@code 1.3} or {@code 1.0}
 * @param type {@code id}, {@code i} or {@code d}
 * @param length of the hash, in bytes
 * @param memory in KiB
 */
record Cost(String version, String type, int length, int memory, int passes, int lanes) {
    /** Keycloak's names of the versions and types (Argon2Parameters). */
    private static final List<String> VERSIONS = List.of("1.3", "1.0");

    private static final List<String> TYPES = List.of("id", "i", "d");

    /** libsodium's numbers of the types (crypto_pwhash.h). It does not have {@code d}. */
    private static final Map<String, Integer> ALGORITHMS = Map.of("i", 1, "id", 2);

    private static final int SHORTEST = 16;
    private static final int LONGEST = 1024;
    private static final int LEAST_MEMORY = 8;
    private static final int LEAST_PASSES_OF_I = 3;

    /**
     * The most memory for which libsodium is called, in KiB. It takes its memory beside the heap, which the operator has sized without
     * it. Only an operator's own options can ask for more, and then Keycloak's own code takes it from the heap.
     */
    private static final int MOST_MEMORY = 256 << 10;

    /** Reads what a credential was made with; empty if something is missing, is not a number, or names no kind of Argon2. */
    static Optional<Cost> of(PasswordCredentialData stored) {
        var parameters = stored.getAdditionalParameters();
        String version = parameters.getFirst(Argon2PasswordHashProviderFactory.VERSION_KEY);
        String type = parameters.getFirst(Argon2PasswordHashProviderFactory.TYPE_KEY);
        if (version == null || type == null || !VERSIONS.contains(version) || !TYPES.contains(type)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Cost(
                    version,
                    type,
                    Integer.parseInt(parameters.getFirst(Argon2PasswordHashProviderFactory.HASH_LENGTH_KEY)),
                    Integer.parseInt(parameters.getFirst(Argon2PasswordHashProviderFactory.MEMORY_KEY)),
                    stored.getHashIterations(),
                    Integer.parseInt(parameters.getFirst(Argon2PasswordHashProviderFactory.PARALLELISM_KEY))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns why a stored hash is not checked: it is above the caps, and asks for more than this server's own hashes.
     *
     * @param own what the most expensive one of them is made with
     * @return a sentence; empty if the hash may be checked
     */
    Optional<String> refusal(Cost own) {
        if (isWithin(own)) {
            return Optional.empty();
        }
        if (length < 1 || length > LONGEST) {
            return Optional.of("The number of bytes of the hash must be from 1 to " + LONGEST + ".");
        }
        try {
            Caps.checkArgon2(memory, passes, lanes);
            return Optional.empty();
        } catch (InvalidHashException e) {
            return Optional.of(e.getMessage());
        }
    }

    private boolean isWithin(Cost own) {
        return isWithin(length, own.length)
                && isWithin(memory, own.memory)
                && isWithin(passes, own.passes)
                && isWithin(lanes, own.lanes);
    }

    private static boolean isWithin(int value, int most) {
        return value >= 1 && value <= most;
    }

    Cost withPasses(int other) {
        return new Cost(version, type, length, memory, other, lanes);
    }

    /** Returns the credential of a hash, in the form of Keycloak's own provider. */
    PasswordCredentialModel credential(byte[] salt, String hash) {
        Map<String, List<String>> parameters = new HashMap<>();
        parameters.put(Argon2PasswordHashProviderFactory.VERSION_KEY, List.of(version));
        parameters.put(Argon2PasswordHashProviderFactory.TYPE_KEY, List.of(type));
        parameters.put(Argon2PasswordHashProviderFactory.HASH_LENGTH_KEY, List.of(Integer.toString(length)));
        parameters.put(Argon2PasswordHashProviderFactory.MEMORY_KEY, List.of(Integer.toString(memory)));
        parameters.put(Argon2PasswordHashProviderFactory.PARALLELISM_KEY, List.of(Integer.toString(lanes)));
        return PasswordCredentialModel.createFromValues(
                Argon2PasswordHashProviderFactory.ID, salt, passes, parameters, hash);
    }

    /** Whether libsodium computes such hashes (crypto_pwhash_argon2id.h and crypto_pwhash_argon2i.h), with a salt of the right length. */
    boolean isForSodium() {
        return version.equals("1.3")
                && ALGORITHMS.containsKey(type)
                && lanes == 1
                && length >= SHORTEST
                && length <= LONGEST
                && memory >= LEAST_MEMORY
                && memory <= MOST_MEMORY
                && passes >= (type.equals("i") ? LEAST_PASSES_OF_I : 1);
    }

    /** Returns libsodium's number of the type. */
    int algorithm() {
        return ALGORITHMS.get(type);
    }
}
