package dev.userservice.activation;

import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.OneTimeCodes.Purpose;
import dev.userservice.codes.OneTimeCodes.RequestResult;
import dev.userservice.keycloak.Identifier;
import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.metrics.TenantFigures;
import dev.userservice.settings.Settings;
import dev.userservice.users.LastAdminGuard;
import dev.userservice.users.UserConditions;
import dev.userservice.users.UserPage;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * The proof that an account's email address belongs to its user. A required action stays on the user until they give
 * back a code that was mailed to the address. A user whose address is proved in another way, by Keycloak's own mail, a
 * broker, an admin or an import, need not prove it again: the account is active, and the next login removes the action.
 */
public final class Activation {
    /** The required action of a user who awaits activation. */
    public static final String REQUIRED_ACTION = "activate-account";

    /** The detail of this extension's VERIFY_EMAIL events that says whether the account was inactive until then. */
    public static final String ACTIVATED = "activated";

    /** The required actions that a proof of the address makes unnecessary. */
    private static final Set<String> PROOFS = Set.of(REQUIRED_ACTION, UserModel.RequiredAction.VERIFY_EMAIL.name());

    private static final Logger LOG = Logger.getLogger(Activation.class);

    private final KeycloakSession session;
    private final Settings settings;

    public Activation(KeycloakSession session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** Whether the user's current address is proved, by whatever means. */
    static boolean isProved(UserModel user) {
        return user.getEmail() != null && user.isEmailVerified();
    }

    /**
     * Whether the activation is pending. In a realm that verifies email addresses in Keycloak's own way, an unverified
     * address counts too. The queries and figures over many users must use the same condition: {@link UserConditions},
     * {@link UserPage}, {@link TenantFigures}, {@link LastAdminGuard}.
     */
    public static boolean isPending(RealmModel realm, UserModel user) {
        if (isProved(user)) {
            return false;
        }
        boolean isUnverified = realm.isVerifyEmail() && user.getEmail() != null;
        // The action counts even if it is disabled: Keycloak's direct grant refuses every user who has any required
        // action.
        return isUnverified || user.getRequiredActionsStream().anyMatch(pendingActions(realm)::contains);
    }

    /**
     * Removes the action from a user who has proved the address in another way, as Keycloak's own VERIFY_EMAIL passes
     * by itself then. It is called in each login, by whatever way in, because Keycloak's direct grant refuses every
     * user who has any required action.
     *
     * @return whether the address is proved
     */
    public static boolean settle(UserModel user) {
        boolean isProved = isProved(user);
        if (isProved && isDemandedOf(user)) {
            try {
                demandNoProof(user);
            } catch (ReadOnlyException e) {
                LOG.debugf("Where the user is kept, nobody can note that nothing is to be proved: %s", user.getId());
            }
        }
        return isProved;
    }

    /**
     * Whether a VERIFY_EMAIL event is about an account that was inactive until then. Keycloak's own events do not say
     * so.
     */
    public static boolean isActivation(KeycloakSession session, RealmModel realm, Event event) {
        Map<String, String> details = Objects.requireNonNullElse(event.getDetails(), Map.of());
        if (details.containsKey(ACTIVATED)) {
            return Boolean.parseBoolean(details.get(ACTIVATED));
        }
        UserModel user = event.getUserId() == null ? null : session.users().getUserById(realm, event.getUserId());
        return realm.isVerifyEmail() || (user != null && hasAction(user));
    }

    private static boolean hasAction(UserModel user) {
        return user.getRequiredActionsStream().anyMatch(REQUIRED_ACTION::equals);
    }

    /**
     * Whether the realm requires activation of users who register. An admin switches it off by disabling both the
     * action and Keycloak's own verification.
     */
    private static boolean isDemanded(RealmModel realm, RequiredActionProviderModel action) {
        return action.isEnabled() || realm.isVerifyEmail();
    }

    /** Whether this user can still redeem a code. */
    static boolean isWanted(RealmModel realm, UserModel user) {
        return user.isEnabled()
                && user.getEmail() != null
                && user.getServiceAccountClientLink() == null
                && isPending(realm, user);
    }

    /**
     * Returns the problem for a login with the right password if something has to be done first: by the user, or in
     * this login only, for example after a tenant has tightened its user profile.
     */
    public static ApiProblem loginPending(RealmModel realm, AuthenticationSessionModel login) {
        UserModel user = login.getAuthenticatedUser();
        if (isPending(realm, user)) {
            return ApiProblem.unauthorized("Account is inactive");
        }
        Set<String> actions = new TreeSet<>(login.getRequiredActions());
        user.getRequiredActionsStream().forEach(actions::add);
        return ApiProblem.unauthorized("Something has to be done in the browser before this login")
                .with("required_actions", actions);
    }

    /**
     * Makes a new user's account inactive, and queues the mail with the code. Does nothing if the realm does not
     * require activation, or if the user has no email address because the realm's user profile does not require one.
     */
    public void start(UserModel user, MailContext origin) {
        start(ActivationMails.ACTIVATION, user, origin);
        noteIfPending(user);
    }

    /** Does the same for a user whom an admin has created; the mail says so. */
    public void invite(UserModel user, MailContext origin) {
        start(ActivationMails.INVITATION, user, origin);
        noteIfPending(user);
    }

    private void noteIfPending(UserModel user) {
        if (hasAction(user)) {
            new PendingAccounts(session).note(realm(), user);
        }
    }

    private void start(String kind, UserModel user, MailContext origin) {
        RealmModel realm = session.getContext().getRealm();
        RequiredActionProviderModel action = realm.getRequiredActionProviderByAlias(REQUIRED_ACTION);
        if (action == null) {
            // Keycloak would ignore an action that it does not know, and let every user in.
            throw new IllegalStateException(
                    "The required action " + REQUIRED_ACTION + " is not registered in the realm " + realm.getName()
                            + ": register it under Authentication, Required actions");
        }
        if (isDemanded(realm, action) && user.getEmail() != null && !isProved(user)) {
            user.addRequiredAction(REQUIRED_ACTION);
            send(kind, user, origin);
        }
    }

    /**
     * Queues a new mail for a user who awaits activation. The codes of earlier mails stay valid.
     *
     * @return empty if the mail was queued; otherwise roughly how long to wait
     */
    public Optional<Duration> send(UserModel user, MailContext origin) {
        return send(ActivationMails.ACTIVATION, user, origin);
    }

    private Optional<Duration> send(String kind, UserModel user, MailContext origin) {
        CodePolicy times = CodePolicy.of(Purpose.ACTIVATION, realm(), settings);
        if (!isWanted(realm(), user)) {
            return Optional.of(times.coolDown());
        }
        RequestResult asked = new OneTimeCodes(session).ask(user, Purpose.ACTIVATION, times);
        asked.request().ifPresent(request -> new Outbox(session).add(kind, user, request, origin));
        return asked.request().isPresent() ? Optional.empty() : Optional.of(asked.timeLeft());
    }

    /**
     * Queues a new mail for an account whose address has changed before it was proved. The codes that were sent to the
     * old address must already be void. In a realm that verifies addresses in Keycloak's own way, the account is
     * inactive now, so its user needs a code too.
     */
    public void afterEmailChange(UserModel user, MailContext origin) {
        if (hasAction(user)) {
            send(user, origin);
        } else if (isWanted(realm(), user) && isKnown()) {
            start(ActivationMails.ACTIVATION, user, origin);
        }
    }

    /** Returns how long a user has to wait between two requested mails. */
    public Duration coolDown() {
        return Duration.ofSeconds(settings.of(realm(), Settings.RESEND_COOL_DOWN));
    }

    /** Whether the required action is registered in the realm. */
    public boolean isKnown() {
        return realm().getRequiredActionProviderByAlias(REQUIRED_ACTION) != null;
    }

    private RealmModel realm() {
        return session.getContext().getRealm();
    }

    /** Whether there is a proof that an admin could spare the user. */
    public static boolean isProofWanted(RealmModel realm, UserModel user) {
        return !isProved(user) && (isPending(realm, user) || isDemandedOf(user));
    }

    /** Whether the user still has a required action to prove an address, even if the address is proved already. */
    private static boolean isDemandedOf(UserModel user) {
        return user.getRequiredActionsStream().anyMatch(PROOFS::contains);
    }

    /** Makes an account active after its user has proved the address with a mailed code. */
    static void proveAddress(UserModel user) {
        try {
            demandNoProof(user);
            user.setEmailVerified(true);
        } catch (ReadOnlyException e) {
            LOG.debugf("Where the user is kept, nobody can note that the address is proved: %s", user.getId());
        }
    }

    private static void demandNoProof(UserModel user) {
        user.removeRequiredAction(REQUIRED_ACTION);
        user.removeRequiredAction(UserModel.RequiredAction.VERIFY_EMAIL);
    }

    /** Makes an account active because an admin confirms it. */
    public static void vouchFor(RealmModel realm, UserModel user) {
        demandNoProof(user);
        if (realm.isVerifyEmail() && user.getEmail() != null) {
            user.setEmailVerified(true);
        }
    }

    /**
     * Returns the required actions of a user who awaits activation. Any of them is enough, unless the address is
     * proved.
     */
    public static Set<String> pendingActions(RealmModel realm) {
        return realm.isVerifyEmail() ? PROOFS : Set.of(REQUIRED_ACTION);
    }

    /**
     * Queues a new mail unless there is a valid code for the user's current address, or a mail that will bring one. A
     * code that was sent to another address is of no use, so its cool-down does not apply.
     */
    public void sendIfNone(UserModel user, MailContext origin) {
        OneTimeCodes codes = new OneTimeCodes(session);
        if (!codes.isAsked(user, Purpose.ACTIVATION)) {
            codes.drop(user, Purpose.ACTIVATION);
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
                .filter(user -> isWanted(realm, user))
                .filter(user -> send(user, attempt.origin()).isEmpty())
                .ifPresent(user -> tellOfResend(realm, user, attempt.origin()));
    }

    private void tellOfResend(RealmModel realm, UserModel user, MailContext origin) {
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
        Optional<UserModel> user = new OneTimeCodes(session).redeem(code, Purpose.ACTIVATION, mayRedeem(isOwner));
        user.ifPresent(Activation::proveAddress);
        return user;
    }

    /** Whether this user could redeem this code now. */
    boolean isGood(String code, UserModel owner) {
        return new OneTimeCodes(session)
                .owner(code, Purpose.ACTIVATION, mayRedeem(owner::equals))
                .isPresent();
    }

    /**
     * Returns the condition for redeeming a code. A code proves the possession of the address that it was sent to, and
     * the account may have another address by now.
     */
    private BiPredicate<UserModel, String> mayRedeem(Predicate<UserModel> isOwner) {
        return (user, sentTo) ->
                isOwner.test(user) && isWanted(realm(), user) && LowerCase.same(user.getEmail(), sentTo);
    }
}
