package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.activation.Activation;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.UserSessions;
import java.util.List;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.managers.BruteForceProtector;

/** Lets a user in again, or keeps them out. */
public final class ActiveSwitch {
    private final ApiCall call;
    private final KeycloakSession session;
    private final RealmModel realm;
    private boolean isLockoutEnded;

    public ActiveSwitch(ApiCall call) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
    }

    /**
     * Enables the user, on the admin's word that the account is who it says: no proof of the address is waited for any more,
     * and a lockout ends.
     *
     * @return whether that changed anything of the user
     */
    boolean on(UserModel user) {
        boolean isChanged = !user.isEnabled() || Activation.isProofWanted(realm, user);
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
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
        return isChanged;
    }

    /**
     * Disables the user, whose codes are void then: nobody comes back by an old one.
     *
     * @return whether that changed anything of the user
     */
    boolean off(UserModel user) {
        boolean isChanged = user.isEnabled();
        user.setEnabled(false);
        new OneTimeCodes(session).voidAll(user);
        return isChanged;
    }

    /** Lets Keycloak's admin events say what is not a change of the user. */
    void tell(UserModel user) {
        if (isLockoutEnded) {
            new AdminEvents(call).lockoutCleared(user);
        }
    }

    /** Ends the sessions of a user who is disabled. Last of all: clients are told of it at once. */
    public void endSessions(UserModel user) {
        UserSessions sessions = new UserSessions(session, realm);
        List<UserSessionModel> all = sessions.of(user);
        if (!all.isEmpty()) {
            all.forEach(sessions::end);
            new AdminEvents(call).sessionsEnded(user, all.size());
        }
    }
}
