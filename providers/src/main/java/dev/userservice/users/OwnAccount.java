package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.password.PasswordCheck;
import dev.userservice.password.PasswordRules;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.userprofile.EventAuditingAttributeChangeListener;
import org.keycloak.userprofile.UserProfileContext;

/** The changes that users make to their own account, as in Keycloak's account console. */
record OwnAccount(ApiCall call) {
    private static final String CURRENT = "current_password";
    private static final String REPLACEMENT = "new_password";

    /**
     * Changes the caller's own profile, as far as the tenant's user profile permits. A new address does not take effect
     * before it is proved.
     *
     * @param errors the errors of the request found so far, which are reported together with those of the tenant's
     *     rules
     * @param mayChangeEmail whether the caller has shown what a new address needs, see {@link RecentLogin}
     * @return the user after the change
     * @throws ApiProblem 400 for invalid fields; 409 for a username or address that is taken; 429 for another new
     *     address too soon after the last one; 401 for a user who was disabled or deleted meanwhile
     */
    public UserModel update(AttributeChanges change, FieldErrors errors, boolean mayChangeEmail) {
        UserModel user = call.caller().ownAccount().lock();
        ProfileEditor asked = new ProfileEditor(call, user, change, UserProfileContext.ACCOUNT);
        if (asked.isOtherEmailAsked() && !mayChangeEmail) {
            // The address was changed since the caller was asked for a recent login, or not asked.
            throw new RecentLogin(call).challenge();
        }
        FieldErrors taken = new FieldErrors();
        asked.check(errors, taken);
        DuplicateUser.requireNone(taken, errors);
        Optional<String> newEmail = asked.newEmail();
        ProfileEditor profile = newEmail.isPresent() ? asked.withoutNewEmail() : asked;
        newEmail.ifPresent(address -> new EmailChange(call).ask(user, address));
        if (asked.isEmailRemoved()) {
            new EmailChange(call).guard(user);
        }
        EventBuilder event = call.caller()
                .event(EventType.UPDATE_PROFILE)
                .detail(Details.CONTEXT, UserProfileContext.ACCOUNT.name());
        EventAuditingAttributeChangeListener audit = new EventAuditingAttributeChangeListener(profile.profile(), event);
        AtomicBoolean isChanged = new AtomicBoolean();
        profile.write((name, model, before) -> {
            isChanged.set(true);
            audit.onChange(name, model, before);
        });
        new EmailChange(call).afterEmailChange(user, profile);
        if (isChanged.get()) {
            event.success();
        }
        return user;
    }

    /**
     * Changes the caller's own password, and ends all their sessions except the one of the call.
     *
     * @param current the current password, and a one-time code if the caller gives one
     * @throws ApiProblem 400 for a current password that is wrong, or cannot be checked at the moment, which counts as
     *     a failed login; 400 for a new password that the tenant's policy rejects; 401 for a user who was disabled or
     *     deleted meanwhile
     */
    public void changePassword(LoginProof current, String replacement) {
        UserModel known = call.caller().user();
        PasswordRules rules = new PasswordRules(call.session(), call.realm());
        // The rules that cost nothing are checked first, because each check of the current password costs a hash.
        List<String> obvious = rules.complaints(known.getUsername(), known.getEmail(), replacement);
        if (!obvious.isEmpty()) {
            throw refused(obvious);
        }
        // The password is checked before the lock, because the hash takes long.
        List<Long> checked = passwordDates(known);
        Optional<String> refused = new PasswordCheck(call)
                .refusalBeforeChange(known, current.currentPassword())
                .or(() -> new RecentLogin(call).refusalOfCode(current.totp()));
        if (refused.isPresent()) {
            passwordEvents().forEach(event -> event.error(refused.get()));
            throw current.wrong();
        }
        UserModel user = call.caller().ownAccount().lock();
        if (!passwordDates(user).equals(checked)) {
            // A concurrent call was faster, and may have ended this very session.
            throw ApiProblem.invalid(CURRENT, "This is not the current password");
        }
        List<String> complaints = rules.complaints(user, replacement);
        if (complaints.isEmpty()) {
            complaints = rules.replace(user, replacement).stream().toList();
        }
        if (!complaints.isEmpty()) {
            throw refused(complaints);
        }
        passwordEvents().forEach(EventBuilder::success);
        new AccountStatus(call).endOtherSessions(user);
    }

    private ApiProblem refused(List<String> complaints) {
        passwordEvents().forEach(event -> event.error(Errors.PASSWORD_REJECTED));
        return ApiProblem.invalid(Map.of(REPLACEMENT, complaints));
    }

    /** Returns when the password was set; a new hash of the same password has the same date. */
    private static List<Long> passwordDates(UserModel user) {
        return user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .map(CredentialModel::getCreatedDate)
                .toList();
    }

    /** Returns the event and the one with its former name, because Keycloak fires both. */
    private Stream<EventBuilder> passwordEvents() {
        return AccountEvents.PASSWORD_UPDATED.stream()
                .map(type -> call.caller().event(type).detail(Details.CREDENTIAL_TYPE, PasswordCredentialModel.TYPE));
    }
}
