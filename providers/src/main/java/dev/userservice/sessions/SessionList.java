package dev.userservice.sessions;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.web.JsonAnswer;
import java.util.Comparator;
import java.util.List;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/**
 * The sessions of a user, those used last first.
 *
 * @param sessions at most {@value #MOST}
 */
record SessionList(@JsonValue List<SessionView> sessions) implements JsonAnswer {
    /** A program that logs in for each of its calls leaves very many sessions. */
    static final int MOST = 1_000;

    SessionList {
        sessions = List.copyOf(sessions);
    }

    static SessionList of(ApiCall call, UserModel user) {
        CurrentSession current = CurrentSession.of(call);
        return new SessionList(new UserSessions(call.session(), call.realm())
                .of(user).stream()
                        .sorted(Comparator.comparing(UserSessionModel::getLastSessionRefresh)
                                .reversed())
                        .limit(MOST)
                        .map(session -> SessionView.of(session, current.is(session)))
                        .toList());
    }
}
