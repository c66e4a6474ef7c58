package dev.userservice.activity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.EmbeddedTurns;
import dev.userservice.keycloak.Entities;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.keycloak.events.Event;
import org.keycloak.models.KeycloakSession;

/** The store of each user's last login, whatever the way of the login. */
public final class LastLogins {
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final int MOST = 50_000;

    /** What this node has read or recorded lately, by the user's id: about 10 MB. */
    private static final Cache<String, LoginRead> LATELY =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(KEPT).build();

    private LastLogins() {}

    /**
     * Returns when the user of a token last logged in, for the user's own applications, which ask often: without a
     * statement if this node has read it in the last 30 seconds. The login of the token itself is always included, and
     * so is any login at this node.
     *
     * @param issued when the token was issued
     */
    public static Optional<Instant> ofToken(KeycloakSession session, String userId, Instant issued) {
        LoginRead lately = LATELY.getIfPresent(userId);
        if (lately == null || !lately.knowsLoginOf(issued)) {
            Instant now = Instant.now();
            lately = remember(userId, new LoginRead(of(session, userId), now));
        }
        return lately.time();
    }

    private static LoginRead remember(String userId, LoginRead read) {
        return LATELY.asMap().merge(userId, read, LoginRead::later);
    }

    /** Returns when the user last logged in; empty if never. */
    public static Optional<Instant> of(KeycloakSession session, String userId) {
        return Optional.ofNullable(Entities.of(session).find(LastLoginEntity.class, userId))
                .map(row -> Instant.ofEpochMilli(row.loggedInAt()));
    }

    /** Returns the times for several users by their ids, without those who never logged in. */
    public static Map<String, Instant> of(KeycloakSession session, Collection<String> ids) {
        Map<String, Instant> times = new HashMap<>();
        Entities.of(session)
                .createQuery(
                        "select userId, loggedInAt from UserServiceLastLogin where userId in (:ids)", Object[].class)
                .setParameter("ids", ids)
                .getResultList()
                .forEach(row -> times.put((String) row[0], Instant.ofEpochMilli((Long) row[1])));
        return times;
    }

    /** Records a login before the first one here, of a user whom this session has just created. */
    public static void add(KeycloakSession session, String realmId, String userId, Instant time) {
        Entities.of(session).persist(new LastLoginEntity(userId, realmId, time.toEpochMilli()));
    }

    /** Records a login as part of the login's transaction. Two concurrent first logins of a user do not conflict. */
    public static void record(KeycloakSession session, Event login) {
        record(session, login.getRealmId(), login.getUserId(), Instant.ofEpochMilli(login.getTime()));
    }

    /** Records a login by its time; one that is earlier than the recorded login changes nothing. */
    public static void record(KeycloakSession session, String realmId, String userId, Instant time) {
        EmbeddedTurns.take(session, Entities.of(session), userId);
        Entities.of(session)
                .createQuery("""
                        insert into UserServiceLastLogin (userId, realmId, loggedInAt) values (:user, :realm, :time)
                        on conflict (userId) do update set loggedInAt = excluded.loggedInAt
                        where loggedInAt < excluded.loggedInAt""")
                .setParameter("user", userId)
                .setParameter("realm", realmId)
                .setParameter("time", time.toEpochMilli())
                .executeUpdate();
        AfterTransaction.ifCommitted(session, () -> remember(userId, new LoginRead(Optional.of(time), Instant.now())));
    }
}
