package dev.userservice.activity;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.TimeOrderedId;
import java.util.List;
import org.keycloak.models.KeycloakSession;

/**
 * A login of a user in the activity log: from where and with what.
 *
 * @param actorId the user, or an admin who has logged in in the place of the user
 * @param ipAddress null if it was not known
 * @param userAgent null if the request had none
 * @param createdAt in milliseconds since 1970-01-01 UTC
 */
public record EarlierLogin(String actorId, String ipAddress, String userAgent, long createdAt) {
    /**
     * Returns the newest logins of a user before a time, newest first, as the index of users and actions has them.
     *
     * @param before in milliseconds since 1970-01-01 UTC
     */
    public static List<EarlierLogin> before(KeycloakSession session, String userId, long before, int most) {
        return Entities.of(session)
                .createQuery("""
                        select a.actorId, a.ipAddress, a.userAgent, a.createdAt from UserServiceActivity a
                        where a.userId = :user and a.action = :login and a.id < :before
                        order by a.id desc""", EarlierLogin.class)
                .setParameter("user", userId)
                .setParameter("login", Action.LOGIN.id())
                .setParameter("before", TimeOrderedId.leastOf(before))
                .setMaxResults(most)
                .getResultList();
    }
}
