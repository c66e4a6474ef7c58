package dev.userservice.activation;

import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
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
 * Sets a new password by a code that was mailed to the account's address: to reset a forgotten password, or to take
 * over an account that somebody else has registered with the address. The code proves nothing else: a disabled account
 * stays disabled, and the next login asks for a second factor like every other login.
 */
public record PasswordByMail(KeycloakSession session) {
    /** Whether the realm allows new passwords by mail at all (Keycloak's own switch). */
    public static boolean isAllowed(RealmModel realm) {
        return realm.isResetPasswordAllowed();
    }

    /** Whether this user can redeem a code. Who was invited chooses the first password by the invitation alone. */
    public static boolean isPossible(RealmModel realm, UserModel user) {
        return isAllowed(realm)
                && user.isEnabled()
                && user.getEmail() != null
                && user.getServiceAccountClientLink() == null
                && !Invited.hasNoPassword(user);
    }

    /** Whether a code for a new password could be redeemed now. */
    public boolean isGood(String code) {
        return new OneTimeCodes(session)
                .owner(code, CodePurpose.PASSWORD_RESET, this::mayRedeem)
                .isPresent();
    }

    /**
     * The result of giving back a code.
     *
     * @param isDone whether the user has the new password
     * @param complaints the faults of the password; if the user has no new password and this is empty, the code is
     *     invalid
     */
    public record Outcome(boolean isDone, List<String> complaints) {
        private static final Outcome DONE = new Outcome(true, List.of());
        private static final Outcome INVALID_CODE = new Outcome(false, List.of());
    }

    /**
     * Redeems a code for a new password. At most one of any number of calls succeeds. All sessions of the user end,
     * online and offline, all their other codes become void, and their address is verified, which makes an account that
     * awaits activation active. If this is the {@linkplain FirstProof first proof} of the address, other ways into the
     * account are removed. A password that the tenant's rules refuse leaves everything unchanged, including the code.
     *
     * @param purpose what the code was sent for: the recipient of an activation mail has also proved to own the
     *     address, and need not know the password that somebody has registered with
     * @param locale the language of the complaints
     * @param client the client that the events name; empty for none
     */
    public Outcome redeem(
            String code, CodePurpose purpose, String password, Locale locale, Optional<ClientModel> client) {
        OneTimeCodes codes = new OneTimeCodes(session);
        Function<EventType, EventBuilder> events = type -> event(type, client);
        PasswordRules rules = new PasswordRules(session, session.getContext().getRealm(), locale);
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
        codes.voidAll(redeemed.get());
        return replace(redeemed.get(), rules, password, events);
    }

    private Outcome replace(
            UserModel user, PasswordRules rules, String password, Function<EventType, EventBuilder> events) {
        RealmModel realm = session.getContext().getRealm();
        boolean isActivated = Activation.isPending(realm, user);
        boolean isProof = !user.isEmailVerified();
        if (FirstProof.isDue(user)) {
            new FirstProof(session, realm, user, events).clear();
        }
        Activation.proveAddress(user);
        endLockout(realm, user);
        // This also invalidates what a session in progress elsewhere may still obtain by an earlier token.
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
        // The password is replaced near the end, because a user directory stores it at once, even if this transaction
        // is rolled back.
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
        // The sessions are ended last of all, because clients are notified of it at once.
        new UserSessions(session, realm)
                .endOthers(user, null, () -> events.apply(EventType.LOGOUT).user(user));
        return Outcome.DONE;
    }

    /**
     * Whether the user may redeem a code that was sent to the given address. A code proves the possession of that
     * address, and the account may have another one by now.
     */
    private boolean mayRedeem(UserModel user, String sentTo) {
        return isPossible(session.getContext().getRealm(), user) && LowerCase.same(user.getEmail(), sentTo);
    }

    /**
     * Ends the lockout of the user, as Keycloak's own flow does. It does not do so for a user with a second factor: a
     * mail must not clear the failures of guesses of that factor.
     */
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
