package dev.userservice.activation;

import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeRequestResult;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.UserDirectory;
import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;

/** The mailed codes by which users prove their addresses: when one is sent, and what it does when it comes back. */
public record ActivationCodes(KeycloakSession session, Settings settings) {
    /**
     * Makes a new user's account inactive, and queues the mail with the code. Does nothing if the realm does not
     * require activation, or if the user has no email address because the realm's user profile does not require one.
     */
    public void start(UserModel user, MailContext origin) {
        start(ActivationMails.ACTIVATION, user, origin);
        recordIfPending(user);
    }

    /** Does the same for a user whom an admin has created; the mail says so. */
    public void invite(UserModel user, MailContext origin) {
        start(ActivationMails.INVITATION, user, origin);
        recordIfPending(user);
    }

    /** Does the same for a user who was imported: such an account is kept however long its activation is pending. */
    public void inviteImported(UserModel user, MailContext origin) {
        start(ActivationMails.INVITATION, user, origin);
    }

    private void recordIfPending(UserModel user) {
        if (Activation.hasAction(user)) {
            new PendingAccounts(session).record(realm(), user);
        }
    }

    private void start(String kind, UserModel user, MailContext origin) {
        RealmModel realm = session.getContext().getRealm();
        RequiredActionProviderModel action = realm.getRequiredActionProviderByAlias(Activation.REQUIRED_ACTION);
        if (action == null) {
            // Keycloak would ignore an action that it does not know, and let every user in.
            throw new IllegalStateException(
                    "The required action " + Activation.REQUIRED_ACTION + " is not registered in the realm "
                            + realm.getName() + ": register it under Authentication, Required actions");
        }
        if (Activation.isDemanded(realm, action) && user.getEmail() != null && !Activation.isProved(user)) {
            user.addRequiredAction(Activation.REQUIRED_ACTION);
            send(kind, user, origin, OneTimeCodes::askFirst);
        }
    }

    /**
     * Queues a new mail for a user who awaits activation. The codes of earlier mails stay valid.
     *
     * @return empty if the mail was queued; otherwise roughly how long to wait
     */
    public Optional<Duration> send(UserModel user, MailContext origin) {
        return send(ActivationMails.ACTIVATION, user, origin, OneTimeCodes::ask);
    }

    private interface Question {
        CodeRequestResult ask(OneTimeCodes codes, UserModel user, CodePurpose purpose, CodePolicy times);
    }

    private Optional<Duration> send(String kind, UserModel user, MailContext origin, Question question) {
        CodePolicy times = CodePolicy.of(CodePurpose.ACTIVATION, realm(), settings);
        if (!Activation.isWanted(realm(), user)) {
            return Optional.of(times.coolDown());
        }
        CodeRequestResult asked = question.ask(new OneTimeCodes(session), user, CodePurpose.ACTIVATION, times);
        asked.request().ifPresent(request -> new Outbox(session).add(kind, user, request, origin));
        return asked.request().isPresent() ? Optional.empty() : Optional.of(asked.timeLeft());
    }

    /**
     * Queues a new mail for an account whose address has changed before it was proved. The codes that were sent to the
     * old address must already be void. In a realm that verifies addresses in Keycloak's own way, the account is
     * inactive now, so its user needs a code too.
     */
    public void afterEmailChange(UserModel user, MailContext origin) {
        if (Activation.hasAction(user)) {
            send(user, origin);
        } else if (Activation.isWanted(realm(), user) && isKnown()) {
            start(ActivationMails.ACTIVATION, user, origin);
        }
    }

    /** Returns how long a user has to wait between two requested mails. */
    public Duration coolDown() {
        return Duration.ofSeconds(settings.of(realm(), Settings.RESEND_COOL_DOWN));
    }

    /** Whether the required action is registered in the realm. */
    public boolean isKnown() {
        return realm().getRequiredActionProviderByAlias(Activation.REQUIRED_ACTION) != null;
    }

    private RealmModel realm() {
        return session.getContext().getRealm();
    }

    /**
     * Queues a new mail unless there is a valid code for the user's current address, or a mail that will bring one. A
     * code that was sent to another address is of no use, so its cool-down does not apply.
     */
    public void sendIfNone(UserModel user, MailContext origin) {
        OneTimeCodes codes = new OneTimeCodes(session);
        if (!codes.isAsked(user, CodePurpose.ACTIVATION)) {
            codes.drop(user, CodePurpose.ACTIVATION);
            send(user, origin);
        }
    }

    /**
     * Queues a new mail for the account that an identifier belongs to, if the account awaits activation. The account is
     * looked up after the response was sent, so that neither the response nor its time reveals anything about it.
     */
    public void sendTo(Identifier identifier, MailContext origin) {
        new Outbox(session).add(ActivationMails.RESEND, identifier, origin);
    }

    /** Does the later part of {@link #sendTo}. The outbox calls it in a session of its own. */
    public void resend(DeliveryAttempt attempt) {
        RealmModel realm = session.realms().getRealm(attempt.realmId());
        if (realm == null) {
            return;
        }
        session.getContext().setRealm(realm);
        Identifier.of(attempt.identifier())
                .find(session, realm)
                .map(UserDirectory::requireAvailable)
                .filter(user -> Activation.isWanted(realm, user))
                .filter(user -> send(user, attempt.origin()).isEmpty())
                .ifPresent(user -> reportResend(realm, user, attempt.origin()));
    }

    private void reportResend(RealmModel realm, UserModel user, MailContext origin) {
        new EventBuilder(realm, session)
                .event(EventType.SEND_VERIFY_EMAIL)
                .user(user)
                .ipAddress(origin.ipAddress())
                .detail(Details.EMAIL, user.getEmail())
                .detail(MailContext.USER_AGENT, origin.userAgent())
                .success();
    }

    /**
     * Redeems a code: the account is active then, and its email address verified. At most one of any number of calls
     * succeeds.
     *
     * @return the user; empty for a code that is unknown, used, expired or void, or of an account that is disabled or
     *     no longer awaits activation
     */
    public Optional<UserModel> redeem(String code) {
        return redeem(code, anybody -> true);
    }

    /** Redeems a code that must belong to the given user. */
    public boolean redeem(String code, UserModel owner) {
        return redeem(code, owner::equals).isPresent();
    }

    private Optional<UserModel> redeem(String code, Predicate<UserModel> isOwner) {
        Optional<UserModel> user = new OneTimeCodes(session).redeem(code, CodePurpose.ACTIVATION, mayRedeem(isOwner));
        user.ifPresent(Activation::proveAddress);
        return user;
    }

    /** Whether this user could redeem this code now. */
    boolean isGood(String code, UserModel owner) {
        return new OneTimeCodes(session)
                .owner(code, CodePurpose.ACTIVATION, mayRedeem(owner::equals))
                .isPresent();
    }

    /**
     * Returns the condition for redeeming a code. A code proves the possession of the address that it was sent to, and
     * the account may have another address by now.
     */
    private BiPredicate<UserModel, String> mayRedeem(Predicate<UserModel> isOwner) {
        return (user, sentTo) ->
                isOwner.test(user) && Activation.isWanted(realm(), user) && LowerCase.same(user.getEmail(), sentTo);
    }
}
