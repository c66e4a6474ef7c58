package dev.userservice.keycloak;

import dev.userservice.web.LowerCase;
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
        if (before == null || !LowerCase.same(before, user.getUsername()) || LowerCase.same(before, now)) {
            return;
        }
        boolean isFree = now != null && session.users().getUserByUsername(realm, now) == null;
        try {
            user.setUsername(isFree ? now : UUID.randomUUID().toString());
        } catch (ReadOnlyException e) {
            LOG.warnf(
                    "The username of %s stays an address that the user no longer has: it cannot be written",
                    user.getId());
        }
    }
}
