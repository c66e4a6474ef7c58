package dev.userservice.account;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.ValidationTexts;
import dev.userservice.password.PasswordRules;
import dev.userservice.users.DuplicateUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.messages.Messages;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.ValidationException;

/**
 * Creates users for every kind of caller, and applies the tenant's user profile, its password policy, and the rule that
 * names must be free.
 */
record UserFactory(KeycloakSession session, RealmModel realm, UserProfileContext context) {
    private static final String PASSWORD = "password";

    /** Adds the errors that the tenant's rules find in a new user, under the request's own field names. */
    UserProfile check(NewUser candidate, FieldErrors errors, FieldErrors taken) {
        Map<String, String> attributes = new HashMap<>(candidate.attributes());
        if (!realm.isRegistrationEmailAsUsername()) {
            attributes.computeIfAbsent(UserModel.USERNAME, none -> attributes.get(UserModel.EMAIL));
        }
        UserProfile profile = profile(attributes);
        Optional<ValidationException> refused = refusal(profile);
        boolean isOurs =
                !candidate.attributes().containsKey(UserModel.USERNAME) && !realm.isRegistrationEmailAsUsername();
        boolean isItsFault = refused.filter(
                        why -> why.isAttributeOnError(UserModel.USERNAME) && !why.hasError(Messages.EMAIL_EXISTS))
                .isPresent();
        if (isOurs && isItsFault) {
            // Not every email address can be a username, and it may already be the username of a user with another
            // address. Because the request contains no username, a random one is used.
            attributes.put(UserModel.USERNAME, UUID.randomUUID().toString());
            profile = profile(attributes);
            refused = refusal(profile);
        }
        ValidationTexts texts = new ValidationTexts(session, realm);
        refused.ifPresent(why -> texts.addTo(errors, taken, why, candidate::field));
        String username = attributes.get(UserModel.USERNAME);
        if (OwnAddress.isOfAnother(username, attributes.get(UserModel.EMAIL))) {
            errors.addUnlessKnown(candidate.field(UserModel.USERNAME), texts.of(OwnAddress.REFUSAL));
        }
        refuseWhatWouldBeDropped(candidate, profile, errors);
        if (!errors.has(PASSWORD)) {
            String email = candidate.attributes().get(UserModel.EMAIL);
            new PasswordRules(session, realm)
                    .complaints(attributes.get(UserModel.USERNAME), email, candidate.password())
                    .forEach(complaint -> errors.add(PASSWORD, complaint));
        }
        return profile;
    }

    /**
     * Rejects values that Keycloak would silently ignore, because the tenant's profile does not contain the attribute
     * or does not let the caller set it. A username is never rejected: where the email address is the username, every
     * registration may still contain one.
     */
    private static void refuseWhatWouldBeDropped(NewUser candidate, UserProfile profile, FieldErrors errors) {
        candidate.attributes().forEach((name, value) -> {
            boolean isDropped = !value.isEmpty()
                    && !name.equals(UserModel.USERNAME)
                    && profile.getAttributes().isReadOnly(name);
            if (isDropped) {
                errors.addUnlessKnown(candidate.field(name), "This tenant does not let this be set here");
            }
        });
    }

    private UserProfile profile(Map<String, String> attributes) {
        return session.getProvider(UserProfileProvider.class).create(context, attributes);
    }

    private static Optional<ValidationException> refusal(UserProfile profile) {
        try {
            profile.validate();
            return Optional.empty();
        } catch (ValidationException e) {
            return Optional.of(e);
        }
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
        UserModel user = create(profile, failure);
        new PasswordRules(session, realm).replace(user, candidate.password()).ifPresent(complaint -> {
            failure.accept(Errors.PASSWORD_REJECTED);
            throw ApiProblem.invalid(PASSWORD, complaint);
        });
        return user;
    }

    private UserModel create(UserProfile profile, Consumer<String> failure) {
        try {
            UserModel user = profile.create(false);
            // Flushes now, while this failure can still be distinguished from others: two requests with one address
            // collide here.
            Entities.of(session).flush();
            user.setEnabled(true);
            return user;
        } catch (ModelDuplicateException e) {
            failure.accept(Errors.EMAIL_IN_USE);
            throw DuplicateUser.conflict(new FieldErrors());
        }
    }
}
