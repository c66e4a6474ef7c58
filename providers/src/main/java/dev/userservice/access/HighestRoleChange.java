package dev.userservice.access;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The change of a user's {@linkplain ManagedRoles highest role} by the current transaction, in whichever of Keycloak's
 * many ways it is made: by a role, a composite or a group.
 *
 * @param from the highest role that others see until the transaction commits; empty for none
 * @param to the highest role after the commit; empty for none
 */
public record HighestRoleChange(Optional<String> from, Optional<String> to) {
    /**
     * Returns the change; empty if the highest role stays the same, or if the user does not exist before or after the
     * transaction.
     */
    public static Optional<HighestRoleChange> of(KeycloakSession session, Tenancy tenancy, String userId) {
        String realmId = tenancy.realm().getId();
        UserModel now = session.users().getUserById(tenancy.realm(), userId);
        if (now == null) {
            return Optional.empty();
        }
        Optional<String> to = new ManagedRoles(session, tenancy).highestOf(now);
        return KeycloakModelUtils.runJobInTransactionWithResult(session.getKeycloakSessionFactory(), own -> {
            RealmModel realm = own.realms().getRealm(realmId);
            own.getContext().setRealm(realm);
            UserModel before = realm == null ? null : own.users().getUserById(realm, userId);
            if (before == null) {
                return Optional.empty();
            }
            Optional<String> from = new ManagedRoles(own, new Tenancy(own, realm)).highestOf(before);
            return from.equals(to) ? Optional.empty() : Optional.of(new HighestRoleChange(from, to));
        });
    }
}
