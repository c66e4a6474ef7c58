package dev.userservice.hashes;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Turns a hash into the form of Keycloak's own providers, where these can check it (Pbkdf2- and Argon2PasswordHashProvider). */
final class KeycloakForm {
    private static final Map<HashAlgorithm, String> PBKDF2 = Map.of(
            HashAlgorithm.SHA1, "pbkdf2",
            HashAlgorithm.SHA256, "pbkdf2-sha256",
            HashAlgorithm.SHA512, "pbkdf2-sha512");

    private KeycloakForm() {}

    /** Returns the credential, or nothing if only our own provider can check this hash. */
    static Optional<PasswordCredentialModel> of(List<Recipe> recipes) {
        Recipe recipe = recipes.get(0);
        // A weak hash stays with us, so that all that are left can be counted by one algorithm.
        if (recipes.size() > 1
                || recipe.usesPepper()
                || recipe.scheme().isWeak()
                || !recipe.preparation().equals(Preparation.NONE)) {
            return Optional.empty();
        }
        if (recipe.scheme() instanceof Pbkdf2 pbkdf2) {
            return Optional.ofNullable(PBKDF2.get(pbkdf2.algorithm()))
                    // The specification of Java's key does not take an empty salt.
                    .filter(name -> pbkdf2.salt().length() > 0)
                    .map(name -> PasswordCredentialModel.createFromValues(
                            name, pbkdf2.salt().array(), pbkdf2.rounds(), base64(pbkdf2.key())));
        }
        return recipe.scheme() instanceof Argon2 argon2 && argon2.data().length() == 0
                ? Optional.of(argon2(argon2))
                : Optional.empty();
    }

    /** The provider needs all five parameters, and fails each login if one is missing. */
    private static PasswordCredentialModel argon2(Argon2 argon2) {
        return PasswordCredentialModel.createFromValues(
                "argon2",
                argon2.salt().array(),
                argon2.passes(),
                Map.of(
                        "version", List.of(argon2.version() == 16 ? "1.0" : "1.3"),
                        "type", List.of(argon2.type()),
                        "hashLength", List.of(Integer.toString(argon2.key().length())),
                        "memory", List.of(Integer.toString(argon2.memory())),
                        "parallelism", List.of(Integer.toString(argon2.lanes()))),
                base64(argon2.key()));
    }

    private static String base64(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
