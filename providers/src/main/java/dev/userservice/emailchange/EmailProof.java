package dev.userservice.emailchange;

import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.mail.MailContext;
import dev.userservice.settings.Settings;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * The proof of a new address by the code that was sent to it. Only the owner of the account can give it: a stranger who
 * gets such a mail must not prove the address for somebody else's account by a click.
 *
 * @param events creates an event of a type, which does not name the user yet
 */
public record EmailProof(KeycloakSession session, Function<EventType, EventBuilder> events) {
    /** Whether the owner could redeem this code now. */
    boolean isGood(String code, UserModel owner) {
        return new OneTimeCodes(session)
                .owner(code, CodePurpose.EMAIL_PROOF, mayRedeem(owner))
                .isPresent();
    }

    /**
     * Redeems a code: the new address takes effect, and is proved. At most one of any number of calls succeeds.
     *
     * @param owner the user of the account, who has proved to be that
     */
    public Outcome redeem(String code, UserModel owner) {
        Optional<UserModel> user = new OneTimeCodes(session).redeem(code, CodePurpose.EMAIL_PROOF, mayRedeem(owner));
        return user.map(this::replace).orElse(Outcome.INVALID_CODE);
    }

    private Outcome replace(UserModel user) {
        Optional<String> proved = Optional.ofNullable(user.getEmail()).filter(own -> user.isEmailVerified());
        Outcome outcome = new AddressReplacement(session, events)
                .replace(user, PendingEmail.of(user).orElseThrow());
        if (outcome == Outcome.DONE) {
            new EmailChangeRequest(session, Settings.ofThisServer())
                    .guardOn(user, proved, MailContext.of(session, user, null));
        }
        return outcome;
    }

    private static BiPredicate<UserModel, String> mayRedeem(UserModel owner) {
        return (user, sentTo) -> user.getId().equals(owner.getId()) && PendingEmail.is(user, sentTo);
    }
}
