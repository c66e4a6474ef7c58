package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.activation.Activation;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.ValidationTexts;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.LowerCase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.messages.Messages;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.userprofile.AttributeChangeListener;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.ValidationException;

/**
 * A change of a user's profile by the rules of the tenant's user profile, as they are for whoever makes it. What the change
 * does not name stays as it is, and must still be valid together with the rest, as in Keycloak's own consoles.
 */
final class ProfileEditor {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final UserModel user;
    private final AttributeChanges change;
    private final String emailBefore;
    private final UserProfile profile;

    /**
     * Takes a {@linkplain LockedUser locked} user.
     *
     * @param context whose rules: an admin's, or the person's own
     */
    ProfileEditor(ApiCall call, UserModel user, AttributeChanges change, UserProfileContext context) {
        this.session = call.session();
        this.realm = call.realm();
        this.user = user;
        this.change = change;
        this.emailBefore = user.getEmail();
        this.profile = session.getProvider(UserProfileProvider.class).create(context, merged(user, change), user);
    }

    /** The user's own attributes and the new ones: for Keycloak, what is left out is empty. */
    private static Map<String, List<String>> merged(UserModel user, AttributeChanges change) {
        Map<String, List<String>> merged = new HashMap<>();
        user.getAttributes()
                .forEach((name, values) -> merged.put(
                        name, values.stream().filter(Objects::nonNull).toList()));
        change.attributes()
                .forEach((name, next) -> merged.compute(
                        name,
                        (same, now) -> Optional.ofNullable(next.apply(now == null || now.isEmpty() ? null : now.get(0)))
                                .map(List::of)
                                .orElseGet(List::of)));
        return merged;
    }

    /** Says what the tenant's rules have against it, by the request's own names. */
    void check(FieldErrors errors, FieldErrors taken) {
        if (change.attributes().isEmpty()) {
            // Whom the rules of today would not let in can still be disabled.
            return;
        }
        ValidationTexts texts = new ValidationTexts(session, realm);
        try {
            profile.validate();
        } catch (ValidationException e) {
            e.getErrors().forEach(error -> {
                boolean isTaken = Stream.of(Messages.USERNAME_EXISTS, Messages.EMAIL_EXISTS)
                        .anyMatch(error.getMessage()::equals);
                (isTaken ? taken : errors)
                        .addUnlessKnown(
                                field(error.getAttribute()),
                                texts.ofAttribute(
                                        error.getAttribute(), error.getMessage(), error.getMessageParameters()));
            });
        }
        if (isUsernameOfAnother()) {
            errors.addUnlessKnown(field(UserModel.USERNAME), texts.of(OwnAddress.REFUSAL));
        }
        // Keycloak passes over these without a word.
        change.attributes().keySet().stream()
                .filter(name -> profile.getAttributes().isReadOnly(name) && isAsked(name))
                .forEach(name -> errors.addUnlessKnown(field(name), "This tenant does not let this be changed here"));
    }

    /** A name of before that is against the rule does not keep anybody from changing something else. */
    private boolean isUsernameOfAnother() {
        return change.attributes().containsKey(UserModel.USERNAME)
                && isAsked(UserModel.USERNAME)
                && OwnAddress.isOfAnother(
                        next(UserModel.USERNAME, user.getUsername()), next(UserModel.EMAIL, user.getEmail()));
    }

    private String next(String name, String now) {
        return change.attributes().getOrDefault(name, UnaryOperator.identity()).apply(now);
    }

    private boolean isAsked(String name) {
        String now = user.getFirstAttribute(name);
        String next = change.attributes().get(name).apply(now);
        boolean isCaseless = name.equals(UserModel.USERNAME) || name.equals(UserModel.EMAIL);
        boolean isSame = isCaseless && LowerCase.same(now, next);
        return !isSame && !Objects.equals(now, next);
    }

    /** Would it give the user another e-mail address, which nobody has proved yet? */
    boolean isNewEmailAsked() {
        return change.attributes().containsKey(UserModel.EMAIL)
                && isAsked(UserModel.EMAIL)
                && change.attributes().get(UserModel.EMAIL).apply(user.getEmail()) != null;
    }

    private String field(String attribute) {
        boolean isDerived = realm.isRegistrationEmailAsUsername()
                && attribute.equals(UserModel.USERNAME)
                && !change.attributes().containsKey(attribute);
        return change.field(isDerived ? UserModel.EMAIL : attribute);
    }

    /**
     * Does it.
     *
     * @param listener is told of each attribute that changes
     * @throws ApiProblem 409 for a name or an address that somebody has taken at this moment; 400 for a user of a federation
     *     that cannot be written to
     */
    void write(AttributeChangeListener listener) {
        if (change.attributes().isEmpty()) {
            return;
        }
        try {
            // Who is active by a proof of the address that they had is not to prove that one any more.
            Activation.settle(user);
            profile.update(true, listener);
            if (isEmailChanged()) {
                user.setEmailVerified(false);
                OwnAddress.follow(session, realm, user, emailBefore);
            }
            // Now, while it can be told from other failures.
            Entities.of(session).flush();
        } catch (ModelDuplicateException e) {
            throw DuplicateUser.conflict(new FieldErrors());
        } catch (ReadOnlyException e) {
            throw ReadOnlyUser.problem();
        }
    }

    /** An address in another case is no other one: Keycloak keeps them in lower case, a directory perhaps not. */
    boolean isEmailChanged() {
        String now = user.getEmail();
        return emailBefore == null ? now != null : !LowerCase.same(emailBefore, now);
    }

    UserProfile profile() {
        return profile;
    }
}
