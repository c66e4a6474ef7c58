package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.activity.LastLogins;
import dev.userservice.hashes.WeakPasswords;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.keycloak.ValidationTexts;
import dev.userservice.users.AccountStatus;
import dev.userservice.users.LastAdminGuard;
import dev.userservice.users.RoleChange;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.time.Instant;
import java.util.ArrayList;
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
     * What a change has made of the user.
     *
     * @param isWeak whether the user has got a password whose hash is weak
     * @param afterwards what clients and listeners are told of, once the whole batch is known to be possible
     */
    record Result(boolean isChanged, boolean isWeak, List<Runnable> afterwards) {}

    /**
     * Makes the change, after all of it has been checked.
     *
     * @throws ApiProblem 400, 403 or 409
     * @throws ReadOnlyException for a user of a directory that cannot be written to; part of the change may have been made
     */
    Result apply() {
        UserProfile profile = profile();
        Optional<RoleChange> role = candidate.role().map(wanted -> RoleChange.to(wanted, user, call));
        role.ifPresent(RoleChange::requirePossible);
        List<GroupModel> missing = candidate.groups().stream()
                .filter(group -> !user.isMemberOf(group))
                .toList();
        requireAnotherAdmin(role);
        requireProof(role, missing);
        boolean isDisabled = isDenied(candidate.isActive()) && user.isEnabled();
        boolean isChanged = applyProfile(profile);
        isChanged |= applyRole(role);
        isChanged |= applyStatus();
        boolean isAdded = addCredentials();
        isChanged |= isAdded;
        missing.forEach(user::joinGroup);
        isChanged |= !missing.isEmpty();
        isChanged |= applyTimes();
        List<Runnable> afterwards = new ArrayList<>();
        role.ifPresent(change -> afterwards.add(change::recordEvents));
        if (isDisabled) {
            afterwards.add(() -> new AccountStatus(call).endSessions(user));
        }
        return new Result(isChanged, isAdded && noteIfWeak(), afterwards);
    }

    /**
     * Rejects a line that would give something to whoever has registered an address without proving it: the account may be
     * a stranger's, with a password of theirs.
     */
    private void requireProof(Optional<RoleChange> role, List<GroupModel> missing) {
        boolean isUnproved = user.getEmail() != null && !user.isEmailVerified();
        boolean isGiven = candidate.isEmailVerified().orElse(false)
                || role.filter(RoleChange::isAny).isPresent()
                || !missing.isEmpty();
        if (isUnproved && isGiven) {
            throw ApiProblem.invalid(
                    "email", "Nobody has proved this address here: the account may be somebody else's");
        }
        if (!missing.isEmpty() && call.caller().isSelf(user.getId())) {
            throw ApiProblem.invalid("groups", "Nobody joins a group by an import of their own");
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

    /** Adds the line's credentials to a user who has none at all: who has removed one did not want it any more. */
    private boolean addCredentials() {
        if (user.credentialManager().getStoredCredentialsStream().findAny().isPresent()) {
            return false;
        }
        List<CredentialModel> credentials = NewUserRows.credentials(candidate);
        credentials.forEach(user.credentialManager()::createStoredCredential);
        return !credentials.isEmpty();
    }

    private boolean noteIfWeak() {
        if (candidate.hasWeakPassword()) {
            new WeakPasswords(call.session()).note(call.realm().getId(), user.getId());
        }
        return candidate.hasWeakPassword();
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
