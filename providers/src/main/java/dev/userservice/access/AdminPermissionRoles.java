package dev.userservice.access;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;

/** The permissions of the called realm, which are roles of its client {@code realm-management}, as a caller has them. */
record AdminPermissionRoles(RealmModel realm, Caller caller) {
    /**
     * Whether the token covers one of the permissions. Keycloak ignores what the token carries. If it would consider some of
     * the permissions granted, the token must carry one of those. If it would consider none granted, fine-grained
     * permissions alone can admit the caller, and a token that was exchanged for a narrower one is refused.
     */
    boolean isAnyOfToken(String... permissions) {
        List<RoleModel> roles = Stream.of(permissions)
                .flatMap(name -> role(name).stream())
                .filter(caller::holdsForKeycloak)
                .toList();
        return roles.isEmpty() ? !caller.isNarrowed() : roles.stream().anyMatch(caller::holds);
    }

    boolean isGranted(String permission) {
        return role(permission).filter(caller::holds).isPresent();
    }

    Optional<RoleModel> role(String name) {
        ClientModel management = realm.getClientByClientId(Constants.REALM_MANAGEMENT_CLIENT_ID);
        return Optional.ofNullable(management).map(client -> client.getRole(name));
    }
}
