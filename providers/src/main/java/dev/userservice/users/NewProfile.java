package dev.userservice.users;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.UsersAskedOnce;
import dev.userservice.keycloak.ValidationTexts;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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
 * The profile of a user who is still to be created, by the tenant's user profile.
 *
 * @param context whose rules apply
 */
public record NewProfile(KeycloakSession session, RealmModel realm, UserProfileContext context) {

    /**
     * Checks the attributes of a new user. Without a username, the address is the username or, where it cannot be, a
     * random text.
     *
     * @param given the values by the names of the user profile; an absent attribute was not given
     * @param field returns the request's name of an attribute
     * @param errors receives what the tenant's rules refuse
     * @param taken receives a username or an address that belongs to another user
     * @return the profile, which is valid if nothing was added to the errors
     */
    public UserProfile check(
            Map<String, List<String>> given, UnaryOperator<String> field, FieldErrors errors, FieldErrors taken) {
        Map<String, List<String>> attributes = new HashMap<>(given);
        if (!realm.isRegistrationEmailAsUsername() && given.containsKey(UserModel.EMAIL)) {
            attributes.putIfAbsent(UserModel.USERNAME, given.get(UserModel.EMAIL));
        }
        UsersAskedOnce known = new UsersAskedOnce(session);
        UserProfile profile = profile(attributes, known);
        Optional<ValidationException> refused = refusal(profile);
        boolean isOurs = !given.containsKey(UserModel.USERNAME) && !realm.isRegistrationEmailAsUsername();
        boolean isItsFault = refused.filter(
                        why -> why.isAttributeOnError(UserModel.USERNAME) && !why.hasError(Messages.EMAIL_EXISTS))
                .isPresent();
        if (isOurs && isItsFault) {
            // Not every email address can be a username, and it may already be the username of a user with another
            // address. Because the request contains no username, a random one is used.
            attributes.put(UserModel.USERNAME, List.of(UUID.randomUUID().toString()));
            profile = profile(attributes, known);
            refused = refusal(profile);
        }
        known.end();
        if (refused.isPresent()) {
            new ValidationTexts(session, realm).addTo(errors, taken, refused.get(), field);
        }
        if (OwnAddress.isOfAnother(first(attributes, UserModel.USERNAME), first(attributes, UserModel.EMAIL))) {
            errors.addUnlessKnown(
                    field.apply(UserModel.USERNAME), new ValidationTexts(session, realm).of(OwnAddress.REFUSAL));
        }
        refuseWhatWouldBeDropped(given, field, profile, errors);
        return profile;
    }

    /**
     * Creates the user, who is enabled and has no password yet.
     *
     * @param profile a profile that has been {@linkplain #check checked}
     * @param failure receives the error of Keycloak's events if the creation fails
     * @throws ApiProblem 409 for a username or an address that somebody else has just taken
     */
    public UserModel create(UserProfile profile, Consumer<String> failure) {
        try {
            UserModel user = profile.create(false);
            user.setEnabled(true);
            // Flushes now, while this failure can still be distinguished from others: two requests with one address
            // collide here.
            Entities.of(session).flush();
            return user;
        } catch (ModelDuplicateException e) {
            failure.accept(Errors.EMAIL_IN_USE);
            throw DuplicateUser.conflict(new FieldErrors());
        }
    }

    private static String first(Map<String, List<String>> attributes, String name) {
        List<String> values = attributes.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /**
     * Rejects values that Keycloak would silently ignore, because the tenant's profile does not contain the attribute
     * or does not let the caller set it. A username is never rejected: where the email address is the username, every
     * registration may still contain one.
     */
    private static void refuseWhatWouldBeDropped(
            Map<String, List<String>> given, UnaryOperator<String> field, UserProfile profile, FieldErrors errors) {
        given.forEach((name, values) -> {
            boolean isDropped = values.stream().anyMatch(value -> !value.isEmpty())
                    && !name.equals(UserModel.USERNAME)
                    && profile.getAttributes().isReadOnly(name);
            if (isDropped) {
                errors.addUnlessKnown(field.apply(name), "This tenant does not let this be set here");
            }
        });
    }

    private UserProfile profile(Map<String, List<String>> attributes, UsersAskedOnce known) {
        UserProfileProvider profiles = session.getKeycloakSessionFactory()
                .getProviderFactory(UserProfileProvider.class)
                .create(known.session());
        session.enlistForClose(profiles);
        return profiles.create(context, attributes);
    }

    private static Optional<ValidationException> refusal(UserProfile profile) {
        try {
            profile.validate();
            return Optional.empty();
        } catch (ValidationException e) {
            return Optional.of(e);
        }
    }
}
