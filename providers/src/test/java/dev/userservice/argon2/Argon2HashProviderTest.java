package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.tracing.NoopTracingProvider;
import org.keycloak.util.JsonSerialization;

/** Tests the provider beside Keycloak's own one: each must take what the other has written, and answer the same. */
final class Argon2HashProviderTest {
    private static final Cost DEFAULT = new Cost("1.3", "id", 32, 7168, 5, 1);
    private static final String PASSWORD = "Correct-horse-1";

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Semaphore cores = new Semaphore(1);
    private final PasswordHashProvider keycloaks = Libraries.keycloaks();
    private final PasswordHashProvider ours = ours(Libraries.sodium()::hash);

    private PasswordHashProvider ours(NativeArgon2.Computation computation) {
        NativeArgon2 library = new NativeArgon2(computation, new Argon2Meters(registry, LoadedLibrary.JAR));
        return new Argon2HashProvider(keycloaks, library, DEFAULT, cores, new NoopTracingProvider());
    }

    private double fallbacks(String reason) {
        return registry.get("user.service.argon2.fallbacks")
                .tag("reason", reason)
                .counter()
                .count();
    }

    /** Returns the credential as it comes back from the database. */
    private static PasswordCredentialModel stored(PasswordCredentialModel written) {
        CredentialModel row = new CredentialModel();
        row.setType(PasswordCredentialModel.TYPE);
        row.setCredentialData(written.getCredentialData());
        row.setSecretData(written.getSecretData());
        return PasswordCredentialModel.createFromCredentialModel(row);
    }

    @Test
    void whatOneWritesTheOtherTakesInTheSameForm() throws Exception {
        PasswordCredentialModel byUs = stored(ours.encodedCredential(PASSWORD, -1));
        PasswordCredentialModel byKeycloak = stored(keycloaks.encodedCredential(PASSWORD, -1));

        assertEquals(
                JsonSerialization.readValue(byKeycloak.getCredentialData(), Map.class),
                JsonSerialization.readValue(byUs.getCredentialData(), Map.class));
        assertTrue(keycloaks.verify(PASSWORD, byUs));
        assertTrue(ours.verify(PASSWORD, byKeycloak));
        assertTrue(ours.verify(PASSWORD, byUs));
        assertFalse(keycloaks.verify("Wrong-horse-1", byUs));
        assertFalse(ours.verify("Wrong-horse-1", byKeycloak));
        assertEquals(0, fallbacks("unsupported"));

        PasswordPolicy policy = PasswordPolicy.empty();
        assertTrue(keycloaks.policyCheck(policy, byUs));
        assertTrue(ours.policyCheck(policy, byKeycloak));
        assertEquals(keycloaks.credentialHashingStrength(byKeycloak), ours.credentialHashingStrength(byUs));
    }

    @ParameterizedTest
    @CsvSource({"-1, 5", "1, 1", "7, 7", "100, 100", "101, 5", "210000, 5"})
    void thePolicysIterationsCountAsInKeycloak(int policy, int passes) {
        assertEquals(
                passes,
                ours.encodedCredential(PASSWORD, policy)
                        .getPasswordCredentialData()
                        .getHashIterations());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "a\0b", "pässword", "\uD83D\uDD11", "half a pair \uD83D", "  "})
    void anyPasswordIsTheSameForBoth(String password) {
        PasswordCredentialModel byUs;
        try {
            byUs = stored(ours.encodedCredential(password, 1));
        } catch (IllegalStateException e) {
            // Keycloak cannot hash half a surrogate pair, and so neither can we.
            assertThrows(IllegalStateException.class, () -> keycloaks.encodedCredential(password, 1));
            return;
        }
        assertTrue(keycloaks.verify(password, byUs));
        assertTrue(ours.verify(password, stored(keycloaks.encodedCredential(password, 1))));
        assertFalse(ours.verify(password + "x", byUs));
    }

    @Test
    void aVeryLongPasswordIsTheSameForBoth() {
        String password = "0123456789".repeat(500_000);
        assertTrue(keycloaks.verify(password, stored(ours.encodedCredential(password, 1))));
        assertFalse(ours.verify(password + "x", stored(keycloaks.encodedCredential(password, 1))));
    }

    @ParameterizedTest
    @CsvSource({
        "two lanes,       1.3, id, 32,   64, 2, 2, 16",
        "little memory,   1.3, id, 32,    7, 2, 1, 16",
        "version 1.0,     1.0, id, 32,   64, 2, 1, 16",
        "type d,          1.3, d,  32,   64, 2, 1, 16",
        "few passes of i, 1.3, i,  32,   64, 2, 1, 16",
        "a short salt,    1.3, id, 32,   64, 2, 1, 8",
        "a long salt,     1.3, id, 32,   64, 2, 1, 24",
        "a short hash,    1.3, id, 15,   64, 2, 1, 16",
        "a long hash,     1.3, id, 1025, 64, 2, 1, 16"
    })
    void whatLibsodiumCannotDoIsDoneByKeycloak(
            String what, String version, String type, int length, int memory, int passes, int lanes, int salt) {
        Cost cost = new Cost(version, type, length, memory, passes, lanes);
        PasswordCredentialModel credential = stored(HashesByBouncyCastle.credential(PASSWORD, new byte[salt], cost));

        assertTrue(ours.verify(PASSWORD, credential), what);
        assertFalse(ours.verify("Wrong-horse-1", credential), what);
        assertEquals(2, fallbacks("unsupported"), what);
        assertEquals(0, fallbacks("failed"), what);
    }

    @Test
    void aHugeMemoryIsNotTakenBesideTheHeap() {
        assertTrue(new Cost("1.3", "id", 32, 256 << 10, 1, 1).isForSodium());
        assertFalse(new Cost("1.3", "id", 32, (256 << 10) + 1, 1, 1).isForSodium());
        assertFalse(new Cost("1.3", "id", 32, 64, 0, 1).isForSodium());
        assertFalse(new Cost("1.3", "id", 32, 64, -1, 1).isForSodium());
    }

    @Test
    void unreadableParametersFailAsInKeycloak() {
        for (String missing : new String[] {
            Argon2PasswordHashProviderFactory.VERSION_KEY,
            Argon2PasswordHashProviderFactory.TYPE_KEY,
            Argon2PasswordHashProviderFactory.MEMORY_KEY,
            Argon2PasswordHashProviderFactory.HASH_LENGTH_KEY,
            Argon2PasswordHashProviderFactory.PARALLELISM_KEY
        }) {
            PasswordCredentialModel credential = stored(ours.encodedCredential(PASSWORD, 1));
            credential.getPasswordCredentialData().getAdditionalParameters().remove(missing);
            RuntimeException expected =
                    assertThrows(RuntimeException.class, () -> keycloaks.verify(PASSWORD, credential));
            assertThrows(expected.getClass(), () -> ours.verify(PASSWORD, credential), missing);
        }
    }

    /** libsodium really fails here: it does not take this number of passes. */
    @Test
    void ifLibsodiumFailsKeycloakComputesAndItIsCounted() {
        Sodium sodium = Libraries.sodium();
        PasswordHashProvider failing = ours((password, salt, cost) -> sodium.hash(password, salt, cost.withPasses(-1)));
        PasswordCredentialModel credential = stored(failing.encodedCredential(PASSWORD, 1));
        assertTrue(keycloaks.verify(PASSWORD, credential));
        assertTrue(failing.verify(PASSWORD, credential));
        assertFalse(failing.verify("Wrong-horse-1", credential));
        assertEquals(3, fallbacks("failed"));
        assertEquals(0, fallbacks("unsupported"));
    }

    @Test
    void bothTakeTurnsOnTheSameProcessors() throws Exception {
        PasswordCredentialModel fast = stored(ours.encodedCredential(PASSWORD, 1));
        PasswordCredentialModel slow = stored(
                HashesByBouncyCastle.credential(PASSWORD, new byte[Sodium.SALT], new Cost("1.3", "d", 32, 64, 1, 1)));
        for (PasswordCredentialModel credential : Arrays.asList(fast, slow)) {
            cores.acquire();
            CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> ours.verify(PASSWORD, credential));
            while (!cores.hasQueuedThreads()) {
                assertFalse(waiting.isDone());
                Thread.onSpinWait();
            }
            cores.release();
            assertTrue(waiting.get(1, TimeUnit.MINUTES));
            assertEquals(1, cores.availablePermits());
        }
    }

    @Test
    void aThreadThatIsInterruptedDoesNotHash() throws Exception {
        cores.acquire();
        Thread.currentThread().interrupt();
        try {
            assertThrows(IllegalStateException.class, () -> ours.encodedCredential(PASSWORD, 1));
            assertTrue(Thread.interrupted());
        } finally {
            Thread.interrupted();
            cores.release();
        }
    }
}
