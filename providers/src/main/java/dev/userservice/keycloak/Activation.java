package dev.userservice.keycloak;

import dev.userservice.web.ApiProblem;
import java.util.List;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Whether a user has yet to prove that the account's e-mail address is theirs. */
public final class Activation {
    /** The required action of a user that awaits activation. */
    public static final String REQUIRED_ACTION = "activate-account";

    private Activation() {}

    /** Is the activation pending? A realm that verifies e-mail addresses in Keycloak's own way counts that too. */
    public static boolean isPending(RealmModel realm, UserModel user) {
        return user.getRequiredActionsStream()
                .anyMatch(action -> action.equals(REQUIRED_ACTION)
                        || (realm.isVerifyEmail() && action.equals(UserModel.RequiredAction.VERIFY_EMAIL.name())));
    }

    /** What a login with the right password is told when something has to be done first. */
    static ApiProblem loginPending(RealmModel realm, UserModel user) {
        if (isPending(realm, user)) {
            return ApiProblem.unauthorized("Account is inactive");
        }
        List<String> actions = user.getRequiredActionsStream().sorted().toList();
        return ApiProblem.unauthorized("Something has to be done in the browser before this login")
                .with("required_actions", actions);
    }
}
