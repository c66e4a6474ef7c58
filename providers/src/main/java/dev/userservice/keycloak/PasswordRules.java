package dev.userservice.keycloak;

import dev.userservice.web.FieldErrors;
import java.util.function.Function;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PolicyError;

/** The tenant's password policy, asked rule by rule, where Keycloak's own check stops at the first that refuses. */
final class PasswordRules {
    private static final String NOT_EMAIL = "notEmail";

    private final KeycloakSession session;
    private final RealmModel realm;

    PasswordRules(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** Adds what the rules have against a password of somebody who is no user yet. */
    void check(String username, String email, String password, String field, FieldErrors errors) {
        check(field, errors, id -> rule(id).validate(id.equals(NOT_EMAIL) ? email : username, password));
    }

    /** Adds what the rules, such as that of the last ones used, have against a new password of a user. */
    void check(UserModel user, String password, String field, FieldErrors errors) {
        check(field, errors, id -> rule(id).validate(realm, user, password));
    }

    private PasswordPolicyProvider rule(String id) {
        return session.getProvider(PasswordPolicyProvider.class, id);
    }

    private void check(String field, FieldErrors errors, Function<String, PolicyError> verdict) {
        ValidationTexts texts = new ValidationTexts(session, realm);
        for (String id : realm.getPasswordPolicy().getPolicies()) {
            PolicyError error = verdict.apply(id);
            if (error != null) {
                errors.add(field, texts.of(error.getMessage(), error.getParameters()));
            }
        }
    }
}
