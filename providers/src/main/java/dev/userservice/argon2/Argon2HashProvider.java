package dev.userservice.argon2;

import dev.userservice.hashes.HashTurns;
import dev.userservice.hashes.RefusedHashes;
import dev.userservice.keycloak.PolicyHash;
import dev.userservice.keycloak.ProviderDefaults;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Salt;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.tracing.TracingProvider;

/**
 * Does what Keycloak's Argon2PasswordHashProvider does, with the same stored form, but lets libsodium compute. Each hash that libsodium
 * cannot compute goes to Keycloak's own provider. A stored hash above the caps goes to neither: the server has
 * {@code -XX:+ExitOnOutOfMemoryError}, so one that asks for gigabytes would end it at one login.
 *
 * @param keycloaks Keycloak's own provider
 * @param library libsodium, if it is there
 * @param configured what new hashes are made with
 * @param turns how many hashes may be computed at once on this node. Hashes of Keycloak's own provider take turns, too, so that both
 *     together are not more.
 * @param policy the hash of the realm's policy
 */
record Argon2HashProvider(
        PasswordHashProvider keycloaks,
        Optional<NativeArgon2> library,
        Cost configured,
        HashTurns turns,
        TracingProvider tracing,
        PolicyHash policy,
        RefusedHashes refused)
        implements PasswordHashProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(Argon2HashProvider.class);

    /** From here on, Keycloak takes a policy's number of iterations for one that was meant for PBKDF2. */
    private static final int MOST_PASSES = 100;

    private static final int NOT_IN_THE_POLICY = -1;

    private static final Optional<String> UNREADABLE = Optional.of("Its parameters are not those of Argon2.");

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
        return turns.take(
                isLarge(cost),
                () -> compute(rawPassword, salt, cost)
                        .map(hash -> cost.credential(salt, hash))
                        .orElseGet(() ->
                                keycloaks.encodedCredential(rawPassword, isDefault ? NOT_IN_THE_POLICY : iterations)));
    }

    @Override
    public boolean verify(String rawPassword, PasswordCredentialModel credential) {
        Optional<Cost> cost = Cost.of(credential.getPasswordCredentialData());
        Optional<String> refusal = cost.map(stored -> stored.refusal(most())).orElse(UNREADABLE);
        if (refusal.isPresent()) {
            refused.log(credential, refusal.get());
            policy.computeDummy();
            return false;
        }
        byte[] salt = credential.getPasswordSecretData().getSalt();
        return turns.take(
                isLarge(cost.get()),
                () -> compute(rawPassword, salt, cost.get())
                        .map(hash ->
                                isEqual(hash, credential.getPasswordSecretData().getValue()))
                        .orElseGet(() -> keycloaks.verify(rawPassword, credential)));
    }

    @Override
    public String credentialHashingStrength(PasswordCredentialModel credential) {
        return keycloaks.credentialHashingStrength(credential);
    }

    /** Returns the highest cost that a hash of this realm's policy can have. */
    private Cost most() {
        int passes = policy.iterations();
        return passes > MOST_PASSES || passes < configured.passes() ? configured : configured.withPasses(passes);
    }

    /** The memory that the operator's own options ask for is theirs to provide for as many hashes as there are processors. */
    private boolean isLarge(Cost cost) {
        return cost.memory() > Math.max(HashTurns.LARGE, configured.memory());
    }

    private Optional<String> compute(String password, byte[] salt, Cost cost) {
        return library.flatMap(found -> tracing.trace(Argon2HashProvider.class, "encode", span -> {
            return found.hash(password, salt, cost);
        }));
    }

    /** Compares in a time that does not depend on where the texts differ. */
    private static boolean isEqual(String hash, String stored) {
        return stored != null
                && MessageDigest.isEqual(
                        hash.getBytes(StandardCharsets.UTF_8), stored.getBytes(StandardCharsets.UTF_8));
    }
}
