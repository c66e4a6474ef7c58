package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.hashes.HashTurns;
import dev.userservice.hashes.RefusedHashes;
import dev.userservice.keycloak.PolicyInTests;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Semaphore large = new Semaphore(1);
    private final PolicyInTests policy = new PolicyInTests();
    private final PasswordHashProvider keycloaks = Libraries.keycloaks();
    private final PasswordHashProvider ours = ours(Libraries.sodium()::hash);

    private PasswordHashProvider ours(NativeArgon2.Computation computation) {
        return ours(Optional.of(new NativeArgon2(computation, new Argon2Meters(registry, LoadedLibrary.JAR))), DEFAULT);
    }

    private PasswordHashProvider ours(Optional<NativeArgon2> library, Cost configured) {
        return new Argon2HashProvider(
                keycloaks,
                library,
                configured,
                new HashTurns(cores, large),
                new NoopTracingProvider(),
                policy,
                new RefusedHashes());
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
        "a short hash,    1.3, id, 15,   64, 2, 1, 16"
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

    /** Returns a credential whose hash nobody has computed, because it would take too long. */
    private static PasswordCredentialModel neverComputed(Cost cost) {
        return stored(cost.credential(new byte[Sodium.SALT], "AAAA"));
    }

    private void assertRefused(PasswordHashProvider provider, PasswordCredentialModel credential, String what) {
        int before = policy.dummies();
        assertFalse(provider.verify(PASSWORD, credential), what);
        assertEquals(before + 1, policy.dummies(), what);
    }

    /** Each of the first ones would end this process if it were computed. */
    @ParameterizedTest
    @CsvSource({
        "id, 32,         4194304,    1,          1",
        "id, 32,         2147483647, 2147483647, 1",
        "d,  32,         4194304,    1,          1",
        "id, 32,         64,         1,          1048576",
        "id, 2147483647, 64,         1,          1",
        "id, 1025,       64,         2,          1",
        "id, 32,         262145,     1,          1",
        "id, 32,         262144,     30,         1",
        "id, 32,         262144,     9,          1",
        "id, 32,         64,         21,         1",
        "id, 32,         65536,      1,          17",
        "id, -1,         64,         1,          1",
        "id, 0,          64,         1,          1",
        "id, 32,         0,          1,          1",
        "id, 32,         -1,         1,          1",
        "id, 32,         64,         0,          1",
        "id, 32,         64,         -1,         1",
        "id, 32,         64,         1,          0"
    })
    void aCostAboveTheCapsIsAWrongPassword(String type, int length, int memory, int passes, int lanes) {
        Cost cost = new Cost("1.3", type, length, memory, passes, lanes);
        PasswordHashProvider failing = ours((password, salt, other) -> {
            throw new AssertionError(other);
        });
        assertRefused(failing, neverComputed(cost), cost.toString());
        assertRefused(ours(Optional.empty(), DEFAULT), neverComputed(cost), cost.toString());
    }

    @Test
    void aCostAtTheCapsIsChecked() {
        List<Cost> asked = new ArrayList<>();
        PasswordHashProvider recording = ours((password, salt, cost) -> {
            asked.add(cost);
            return Optional.of(new byte[cost.length()]);
        });
        List<Cost> costs = List.of(
                new Cost("1.3", "id", 32, 256 << 10, 8, 1),
                new Cost("1.3", "id", 1024, 100 << 10, 20, 1),
                new Cost("1.3", "id", 32, 8, 20, 1));
        costs.forEach(cost -> assertFalse(recording.verify(PASSWORD, neverComputed(cost))));
        assertEquals(costs, asked);
        assertEquals(0, policy.dummies());
    }

    @Test
    void whatTheServersOwnOptionsAskForIsChecked() {
        Cost own = new Cost("1.3", "id", 32, 64, 101, 17);
        PasswordCredentialModel credential =
                stored(HashesByBouncyCastle.credential(PASSWORD, new byte[Sodium.SALT], own));
        assertTrue(ours(Optional.empty(), own).verify(PASSWORD, credential));
        assertRefused(ours, credential, "of other options");
        assertRefused(ours(Optional.empty(), own), neverComputed(own.withPasses(102)), "above the options");

        Cost huge = new Cost("1.3", "id", 32, 1 << 20, 3, 1);
        assertEquals(Optional.empty(), huge.refusal(huge));
        assertEquals(Optional.empty(), DEFAULT.withPasses(1).refusal(huge));
        assertTrue(huge.withPasses(4).refusal(huge).orElseThrow().contains("cap of 262144"));
    }

    @Test
    void thePolicysIterationsAreChecked() {
        PasswordCredentialModel credential = stored(ours.encodedCredential(PASSWORD, 30));
        assertRefused(ours, credential, "of another policy");
        policy.setIterations(30);
        assertTrue(ours.verify(PASSWORD, credential));
        assertRefused(ours, neverComputed(DEFAULT.withPasses(31)), "above the policy");
        policy.setIterations(27_500);
        assertRefused(ours, credential, "of a policy for PBKDF2");
    }

    @Test
    void unreadableParametersAreAWrongPassword() {
        for (String missing : new String[] {
            Argon2PasswordHashProviderFactory.VERSION_KEY,
            Argon2PasswordHashProviderFactory.TYPE_KEY,
            Argon2PasswordHashProviderFactory.MEMORY_KEY,
            Argon2PasswordHashProviderFactory.HASH_LENGTH_KEY,
            Argon2PasswordHashProviderFactory.PARALLELISM_KEY
        }) {
            PasswordCredentialModel credential = stored(ours.encodedCredential(PASSWORD, 1));
            credential.getPasswordCredentialData().getAdditionalParameters().remove(missing);
            assertThrows(RuntimeException.class, () -> keycloaks.verify(PASSWORD, credential));
            assertRefused(ours, credential, missing);
        }
        assertRefused(ours, neverComputed(new Cost("19", "id", 32, 64, 1, 1)), "version of PHC strings");
        assertRefused(ours, neverComputed(new Cost("1.3", "argon2id", 32, 64, 1, 1)), "type of PHC strings");
    }

    @Test
    void withoutLibsodiumKeycloakComputes() {
        PasswordHashProvider alone = ours(Optional.empty(), DEFAULT);
        PasswordCredentialModel credential = stored(alone.encodedCredential(PASSWORD, -1));
        assertTrue(alone.verify(PASSWORD, credential));
        assertTrue(ours.verify(PASSWORD, credential));
        assertFalse(alone.verify("Wrong-horse-1", credential));
        assertEquals(0, fallbacks("unsupported"));
    }

    @Test
    void largeHashesWaitForEachOtherAndHoldNoProcessor() throws Exception {
        Cost cost = new Cost("1.3", "id", 32, HashTurns.LARGE + 1, 1, 1);
        PasswordCredentialModel credential =
                stored(HashesByBouncyCastle.credential(PASSWORD, new byte[Sodium.SALT], cost));
        large.acquire();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> ours.verify(PASSWORD, credential));
        while (!large.hasQueuedThreads()) {
            assertFalse(waiting.isDone());
            Thread.onSpinWait();
        }
        assertTrue(ours.verify(PASSWORD, stored(ours.encodedCredential(PASSWORD, 1))), "others go on");
        // An operator who has chosen this memory has it for each processor.
        assertTrue(ours(Optional.empty(), cost).verify(PASSWORD, credential));
        assertFalse(waiting.isDone());
        large.release();
        assertTrue(waiting.get(1, TimeUnit.MINUTES));
        assertEquals(1, large.availablePermits());
        assertEquals(1, cores.availablePermits());
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
