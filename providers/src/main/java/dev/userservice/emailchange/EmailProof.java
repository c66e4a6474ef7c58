package dev.userservice.emailchange;

import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
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
        return user.map(locked -> new AddressReplacement(session, events)
                        .replace(locked, PendingEmail.of(locked).orElseThrow()))
                .orElse(Outcome.INVALID_CODE);
    }

    private static BiPredicate<UserModel, String> mayRedeem(UserModel owner) {
        return (user, sentTo) -> user.getId().equals(owner.getId()) && PendingEmail.is(user, sentTo);
    }
}
