package dev.userservice.sessions;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.UserSessions;
import java.util.Optional;
import org.keycloak.models.UserSessionModel;

/**
 * The session to which the token of the request belongs. An offline session that was made in an online one may have the
 * same id, but is another session.
 *
 * @param session empty for a token without a session in this tenant, such as that of a vendor
 */
record CurrentSession(Optional<UserSessionModel> session) {
    static CurrentSession of(ApiCall call) {
        return new CurrentSession(call.caller().ownSession());
    }

    boolean is(UserSessionModel other) {
        return session.filter(own -> own.getId().equals(other.getId())
                        && UserSessions.isOffline(own) == UserSessions.isOffline(other))
                .isPresent();
    }

    boolean hasId(String id) {
        return session.filter(own -> own.getId().equals(id)).isPresent();
    }
}
