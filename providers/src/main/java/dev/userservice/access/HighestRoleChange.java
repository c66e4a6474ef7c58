package dev.userservice.access;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * How a transaction that is under way changes the {@linkplain ManagedRoles highest role} of a user, by whatever of Keycloak's many
 * ways: a role, a composite, a group.
 *
 * @param from as others see it, until the transaction commits; empty for none
 * @param to as it will be
 */
public record HighestRoleChange(Optional<String> from, Optional<String> to) {
    /** Empty if the highest role is the same before and after, and of who is no user before or after. */
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
