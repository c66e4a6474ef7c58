package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.keycloak.PolicyInTests;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Tests the provider around Keycloak's own one, and its place in a server. */
final class CappedPbkdf2Test {
    private static final String PASSWORD = "Correct-horse-1";

    @BeforeAll
    static void prepare() {
        CryptoIntegration.init(CappedPbkdf2Test.class.getClassLoader());
    }

    private final PasswordHashProvider keycloaks =
            new Pbkdf2PasswordHashProvider("pbkdf2-sha256", "PBKDF2WithHmacSHA256", 1000, 0);
    private final PolicyInTests policy = new PolicyInTests();
    private final PasswordHashProvider ours =
            new CappedPbkdf2(keycloaks, HashAlgorithm.SHA256, policy, new RefusedHashes());

    private static PasswordCredentialModel credential(int rounds, String hash) {
        return PasswordCredentialModel.createFromValues("pbkdf2-sha256", new byte[16], rounds, hash);
    }

    private static String base64(int bytes) {
        return Base64.getEncoder().encodeToString(new byte[bytes]);
    }

    @Test
    void hashesAreThoseOfKeycloak() {
        PasswordCredentialModel credential = ours.encodedCredential(PASSWORD, 2);
        assertTrue(keycloaks.verify(PASSWORD, credential));
        assertTrue(ours.verify(PASSWORD, credential));
        assertTrue(ours.verify(PASSWORD, keycloaks.encodedCredential(PASSWORD, -1)));
        assertFalse(ours.verify("Wrong-horse-1", credential));
        assertEquals("2", ours.credentialHashingStrength(credential));
        assertFalse(ours.policyCheck(PasswordPolicy.empty(), credential));
        assertTrue(ours.policyCheck(PasswordPolicy.empty(), ours.encodedCredential(PASSWORD, -1)));
        assertEquals(0, policy.dummies());
    }

    @ParameterizedTest
    @CsvSource({"2000000000, 64", "5000001, 32", "2500001, 64", "100000, 1601", "0, 64", "-1, 64"})
    void aCostAboveTheCapIsAWrongPassword(int rounds, int bytes) {
        assertFalse(ours.verify(PASSWORD, credential(rounds, base64(bytes))));
        assertEquals(1, policy.dummies());
    }

    @Test
    void whatIsNoHashIsAWrongPassword() {
        assertFalse(ours.verify(PASSWORD, credential(1, "A")));
        assertEquals(1, policy.dummies());
    }

    @Test
    void thePolicysIterationsAreChecked() {
        // Keycloak's provider fails without a salt, before it has computed the many rounds.
        PasswordCredentialModel credential =
                PasswordCredentialModel.createFromValues("pbkdf2-sha256", null, 2_500_001, base64(64));
        assertFalse(ours.verify(PASSWORD, credential));
        assertEquals(1, policy.dummies());
        policy.setIterations(2_500_001);
        assertThrows(NullPointerException.class, () -> ours.verify(PASSWORD, credential));
        assertEquals(1, policy.dummies(), "it was checked");
        assertFalse(ours.verify(PASSWORD, credential(2_500_002, base64(64))));
        assertEquals(2, policy.dummies());
    }

    @Test
    void theServerTakesOursAndHasTheSameDefault() {
        List<PasswordHashProviderFactory> all = ServiceLoader.load(PasswordHashProviderFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        for (String id : List.of("pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512")) {
            List<PasswordHashProviderFactory> ofId = all.stream()
                    .filter(factory -> factory.getId().equals(id))
                    .sorted(Comparator.comparing(PasswordHashProviderFactory::order))
                    .toList();
            assertEquals(2, ofId.size(), id);
            assertTrue(ofId.get(1) instanceof CappedPbkdf2Factory, id);
            assertTrue(ofId.get(0).order() < ofId.get(1).order(), id);
        }
        String withFips = all.stream()
                .filter(factory -> !factory.getId().equals("argon2"))
                .max(Comparator.comparing(PasswordHashProviderFactory::order))
                .orElseThrow()
                .getId();
        assertEquals("pbkdf2-sha512", withFips);
    }
}
