package dev.userservice.activity;

import dev.userservice.keycloak.EmbeddedTurns;
import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.keycloak.events.Event;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** The store of each user's last login, whatever the way of the login. */
public final class LastLogins {
    private LastLogins() {}

    /** Returns when the user last logged in; empty if never. */
    public static Optional<Instant> of(KeycloakSession session, UserModel user) {
        return of(session, user.getId());
    }

    public static Optional<Instant> of(KeycloakSession session, String userId) {
        return Optional.ofNullable(entities(session).find(LastLoginEntity.class, userId))
                .map(row -> Instant.ofEpochMilli(row.loggedInAt()));
    }

    /** Returns the times for several users by their ids, without those who never logged in. */
    public static Map<String, Instant> of(KeycloakSession session, Collection<String> ids) {
        Map<String, Instant> times = new HashMap<>();
        entities(session)
                .createQuery(
                        "select userId, loggedInAt from UserServiceLastLogin where userId in (:ids)", Object[].class)
                .setParameter("ids", ids)
                .getResultList()
                .forEach(row -> times.put((String) row[0], Instant.ofEpochMilli((Long) row[1])));
        return times;
    }

    /** Records a login as part of the login's transaction. Two concurrent first logins of a user do not conflict. */
    public static void record(KeycloakSession session, Event login) {
        EmbeddedTurns.take(session, entities(session), login.getUserId());
        entities(session)
                .createQuery("""
                        insert into UserServiceLastLogin (userId, realmId, loggedInAt) values (:user, :realm, :time)
                        on conflict (userId) do update set loggedInAt = excluded.loggedInAt
                        where loggedInAt < excluded.loggedInAt""")
                .setParameter("user", login.getUserId())
                .setParameter("realm", login.getRealmId())
                .setParameter("time", login.getTime())
                .executeUpdate();
    }

    public static void forget(KeycloakSession session, UserModel user) {
        entities(session)
                .createQuery("delete from UserServiceLastLogin where userId = :user")
                .setParameter("user", user.getId())
                .executeUpdate();
    }

    public static void forget(KeycloakSession session, RealmModel realm) {
        entities(session)
                .createQuery("delete from UserServiceLastLogin where realmId = :realm")
                .setParameter("realm", realm.getId())
                .executeUpdate();
    }

    private static EntityManager entities(KeycloakSession session) {
        return Entities.of(session);
    }
}
