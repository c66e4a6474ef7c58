package dev.userservice.emailchange;

import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.SentCodes;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
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

    /**
     * Redeems a code. At most one of any number of calls succeeds.
     *
     * @return if not {@link Outcome#DONE}, nothing has changed: the transaction is marked for rollback, or the code is not
     *     valid
     */
    Outcome redeem(String code, UserModel owner) {
        OneTimeCodes codes = new OneTimeCodes(session);
        Optional<String> former = new SentCodes(session).address(code);
        // Both are locked at once, because two users whose addresses go round would wait for each other otherwise.
        former.flatMap(address -> holder(address, owner))
                .ifPresent(other -> LockedUser.hold(session, List.of(owner.getId(), other.getId())));
        return former.flatMap(address ->
                        codes.redeem(code, CodePurpose.EMAIL_STOP, isOf(owner)).map(user -> stop(user, address)))
                .orElse(Outcome.INVALID_CODE);
    }

    private static BiPredicate<UserModel, String> isOf(UserModel owner) {
        return (user, sentTo) -> user.getId().equals(owner.getId());
    }

    private Outcome stop(UserModel user, String former) {
        new EmailChangeRequest(session, settings).withdraw(user);
        if (!LowerCase.same(user.getEmail(), former)) {
            freeFromStranger(former, user);
            Outcome outcome = new AddressReplacement(session, events).replace(user, former);
            if (outcome != Outcome.DONE) {
                return outcome;
            }
        }
        RealmModel realm = session.getContext().getRealm();
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
        new UserSessions(session, realm)
                .endOthers(user, null, () -> events.apply(EventType.LOGOUT).user(user));
        return Outcome.DONE;
    }

    /**
     * Takes the former address from an account that has never proved it. Otherwise whoever has changed the address could
     * register it again, so that it cannot come back.
     */
    private void freeFromStranger(String former, UserModel owner) {
        RealmModel realm = session.getContext().getRealm();
        holder(former, owner)
                .flatMap(known -> LockedUser.of(session, realm, known))
                .filter(stranger -> LowerCase.same(stranger.getEmail(), former) && !stranger.isEmailVerified())
                .ifPresent(stranger -> {
                    stranger.setEmail(null);
                    OwnAddress.follow(session, realm, stranger, former);
                    new OneTimeCodes(session).voidAll(stranger);
                    events.apply(EventType.UPDATE_EMAIL)
                            .user(stranger)
                            .detail(Details.PREVIOUS_EMAIL, former)
                            .success();
                });
    }

    private Optional<UserModel> holder(String address, UserModel owner) {
        RealmModel realm = session.getContext().getRealm();
        return realm.isDuplicateEmailsAllowed()
                ? Optional.empty()
                : Optional.ofNullable(session.users().getUserByEmail(realm, address))
                        .filter(found -> !found.getId().equals(owner.getId()));
    }
}
