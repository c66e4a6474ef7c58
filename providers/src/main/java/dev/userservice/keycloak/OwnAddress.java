package dev.userservice.keycloak;

import dev.userservice.web.LowerCase;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * The rule that a username with an {@code @} is the account's own e-mail address. Else whoever takes a stranger's address as
 * username keeps its owner from registering, and is found by that address.
 */
public final class OwnAddress {
    /** The key of the message that refuses such a username. */
    public static final String REFUSAL = "userServiceUsernameIsAddress";

    private static final Logger LOG = Logger.getLogger(OwnAddress.class);

    private OwnAddress() {}

    /** Is this username an address, and not this one? */
    public static boolean isOfAnother(String username, String email) {
        return username != null && username.indexOf('@') >= 0 && !LowerCase.same(username, email);
    }

    /**
     * Gives a user whose username was their address the new address as username, so that the old one names nobody any more. A name
     * that is somebody's already is not taken: then it is one that nobody can guess.
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
