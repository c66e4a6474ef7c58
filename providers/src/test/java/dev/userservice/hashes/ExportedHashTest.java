package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.hashes.Vectors.Vector;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProvider;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Tests that a hash that is exported and imported again is the same hash. */
final class ExportedHashTest {
    private static final String PASSWORD = "Corr3ct-Horse!";

    @BeforeAll
    static void useKeycloaksCryptography() {
        CryptoIntegration.init(ExportedHashTest.class.getClassLoader());
    }

    /** Returns the credential as it comes back from the database. */
    private static PasswordCredentialModel stored(CredentialModel credential) {
        CredentialModel row = new CredentialModel();
        row.setCredentialData(credential.getCredentialData());
        row.setSecretData(credential.getSecretData());
        return PasswordCredentialModel.createFromCredentialModel(row);
    }

    private static ImportedHash again(ExportedHash exported) {
        return ImportedHash.of(
                exported.format(), exported.text(), exported.salt(), exported.params(), exported.pepper());
    }

    private static void requireSame(PasswordCredentialModel before, PasswordCredentialModel after) {
        assertEquals(
                before.getPasswordCredentialData().getAlgorithm(),
                after.getPasswordCredentialData().getAlgorithm());
        assertEquals(
                before.getPasswordCredentialData().getHashIterations(),
                after.getPasswordCredentialData().getHashIterations());
        assertEquals(
                Map.copyOf(before.getPasswordCredentialData().getAdditionalParameters()),
                Map.copyOf(after.getPasswordCredentialData().getAdditionalParameters()));
        assertEquals(
                before.getPasswordSecretData().getValue(),
                after.getPasswordSecretData().getValue());
        assertArrayEquals(
                before.getPasswordSecretData().getSalt(),
                after.getPasswordSecretData().getSalt());
        assertEquals(
                Map.copyOf(before.getPasswordSecretData().getAdditionalParameters()),
                Map.copyOf(after.getPasswordSecretData().getAdditionalParameters()));
    }

    private static void requireSameWhenImportedAgain(PasswordCredentialModel credential) {
        PasswordCredentialModel before = stored(credential);
        ExportedHash exported = ExportedHash.of(before).orElseThrow();
        requireSame(before, stored(again(exported).credential(1)));
        assertFalse(exported.toString().contains(exported.text()));
    }

    @ParameterizedTest
    @CsvSource({
        "pbkdf2, PBKDF2WithHmacSHA1, 160",
        "pbkdf2, PBKDF2WithHmacSHA1, 512",
        "pbkdf2-sha256, PBKDF2WithHmacSHA256, 80",
        "pbkdf2-sha256, PBKDF2WithHmacSHA256, 256",
        "pbkdf2-sha256, PBKDF2WithHmacSHA256, 512",
        "pbkdf2-sha512, PBKDF2WithHmacSHA512, 512",
        "pbkdf2-sha512, PBKDF2WithHmacSHA512, 1032"
    })
    void keycloaksPbkdf2(String name, String algorithm, int bits) {
        Pbkdf2PasswordHashProvider keycloak = new Pbkdf2PasswordHashProvider(name, algorithm, 1000, 0, bits);
        // The salts and keys are random; the Base64 of some has the characters that Passlib writes in another way.
        for (int i = 0; i < 20; i++) {
            PasswordCredentialModel credential = keycloak.encodedCredential(PASSWORD, 1000 + i);
            requireSameWhenImportedAgain(credential);
            ImportedHash again = again(ExportedHash.of(stored(credential)).orElseThrow());
            assertTrue(again.matches(PASSWORD, new byte[0]));
            assertFalse(again.matches(PASSWORD + "x", new byte[0]));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1.3, id, 32, 7168, 5, 1",
        "1.3, i, 16, 64, 3, 2",
        "1.3, d, 64, 4096, 1, 4",
        "1.0, id, 33, 512, 2, 1",
        "1.0, d, 10, 32, 20, 3"
    })
    void keycloaksArgon2(String version, String type, int length, int memory, int passes, int lanes) {
        Argon2PasswordHashProvider keycloak =
                new Argon2PasswordHashProvider(version, type, length, memory, passes, lanes, new Semaphore(1));
        PasswordCredentialModel credential = keycloak.encodedCredential(PASSWORD, passes);
        requireSameWhenImportedAgain(credential);
        ImportedHash again = again(ExportedHash.of(stored(credential)).orElseThrow());
        assertTrue(again.matches(PASSWORD, new byte[0]));
        assertFalse(again.matches(PASSWORD + "x", new byte[0]));
    }

    @Test
    void whatWasImportedIsExportedAsItCame() {
        Set<String> algorithms = new HashSet<>();
        Stream.concat(Vectors.all().stream(), Vectors.more().stream())
                .map(Vector::imported)
                .map(hash -> hash.credential(1))
                .forEach(credential -> {
                    requireSameWhenImportedAgain(credential);
                    algorithms.add(credential.getPasswordCredentialData().getAlgorithm());
                });
        assertEquals(Set.of("imported", "argon2", "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"), algorithms);
    }

    @Test
    void theTextSaltParametersAndKeyOfThePepperStay() {
        Vector salted = Vectors.all().stream()
                .filter(vector -> vector.system().equals("firebase"))
                .findFirst()
                .orElseThrow();
        ExportedHash exported =
                ExportedHash.of(stored(salted.imported().credential(1))).orElseThrow();
        assertEquals("firebase", exported.format());
        assertEquals(salted.hash(), exported.text());
        assertEquals(salted.salt(), exported.salt());
        assertEquals(salted.params(), exported.params());

        Vector peppered = Vectors.all().stream()
                .filter(vector -> vector.pepper() != null)
                .findFirst()
                .orElseThrow();
        assertEquals(
                peppered.pepperKey(),
                ExportedHash.of(stored(peppered.imported().credential(1)))
                        .orElseThrow()
                        .pepper());
    }

    @Test
    void aHashThatNoImportKnowsIsLeftOut() {
        byte[] salt = "salt of somebody".getBytes(StandardCharsets.US_ASCII);
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        assertEquals(
                Optional.empty(), ExportedHash.of(PasswordCredentialModel.createFromValues("their-own", salt, 1, key)));
        assertEquals(
                Optional.empty(),
                ExportedHash.of(PasswordCredentialModel.createFromValues(
                        "imported", salt, 1, Map.of("format", List.of("none")), null)));
    }
}
