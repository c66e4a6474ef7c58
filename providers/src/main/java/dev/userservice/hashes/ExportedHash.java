package dev.userservice.hashes;

import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * A password hash of Keycloak's database in the form that {@link ImportedHash#of} reads, so that another tenant or
 * another system can take it.
 *
 * @param format the name of the system whose form it has: the one that it was imported from, or one that writes hashes
 *     like Keycloak's own
 * @param text the hash
 * @param salt the salt that stands apart, or empty
 * @param params the parameters that stand apart
 * @param pepper the key of the vault's entry with the application's secret, never the secret itself; or empty
 */
public record ExportedHash(String format, String text, String salt, Map<String, Object> params, String pepper) {
    /** Keycloak's algorithms, and what Passlib calls the same. */
    private static final Map<String, String> PBKDF2 =
            Map.of("pbkdf2", "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha256", "pbkdf2-sha512", "pbkdf2-sha512");

    private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();

    public ExportedHash {
        params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    }

    /**
     * Returns the hash of a credential.
     *
     * @return empty if the credential has no hash, or one of an algorithm that no import knows
     */
    public static Optional<ExportedHash> of(PasswordCredentialModel credential) {
        String algorithm = credential.getPasswordCredentialData().getAlgorithm();
        if (algorithm == null
                || credential.getPasswordSecretData() == null
                || credential.getPasswordSecretData().getValue() == null) {
            return Optional.empty();
        }
        if (algorithm.equals(ImportedHashProviderFactory.ID)) {
            return imported(credential);
        }
        if (algorithm.equals("argon2")) {
            return Optional.of(argon2(credential));
        }
        return Optional.ofNullable(PBKDF2.get(algorithm)).map(name -> pbkdf2(name, credential));
    }

    private static Optional<ExportedHash> imported(PasswordCredentialModel credential) {
        try {
            StoredHash stored = StoredHash.of(credential);
            return Optional.of(
                    new ExportedHash(stored.format(), stored.text(), stored.salt(), stored.params(), stored.pepper()));
        } catch (InvalidHashException unreadable) {
            return Optional.empty();
        }
    }

    /** Writes Passlib's {@code $pbkdf2-sha256$29000$salt$hash}, whose Base64 has a dot in place of the plus sign. */
    private static ExportedHash pbkdf2(String name, PasswordCredentialModel credential) {
        int rounds = credential.getPasswordCredentialData().getHashIterations();
        return ofText(
                "passlib",
                ("$" + name + "$" + rounds + "$" + salt(credential) + "$" + key(credential)).replace('+', '.'));
    }

    /** Writes {@code $argon2id$v=19$m=7168,t=5,p=1$salt$hash}. */
    private static ExportedHash argon2(PasswordCredentialModel credential) {
        MultivaluedHashMap<String, String> parameters =
                credential.getPasswordCredentialData().getAdditionalParameters();
        return ofText(
                "argon2-cffi",
                "$argon2" + parameters.getFirst("type")
                        + "$v=" + ("1.0".equals(parameters.getFirst("version")) ? 16 : 19)
                        + "$m=" + parameters.getFirst("memory")
                        + ",t=" + credential.getPasswordCredentialData().getHashIterations()
                        + ",p=" + parameters.getFirst("parallelism")
                        + "$" + salt(credential) + "$" + key(credential));
    }

    private static ExportedHash ofText(String format, String text) {
        return new ExportedHash(format, text, "", Map.of(), "");
    }

    private static String salt(PasswordCredentialModel credential) {
        byte[] salt = credential.getPasswordSecretData().getSalt();
        return BASE64.encodeToString(salt == null ? new byte[0] : salt);
    }

    /** Returns the key, which Keycloak keeps in Base64 with padding. */
    private static String key(PasswordCredentialModel credential) {
        return credential.getPasswordSecretData().getValue().replace("=", "");
    }

    @Override
    public String toString() {
        return "ExportedHash[format=" + format + "]";
    }
}
