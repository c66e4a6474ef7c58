package dev.userservice.invitations;

import dev.userservice.activation.Activation;
import dev.userservice.activation.Invited;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.password.PasswordRules;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * The acceptance of an invitation: the person chooses a password, which makes the account active and proves its address,
 * since the code was mailed there.
 *
 * @param client the client that the events name; empty for none
 */
record Acceptance(KeycloakSession session, Settings settings, Optional<ClientModel> client) {
    /**
     * The result of giving back a code.
     *
     * @param user the user who has accepted; empty if nobody has
     * @param complaints the faults of the password; if nobody has accepted and this is empty, the code is invalid
     */
    record Outcome(Optional<UserModel> user, List<String> complaints) {}

    /** Whether a code of this user could be redeemed now. */
    boolean isGood(String code, UserModel user) {
        return new OneTimeCodes(session)
                .owner(code, CodePurpose.INVITATION, this::mayRedeem)
                .filter(user::equals)
                .isPresent();
    }

    /**
     * Redeems a code for a password. At most one of any number of calls succeeds, on any node. A password that the tenant's
     * rules refuse leaves everything unchanged, including the code.
     *
     * @param locale the language of the complaints
     */
    Outcome redeem(String code, String password, Locale locale) {
        OneTimeCodes codes = new OneTimeCodes(session);
        PasswordRules rules = new PasswordRules(session, realm(), locale);
        Optional<UserModel> owner = codes.owner(code, CodePurpose.INVITATION, this::mayRedeem);
        List<String> complaints =
                owner.map(user -> rules.complaints(user, password)).orElse(List.of());
        if (!complaints.isEmpty()) {
            event(EventType.VERIFY_EMAIL).user(owner.get()).error(Errors.PASSWORD_REJECTED);
            return new Outcome(Optional.empty(), complaints);
        }
        Optional<UserModel> redeemed =
                owner.flatMap(known -> codes.redeem(code, CodePurpose.INVITATION, this::mayRedeem));
        if (redeemed.isEmpty()) {
            event(EventType.VERIFY_EMAIL).error(Errors.INVALID_CODE);
            return new Outcome(Optional.empty(), List.of());
        }
        codes.voidAll(redeemed.get());
        return accept(redeemed.get(), rules, password);
    }

    private Outcome accept(UserModel user, PasswordRules rules, String password) {
        Invited.settle(user);
        new Invitations(session, settings).accepted(realm(), user);
        // The password is set near the end, because a user directory stores it at once, even if this transaction is
        // rolled
        // back.
        Optional<String> refusal = rules.replace(user, password);
        if (refusal.isPresent()) {
            session.getTransactionManager().setRollbackOnly();
            event(EventType.VERIFY_EMAIL).user(user).error(Errors.PASSWORD_REJECTED);
            return new Outcome(Optional.empty(), List.of(refusal.get()));
        }
        event(EventType.VERIFY_EMAIL)
                .user(user)
                .detail(Details.EMAIL, user.getEmail())
                .detail(Activation.ACTIVATED, "true")
                .detail(Invited.ACCEPTED, "true")
                .success();
        AccountEvents.PASSWORD_UPDATED.forEach(type -> event(type)
                .user(user)
                .detail(Details.CREDENTIAL_TYPE, PasswordCredentialModel.TYPE)
                .success());
        return new Outcome(Optional.of(user), List.of());
    }

    /** Whether the user may redeem a code that was sent to the given address. */
    private boolean mayRedeem(UserModel user, String sentTo) {
        return user.isEnabled() && Invited.is(user) && LowerCase.same(user.getEmail(), sentTo);
    }

    private RealmModel realm() {
        return session.getContext().getRealm();
    }

    private EventBuilder event(EventType type) {
        EventBuilder event = AccountEvents.of(session, type);
        client.ifPresent(event::client);
        return event;
    }
}
