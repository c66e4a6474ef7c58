package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.activity.LastLogins;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.keycloak.ValidationTexts;
import dev.userservice.users.AccountStatus;
import dev.userservice.users.LastAdminGuard;
import dev.userservice.users.RoleChange;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.ValidationException;

/**
 * Brings a user who is here already to what a line says. Passwords and second factors that the user has stay: the user
 * may have changed them since, and the line is older.
 */
record UserReconciliation(ApiCall call, Candidate candidate, UserModel user) {
    /** What a line and its user have in common, or it would be a line of another user. */
    private static final Set<String> NAMES = Set.of(UserModel.USERNAME, UserModel.EMAIL);

    /**
     * Locks the user whom a line means.
     *
     * @throws ApiProblem 404 if the user has been removed meanwhile; 403 if the caller may not change this user
     */
    static UserReconciliation of(ApiCall call, Candidate candidate, String userId) {
        UserModel user = Optional.ofNullable(call.session().users().getUserById(call.realm(), userId))
                .flatMap(found -> LockedUser.of(call.session(), call.realm(), found))
                .orElseThrow(() -> ApiProblem.notFound("User not found"));
        call.caller().users().requireManage(user);
        new EscalationGuard(call).requireNotMorePrivileged(user);
        return new UserReconciliation(call, candidate, user);
    }

    /**
     * Makes the change, after all of it has been checked.
     *
     * @return whether anything has changed
     * @throws ApiProblem 400, 403 or 409
     */
    boolean apply() {
        UserProfile profile = profile();
        Optional<RoleChange> role = candidate.role().map(wanted -> RoleChange.to(wanted, user, call));
        role.ifPresent(RoleChange::requirePossible);
        requireAnotherAdmin(role);
        try {
            boolean isChanged = applyProfile(profile);
            isChanged |= applyRole(role);
            isChanged |= applyStatus();
            isChanged |= addCredentials();
            isChanged |= joinGroups();
            isChanged |= applyTimes();
            return isChanged;
        } catch (ReadOnlyException e) {
            throw ReadOnlyUser.problem();
        }
    }

    private UserProfile profile() {
        Map<String, List<String>> merged = new HashMap<>();
        user.getAttributes()
                .forEach((name, values) -> merged.put(
                        name, values.stream().filter(Objects::nonNull).toList()));
        merged.putAll(candidate.attributes());
        UserProfile profile =
                call.session().getProvider(UserProfileProvider.class).create(UserProfileContext.USER_API, merged, user);
        FieldErrors errors = new FieldErrors();
        try {
            profile.validate();
        } catch (ValidationException e) {
            new ValidationTexts(call.session(), call.realm()).addTo(errors, errors, e, candidate::field);
        }
        candidate.attributes().forEach((name, values) -> {
            boolean isNew = !user.getAttributeStream(name).toList().equals(values);
            if (isNew && !NAMES.contains(name) && profile.getAttributes().isReadOnly(name)) {
                errors.addUnlessKnown(candidate.field(name), "This tenant does not let this be changed here");
            }
        });
        errors.throwIfAny();
        return profile;
    }

    private void requireAnotherAdmin(Optional<RoleChange> role) {
        LastAdminGuard guard = new LastAdminGuard(call);
        boolean isDemoted =
                role.isPresent() && guard.role().filter(role.get()::revokes).isPresent();
        boolean isUnproved = call.realm().isVerifyEmail() && isDenied(candidate.isEmailVerified());
        if (isDemoted || isUnproved || isDenied(candidate.isActive())) {
            guard.requireAnother(user);
        }
    }

    private static boolean isDenied(Optional<Boolean> flag) {
        return flag.filter(wanted -> !wanted).isPresent();
    }

    private static boolean applyProfile(UserProfile profile) {
        AtomicBoolean isChanged = new AtomicBoolean();
        profile.update(false, (name, model, before) -> isChanged.set(true));
        return isChanged.get();
    }

    private boolean applyRole(Optional<RoleChange> role) {
        role.ifPresent(RoleChange::apply);
        return role.filter(RoleChange::isAny).isPresent();
    }

    private boolean applyStatus() {
        AccountStatus status = new AccountStatus(call);
        boolean isSwitched = candidate
                .isActive()
                .filter(wanted -> wanted != user.isEnabled())
                .isPresent();
        if (isSwitched && candidate.isActive().get()) {
            status.enable(user);
        } else if (isSwitched) {
            status.disable(user);
            status.endSessions(user);
        }
        boolean isProofNew = candidate
                        .isEmailVerified()
                        .filter(wanted -> wanted != user.isEmailVerified())
                        .isPresent()
                && user.getEmail() != null;
        if (isProofNew) {
            user.setEmailVerified(candidate.isEmailVerified().get());
        }
        return isSwitched || isProofNew;
    }

    private boolean addCredentials() {
        boolean isAdded = false;
        for (CredentialModel credential : NewUserRows.credentials(candidate)) {
            if (!user.credentialManager().isConfiguredFor(credential.getType())) {
                user.credentialManager().createStoredCredential(credential);
                isAdded = true;
            }
        }
        return isAdded;
    }

    private boolean joinGroups() {
        List<GroupModel> missing = candidate.groups().stream()
                .filter(group -> !user.isMemberOf(group))
                .toList();
        missing.forEach(user::joinGroup);
        return !missing.isEmpty();
    }

    private boolean applyTimes() {
        Optional<Long> created = candidate
                .createdAt()
                .map(Instant::toEpochMilli)
                .filter(time -> !time.equals(user.getCreatedTimestamp()));
        created.ifPresent(user::setCreatedTimestamp);
        Optional<Instant> login = candidate
                .lastLogin()
                .filter(time -> LastLogins.of(call.session(), user.getId())
                        .filter(known -> !known.isBefore(time))
                        .isEmpty());
        login.ifPresent(time -> LastLogins.record(call.session(), call.realm().getId(), user.getId(), time));
        return created.isPresent() || login.isPresent();
    }
}
