package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import java.util.Set;
import java.util.TreeSet;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Whether a user has yet to prove that the account's e-mail address is theirs. */
public final class Activation {
    /** The required action of a user that awaits activation. */
    public static final String REQUIRED_ACTION = "activate-account";

    private Activation() {}

    /** Is the activation pending? A realm that verifies e-mail addresses in Keycloak's own way counts that too. */
    public static boolean isPending(RealmModel realm, UserModel user) {
        boolean isUnverified = realm.isVerifyEmail() && user.getEmail() != null && !user.isEmailVerified();
        return isUnverified || user.getRequiredActionsStream().anyMatch(action -> isActivation(realm, action));
    }

    private static boolean isActivation(RealmModel realm, String action) {
        return action.equals(REQUIRED_ACTION)
                || (realm.isVerifyEmail() && action.equals(UserModel.RequiredAction.VERIFY_EMAIL.name()));
    }

    /**
     * What a login with the right password is told when something has to be done first: by the user, or, as when a tenant
     * tightens its user profile, in this login.
     */
    static ApiProblem loginPending(RealmModel realm, AuthenticationSessionModel login) {
        UserModel user = login.getAuthenticatedUser();
        if (isPending(realm, user)) {
            return ApiProblem.unauthorized("Account is inactive");
        }
        Set<String> actions = new TreeSet<>(login.getRequiredActions());
        user.getRequiredActionsStream().forEach(actions::add);
        return ApiProblem.unauthorized("Something has to be done in the browser before this login")
                .with("required_actions", actions);
    }
}
