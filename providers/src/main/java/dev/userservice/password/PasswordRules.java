package dev.userservice.password;

import dev.userservice.keycloak.TransientFailure;
import dev.userservice.keycloak.ValidationTexts;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PolicyError;
import org.keycloak.storage.ReadOnlyException;

/** The tenant's password policy, checked rule by rule. Keycloak's own check stops at the first rule that refuses. */
public final class PasswordRules {
    private static final String NOT_EMAIL = "notEmail";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ValidationTexts texts;

    public PasswordRules(KeycloakSession session, RealmModel realm) {
        this(session, realm, Locale.ENGLISH);
    }

    /**
     * Creates the rules with complaints in the given language.
     *
     * @param locale the language of the complaints
     */
    public PasswordRules(KeycloakSession session, RealmModel realm, Locale locale) {
        this.session = session;
        this.realm = realm;
        this.texts = new ValidationTexts(session, realm, locale);
    }

    /** Returns the complaints of the rules that need no stored password, and therefore no hashing. */
    public List<String> complaints(String username, String email, String password) {
        return complaints(id -> rule(id).validate(id.equals(NOT_EMAIL) ? email : username, password));
    }

    /**
     * Returns the rules' complaints about a new password of a user, including those of rules such as the password
     * history.
     */
    public List<String> complaints(UserModel user, String password) {
        return complaints(id -> rule(id).validate(realm, user, password));
    }

    /**
     * Replaces a user's password.
     *
     * @return the complaint if the password's storage refuses it, in which case the transaction must not commit
     * @throws ModelException if the database is unavailable at the moment; Keycloak wraps this like a refusal
     */
    public Optional<String> replace(UserModel user, String password) {
        try {
            user.credentialManager().updateCredential(UserCredentialModel.password(password));
        } catch (ReadOnlyException e) {
            return Optional.of(texts.of("userServicePasswordReadOnly"));
        } catch (ModelException e) {
            if (TransientFailure.isCauseOf(e)) {
                throw e;
            }
            return Optional.of(texts.of(Objects.requireNonNullElse(e.getMessage(), ""), e.getParameters()));
        }
        user.removeRequiredAction(UserModel.RequiredAction.UPDATE_PASSWORD);
        return Optional.empty();
    }

    private PasswordPolicyProvider rule(String id) {
        return session.getProvider(PasswordPolicyProvider.class, id);
    }

    private List<String> complaints(Function<String, PolicyError> check) {
        return realm.getPasswordPolicy().getPolicies().stream()
                .map(check)
                .filter(Objects::nonNull)
                .map(error -> texts.of(error.getMessage(), error.getParameters()))
                .toList();
    }
}
