package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Deletes accounts whose activation was never completed: they hold usernames, addresses and other data of people who may never have
 * heard of them. Whoever has logged in, or has proved an address, is left alone.
 */
public final class PendingPurge {
    /** The detail of the event that says that nobody has deleted the account, but time. */
    public static final String PURGED = "never_activated";

    private static final int MOST = 1_000;

    /** The required action is looked for first: few users have it. */
    private static final String PENDING = """
            select u.id, u.realmId from UserRequiredActionEntity a join a.user u
            where a.action = :action and u.emailVerified = false and u.createdTimestamp < :before
            and u.serviceAccountClientLink is null
            and not exists (select 1 from UserServiceLastLogin l where l.userId = u.id)
            order by u.createdTimestamp""";

    private static final Duration LEAST = Duration.ofDays(1);

    private final KeycloakSessionFactory sessions;
    private final Settings settings;
    private final InstantSource clock;

    public PendingPurge(KeycloakSessionFactory sessions, Settings settings, InstantSource clock) {
        this.sessions = sessions;
        this.settings = settings;
        this.clock = clock;
    }

    private record Pending(String userId, String realmId) {}

    /** Deletes them, each in a transaction of its own; says how many there were. Two nodes at it do no harm. */
    public int run() {
        List<Pending> pending = KeycloakModelUtils.runJobInTransactionWithResult(sessions, this::oldest);
        int deleted = 0;
        for (Pending one : pending) {
            if (KeycloakModelUtils.runJobInTransactionWithResult(sessions, session -> delete(session, one))) {
                deleted++;
            }
        }
        return deleted;
    }

    private List<Pending> oldest(KeycloakSession session) {
        return entities(session)
                .createQuery(PENDING, Object[].class)
                .setParameter("action", Activation.REQUIRED_ACTION)
                .setParameter("before", clock.instant().minus(LEAST).toEpochMilli())
                .setMaxResults(MOST)
                .getResultStream()
                .map(row -> new Pending((String) row[0], (String) row[1]))
                .toList();
    }

    private boolean delete(KeycloakSession session, Pending one) {
        RealmModel realm = session.realms().getRealm(one.realmId());
        if (realm == null) {
            return false;
        }
        session.getContext().setRealm(realm);
        int days = settings.of(realm, Settings.PENDING_RETENTION);
        long before = clock.instant().minus(Duration.ofDays(days)).toEpochMilli();
        Optional<UserModel> user = Optional.ofNullable(session.users().getUserById(realm, one.userId()))
                .flatMap(found -> LockedUser.of(session, realm, found))
                .filter(found -> days > 0
                        && found.getCreatedTimestamp() != null
                        && found.getCreatedTimestamp() < before
                        && !found.isEmailVerified()
                        && Activation.isWanted(realm, found));
        return user.isPresent() && delete(session, realm, user.get());
    }

    private static boolean delete(KeycloakSession session, RealmModel realm, UserModel user) {
        String id = user.getId();
        if (!new UserManager(session).removeUser(realm, user)) {
            return false;
        }
        new EventBuilder(realm, session)
                .event(EventType.DELETE_ACCOUNT)
                .user(id)
                .detail(PURGED, "true")
                .success();
        return true;
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
