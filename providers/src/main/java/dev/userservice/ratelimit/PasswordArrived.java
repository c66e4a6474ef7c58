package dev.userservice.ratelimit;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Published before a login looks up the user, by whatever way in, once the limits have let it pass. Whoever listens may
 * create the user in a transaction of its own.
 *
 * @param identifier the username or e-mail address as it was typed
 */
public record PasswordArrived(KeycloakSession session, RealmModel realm, String identifier, String password)
        implements ProviderEvent {

    /** Hides the password: passwords must never reach a log. */
    @Override
    public String toString() {
        return "PasswordArrived[***]";
    }
}
