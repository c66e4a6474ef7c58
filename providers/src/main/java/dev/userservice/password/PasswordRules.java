package dev.userservice.password;

import dev.userservice.keycloak.TransientFailure;
import dev.userservice.keycloak.ValidationTexts;
import dev.userservice.web.FieldErrors;
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

/** The tenant's password policy, asked rule by rule, where Keycloak's own check stops at the first that refuses. */
public final class PasswordRules {
    private static final String NOT_EMAIL = "notEmail";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ValidationTexts texts;

    public PasswordRules(KeycloakSession session, RealmModel realm) {
        this(session, realm, Locale.ENGLISH);
    }

    /**
     * The same.
     *
     * @param locale in which language they say what is wrong
     */
    public PasswordRules(KeycloakSession session, RealmModel realm, Locale locale) {
        this.session = session;
        this.realm = realm;
        this.texts = new ValidationTexts(session, realm, locale);
    }

    /** Adds what the rules have against a password of somebody who is no user yet. */
    public void check(String username, String email, String password, String field, FieldErrors errors) {
        complaints(username, email, password).forEach(complaint -> errors.add(field, complaint));
    }

    /** What the rules have against a password that need no stored password, and so no hash, to say so. */
    public List<String> complaints(String username, String email, String password) {
        return complaints(id -> rule(id).validate(id.equals(NOT_EMAIL) ? email : username, password));
    }

    /** What the rules, such as that of the last ones used, have against a new password of a user. */
    public List<String> complaints(UserModel user, String password) {
        return complaints(id -> rule(id).validate(realm, user, password));
    }

    /**
     * Gives a user another password.
     *
     * @return what is wrong with it, if where passwords are kept does not take it; nothing that the transaction has done may be
     *     committed then
     * @throws ModelException if the database cannot be had just now, which Keycloak wraps as it does a refusal
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

    private List<String> complaints(Function<String, PolicyError> verdict) {
        return realm.getPasswordPolicy().getPolicies().stream()
                .map(verdict)
                .filter(Objects::nonNull)
                .map(error -> texts.of(error.getMessage(), error.getParameters()))
                .toList();
    }
}
