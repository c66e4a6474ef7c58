package dev.userservice.activation;

import java.util.stream.Stream;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * The mark of a user who was invited and has not accepted yet. It is a required action beside that of the activation, so
 * that whatever proves the address or makes the account active removes it too. Keycloak knows no such action and passes
 * over it; that of the activation is what keeps the user out.
 */
public final class Invited {
    /** The required action; queries refer to it as well. */
    public static final String REQUIRED_ACTION = "user-service-invitation";

    /** The detail of a VERIFY_EMAIL event that says that the address was proved by accepting an invitation. */
    public static final String ACCEPTED = "invitation_accepted";

    private Invited() {}

    /** Marks a new user, who has no password. */
    public static void mark(UserModel user) {
        Stream.of(Activation.REQUIRED_ACTION, REQUIRED_ACTION).forEach(user::addRequiredAction);
    }

    /** Whether the user can still accept the invitation. */
    public static boolean is(UserModel user) {
        return !Activation.isProved(user) && user.getRequiredActionsStream().anyMatch(REQUIRED_ACTION::equals);
    }

    /**
     * Whether the invitation is the only way into the account. An admin may have set a password meanwhile; then the user
     * awaits activation like any other.
     */
    static boolean hasNoPassword(UserModel user) {
        return is(user) && !user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE);
    }

    /** Makes the account active after its user has accepted. */
    public static void settle(UserModel user) {
        Activation.proveAddress(user);
    }
}
