package dev.userservice.account;

import dev.userservice.password.PasswordRules;
import dev.userservice.users.NewProfile;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;

/**
 * Creates users for every kind of caller, and applies the tenant's user profile, its password policy, and the rule that
 * names must be free.
 */
record UserFactory(KeycloakSession session, RealmModel realm, UserProfileContext context) {
    private static final String PASSWORD = "password";

    /** Adds the errors that the tenant's rules find in a new user, under the request's own field names. */
    UserProfile check(NewUser candidate, FieldErrors errors, FieldErrors taken) {
        Map<String, List<String>> attributes = new HashMap<>();
        candidate.attributes().forEach((name, value) -> attributes.put(name, List.of(value)));
        UserProfile profile =
                new NewProfile(session, realm, context).check(attributes, candidate::field, errors, taken);
        if (!errors.has(PASSWORD)) {
            String email = candidate.attributes().get(UserModel.EMAIL);
            new PasswordRules(session, realm)
                    .complaints(
                            candidate.attributes().getOrDefault(UserModel.USERNAME, email), email, candidate.password())
                    .forEach(complaint -> errors.add(PASSWORD, complaint));
        }
        return profile;
    }

    /**
     * Creates the user, who is enabled.
     *
     * @param profile a profile that has been {@linkplain #check checked}
     * @param failure receives the error of Keycloak's events if the creation fails
     * @throws ApiProblem 409 for a username or an address that somebody else has just taken; 400 for a password that a
     *     policy refuses only once the user exists, in which case the user is rolled back
     */
    UserModel create(UserProfile profile, NewUser candidate, Consumer<String> failure) {
        UserModel user = new NewProfile(session, realm, context).create(profile, failure);
        new PasswordRules(session, realm).replace(user, candidate.password()).ifPresent(complaint -> {
            failure.accept(Errors.PASSWORD_REJECTED);
            throw ApiProblem.invalid(PASSWORD, complaint);
        });
        return user;
    }
}
