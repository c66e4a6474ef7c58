package dev.userservice.hashes;

import dev.userservice.keycloak.PolicyHash;
import dev.userservice.keycloak.ProviderDefaults;
import java.util.Base64;
import java.util.Optional;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Does what Keycloak's Pbkdf2PasswordHashProvider does, but does not check a stored hash above the caps: one with hundreds of millions of
 * rounds would hold a processor for minutes.
 *
 * @param keycloaks Keycloak's own provider
 * @param algorithm its digest
 * @param policy the hash of the realm's policy
 */
record CappedPbkdf2(PasswordHashProvider keycloaks, HashAlgorithm algorithm, PolicyHash policy, RefusedHashes refused)
        implements PasswordHashProvider, ProviderDefaults {
    private static final int KEY_BYTES = Pbkdf2PasswordHashProvider.DEFAULT_DERIVED_KEY_SIZE / Byte.SIZE;

    @Override
    public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
        return keycloaks.policyCheck(policy, credential);
    }

    @Override
    public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
        return keycloaks.encodedCredential(rawPassword, iterations);
    }

    @Override
    @Deprecated
    public String encode(String rawPassword, int iterations) {
        return keycloaks.encode(rawPassword, iterations);
    }

    @Override
    public boolean verify(String rawPassword, PasswordCredentialModel credential) {
        Optional<String> refusal = refusal(credential);
        if (refusal.isPresent()) {
            refused.log(credential, refusal.get());
            policy.computeDummy();
            return false;
        }
        return keycloaks.verify(rawPassword, credential);
    }

    @Override
    public String credentialHashingStrength(PasswordCredentialModel credential) {
        return keycloaks.credentialHashingStrength(credential);
    }

    private Optional<String> refusal(PasswordCredentialModel credential) {
        int rounds = credential.getPasswordCredentialData().getHashIterations();
        try {
            int length = Base64.getMimeDecoder()
                    .decode(credential.getPasswordSecretData().getValue())
                    .length;
            if (rounds < 1 || rounds > policy.iterations() || length > KEY_BYTES) {
                Caps.checkPbkdf2(algorithm, rounds, length);
            }
            return Optional.empty();
        } catch (InvalidHashException e) {
            return Optional.of(e.getMessage());
        } catch (IllegalArgumentException e) {
            return Optional.of("It is not Base64.");
        }
    }
}
