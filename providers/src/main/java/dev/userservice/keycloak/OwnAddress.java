package dev.userservice.keycloak;

import dev.userservice.web.LowerCase;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * The rule that a username with an {@code @} must be the account's own e-mail address. Otherwise whoever takes a
 * stranger's address as username prevents its owner from registering, and is found by that address.
 */
public final class OwnAddress {
    /** The key of the message that refuses such a username. */
    public static final String REFUSAL = "userServiceUsernameIsAddress";

    private static final Logger LOG = Logger.getLogger(OwnAddress.class);

    private OwnAddress() {}

    /** Whether this username is an e-mail address other than the given one. */
    public static boolean isOfAnother(String username, String email) {
        return username != null && username.indexOf('@') >= 0 && !LowerCase.same(username, email);
    }

    /**
     * Makes the new address the username of a user whose username was the old address, so that the old one identifies
     * nobody any more. If the new address is already another user's name, the username becomes one that nobody can
     * guess.
     *
     * @param before the e-mail address that the user had
     */
    public static void follow(KeycloakSession session, RealmModel realm, UserModel user, String before) {
        String now = user.getEmail();
        if (LowerCase.same(before, user.getUsername()) && !LowerCase.same(before, now)) {
            rename(session, realm, user);
        }
    }

    /**
     * Applies the rule to a user whom Keycloak has changed without asking a validator. If the username was the old
     * address, it follows; if the username itself is new, and breaks the rule, the former one comes back, unless that
     * would break the rule too. A username that has broken the rule before stays, as it does everywhere.
     *
     * @param before the username and the address before the change; empty for a new user
     */
    public static void restore(
            KeycloakSession session, RealmModel realm, UserModel user, Optional<UsersBefore.Names> before) {
        if (!isOfAnother(user.getUsername(), user.getEmail())) {
            return;
        }
        String former = before.map(UsersBefore.Names::username).orElse(null);
        if (LowerCase.same(former, user.getUsername())) {
            follow(session, realm, user, before.get().email());
        } else if (former != null && !isOfAnother(former, user.getEmail())) {
            rename(user, former);
        } else {
            rename(session, realm, user);
        }
    }

    /** Gives the user their own address as username, or a name that nobody can guess if the address is not free. */
    private static void rename(KeycloakSession session, RealmModel realm, UserModel user) {
        String address = user.getEmail();
        boolean isFree = address != null && session.users().getUserByUsername(realm, address) == null;
        rename(user, isFree ? address : UUID.randomUUID().toString());
    }

    private static void rename(UserModel user, String username) {
        try {
            user.setUsername(username);
        } catch (ReadOnlyException e) {
            LOG.warnf("The username of %s stays an address that is not the user's: it cannot be written", user.getId());
        }
    }
}
