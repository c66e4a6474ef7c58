package dev.userservice.account;

import dev.userservice.keycloak.Identifier;
import dev.userservice.ratelimit.PasswordArrived;
import java.util.Locale;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The name that a login sends to Keycloak, which looks for an email address first and then for a username.
 *
 * @param mayBeElsewhere whether the tenant has an old service that may know users who are unknown here
 */
record LoginName(KeycloakSession session, RealmModel realm, boolean mayBeElsewhere) {

    /**
     * Returns the name. If Keycloak would find a user whom the caller does not mean, the name is changed so that it
     * belongs to nobody; checking the password then takes the same time. Only a username is looked up here, and only if
     * it could be an address: another query for each unknown name would distinguish it from a known one.
     */
    String of(Identifier identifier, String password) {
        String text = identifier.text();
        boolean isAddress = text.indexOf('@') >= 0;
        UserModel named = isAddress ? named(identifier, password) : null;
        boolean isMeant = switch (identifier.by()) {
            case USERNAME -> !isAddress || named != null;
            case EMAIL -> isAddress && (named == null || identifier.means(named) || isFoundByEmail(identifier));
            case EITHER -> named == null || identifier.means(named) || isFoundByEmail(identifier);
        };
        if (isMeant) {
            return text;
        }
        PasswordArrived.settle();
        return text + " (as " + identifier.by().name().toLowerCase(Locale.ROOT) + ")";
    }

    /**
     * Looks for the username. One that nobody has is published here, because Keycloak's flow will not see it. It is
     * looked for again only where somebody may have created the user.
     */
    private UserModel named(Identifier identifier, String password) {
        UserModel named = session.users().getUserByUsername(realm, identifier.text());
        if (named == null && identifier.by() == Identifier.By.USERNAME && mayBeElsewhere) {
            PasswordArrived.publish(session, realm, identifier, password);
            named = session.users().getUserByUsername(realm, identifier.text());
        }
        return named;
    }

    private boolean isFoundByEmail(Identifier identifier) {
        return realm.isLoginWithEmailAllowed()
                && identifier.findByEmail(session, realm).isPresent();
    }
}
