package dev.userservice.access;

import java.time.Instant;
import java.util.Optional;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;

/**
 * When the person behind a token has logged in: {@code auth_time} of OpenID Connect Core, section 2, in whole seconds. A
 * refresh does not renew it.
 *
 * <p>Without that claim, which the client scope {@code basic} adds, what Keycloak has noted of the session counts. But the
 * person may have logged in again in that session, which says nothing about an older token. So the note counts only for
 * tokens that are not older.
 */
final class LoginTime {
    private LoginTime() {}

    /**
     * Returns the time; empty if nobody has logged in for this token as far as anything tells. That is so for a token that a
     * service has exchanged for another one: it got the token without the person, long after the login perhaps. It is so
     * too for an admin who impersonates somebody, and for a session that began by another system's assertion, for both of
     * which Keycloak notes no time.
     */
    static Optional<Instant> of(AuthResult proof, TokenRoles carried) {
        Long issued = proof.token().getIat();
        if (carried.isExchanged() || issued == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(proof.token().getAuth_time())
                .filter(time -> time > 0)
                // The clocks of two nodes differ a little.
                .map(time -> Math.min(time, issued))
                .or(() -> noted(proof.session()).filter(time -> time <= issued))
                .map(Instant::ofEpochSecond);
    }

    private static Optional<Long> noted(UserSessionModel session) {
        try {
            return Optional.ofNullable(session)
                    .map(known -> known.getNote(AuthenticationManager.AUTH_TIME))
                    .map(Long::valueOf);
        } catch (NumberFormatException e) {
            // Anybody may write notes into a session, such as another extension.
            return Optional.empty();
        }
    }
}
