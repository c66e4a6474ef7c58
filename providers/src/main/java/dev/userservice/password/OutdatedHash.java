package dev.userservice.password;

import java.util.Optional;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Checks a password that the same request is about to replace.
 *
 * <p>If the stored hash is not of the kind that the realm's policy wants, Keycloak's own check
 * (PasswordCredentialProvider) hashes the checked password anew once the transaction has committed, and writes that over
 * the credential, which holds the new password by then: the old password would stay, and nobody would be told. So such a
 * hash is checked without Keycloak's credential provider.
 */
record OutdatedHash(KeycloakSession session, RealmModel realm) {
    boolean isRight(UserModel user, String password) {
        Optional<PasswordCredentialModel> outdated = user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .findFirst()
                .map(PasswordCredentialModel::createFromCredentialModel)
                .filter(this::isReplacedAfterItsCheck);
        if (outdated.isPresent() && provider(outdated.get()).verify(password, outdated.get())) {
            return true;
        }
        // The directory of a federated user may have another password.
        return (outdated.isEmpty() || user.isFederated())
                && user.credentialManager().isValid(UserCredentialModel.password(password));
    }

    private boolean isReplacedAfterItsCheck(PasswordCredentialModel stored) {
        PasswordPolicy policy = realm.getPasswordPolicy();
        PasswordHashProvider wanted = policy.getHashAlgorithm() == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
        return provider(stored) != null && !wanted.policyCheck(policy, stored);
    }

    private PasswordHashProvider provider(PasswordCredentialModel stored) {
        return session.getProvider(
                PasswordHashProvider.class, stored.getPasswordCredentialData().getAlgorithm());
    }
}
