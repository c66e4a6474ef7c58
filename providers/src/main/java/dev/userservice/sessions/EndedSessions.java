package dev.userservice.sessions;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.account.Logout;
import dev.userservice.keycloak.UserSessions;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.users.AccountStatus;
import dev.userservice.web.ApiProblem;
import java.util.List;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/** Ends sessions: the caller's own, or those of a user whom the caller may manage. Their tokens are refused from then on. */
record EndedSessions(ApiCall call) {
    /**
     * Ends the caller's sessions but the one of the call, which ends too if that is wanted.
     *
     * @throws ApiProblem as {@link RecentLogin#require}
     */
    void ofCaller(UserModel user, boolean includesCurrent, LoginProof proof) {
        new RecentLogin(call).require(proof);
        new AccountStatus(call).endOtherSessions(user);
        if (includesCurrent) {
            new Logout(call).logout(call.caller());
        }
    }

    /**
     * Ends the caller's session of this id, online and offline. A recent login is needed unless it is the one of the call.
     *
     * @throws ApiProblem 404 if the caller has none; and as {@link RecentLogin#require}
     */
    void ofCaller(UserModel user, String id, LoginProof proof) {
        CurrentSession current = CurrentSession.of(call);
        List<UserSessionModel> others =
                found(user, id).stream().filter(one -> !current.is(one)).toList();
        if (proof.isGiven() || !others.isEmpty() || !current.hasId(id)) {
            new RecentLogin(call).require(proof);
        }
        if (others.isEmpty() && !current.hasId(id)) {
            throw nothing();
        }
        for (UserSessionModel other : others) {
            EventBuilder logout = call.caller().event(EventType.LOGOUT).session(id);
            sessions().endAlone(other);
            logout.success();
        }
        if (current.hasId(id)) {
            new Logout(call).logout(call.caller());
        }
    }

    /**
     * Ends all sessions of a user.
     *
     * @throws ApiProblem 403 for a user above the caller
     */
    void of(UserModel user) {
        new RecentLogin(call).requireOfSelf(user.getId());
        new EscalationGuard(call).requireNotMorePrivileged(user);
        new AccountStatus(call).endSessions(user);
    }

    /**
     * Ends the session of a user that has this id, online and offline.
     *
     * @throws ApiProblem 403 for a user above the caller; 404 if the user has none
     */
    void of(UserModel user, String id) {
        new RecentLogin(call).requireOfSelf(user.getId());
        new EscalationGuard(call).requireNotMorePrivileged(user);
        List<UserSessionModel> found = found(user, id);
        if (found.isEmpty()) {
            throw nothing();
        }
        found.forEach(sessions()::endAlone);
        new AdminEvents(call).sessionsEnded(user, found.size());
    }

    /** Returns the user's sessions of this id; the online one comes before the offline one. */
    private List<UserSessionModel> found(UserModel user, String id) {
        return sessions().of(user).stream()
                .filter(session -> session.getId().equals(id))
                .toList();
    }

    private UserSessions sessions() {
        return new UserSessions(call.session(), call.realm());
    }

    private static ApiProblem nothing() {
        return ApiProblem.notFound("Session not found");
    }
}
