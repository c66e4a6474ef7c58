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
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.userprofile.AttributeChangeListener;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.ValidationException;

/**
 * A change of a user's profile by the rules of the tenant's user profile that apply to whoever makes it. Attributes
 * that the change does not name stay unchanged, and must still be valid together with the others, as in Keycloak's own
 * consoles.
 */
final class ProfileEditor {
    private final ApiCall call;
    private final UserProfileContext context;
    private final KeycloakSession session;
    private final RealmModel realm;
    private final UserModel user;
    private final AttributeChanges change;
    private final String emailBefore;
    private final UserProfile profile;

    /**
     * Prepares a change of a {@linkplain LockedUser locked} user.
     *
     * @param context whose rules apply: those for an admin, or those for the user
     */
    ProfileEditor(ApiCall call, UserModel user, AttributeChanges change, UserProfileContext context) {
        this.call = call;
        this.context = context;
        this.session = call.session();
        this.realm = call.realm();
        this.user = user;
        this.change = change;
        this.emailBefore = user.getEmail();
        this.profile = session.getProvider(UserProfileProvider.class).create(context, merged(user, change), user);
    }

    /** Merges the new attributes into the user's own, because Keycloak treats a missing attribute as empty. */
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

    /** Adds the violations of the tenant's rules as errors, under the names of the request. */
    void check(FieldErrors errors, FieldErrors taken) {
        if (change.attributes().isEmpty()) {
            // A user whose profile is invalid by today's rules can still be disabled.
            return;
        }
        ValidationTexts texts = new ValidationTexts(session, realm);
        try {
            profile.validate();
        } catch (ValidationException e) {
            texts.addTo(errors, taken, e, this::field);
        }
        if (isUsernameOfAnother()) {
            errors.addUnlessKnown(field(UserModel.USERNAME), texts.of(OwnAddress.REFUSAL));
        }
        // Keycloak ignores changes of these attributes without an error.
        change.attributes().keySet().stream()
                .filter(name -> profile.getAttributes().isReadOnly(name) && isAsked(name))
                .forEach(name -> errors.addUnlessKnown(field(name), "This tenant does not let this be changed here"));
    }

    /**
     * Whether the change sets a username that is an address other than the user's own. An older username that breaks
     * this rule does not prevent other changes.
     */
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

    /** Whether the change gives the user another e-mail address, or clears it. */
    boolean isOtherEmailAsked() {
        return change.attributes().containsKey(UserModel.EMAIL) && isAsked(UserModel.EMAIL);
    }

    /** Whether the change gives the user another e-mail address, which is not proved yet. */
    boolean isNewEmailAsked() {
        return isOtherEmailAsked() && change.attributes().get(UserModel.EMAIL).apply(user.getEmail()) != null;
    }

    /** Whether the change takes the e-mail address from the user. */
    boolean isEmailRemoved() {
        return change.attributes().containsKey(UserModel.EMAIL)
                && user.getEmail() != null
                && change.attributes().get(UserModel.EMAIL).apply(user.getEmail()) == null;
    }

    /**
     * Returns the new e-mail address that the change asks for, as Keycloak's user profile writes it; empty if it asks for
     * none.
     */
    Optional<String> newEmail() {
        return isNewEmailAsked()
                ? Optional.ofNullable(profile.getAttributes().getFirst(UserModel.EMAIL))
                : Optional.empty();
    }

    /**
     * Returns the rest of the change, which takes effect before a new address is proved.
     *
     * @throws ApiProblem 400 if it is not valid without the new address, such as a username that is this address
     */
    ProfileEditor withoutNewEmail() {
        ProfileEditor rest = new ProfileEditor(call, user, change.without(UserModel.EMAIL), context);
        FieldErrors errors = new FieldErrors();
        FieldErrors taken = new FieldErrors();
        rest.check(errors, taken);
        DuplicateUser.requireNone(taken, errors);
        return rest;
    }

    private String field(String attribute) {
        boolean isDerived = realm.isRegistrationEmailAsUsername()
                && attribute.equals(UserModel.USERNAME)
                && !change.attributes().containsKey(attribute);
        return change.field(isDerived ? UserModel.EMAIL : attribute);
    }

    /**
     * Makes the change.
     *
     * @param listener is called for each attribute that changes
     * @throws ApiProblem 409 for a username or an address that somebody else has just taken; 400 for a user of a
     *     federation that cannot be written to
     */
    void write(AttributeChangeListener listener) {
        if (change.attributes().isEmpty()) {
            return;
        }
        try {
            // The proved address has settled an activation that is still pending; the new, unproved one must not bring
            // the
            // required action back into effect.
            Activation.settle(user);
            profile.update(true, listener);
            if (isEmailChanged()) {
                user.setEmailVerified(false);
                OwnAddress.follow(session, realm, user, emailBefore);
            }
            // The flush takes place here, where a duplicate can be distinguished from other failures.
            Entities.of(session).flush();
        } catch (ModelDuplicateException e) {
            throw DuplicateUser.conflict(new FieldErrors());
        } catch (ReadOnlyException e) {
            throw ReadOnlyUser.problem();
        }
    }

    /**
     * Whether the address has changed. A difference in case does not count: Keycloak stores addresses in lower case, a
     * directory may not.
     */
    boolean isEmailChanged() {
        String now = user.getEmail();
        return emailBefore == null ? now != null : !LowerCase.same(emailBefore, now);
    }

    UserProfile profile() {
        return profile;
    }
}
