package dev.userservice.access;

import dev.userservice.keycloak.Identifier;
import dev.userservice.web.StrictJson;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Finds users of the called realm. Service accounts are clients, not users, and are never found. */
record UserLookup(KeycloakSession session, RealmModel realm, Caller caller) {
    static boolean isPerson(UserModel user) {
        return user.getServiceAccountClientLink() == null;
    }

    Optional<UserModel> byId(String id) {
        // Keycloak splits an id that begins like a federated user's without checking its form.
        boolean isId = StrictJson.isStorable(id) && (!id.startsWith("f:") || id.indexOf(':', 2) > 0);
        // Keycloak finds a user that a session has already loaded by the id in every realm, and the caller is such a
        // user.
        boolean isOfElsewhere =
                !caller.isOfThisRealm() && id.equals(caller.user().getId());
        return isId && !isOfElsewhere
                ? Optional.ofNullable(session.users().getUserById(realm, id)).filter(UserLookup::isPerson)
                : Optional.empty();
    }

    Optional<UserModel> byIdentifier(String identifier) {
        return Identifier.of(identifier).find(session, realm).filter(UserLookup::isPerson);
    }
}
