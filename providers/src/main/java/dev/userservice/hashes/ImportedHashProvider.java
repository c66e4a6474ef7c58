package dev.userservice.hashes;

import dev.userservice.keycloak.PolicyHash;
import dev.userservice.keycloak.ProviderDefaults;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.vault.VaultTranscriber;

/**
 * Checks passwords against the hashes of other systems. It makes no hashes: after the first right login, Keycloak replaces the hash by one
 * of the realm's own kind, because the realm's own provider is content with no other algorithm.
 */
final class ImportedHashProvider implements PasswordHashProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(ImportedHashProvider.class);

    private static final Optional<byte[]> NO_PEPPER = Optional.of(new byte[0]);

    private final Supplier<VaultTranscriber> vault;
    private final HashTurns turns;
    private final PolicyHash policy;

    /**
     * Makes a provider for one session.
     *
     * @param vault the session's vault
     * @param turns how many checks may run at once on this node
     * @param policy the hash of the realm's policy
     */
    ImportedHashProvider(Supplier<VaultTranscriber> vault, HashTurns turns, PolicyHash policy) {
        this.vault = vault;
        this.turns = turns;
        this.policy = policy;
    }

    @Override
    public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
        return false;
    }

    @Override
    public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
        throw new UnsupportedOperationException("The hash algorithm " + ImportedHashProviderFactory.ID
                + " only checks imported hashes. Choose another one in the realm's password policy.");
    }

    @Override
    @Deprecated
    public String encode(String rawPassword, int iterations) {
        throw new UnsupportedOperationException("Imported hashes are only checked.");
    }

    /**
     * A hash that cannot be checked is a wrong password for the user, which takes as long as that of an unknown user, and one line of
     * the log for the administrator.
     */
    @Override
    public boolean verify(String rawPassword, PasswordCredentialModel credential) {
        try {
            StoredHash stored = StoredHash.of(credential);
            ImportedHash hash = stored.read();
            Optional<byte[]> pepper =
                    stored.secret().map(secret -> secret.bytes(vault.get())).orElse(NO_PEPPER);
            if (pepper.isEmpty()) {
                LOG.warnf(
                        "The imported password hash of the credential %s cannot be checked: the vault has no entry %s",
                        credential.getId(), stored.pepper());
                policy.computeDummy();
                return false;
            }
            return turns.take(hash.isLarge(), () -> hash.matches(rawPassword, pepper.get()));
        } catch (InvalidHashException e) {
            LOG.warnf(
                    "The imported password hash of the credential %s cannot be checked: %s: %s",
                    credential.getId(), e.field(), e.getMessage());
            policy.computeDummy();
            return false;
        }
    }

    @Override
    public String credentialHashingStrength(PasswordCredentialModel credential) {
        String format =
                credential.getPasswordCredentialData().getAdditionalParameters().getFirst("format");
        return format == null ? "" : format;
    }
}
