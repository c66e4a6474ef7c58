package dev.userservice.argon2;

import dev.userservice.keycloak.ProviderDefaults;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Salt;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.tracing.TracingProvider;

/**
 * Does what Keycloak's Argon2PasswordHashProvider does, with the same stored form, but lets libsodium compute. Each hash that libsodium
 * cannot compute goes to Keycloak's own provider.
 *
 * @param keycloaks Keycloak's own provider
 * @param library libsodium
 * @param configured what new hashes are made with
 * @param cores how many hashes may be computed at once on this node. Hashes of Keycloak's own provider take a permit, too, so that both
 *     together are not more.
 */
record Argon2HashProvider(
        PasswordHashProvider keycloaks, NativeArgon2 library, Cost configured, Semaphore cores, TracingProvider tracing)
        implements PasswordHashProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(Argon2HashProvider.class);

    /** From here on, Keycloak takes a policy's number of iterations for one that was meant for PBKDF2. */
    private static final int MOST_PASSES = 100;

    private static final int NOT_IN_THE_POLICY = -1;

    @Override
    public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
        return keycloaks.policyCheck(policy, credential);
    }

    @Override
    public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
        if (iterations > MOST_PASSES) {
            LOG.warn("Iterations for Argon should be less than 100, using default");
        }
        boolean isDefault = iterations == NOT_IN_THE_POLICY || iterations > MOST_PASSES;
        Cost cost = isDefault ? configured : configured.withPasses(iterations);
        byte[] salt = Salt.generateSalt();
        return inTurn(() -> compute(rawPassword, salt, cost)
                .map(hash -> cost.credential(salt, hash))
                .orElseGet(() -> keycloaks.encodedCredential(rawPassword, isDefault ? NOT_IN_THE_POLICY : iterations)));
    }

    @Override
    public boolean verify(String rawPassword, PasswordCredentialModel credential) {
        Optional<Cost> cost = Cost.of(credential.getPasswordCredentialData());
        if (cost.isEmpty()) {
            library.countUnreadable();
            return keycloaks.verify(rawPassword, credential);
        }
        byte[] salt = credential.getPasswordSecretData().getSalt();
        return inTurn(() -> compute(rawPassword, salt, cost.get())
                .map(hash -> isEqual(hash, credential.getPasswordSecretData().getValue()))
                .orElseGet(() -> keycloaks.verify(rawPassword, credential)));
    }

    @Override
    public String credentialHashingStrength(PasswordCredentialModel credential) {
        return keycloaks.credentialHashingStrength(credential);
    }

    private Optional<String> compute(String password, byte[] salt, Cost cost) {
        return tracing.trace(Argon2HashProvider.class, "encode", span -> {
            return library.hash(password, salt, cost);
        });
    }

    /** Compares in a time that does not depend on where the texts differ. */
    private static boolean isEqual(String hash, String stored) {
        return stored != null
                && MessageDigest.isEqual(
                        hash.getBytes(StandardCharsets.UTF_8), stored.getBytes(StandardCharsets.UTF_8));
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            cores.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        try {
            return work.get();
        } finally {
            cores.release();
        }
    }
}
