package dev.userservice.activation;

import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.OneTimeCodes.Purpose;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.password.PasswordRules;
import dev.userservice.web.LowerCase;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * A new password by a code that was mailed to the account's address: to reset a password that is forgotten, or to take over an account
 * that somebody else has registered with the address. It proves nothing else: a disabled account stays disabled, and a second factor
 * is asked for in the next login as in every other.
 */
public final class PasswordByMail {
    private final KeycloakSession session;

    public PasswordByMail(KeycloakSession session) {
        this.session = session;
    }

    /** Does the realm let people choose a new password by a mail at all (Keycloak's own switch)? */
    public static boolean isAllowed(RealmModel realm) {
        return realm.isResetPasswordAllowed();
    }

    /** Is this a user for whom a code is of any use? */
    public static boolean isPossible(RealmModel realm, UserModel user) {
        return isAllowed(realm)
                && user.isEnabled()
                && user.getEmail() != null
                && user.getServiceAccountClientLink() == null;
    }

    /** Could a code for a new password be redeemed now? */
    public boolean isGood(String code) {
        return new OneTimeCodes(session)
                .owner(code, Purpose.PASSWORD_RESET, this::mayRedeem)
                .isPresent();
    }

    /**
     * What giving a code back came to.
     *
     * @param isDone whether the user has the new password
     * @param complaints what is wrong with the password; if it is not done and there are none, it is the code
     */
    public record Outcome(boolean isDone, List<String> complaints) {
        private static final Outcome DONE = new Outcome(true, List.of());
        private static final Outcome INVALID_CODE = new Outcome(false, List.of());
    }

    /**
     * Redeems a code for a new password: at most one of any number of calls succeeds. All sessions of the user end, online and
     * offline, all other codes of theirs are void, and their address is verified, by which an account that awaits activation becomes
     * active. If that is the {@linkplain FirstProof first proof} of the address, other ways into the account go. A password that the
     * tenant's rules refuse leaves everything as it was, the code too.
     *
     * @param purpose what the code was sent for: who gets the mail of an activation has proved whose the address is, too, and need not
     *     know the password that somebody has registered with
     * @param locale in which language is said what is wrong with the password
     * @param client whom the events name; empty for none
     */
    public Outcome redeem(String code, Purpose purpose, String password, Locale locale, Optional<ClientModel> client) {
        OneTimeCodes codes = new OneTimeCodes(session);
        RealmModel realm = session.getContext().getRealm();
        Function<EventType, EventBuilder> events = type -> event(type, client);
        PasswordRules rules = new PasswordRules(session, realm, locale);
        Optional<UserModel> owner = codes.owner(code, purpose, this::mayRedeem);
        List<String> complaints =
                owner.map(user -> rules.complaints(user, password)).orElse(List.of());
        if (!complaints.isEmpty()) {
            events.apply(EventType.RESET_PASSWORD).user(owner.get()).error(Errors.PASSWORD_REJECTED);
            return new Outcome(false, complaints);
        }
        Optional<UserModel> redeemed = owner.flatMap(known -> codes.redeem(code, purpose, this::mayRedeem));
        if (redeemed.isEmpty()) {
            events.apply(EventType.RESET_PASSWORD).error(Errors.INVALID_CODE);
            return Outcome.INVALID_CODE;
        }
        UserModel user = redeemed.get();
        boolean isActivated = Activation.isPending(realm, user);
        boolean isProof = !user.isEmailVerified();
        if (FirstProof.isDue(user)) {
            new FirstProof(session, realm, user, events).clear();
        }
        Activation.proveAddress(user);
        codes.voidAll(user);
        endLockout(realm, user);
        // Also what a session under way elsewhere may still get by a token from before.
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
        // Near the end: a directory takes it at once, whatever becomes of this transaction.
        Optional<String> refusal = rules.replace(user, password);
        if (refusal.isPresent()) {
            session.getTransactionManager().setRollbackOnly();
            events.apply(EventType.RESET_PASSWORD).user(user).error(Errors.PASSWORD_REJECTED);
            return new Outcome(false, List.of(refusal.get()));
        }
        if (isActivated || isProof) {
            events.apply(EventType.VERIFY_EMAIL)
                    .user(user)
                    .detail(Details.EMAIL, user.getEmail())
                    .detail(Activation.ACTIVATED, Boolean.toString(isActivated))
                    .success();
        }
        Stream.concat(Stream.of(EventType.RESET_PASSWORD), AccountEvents.PASSWORD_UPDATED.stream())
                .forEach(type -> events.apply(type)
                        .user(user)
                        .detail(Details.CREDENTIAL_TYPE, PasswordCredentialModel.TYPE)
                        .success());
        // Last of all: clients are told of it at once.
        new UserSessions(session, realm)
                .endOthers(user, null, () -> events.apply(EventType.LOGOUT).user(user));
        return Outcome.DONE;
    }

    /** A code proves the possession of the address that it was sent to; the account may have another one by now. */
    private boolean mayRedeem(UserModel user, String sentTo) {
        return isPossible(session.getContext().getRealm(), user) && LowerCase.same(user.getEmail(), sentTo);
    }

    /** As in Keycloak's own flow; but not of who has a second factor: a mail must not clear what guesses of it have come to. */
    private void endLockout(RealmModel realm, UserModel user) {
        if (realm.isBruteForceProtected() && !user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE)) {
            session.loginFailures().removeUserLoginFailure(realm, user.getId());
        }
    }

    private EventBuilder event(EventType type, Optional<ClientModel> client) {
        EventBuilder event = AccountEvents.of(session, type);
        client.ifPresent(event::client);
        return event;
    }
}
