package dev.userservice.hashes;

import org.keycloak.policy.HashAlgorithmPasswordPolicyProviderFactory;
import org.keycloak.policy.PasswordPolicyConfigException;

/**
 * Keycloak's password policy "Hashing Algorithm", which here refuses the provider of imported hashes. With that one, nobody could set a
 * password in the realm any more.
 */
public final class HashAlgorithmPolicy extends HashAlgorithmPasswordPolicyProviderFactory {
    @Override
    public Object parseConfig(String value) {
        if (ImportedHashProviderFactory.ID.equals(value)) {
            throw new PasswordPolicyConfigException(
                    "The password hashing provider imported only checks imported hashes. Choose another one.");
        }
        return super.parseConfig(value);
    }

    /** Keycloak's own factory has the same id and the order 0. */
    @Override
    public int order() {
        return 1;
    }
}
