package dev.userservice.keycloak;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** What people type to say who they are: a username, or an e-mail address where the realm takes it. */
final class Identifiers {
    private Identifiers() {}

    /** Whose it is. Of two users of one address, in a realm that allows it, nobody is meant. */
    static Optional<UserModel> find(KeycloakSession session, RealmModel realm, String identifier) {
        try {
            return Optional.ofNullable(KeycloakModelUtils.findUserByNameOrEmail(session, realm, identifier));
        } catch (ModelDuplicateException e) {
            return Optional.empty();
        }
    }
}
