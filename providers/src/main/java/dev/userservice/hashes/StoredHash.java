package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;
import org.keycloak.models.credential.dto.PasswordSecretData;
import org.keycloak.util.JsonSerialization;

/**
 * What a credential of {@link ImportedHashProvider} holds: the hash as the other system kept it, so that a later version that reads hashes
 * in another way still has everything.
 *
 * <p>The admin REST API shows the credential's data but not its secret data. So the parameters are secret too: one of them can be a key.
 *
 * @param format the name of the format
 * @param text the hash
 * @param salt the salt that stands apart, or empty
 * @param params the parameters that stand apart
 * @param pepper the key of the vault's entry, or empty
 */
record StoredHash(String format, String text, String salt, Map<String, Object> params, String pepper) {
    private static final String FORMAT = "format";
    private static final String PARAMS = "params";
    private static final String PEPPER = "pepper";
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    /** Reads the credential that {@link #credential()} has made. */
    static StoredHash of(PasswordCredentialModel credential) {
        PasswordCredentialData data = credential.getPasswordCredentialData();
        PasswordSecretData secret = credential.getPasswordSecretData();
        if (secret == null || secret.getValue() == null) {
            throw InvalidHashException.ofHash("The credential has no hash.");
        }
        String params = secret.getAdditionalParameters().getFirst(PARAMS);
        try {
            return new StoredHash(
                    orEmpty(data.getAdditionalParameters().getFirst(FORMAT)),
                    secret.getValue(),
                    secret.getSalt() == null ? "" : new String(secret.getSalt(), UTF_8),
                    params == null ? Map.of() : JsonSerialization.readValue(params, MAP),
                    orEmpty(data.getAdditionalParameters().getFirst(PEPPER)));
        } catch (IOException e) {
            throw new InvalidHashException(
                    InvalidHashException.PARAMS, "The parameters in the credential cannot be read.");
        }
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    StoredHash ofFormat(String other) {
        return new StoredHash(other, text, salt, params, pepper);
    }

    /**
     * Returns the secret that the pepper's key stands for; empty if there is no key.
     *
     * @throws InvalidHashException if the key cannot be one
     */
    Optional<Pepper> secret() {
        return pepper.isEmpty() ? Optional.empty() : Optional.of(new Pepper(pepper));
    }

    Given given() {
        return new Given(text, salt, new Params(params), secret().isPresent());
    }

    ImportedHash read() {
        return ImportedHash.of(format, text, salt, params, pepper);
    }

    PasswordCredentialModel credential() {
        Map<String, List<String>> data = pepper.isEmpty()
                ? Map.of(FORMAT, List.of(format))
                : Map.of(FORMAT, List.of(format), PEPPER, List.of(pepper));
        try {
            Map<String, List<String>> secret =
                    params.isEmpty() ? Map.of() : Map.of(PARAMS, List.of(JsonSerialization.writeValueAsString(params)));
            CredentialModel credential = new CredentialModel();
            credential.setType(PasswordCredentialModel.TYPE);
            credential.setCredentialData(JsonSerialization.writeValueAsString(
                    new PasswordCredentialData(1, ImportedHashProviderFactory.ID, data)));
            // The name of the last property is the one that the class reads; it writes the same property under another
            // name.
            credential.setSecretData(JsonSerialization.writeValueAsString(Map.of(
                    "value", text,
                    "salt", salt.getBytes(UTF_8),
                    "algorithmData", secret)));
            return PasswordCredentialModel.createFromCredentialModel(credential);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
