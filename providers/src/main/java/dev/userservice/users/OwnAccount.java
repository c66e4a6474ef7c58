package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Caller;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.password.PasswordCheck;
import dev.userservice.password.PasswordRules;
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
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.userprofile.EventAuditingAttributeChangeListener;
import org.keycloak.userprofile.UserProfileContext;

/** What people do to their own account, as in Keycloak's account console. */
public final class OwnAccount {
    private static final String CURRENT = "current_password";
    private static final String REPLACEMENT = "new_password";

    private final ApiCall call;
    private final KeycloakSession session;
    private final RealmModel realm;

    public OwnAccount(ApiCall call) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
    }

    /**
     * Changes the caller's own profile, as far as the tenant's user profile lets people.
     *
     * @param errors what is wrong with the request already: it is answered together with what the tenant's rules say
     * @return the user as it is now
     * @throws ApiProblem 400 for invalid fields, 409 for what is taken, and for a new address of the last one who could manage
     *     the realm, if it has to be proved first; 429 for one address soon after another; 401 for one who was disabled or deleted meanwhile
     */
    public UserModel update(AttributeChanges change, FieldErrors errors) {
        UserModel user = call.caller().lockSelf();
        ProfileEditor profile = new ProfileEditor(call, user, change, UserProfileContext.ACCOUNT);
        FieldErrors taken = new FieldErrors();
        profile.check(errors, taken);
        DuplicateUser.requireNone(taken, errors);
        if (new EmailChange(call).isProofNeeded(profile)) {
            new LastAdminGuard(call).requireAnother(user);
        }
        if (profile.isNewEmailAsked()) {
            new EmailChange(call).requireCooledDown(user);
        }
        EventBuilder event = event(EventType.UPDATE_PROFILE).detail(Details.CONTEXT, UserProfileContext.ACCOUNT.name());
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
     * Replaces the caller's own password, and ends all their sessions but the one that they call by.
     *
     * @throws ApiProblem 400 for a current password that is not right, or cannot be asked for at the moment, which counts as a
     *     failed login; 400 for a new one that the tenant's policy refuses; 401 for one who was disabled or deleted meanwhile
     */
    public void changePassword(String current, String replacement) {
        UserModel known = call.caller().user();
        PasswordRules rules = new PasswordRules(session, realm);
        // First what can be said for nothing: each look at a current password costs a hash.
        List<String> obvious = rules.complaints(known.getUsername(), known.getEmail(), replacement);
        if (!obvious.isEmpty()) {
            throw refused(obvious);
        }
        // Before the lock: the hash of a password takes long.
        List<Long> checked = passwordDates(known);
        Optional<String> refused = new PasswordCheck(call).refusal(known, current);
        if (refused.isPresent()) {
            passwordEvents().forEach(event -> event.error(refused.get()));
            throw notCurrent().remembered();
        }
        UserModel user = call.caller().lockSelf();
        if (!passwordDates(user).equals(checked)) {
            // Somebody else was quicker, and has perhaps ended this very session by it.
            throw notCurrent();
        }
        List<String> complaints = rules.complaints(user, replacement);
        if (complaints.isEmpty()) {
            complaints = rules.replace(user, replacement).stream().toList();
        }
        if (!complaints.isEmpty()) {
            throw refused(complaints);
        }
        passwordEvents().forEach(EventBuilder::success);
        endOtherSessions(user);
    }

    private ApiProblem refused(List<String> complaints) {
        passwordEvents().forEach(event -> event.error(Errors.PASSWORD_REJECTED));
        return ApiProblem.invalid(Map.of(REPLACEMENT, complaints));
    }

    private static ApiProblem notCurrent() {
        return ApiProblem.invalid(CURRENT, "This is not the current password");
    }

    /** When the password was set; a new hash of the same one has the same date. */
    private static List<Long> passwordDates(UserModel user) {
        return user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .map(CredentialModel::getCreatedDate)
                .toList();
    }

    /** The event, and the one of the name that it had before: Keycloak makes both. */
    private Stream<EventBuilder> passwordEvents() {
        return AccountEvents.PASSWORD_UPDATED.stream()
                .map(type -> event(type).detail(Details.CREDENTIAL_TYPE, PasswordCredentialModel.TYPE));
    }

    private void endOtherSessions(UserModel user) {
        Caller caller = call.caller();
        UserSessionModel own = caller.token().getSessionId() == null ? null : caller.requireSession();
        // The events' client is the one that asks: a session may have several of its own.
        new UserSessions(session, realm).endOthers(user, own, () -> event(EventType.LOGOUT));
    }

    private EventBuilder event(EventType type) {
        return call.caller().event(type);
    }
}
