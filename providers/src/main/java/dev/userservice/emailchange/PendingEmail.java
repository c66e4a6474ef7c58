package dev.userservice.emailchange;

import dev.userservice.web.LowerCase;
import java.util.Optional;
import org.keycloak.models.UserModel;

/**
 * A user's new e-mail address that is not proved yet. It is in the attribute in which Keycloak's own required action
 * UPDATE_EMAIL keeps it, so that each shows and withdraws what the other has begun.
 */
public final class PendingEmail {
    private PendingEmail() {}

    /** Returns the address; empty if the user has asked for none. */
    public static Optional<String> of(UserModel user) {
        return Optional.ofNullable(user.getFirstAttribute(UserModel.EMAIL_PENDING))
                .filter(address -> !address.isBlank());
    }

    /** Whether this address waits for its proof. */
    public static boolean is(UserModel user, String address) {
        return of(user).filter(pending -> LowerCase.same(pending, address)).isPresent();
    }
}
