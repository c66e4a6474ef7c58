package dev.userservice.access;

import dev.userservice.keycloak.LockedUser;
import dev.userservice.web.ApiProblem;
import org.keycloak.models.AccountRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The caller's rights over their own account in the called realm: the roles of Keycloak's client {@code account}. A client
 * has no account, so a service account has none of them.
 */
public record OwnAccountRights(KeycloakSession session, RealmModel home, Caller caller, GrantedRoles roles) {
    /**
     * Requires the right to view one's own account. The right to manage it includes this one, as in Keycloak's account
     * API.
     *
     * @throws ApiProblem 401 without a token; 403 without the right
     */
    public UserModel requireView() {
        caller.requireToken();
        if (!mayView()) {
            throw ApiProblem.forbidden("The token does not grant access to an account of this tenant");
        }
        return caller.user();
    }

    /**
     * Requires the right to change one's own account, as in Keycloak's account API.
     *
     * @throws ApiProblem 401 without a token; 403 without the right
     */
    public UserModel requireManage() {
        caller.requireToken();
        if (!hasAccountRole(AccountRoles.MANAGE_ACCOUNT)) {
            throw ApiProblem.forbidden("The token does not let change an account of this tenant");
        }
        return caller.user();
    }

    /**
     * Locks the row of the caller's user, who may change their own account, and checks the token again: the first check
     * was made before the body arrived, which may have taken a while, and the owner may have recovered the account
     * meanwhile.
     *
     * @throws ApiProblem 401 if the user was disabled or deleted, or the user's tokens were invalidated, meanwhile; 403
     *     as for {@link #requireManage}
     */
    public UserModel lock() {
        return LockedUser.of(session, home, requireManage())
                .filter(user -> user.isEnabled() && isNewEnoughFor(user))
                .orElseThrow(ApiProblem::invalidToken);
    }

    boolean mayView() {
        return hasAccountRole(AccountRoles.VIEW_PROFILE) || hasAccountRole(AccountRoles.MANAGE_ACCOUNT);
    }

    private boolean hasAccountRole(String role) {
        boolean isPerson = caller.isOfThisRealm() && caller.user().getServiceAccountClientLink() == null;
        ClientModel account = home.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
        return isPerson && account != null && roles.isGranted(account.getRole(role));
    }

    /** Whether the token was issued no earlier than the user's not-before time, as the given user has it now. */
    private boolean isNewEnoughFor(UserModel user) {
        Long issued = caller.token().getIat();
        return issued != null
                && issued
                        >= session.users()
                                .getNotBeforeOfUser(session.getContext().getRealm(), user);
    }
}
