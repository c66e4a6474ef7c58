package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.keycloak.PolicyInTests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.policy.PasswordPolicyConfigException;
import org.keycloak.policy.PasswordPolicyProviderFactory;
import org.keycloak.util.JsonSerialization;
import org.keycloak.vault.VaultCharSecret;
import org.keycloak.vault.VaultRawSecret;
import org.keycloak.vault.VaultStringSecret;
import org.keycloak.vault.VaultTranscriber;

/** Tests the provider with credentials as they come back from the database, and with a vault that has one entry. */
final class ImportedHashProviderTest {
    private static final String PEPPERED = "$2a$04$abcdefghijklmnopqrstuu";
    private static final String REDMINE_SALT = "c456bceb2654f72d207a0ce3038eeb21";
    private static final Map<String, String> VAULT = Map.of("${vault.hash_secret}", "made-up-pepper-7c1e4d");

    private final Semaphore processors = new Semaphore(1);
    private final Semaphore large = new Semaphore(1);
    private final PolicyInTests policy = new PolicyInTests();
    private final PasswordHashProvider provider =
            new ImportedHashProvider(Vault::new, new HashTurns(processors, large), policy);

    /** A vault with one entry. Only raw secrets are asked for. */
    private static final class Vault implements VaultTranscriber {
        @Override
        public VaultRawSecret getRawSecret(String value) {
            return secret(VAULT.get(value));
        }

        @Override
        public VaultCharSecret getCharSecret(String value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public VaultStringSecret getStringSecret(String value) {
            throw new UnsupportedOperationException();
        }
    }

    private static VaultRawSecret secret(String text) {
        return new VaultRawSecret() {
            @Override
            public Optional<ByteBuffer> get() {
                return getAsArray().map(ByteBuffer::wrap);
            }

            @Override
            public Optional<byte[]> getAsArray() {
                return Optional.ofNullable(text).map(secret -> secret.getBytes(UTF_8));
            }

            @Override
            public void close() {}
        };
    }

    private static PasswordCredentialModel stored(String data, String secret) {
        CredentialModel row = new CredentialModel();
        row.setId("5e3a4f0c");
        row.setCredentialData(data);
        row.setSecretData(secret);
        return PasswordCredentialModel.createFromCredentialModel(row);
    }

    private static PasswordCredentialModel stored(ImportedHash hash) {
        PasswordCredentialModel credential = hash.credential(1);
        return stored(credential.getCredentialData(), credential.getSecretData());
    }

    @Test
    void everyStoredHashIsReadBackAsItWas() {
        for (Vectors.Vector vector : Vectors.all()) {
            ImportedHash hash = vector.imported();
            PasswordCredentialModel credential = stored(hash);
            if (hash.keycloakForm().isEmpty()) {
                StoredHash stored = StoredHash.of(credential);
                assertEquals(vector.system(), stored.format());
                assertEquals(vector.hash(), stored.text());
                assertEquals(vector.salt() == null ? "" : vector.salt(), stored.salt());
                assertEquals(vector.params() == null ? Map.of() : vector.params(), stored.params());
                assertEquals(vector.pepper() == null ? "" : "hash_secret", stored.pepper());
                assertEquals(hash.recipes().size(), stored.read().recipes().size());
            }
        }
    }

    @Test
    void whatTheAdminApiShowsOfACredentialHoldsNoSecret() {
        Vectors.Vector firebase = Vectors.all().stream()
                .filter(vector -> vector.system().equals("firebase"))
                .findFirst()
                .orElseThrow();
        String data = firebase.imported().credential(1).getCredentialData();
        assertFalse(data.contains(firebase.hash()));
        assertFalse(data.contains((String) firebase.params().get("signerKey")));
        assertTrue(data.contains("\"firebase\""));
    }

    @Test
    void aRightPasswordIsRightAndIsHashedAnew() {
        PasswordCredentialModel credential = stored(ImportedHash.of(
                "symfony",
                "aZK24t43pujMKcapEtwNrwZKrCL98JxhCYt01TNsOZRseXT1ST7W1fVK+jC6ndJsY1pe4nz0+49e7F23rELT3g==",
                "81556a6c46a52d76358994bde6aa7a8f",
                Map.of("algorithm", "sha512", "iterations", 5000, "encoding", "base64"),
                ""));
        assertEquals("imported", credential.getPasswordCredentialData().getAlgorithm());
        assertTrue(provider.verify("Corr3ct-Horse!", credential));
        assertFalse(provider.verify("Corr3ct-horse!", credential));
        assertFalse(provider.policyCheck((PasswordPolicy) null, credential));
        assertEquals("symfony", provider.credentialHashingStrength(credential));
    }

    @Test
    void theSecretOfTheApplicationComesFromTheVault() {
        String text = "a0d30b18a19ca10c2fc47504427b5d8ee43dd081ffedd811918ee5852f05bfcd458b7d5597a8461f";
        PasswordCredentialModel credential =
                stored(ImportedHash.of("spring-security", text, null, null, "hash_secret"));
        PasswordCredentialModel withoutEntry = stored(ImportedHash.of("spring-security", text, null, null, "other"));
        assertFalse(credential.getSecretData().contains("made-up"));
        // This hash was made with another secret than the one in the vault.
        assertFalse(provider.verify("Corr3ct-Horse!", credential));
        assertEquals(0, policy.dummies());
        assertFalse(provider.verify("Corr3ct-Horse!", withoutEntry));
        assertEquals(1, policy.dummies());
        Vectors.Vector devise = Vectors.all().stream()
                .filter(vector -> vector.system().equals("devise") && vector.pepper() != null && vector.verifies())
                .findFirst()
                .orElseThrow();
        assertTrue(provider.verify(devise.password(), stored(devise.imported())));
    }

    @Test
    void aCredentialThatCannotBeReadIsAWrongPassword() {
        String value = "{\"value\":\"" + PEPPERED + "\",\"salt\":null}";
        List<PasswordCredentialModel> broken = List.of(
                stored("{\"hashIterations\":1,\"algorithm\":\"imported\"}", value),
                stored("{\"algorithm\":\"imported\"}", null),
                stored("{\"algorithm\":\"imported\",\"algorithmData\":{\"format\":[\"devise\"]}}", value),
                stored("{\"algorithm\":\"imported\",\"algorithmData\":{\"format\":[\"unknown\"]}}", value),
                stored(
                        "{\"algorithm\":\"imported\",\"algorithmData\":{\"format\":[\"devise\"],\"pepper\":[\"../x\"]}}",
                        value),
                stored(
                        "{\"algorithm\":\"imported\",\"algorithmData\":{\"format\":[\"symfony\"]}}",
                        "{\"value\":\"x\",\"algorithmData\":{\"params\":[\"no JSON\"]}}"));
        for (PasswordCredentialModel credential : broken) {
            assertFalse(provider.verify("Corr3ct-Horse!", credential));
            assertNotNull(provider.credentialHashingStrength(credential));
        }
        assertEquals(broken.size(), policy.dummies());
    }

    /** Somebody who can write credentials by the admin API must not slow the server down. */
    @Test
    void theCapsHoldAtALoginToo() {
        PasswordCredentialModel credential = stored(
                "{\"algorithm\":\"imported\",\"algorithmData\":{\"format\":[\"php\"]}}",
                "{\"value\":\"$2y$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde\"}");
        assertFalse(provider.verify("Corr3ct-Horse!", credential));
        assertEquals(1, policy.dummies());
    }

    @Test
    void aCheckWaitsForAFreeProcessor() throws Exception {
        PasswordCredentialModel credential = stored(
                ImportedHash.of("redmine", "1e4f80e37753f25cd06ba19d05e446c8ee88e7e2", REDMINE_SALT, null, null));
        processors.acquire();
        CompletableFuture<Boolean> waiting =
                CompletableFuture.supplyAsync(() -> provider.verify("Corr3ct-Horse!", credential));
        while (!processors.hasQueuedThreads()) {
            Thread.onSpinWait();
        }
        assertFalse(waiting.isDone());
        processors.release();
        assertTrue(waiting.get(1, TimeUnit.MINUTES));
        assertEquals(1, processors.availablePermits());
    }

    @Test
    void aLargeCheckWaitsForOtherLargeOnesAndHoldsNoProcessor() throws Exception {
        ImportedHash scrypt =
                ImportedHash.of("werkzeug", "scrypt:131072:8:1$salt$" + "0".repeat(128), null, null, null);
        large.acquire();
        CompletableFuture<Boolean> waiting =
                CompletableFuture.supplyAsync(() -> provider.verify("Corr3ct-Horse!", stored(scrypt)));
        while (!large.hasQueuedThreads()) {
            assertFalse(waiting.isDone());
            Thread.onSpinWait();
        }
        assertEquals(1, processors.availablePermits());
        large.release();
        assertFalse(waiting.get(1, TimeUnit.MINUTES));
        assertEquals(1, large.availablePermits());
    }

    @Test
    void moreThan64MebibytesAreLarge() {
        String key = "$c2FsdHNhbHQ$AAECAwQFBgcICQoLDA0ODw";
        assertFalse(ImportedHash.of("php", "$argon2id$v=19$m=65536,t=1,p=1" + key, null, null, null)
                .isLarge());
        assertTrue(ImportedHash.of("php", "$argon2id$v=19$m=65537,t=1,p=1" + key, null, null, null)
                .isLarge());
        assertFalse(ImportedHash.of("werkzeug", "scrypt:65536:8:4$salt$" + "0".repeat(128), null, null, null)
                .isLarge());
        String yescrypt = "$q.R5FhSNd/eFi2srB.9aI/$mcOJjMSkhYSNdqlE.jt3.hKeh/rLDo0ox2wFluy7I52";
        assertFalse(ImportedHash.of("libcrypt", "$y$j9T" + yescrypt, null, null, null)
                .isLarge());
        assertTrue(ImportedHash.of("libcrypt", "$y$jCT" + yescrypt, null, null, null)
                .isLarge());
    }

    @Test
    void noNewPasswordIsHashedByIt() {
        assertThrows(UnsupportedOperationException.class, () -> provider.encodedCredential("Corr3ct-Horse!", -1));
    }

    @Test
    void noPasswordPolicyCanChooseIt() {
        PasswordPolicyProviderFactory ours = ServiceLoader.load(PasswordPolicyProviderFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.getId().equals(PasswordPolicy.HASH_ALGORITHM_ID))
                .max(Comparator.comparing(PasswordPolicyProviderFactory::order))
                .orElseThrow();
        assertThrows(
                PasswordPolicyConfigException.class, () -> ours.create(null).parseConfig("imported"));
    }

    @Test
    void theServerFindsTheProviderAndDoesNotTakeItByDefault() {
        PasswordHashProviderFactory factory = ServiceLoader.load(PasswordHashProviderFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.getId().equals("imported"))
                .findFirst()
                .orElseThrow();
        assertEquals(0, factory.order());
    }

    @Test
    void theTextIsStoredAsItIs() throws IOException {
        ImportedHash hash =
                ImportedHash.of("werkzeug", "sha256$" + "\"\\".repeat(500) + "$" + "0".repeat(64), "", Map.of(), "");
        PasswordCredentialModel credential = hash.credential(1);
        assertEquals(
                "sha256$" + "\"\\".repeat(500) + "$" + "0".repeat(64),
                JsonSerialization.readValue(credential.getSecretData(), Map.class)
                        .get("value"));
    }
}
