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

    private final EntityManager entities;
    private final String platform;
    private final InstantSource clock;

    public TenantFigures(ApiCall call, InstantSource clock) {
        this.entities = call.session().getProvider(JpaConnectionProvider.class).getEntityManager();
        this.platform = call.tenancy().platform();
        this.clock = clock;
    }

    /**
     * The figures of a tenant.
     *
     * @param logins how many there were in the last 24 hours
     */
    public record Figures(String realmId, String name, long users, long active, long verified, long logins) {}

    /**
     * The figures of all tenants, by name; or of one.
     *
     * @param realmId empty for all
     */
    public List<Figures> all(Optional<String> realmId) {
        Map<String, Long> pending = numbers(
                realmId,
                "select r.id, count(distinct u.id) from UserRequiredActionEntity a join a.user u, RealmEntity r where %s and "
                        + IS_USER + " and " + IS_IN + " and (a.action = '" + Activation.REQUIRED_ACTION
                        + "' or (r.verifyEmail = true and a.action = '" + UserModel.RequiredAction.VERIFY_EMAIL
                        + "')) group by r.id");
        Map<String, Long> logins = numbers(
                realmId,
                "select r.id, count(a.id) from UserServiceActivity a, RealmEntity r where %s and a.realmId = r.id"
                        + " and a.action = 'login' and a.id >= '"
                        + TimeOrderedId.leastOf(clock.millis() - RECENTLY.toMillis()) + "' group by r.id");
        return tuples(
                        realmId,
                        "select r.id, r.name, count(u.id), sum(case when " + IS_IN + " then 1 else 0 end),"
                                + " sum(case when u.emailVerified = true then 1 else 0 end)"
                                + " from RealmEntity r left join UserEntity u on " + IS_USER
                                + " where %s group by r.id, r.name order by r.name")
                .stream()
                .map(row -> {
                    String id = row.get(0, String.class);
                    return new Figures(
                            id,
                            row.get(1, String.class),
                            row.get(2, Long.class),
                            // Two statements: somebody may be gone in between.
                            Math.max(0, row.get(3, Long.class) - pending.getOrDefault(id, 0L)),
                            row.get(4, Long.class),
                            logins.getOrDefault(id, 0L));
                })
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

    private Map<String, Long> numbers(Optional<String> realmId, String query) {
        Map<String, Long> numbers = new HashMap<>();
        tuples(realmId, query).forEach(row -> numbers.put(row.get(0, String.class), row.get(1, Long.class)));
        return numbers;
    }

    private List<Tuple> tuples(Optional<String> realmId, String query) {
        return asked(realmId, query, Tuple.class).getResultList();
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
