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
 * The proof that an account's e-mail address belongs to its user: a required action on the user until they give back a code
 * that was mailed there. Whoever has proved the address in another way, to Keycloak's own mail or a broker, or has an admin's or an
 * import's word for it, need not do it again: they are active, and the action goes with their next login.
 */
public final class Activation {
    /** The required action of a user that awaits activation. */
    public static final String REQUIRED_ACTION = "activate-account";

    /** The detail of our events VERIFY_EMAIL that says whether the account was inactive until then. */
    public static final String ACTIVATED = "activated";

    /** What a proof of the address makes needless. */
    private static final Set<String> PROOFS = Set.of(REQUIRED_ACTION, UserModel.RequiredAction.VERIFY_EMAIL.name());

    private static final Logger LOG = Logger.getLogger(Activation.class);

    private final KeycloakSession session;
    private final Settings settings;

    public Activation(KeycloakSession session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** Is the address of today proved, by whatever means? */
    static boolean isProved(UserModel user) {
        return user.getEmail() != null && user.isEmailVerified();
    }

    /**
     * Is the activation pending? A realm that verifies e-mail addresses in Keycloak's own way counts that too. What a list and the
     * figures say of many users at once must be the same: {@link UserConditions}, {@link UserPage}, {@link TenantFigures},
     * {@link LastAdminGuard}.
     */
    public static boolean isPending(RealmModel realm, UserModel user) {
        if (isProved(user)) {
            return false;
        }
        boolean isUnverified = realm.isVerifyEmail() && user.getEmail() != null;
        // Disabled or not: Keycloak's direct grant lets nobody in who has any action.
        return isUnverified || user.getRequiredActionsStream().anyMatch(pendingActions(realm)::contains);
    }

    /**
     * Takes the action off a user who has proved the address in another way, as Keycloak's own VERIFY_EMAIL passes by itself then.
     * Called in each login, by whatever way in: Keycloak's direct grant refuses whoever has any action.
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

    /** Does an event VERIFY_EMAIL tell of an account that was inactive until then? Keycloak's own does not say so itself. */
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

    /** Does the realm demand it of who registers? An admin who disables the action, and Keycloak's own, says no. */
    private static boolean isDemanded(RealmModel realm, RequiredActionProviderModel action) {
        return action.isEnabled() || realm.isVerifyEmail();
    }

    /** Is this a user for whom a code is of any use? */
    static boolean isWanted(RealmModel realm, UserModel user) {
        return user.isEnabled()
                && user.getEmail() != null
                && user.getServiceAccountClientLink() == null
                && isPending(realm, user);
    }

    /**
     * What a login with the right password is told when something has to be done first: by the user, or, as when a tenant
     * tightens its user profile, in this login.
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
     * Makes a new user's account inactive, and queues the mail with the code. Nothing where the realm does not demand it, or
     * where its user profile lets people register without an e-mail address.
     */
    public void start(UserModel user, MailContext origin) {
        start(ActivationMails.ACTIVATION, user, origin);
        noteIfPending(user);
    }

    /** The same for a user whom an admin has made, and who is told that. */
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
            // Keycloak would pass over an action that it does not know, and let everybody in.
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
     * Queues a new mail for a user that awaits activation. The codes of the mails before stay good.
     *
     * @return empty if that was done; else how long to wait, about
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
     * Queues a new mail for an account whose address has changed before it was proved: the codes that were sent to the old one
     * must be void already. A realm that verifies addresses in Keycloak's own way lets nobody in now; nor should they be
     * without a code.
     */
    public void afterEmailChange(UserModel user, MailContext origin) {
        if (hasAction(user)) {
            send(user, origin);
        } else if (isWanted(realm(), user) && isKnown()) {
            start(ActivationMails.ACTIVATION, user, origin);
        }
    }

    /** How long after a mail that somebody has asked for the next one may be. */
    public Duration coolDown() {
        return Duration.ofSeconds(settings.of(realm(), Settings.RESEND_COOL_DOWN));
    }

    /** Has the realm the required action at all? */
    public boolean isKnown() {
        return realm().getRequiredActionProviderByAlias(REQUIRED_ACTION) != null;
    }

    private RealmModel realm() {
        return session.getContext().getRealm();
    }

    /** Is there anything that an admin's word would spare the user? */
    public static boolean isProofWanted(RealmModel realm, UserModel user) {
        return !isProved(user) && (isPending(realm, user) || isDemandedOf(user));
    }

    /** Does a proof of the address still stand on the user as something to do, whatever is known of the address? */
    private static boolean isDemandedOf(UserModel user) {
        return user.getRequiredActionsStream().anyMatch(PROOFS::contains);
    }

    /** Makes an account active whose user has given back what was mailed to its address. */
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

    /** Makes an account active on an admin's word. */
    public static void vouchFor(RealmModel realm, UserModel user) {
        demandNoProof(user);
        if (realm.isVerifyEmail() && user.getEmail() != null) {
            user.setEmailVerified(true);
        }
    }

    /** The required actions of a user that awaits activation, any of which is enough, unless the address is proved. */
    public static Set<String> pendingActions(RealmModel realm) {
        return realm.isVerifyEmail() ? PROOFS : Set.of(REQUIRED_ACTION);
    }

    /**
     * Queues a new mail unless there is a live code for the address of today, or a mail that will bring one. What was sent to
     * another address is of no use, so nobody has to wait for the end of its cool-down.
     */
    public void sendIfNone(UserModel user, MailContext origin) {
        OneTimeCodes codes = new OneTimeCodes(session);
        if (!codes.isAsked(user, Purpose.ACTIVATION)) {
            codes.drop(user, Purpose.ACTIVATION);
            send(user, origin);
        }
    }

    /**
     * Queues a new mail for whoever an identifier belongs to, if that account awaits activation. Who that is, and whether, is
     * looked up after the answer, so that neither the answer nor its time says anything.
     */
    public void sendTo(Identifier identifier, MailContext origin) {
        new Outbox(session).add(ActivationMails.RESEND, identifier, origin);
    }

    /** The later half of {@link #sendTo}: called by the outbox, in a session of its own. */
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
     * Redeems a code: the account is active then, and its e-mail address verified. At most one of any number of calls
     * succeeds.
     *
     * @return the user; empty for a code that is unknown, used, expired or void, or of an account that is disabled or no
     *     longer awaits activation
     */
    public Optional<UserModel> redeem(String code) {
        return redeem(code, anybody -> true);
    }

    /** The same for a code that must be this user's. */
    public boolean redeem(String code, UserModel owner) {
        return redeem(code, owner::equals).isPresent();
    }

    private Optional<UserModel> redeem(String code, Predicate<UserModel> isOwner) {
        Optional<UserModel> user = new OneTimeCodes(session).redeem(code, Purpose.ACTIVATION, mayRedeem(isOwner));
        user.ifPresent(Activation::proveAddress);
        return user;
    }

    /** Could this user redeem this code now? */
    boolean isGood(String code, UserModel owner) {
        return new OneTimeCodes(session)
                .owner(code, Purpose.ACTIVATION, mayRedeem(owner::equals))
                .isPresent();
    }

    /** A code proves the possession of the address that it was sent to; the account may have another one by now. */
    private BiPredicate<UserModel, String> mayRedeem(Predicate<UserModel> isOwner) {
        return (user, sentTo) ->
                isOwner.test(user) && isWanted(realm(), user) && LowerCase.same(user.getEmail(), sentTo);
    }
}
