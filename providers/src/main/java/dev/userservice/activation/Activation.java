package dev.userservice.activation;

import dev.userservice.metrics.TenantFigures;
import dev.userservice.users.LastAdminGuard;
import dev.userservice.users.UserConditions;
import dev.userservice.users.UserPage;
import dev.userservice.web.ApiProblem;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.keycloak.events.Event;
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

    /** The required actions that are removed when the address is proved. */
    private static final Set<String> SETTLED =
            Set.of(REQUIRED_ACTION, UserModel.RequiredAction.VERIFY_EMAIL.name(), Invited.REQUIRED_ACTION);

    private static final Logger LOG = Logger.getLogger(Activation.class);

    private Activation() {}

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

    static boolean hasAction(UserModel user) {
        return user.getRequiredActionsStream().anyMatch(REQUIRED_ACTION::equals);
    }

    /**
     * Whether the realm requires activation of users who register. An admin switches it off by disabling both the
     * action and Keycloak's own verification.
     */
    static boolean isDemanded(RealmModel realm, RequiredActionProviderModel action) {
        return action.isEnabled() || realm.isVerifyEmail();
    }

    /** Whether this user can still redeem a code. Who was invited has a code of another purpose. */
    static boolean isWanted(RealmModel realm, UserModel user) {
        return user.isEnabled()
                && user.getEmail() != null
                && user.getServiceAccountClientLink() == null
                && isPending(realm, user)
                && !Invited.hasNoPassword(user);
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

    /** Whether there is a proof that an admin could spare the user. */
    public static boolean isProofWanted(RealmModel realm, UserModel user) {
        return !isProved(user) && (isPending(realm, user) || isDemandedOf(user));
    }

    /** Whether the user still has a required action to prove an address, even if the address is proved already. */
    private static boolean isDemandedOf(UserModel user) {
        return user.getRequiredActionsStream().anyMatch(SETTLED::contains);
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
        SETTLED.forEach(user::removeRequiredAction);
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
}
