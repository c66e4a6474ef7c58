package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.Caller;
import dev.userservice.activation.Activation;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.UserSessions;
import java.util.List;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.managers.BruteForceProtector;

/** Enables and disables users. */
public record AccountStatus(ApiCall call) {

    /**
     * The result of enabling or disabling a user.
     *
     * @param isChanged whether the user has changed
     * @param isLockoutEnded whether a lockout has ended, which is no change of the user
     */
    public record Result(boolean isChanged, boolean isLockoutEnded) {
        static final Result NONE = new Result(false, false);
    }

    /**
     * Enables the user. The admin vouches for the account: a proof of the address is no longer required, and a lockout
     * ends.
     */
    public Result enable(UserModel user) {
        KeycloakSession session = call.session();
        RealmModel realm = call.realm();
        boolean isChanged = !user.isEnabled() || Activation.isProofWanted(realm, user);
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
        boolean isLockoutEnded = false;
        boolean isLocked = protector.isPermanentlyLockedOut(session, realm, user);
        if ((!user.isEnabled() || protector.isTemporarilyDisabled(session, realm, user))
                && session.loginFailures().getUserLoginFailure(realm, user.getId()) != null) {
            session.loginFailures().removeUserLoginFailure(realm, user.getId());
            isLockoutEnded = true;
        }
        user.setEnabled(true);
        Activation.vouchFor(realm, user);
        if (isLocked) {
            protector.cleanUpPermanentLockout(session, realm, user);
        }
        new OneTimeCodes(session).voidAll(user);
        return new Result(isChanged, isLockoutEnded);
    }

    /**
     * Ends a lockout after wrong passwords, also a permanent one, for which Keycloak disables the user. A user whom an admin
     * has disabled stays disabled.
     *
     * @return whether there was anything to end
     */
    boolean unlock(UserModel user) {
        KeycloakSession session = call.session();
        RealmModel realm = call.realm();
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
        boolean isDisabledByIt = BruteForceProtector.DISABLED_BY_PERMANENT_LOCKOUT.equals(
                user.getFirstAttribute(UserModel.DISABLED_REASON));
        boolean isCounted = session.loginFailures().getUserLoginFailure(realm, user.getId()) != null;
        if (isCounted) {
            session.loginFailures().removeUserLoginFailure(realm, user.getId());
        }
        if (isDisabledByIt) {
            user.setEnabled(true);
            protector.cleanUpPermanentLockout(session, realm, user);
        }
        return isDisabledByIt || isCounted;
    }

    /** Disables the user and voids the user's codes, so that an old code does not let the user in again. */
    public Result disable(UserModel user) {
        boolean isChanged = user.isEnabled();
        user.setEnabled(false);
        new OneTimeCodes(call.session()).voidAll(user);
        return new Result(isChanged, false);
    }

    /** Ends the sessions of a user. This is the last step of a change, because clients are informed at once. */
    public void endSessions(UserModel user) {
        UserSessions sessions = new UserSessions(call.session(), call.realm());
        List<UserSessionModel> all = sessions.of(user);
        if (!all.isEmpty()) {
            all.forEach(sessions::end);
            new AdminEvents(call).sessionsEnded(user, all.size());
        }
    }

    /** Ends the caller's sessions but the one of the call, whose client the events name: a session may have several. */
    public void endOtherSessions(UserModel user) {
        Caller caller = call.caller();
        UserSessionModel own = caller.ownSession().orElse(null);
        new UserSessions(call.session(), call.realm()).endOthers(user, own, () -> caller.event(EventType.LOGOUT));
    }
}
