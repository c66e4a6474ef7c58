package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.hashes.Vectors.Vector;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProvider;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Tests that Keycloak's own providers check what is stored in their form, and that nothing else is stored so. It takes one hash of each kind;
 * {@code -Dhashes=all} takes all of them.
 */
final class KeycloakFormTest {
    private static final Map<String, PasswordHashProvider> KEYCLOAKS = Map.of(
            "pbkdf2", new Pbkdf2PasswordHashProvider("pbkdf2", "PBKDF2WithHmacSHA1", 1, 0),
            "pbkdf2-sha256", new Pbkdf2PasswordHashProvider("pbkdf2-sha256", "PBKDF2WithHmacSHA256", 1, 0),
            "pbkdf2-sha512", new Pbkdf2PasswordHashProvider("pbkdf2-sha512", "PBKDF2WithHmacSHA512", 1, 0),
            "argon2", new Argon2PasswordHashProvider("1.3", "id", 32, 7168, 5, 1, new Semaphore(2)));

    @BeforeAll
    static void useKeycloaksCryptography() {
        CryptoIntegration.init(KeycloakFormTest.class.getClassLoader());
    }

    /** Returns the same text for hashes that Keycloak checks in the same way, however they were written. */
    private static String kind(PasswordCredentialModel credential) {
        var parameters = credential.getPasswordCredentialData().getAdditionalParameters();
        return credential.getPasswordCredentialData().getAlgorithm()
                + parameters.getFirst("type")
                + parameters.getFirst("hashLength")
                + credential.getPasswordSecretData().getSalt().length
                + credential.getPasswordSecretData().getValue().length();
    }

    /** Letters beyond ASCII are what could go wrong on the way to the hash, so these passwords stand for the others. */
    private static boolean isChosen(Vector vector) {
        return "all".equals(System.getProperty("hashes")) || vector.password().contains("ß");
    }

    @Test
    void keycloaksOwnProvidersSayWhatTheSystemSays() {
        Set<String> seen = new HashSet<>();
        Set<String> algorithms = new HashSet<>();
        for (Vector vector : Vectors.all()) {
            PasswordCredentialModel credential = vector.imported().credential(1);
            String algorithm = credential.getPasswordCredentialData().getAlgorithm();
            if (KEYCLOAKS.containsKey(algorithm)
                    && isChosen(vector)
                    && (seen.add(kind(credential)) || "all".equals(System.getProperty("hashes")))) {
                PasswordCredentialModel stored = stored(credential);
                assertEquals(
                        vector.verifies(),
                        KEYCLOAKS.get(algorithm).verify(vector.password(), stored),
                        vector::toString);
                assertFalse(KEYCLOAKS.get(algorithm).verify(vector.password() + "x", stored), vector::toString);
                algorithms.add(algorithm);
            }
        }
        assertEquals(KEYCLOAKS.keySet(), algorithms);
    }

    /** Returns the credential as it comes back from the database. */
    private static PasswordCredentialModel stored(CredentialModel credential) {
        CredentialModel row = new CredentialModel();
        row.setCredentialData(credential.getCredentialData());
        row.setSecretData(credential.getSecretData());
        return PasswordCredentialModel.createFromCredentialModel(row);
    }

    @Test
    void onlyWhatKeycloakCanCheckHasItsForm() {
        Map<String, Set<String>> forms = Vectors.all().stream()
                .collect(Collectors.groupingBy(
                        Vector::system,
                        Collectors.mapping(
                                vector -> vector.imported()
                                        .credential(1)
                                        .getPasswordCredentialData()
                                        .getAlgorithm(),
                                Collectors.toSet())));
        assertEquals(Set.of("argon2"), forms.get("argon2-cffi"));
        assertEquals(Set.of("argon2", "imported"), forms.get("npm-argon2"));
        assertEquals(Set.of("imported"), forms.get("flask-security"));
        assertEquals(Set.of("imported"), forms.get("oslo"));
        assertEquals(Set.of("pbkdf2", "pbkdf2-sha256"), forms.get("passport-local-mongoose"));
        assertEquals(Set.of("pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"), forms.get("aspnet-identity"));
        assertEquals(Set.of("imported", "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"), forms.get("werkzeug"));
    }

    @Test
    void argon2HasAllParametersThatKeycloakNeeds() {
        PasswordCredentialModel credential = ImportedHash.of(
                        "php",
                        "$argon2i$m=4096,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$AAECAwQFBgcICQoLDA0ODw",
                        null,
                        null,
                        null)
                .credential(1234);
        Map<String, List<String>> parameters =
                credential.getPasswordCredentialData().getAdditionalParameters();
        assertEquals(
                Map.of(
                        "version", List.of("1.0"),
                        "type", List.of("i"),
                        "hashLength", List.of("16"),
                        "memory", List.of("4096"),
                        "parallelism", List.of("2")),
                Map.copyOf(parameters));
        assertEquals(3, credential.getPasswordCredentialData().getHashIterations());
        assertEquals(1234, credential.getCreatedDate());
        assertTrue(credential.getSecretData().contains("AAECAwQFBgcICQoLDA0ODw=="));
    }

    @Test
    void aPasswordThatIsPreparedFirstIsNotForKeycloak() {
        ImportedHash hash = ImportedHash.of(
                "oslo",
                "$argon2id$v=19$m=19456,t=2,p=1$8uL0VZutkHM0HWc5ZzMjMA$fV0ncvK7NuCQlb+gvRUjXGVWmUXWa7omRzkr/CcODZY",
                null,
                null,
                null);
        assertTrue(hash.keycloakForm().isEmpty());
    }
}
