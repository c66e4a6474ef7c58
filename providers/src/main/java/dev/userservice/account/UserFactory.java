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
import java.util.stream.Stream;
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

/** What it takes to make a user, whoever does it: the tenant's user profile, its password policy, and names that are free. */
final class UserFactory {
    private static final String PASSWORD = "password";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final UserProfileContext context;

    /**
     * Makes users by the rules of one of Keycloak's ways to do so.
     *
     * @param context whose rules: a registration's, or an admin's
     */
    UserFactory(KeycloakSession session, RealmModel realm, UserProfileContext context) {
        this.session = session;
        this.realm = realm;
        this.context = context;
    }

    /** Says what the tenant's rules have against somebody, by the request's own names. */
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
            // Not every e-mail address can be a username, and it may be somebody's already who has another address.
            // As nobody has asked for this username, any other will do.
            attributes.put(UserModel.USERNAME, UUID.randomUUID().toString());
            profile = profile(attributes);
            refused = refusal(profile);
        }
        ValidationTexts texts = new ValidationTexts(session, realm);
        refused.ifPresent(why -> why.getErrors().forEach(error -> {
            boolean isTaken =
                    Stream.of(Messages.USERNAME_EXISTS, Messages.EMAIL_EXISTS).anyMatch(error.getMessage()::equals);
            (isTaken ? taken : errors)
                    .addUnlessKnown(
                            candidate.field(error.getAttribute()),
                            texts.ofAttribute(error.getAttribute(), error.getMessage(), error.getMessageParameters()));
        }));
        String username = attributes.get(UserModel.USERNAME);
        if (OwnAddress.isOfAnother(username, attributes.get(UserModel.EMAIL))) {
            errors.addUnlessKnown(candidate.field(UserModel.USERNAME), texts.of(OwnAddress.REFUSAL));
        }
        refuseWhatWouldBeDropped(candidate, profile, errors);
        if (!errors.has(PASSWORD)) {
            String email = candidate.attributes().get(UserModel.EMAIL);
            new PasswordRules(session, realm)
                    .check(attributes.get(UserModel.USERNAME), email, candidate.password(), PASSWORD, errors);
        }
        return profile;
    }

    /**
     * Keycloak passes without a word over what the tenant's profile does not have, or does not let whoever asks set. Not so of a
     * username: where the e-mail address is the username, every registration may still name one.
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
     * Makes the user, who is enabled.
     *
     * @param profile one that has been {@linkplain #check checked}
     * @param failure is told, in the words of Keycloak's events, of what stops it at last
     * @throws ApiProblem 409 for a name or an address that somebody has taken at this moment; 400 for a password that a policy
     *     refuses only now that there is a user: the answer takes the user back again
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
            // Now, while it can be told from other failures: two who take one address meet here.
            Entities.of(session).flush();
            user.setEnabled(true);
            return user;
        } catch (ModelDuplicateException e) {
            failure.accept(Errors.EMAIL_IN_USE);
            throw DuplicateUser.conflict(new FieldErrors());
        }
    }
}
