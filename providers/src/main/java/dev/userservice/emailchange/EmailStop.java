package dev.userservice.emailchange;

import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.SentCodes;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.keycloak.common.util.Time;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Stops a change of an address by the code that was sent to the address before it. If the change has taken effect, the
 * address comes back. All sessions of the user end, because somebody who was not the owner may have asked for the change.
 *
 * @param events creates an event of a type, which does not name the user yet
 */
record EmailStop(KeycloakSession session, Settings settings, Function<EventType, EventBuilder> events) {
    /** Whether the owner could redeem this code now. */
    boolean isGood(String code, UserModel owner) {
        return new OneTimeCodes(session)
                .owner(code, CodePurpose.EMAIL_STOP, isOf(owner))
                .isPresent();
    }

    /** Redeems a code. At most one of any number of calls succeeds. */
    Outcome redeem(String code, UserModel owner) {
        OneTimeCodes codes = new OneTimeCodes(session);
        Optional<String> former = new SentCodes(session).address(code);
        return former.flatMap(address ->
                        codes.redeem(code, CodePurpose.EMAIL_STOP, isOf(owner)).map(user -> stop(user, address)))
                .orElse(Outcome.INVALID_CODE);
    }

    private static BiPredicate<UserModel, String> isOf(UserModel owner) {
        return (user, sentTo) -> user.getId().equals(owner.getId());
    }

    private Outcome stop(UserModel user, String former) {
        new EmailChangeRequest(session, settings).withdraw(user);
        Outcome outcome = Outcome.DONE;
        if (!LowerCase.same(user.getEmail(), former)) {
            freeFromStranger(former);
            outcome = new AddressReplacement(session, events).replace(user, former);
        }
        RealmModel realm = session.getContext().getRealm();
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
        new UserSessions(session, realm)
                .endOthers(user, null, () -> events.apply(EventType.LOGOUT).user(user));
        return outcome;
    }

    /**
     * Takes the former address from an account that has never proved it. Otherwise whoever has changed the address could
     * register it again, so that it cannot come back.
     */
    private void freeFromStranger(String former) {
        RealmModel realm = session.getContext().getRealm();
        UserModel stranger =
                realm.isDuplicateEmailsAllowed() ? null : session.users().getUserByEmail(realm, former);
        if (stranger != null && !stranger.isEmailVerified()) {
            stranger.setEmail(null);
            OwnAddress.follow(session, realm, stranger, former);
            new OneTimeCodes(session).voidAll(stranger);
        }
    }
}
