package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.activation.Activation;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.keycloak.events.Details;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.userprofile.UserProfileContext;

/**
 * An admin's change of one user, in three steps, each of which returns the next one: {@link #check}, {@link #apply} and
 * {@link Applied#publish}. Nothing is changed before the whole change is known to be possible, and nobody is informed
 * before all of it is made.
 *
 * @param awaited an admin's own new address, which waits for its proof as by {@code PUT /users/me}: a thief of the admin's
 *     session must not vouch for it
 */
record UserUpdate(
        ApiCall call,
        UserModel user,
        Optional<Boolean> isActive,
        Optional<RoleChange> role,
        Optional<Boolean> isEmailVerified,
        Optional<String> awaited,
        ProfileEditor profile) {
    private static final Map<String, String> API_NAMES =
            Map.of(UserModel.FIRST_NAME, "first_name", UserModel.LAST_NAME, "last_name");

    /**
     * Checks a change without making it.
     *
     * @param user a locked user whom the caller may manage
     * @param errors the errors of the request found so far, which are reported together with those of the tenant's
     *     rules
     * @throws ApiProblem 403 for a role above the caller; 400 for invalid fields; 409 for a username or address that is
     *     taken, or for the last user who can manage the realm
     */
    static UserUpdate check(ApiCall call, UserModel user, UserPatch change, FieldErrors errors) {
        Optional<RoleChange> role = change.role()
                .flatMap(name -> RoleChange.role(call, name, errors))
                .map(wanted -> RoleChange.to(wanted, user, call));
        ProfileEditor asked = new ProfileEditor(call, user, change.profile(), UserProfileContext.USER_API);
        FieldErrors taken = new FieldErrors();
        asked.check(errors, taken);
        boolean isOwn = new RecentLogin(call).isOfSelf(user.getId());
        if (isOwn && change.isEmailVerified().isPresent()) {
            errors.add("is_email_verified", "One's own address is proved by the code of the mail");
        }
        if (isOwn && asked.isEmailRemoved()) {
            errors.add("email", "One's own address is removed by PUT /users/me");
        }
        if (change.isEmailVerified().orElse(false) && user.getEmail() == null && !asked.isNewEmailAsked()) {
            errors.add("is_email_verified", "There is no e-mail address");
        }
        DuplicateUser.requireNone(taken, errors);
        role.ifPresent(RoleChange::requirePossible);
        Optional<String> awaited = isOwn ? asked.newEmail() : Optional.empty();
        ProfileEditor profile = awaited.isPresent() ? asked.withoutNewEmail() : asked;
        UserUpdate update =
                new UserUpdate(call, user, change.isActive(), role, change.isEmailVerified(), awaited, profile);
        update.requireAnotherAdmin();
        return update;
    }

    /** Rejects a change after which nobody could log in and manage the realm. */
    private void requireAnotherAdmin() {
        LastAdminGuard guard = new LastAdminGuard(call);
        boolean isDemoted =
                role.isPresent() && guard.role().filter(role.get()::revokes).isPresent();
        boolean hasToProveAddress = isActive.isEmpty()
                && isEmailVerified
                        .map(wanted -> !wanted && call.realm().isVerifyEmail())
                        .orElseGet(() -> new EmailChange(call).isProofNeeded(profile));
        if (isDisabled() || isDemoted || hasToProveAddress) {
            guard.requireAnother(user);
        }
    }

    private boolean isDisabled() {
        return isActive.filter(wanted -> !wanted).isPresent();
    }

    /**
     * Makes the change.
     *
     * @throws ApiProblem 400 for a user of a directory that cannot be written to; 409 for a username or address that
     *     somebody else has just taken
     */
    Applied apply() {
        try {
            role.ifPresent(RoleChange::apply);
            awaited.ifPresent(address -> new EmailChange(call).ask(user, address));
            Map<String, List<String>> changed = new HashMap<>();
            Map<String, String> details = new HashMap<>();
            profile.write((name, model, before) -> {
                List<String> now = model.getAttributeStream(name).toList();
                changed.put(name, now);
                putChange(details, API_NAMES.getOrDefault(name, name), before, now);
            });
            isEmailVerified.ifPresent(wanted -> verify(wanted, details));
            AccountStatus status = new AccountStatus(call);
            AccountStatus.Result switched = isActive.map(wanted -> wanted ? status.enable(user) : status.disable(user))
                    .orElse(AccountStatus.Result.NONE);
            new EmailChange(call).afterEmailChange(user, profile);
            return new Applied(changed, details, switched);
        } catch (ReadOnlyException e) {
            throw ReadOnlyUser.problem();
        }
    }

    /** Marks the address as proved or not. An account that waits for the proof becomes active by it. */
    private void verify(boolean isProved, Map<String, String> details) {
        boolean before = user.isEmailVerified();
        user.setEmailVerified(isProved);
        if (isProved) {
            Activation.settle(user);
        }
        if (before != isProved) {
            putChange(
                    details,
                    "is_email_verified",
                    List.of(Boolean.toString(before)),
                    List.of(Boolean.toString(isProved)));
        }
    }

    /** A change that is made, and that nobody has been informed of yet. */
    final class Applied {
        private final Map<String, List<String>> changed;
        private final Map<String, String> details;
        private final AccountStatus.Result switched;

        private Applied(Map<String, List<String>> changed, Map<String, String> details, AccountStatus.Result switched) {
            this.changed = changed;
            this.details = details;
            this.switched = switched;
        }

        /**
         * Fires the admin events, and ends the sessions of a user who is disabled. This is the last step, because not
         * every listener waits for the commit.
         */
        void publish() {
            AdminEvents events = new AdminEvents(call);
            if (switched.isLockoutEnded()) {
                events.lockoutCleared(user);
            }
            if (switched.isChanged()) {
                putChange(
                        details,
                        "is_active",
                        List.of(Boolean.toString(!user.isEnabled())),
                        List.of(Boolean.toString(user.isEnabled())));
            }
            if (switched.isChanged() || !changed.isEmpty() || !details.isEmpty()) {
                events.user(OperationType.UPDATE, user.getId(), described(), details);
            }
            role.ifPresent(RoleChange::recordEvents);
            if (isDisabled()) {
                new AccountStatus(call).endSessions(user);
            }
        }

        private UserRepresentation described() {
            UserRepresentation event = new UserRepresentation();
            Map<String, List<String>> others = new HashMap<>(changed);
            if (switched.isChanged()) {
                event.setEnabled(user.isEnabled());
            }
            isEmailVerified.ifPresent(event::setEmailVerified);
            event.setId(user.getId());
            event.setUsername(user.getUsername());
            if (others.remove(UserModel.EMAIL) != null) {
                event.setEmail(user.getEmail());
                event.setEmailVerified(user.isEmailVerified());
            }
            if (others.remove(UserModel.FIRST_NAME) != null) {
                event.setFirstName(user.getFirstName());
            }
            if (others.remove(UserModel.LAST_NAME) != null) {
                event.setLastName(user.getLastName());
            }
            others.remove(UserModel.USERNAME);
            if (!others.isEmpty()) {
                event.setAttributes(others);
            }
            return event;
        }
    }

    /**
     * Adds the values before and after, under the names in the details of Keycloak's user events. Those omit empty
     * values, for which a model has null.
     */
    private static void putChange(Map<String, String> details, String name, List<String> before, List<String> now) {
        Map.of(Details.PREF_PREVIOUS + name, before, Details.PREF_UPDATED + name, now)
                .forEach((detail, values) -> {
                    String text = values.stream().filter(Objects::nonNull).collect(Collectors.joining(", "));
                    if (!text.isEmpty()) {
                        details.put(detail, text);
                    }
                });
    }
}
