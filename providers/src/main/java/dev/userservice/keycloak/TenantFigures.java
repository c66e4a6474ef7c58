package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.TypedQuery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * What the tables say of many tenants at once: always as many statements, however many tenants there are. A realm is a tenant if
 * {@link Tenancy} says so, except for the platform, which has no users of its own to speak of.
 */
public final class TenantFigures {
    private static final Duration RECENTLY = Duration.ofHours(24);

    /** Realms {@code r} that serve the API. */
    private static final String IS_TENANT = """
            r.name not in (:master, :platform) and exists (select 1 from ClientEntity c where c.realmId = r.id
            and c.clientId = :client and c.enabled = true and c.publicClient = false and c.bearerOnly = false)""";

    /** No service account. */
    private static final String IS_USER = "u.realmId = r.id and u.serviceAccountClientLink is null";

    /** Not disabled, and need not prove their address first. */
    private static final String IS_IN =
            "u.enabled = true and (r.verifyEmail = false or u.email is null or u.emailVerified = true)";

    /** What keeps one out until it is done. */
    private static final String IS_PENDING =
            "select 1 from UserRequiredActionEntity a where a.user = u and (a.action = '"
                    + Activation.REQUIRED_ACTION + "' or (r.verifyEmail = true and a.action = '"
                    + UserModel.RequiredAction.VERIFY_EMAIL + "'))";

    private final EntityManager entities;
    private final String platform;
    private final InstantSource clock;

    public TenantFigures(KeycloakSession session, String platform, InstantSource clock) {
        this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        this.platform = platform;
        this.clock = clock;
    }

    /** How many users a tenant has. */
    public record Users(String realmId, String name, long total, long active, long verified) {}

    /**
     * The figures of a tenant.
     *
     * @param logins how many there were in the last 24 hours
     */
    public record Figures(Users users, long logins) {}

    /**
     * The users of all tenants, by name; or of one. One statement.
     *
     * @param realmId empty for all
     */
    public List<Users> users(Optional<String> realmId) {
        return asked(
                        realmId,
                        "select r.id, r.name, count(u.id), sum(case when " + IS_IN + " and not exists (" + IS_PENDING
                                + ") then 1 else 0 end), sum(case when u.emailVerified = true then 1 else 0 end)"
                                + " from RealmEntity r left join UserEntity u on " + IS_USER
                                + " where %s group by r.id, r.name order by r.name",
                        Tuple.class)
                .getResultStream()
                .map(row -> new Users(
                        row.get(0, String.class),
                        row.get(1, String.class),
                        row.get(2, Long.class),
                        row.get(3, Long.class),
                        row.get(4, Long.class)))
                .toList();
    }

    /**
     * The figures of all tenants, by name; or of one. Two statements.
     *
     * @param realmId empty for all
     */
    public List<Figures> all(Optional<String> realmId) {
        Map<String, Long> logins = new HashMap<>();
        asked(
                        realmId,
                        "select r.id, count(a.id) from UserServiceActivity a, RealmEntity r where %s and a.realmId = r.id"
                                + " and a.action = 'login' and a.id >= '"
                                + TimeOrderedId.leastOf(clock.millis() - RECENTLY.toMillis()) + "' group by r.id",
                        Tuple.class)
                .getResultStream()
                .forEach(row -> logins.put(row.get(0, String.class), row.get(1, Long.class)));
        return users(realmId).stream()
                .map(users -> new Figures(users, logins.getOrDefault(users.realmId(), 0L)))
                .toList();
    }

    /**
     * The newest rows of the activity logs of all tenants, or of one.
     *
     * @param realmId empty for all
     */
    public List<ActivityRow> newest(Optional<String> realmId, int most) {
        return asked(
                        realmId,
                        "select a from UserServiceActivity a, RealmEntity r where %s and a.realmId = r.id order by a.id desc",
                        ActivityEntity.class)
                .setMaxResults(most)
                .getResultStream()
                .map(ActivityEntity::row)
                .toList();
    }

    private <T> TypedQuery<T> asked(Optional<String> realmId, String query, Class<T> type) {
        TypedQuery<T> asked =
                entities.createQuery(query.formatted(realmId.isPresent() ? "r.id = :realm" : IS_TENANT), type);
        realmId.ifPresentOrElse(
                id -> asked.setParameter("realm", id),
                () -> asked.setParameter("master", Config.getAdminRealm())
                        .setParameter("platform", platform)
                        .setParameter("client", Tenancy.API_CLIENT));
        return asked;
    }
}
