package dev.userservice.emailchange;

import dev.userservice.activation.Activation;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.OwnAddress;
import java.util.function.Function;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * Gives a locked user an address that is proved. Keycloak's UpdateEmail does the same, in realms where that required
 * action is enabled.
 *
 * @param events creates an event of a type, which does not name the user yet
 */
record AddressReplacement(KeycloakSession session, Function<EventType, EventBuilder> events) {
    /**
     * Replaces the address. Codes for the former one become void, and a username that was the former one follows.
     *
     * @return if not {@link Outcome#DONE}, the transaction is marked for rollback, and the code that was redeemed stays
     *     valid
     */
    Outcome replace(UserModel user, String address) {
        RealmModel realm = session.getContext().getRealm();
        String before = user.getEmail();
        if (isTaken(realm, user, address)) {
            session.getTransactionManager().setRollbackOnly();
            return Outcome.TAKEN;
        }
        try {
            user.setEmail(address);
            user.setEmailVerified(true);
            Activation.settle(user);
            OwnAddress.follow(session, realm, user, before);
            new OneTimeCodes(session).voidAll(user);
            // Another user may have got the address at this moment, on any node: the database decides.
            Entities.of(session).flush();
        } catch (ModelDuplicateException e) {
            session.getTransactionManager().setRollbackOnly();
            return Outcome.TAKEN;
        } catch (ReadOnlyException e) {
            session.getTransactionManager().setRollbackOnly();
            return Outcome.READ_ONLY;
        }
        events.apply(EventType.UPDATE_EMAIL)
                .user(user)
                .detail(Details.PREVIOUS_EMAIL, before)
                .detail(Details.UPDATED_EMAIL, address)
                .success();
        return Outcome.DONE;
    }

    private boolean isTaken(RealmModel realm, UserModel user, String address) {
        UserModel holder =
                realm.isDuplicateEmailsAllowed() ? null : session.users().getUserByEmail(realm, address);
        UserModel namesake = realm.isLoginWithEmailAllowed() ? session.users().getUserByUsername(realm, address) : null;
        return isOther(holder, user) || isOther(namesake, user);
    }

    private static boolean isOther(UserModel found, UserModel user) {
        return found != null && !found.getId().equals(user.getId());
    }
}
