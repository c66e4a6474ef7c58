package dev.userservice.metrics;

import dev.userservice.access.ClosedOrganizations;
import dev.userservice.access.PlatformRealm;
import dev.userservice.access.Tenancy;
import dev.userservice.activation.Activation;
import dev.userservice.activity.ActivityEntity;
import dev.userservice.activity.ActivityRow;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.TimeOrderedId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.TypedQuery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * Reads the figures of many tenants from the tables, always with the same number of statements, however many tenants
 * there are. A realm is a tenant by the rule of {@link Tenancy}, except for the platform, which has no users worth
 * counting.
 */
public final class TenantFigures {
    private static final Duration RECENTLY = Duration.ofHours(24);

    /** The condition for realms {@code r} that serve the API. */
    private static final String IS_TENANT = """
            r.name <> :master and r.id <> :platform and exists (select 1 from ClientEntity c where c.realmId = r.id
            and c.clientId = :client and c.enabled = true and c.publicClient = false and c.bearerOnly = false)""";

    /**
     * Counts the users of each realm before the realms are selected, and finds the pending required actions once for
     * all users. Otherwise, a database would read its users by realm, page by page, and look up the actions of each
     * user. A realm that verifies addresses counts its active users in another way. A member managed by a
     * {@linkplain ClosedOrganizations closed organization} is active in neither. Nested conditions in parentheses are
     * avoided, because Hibernate's parser keeps tables about each of them in memory as long as the server runs.
     */
    private static final String USERS =
            """
            select r.id, r.name, n.total, case when r.verifyEmail = true then n.proved else n.enabled end, n.verified
            from RealmEntity r left join (
              select u.realmId as realmId, count(u.id) as total,
                count(case when u.enabled = true and c.userId is null and p.toActivate is null then 1
                  when u.enabled = true and c.userId is null and u.email is not null and u.emailVerified = true then 1
                  end) as enabled,
                count(case when u.enabled = true and c.userId is null and u.email is null and p.userId is null then 1
                  when u.enabled = true and c.userId is null and u.email is not null and u.emailVerified = true then 1
                  end) as proved,
                count(case when u.emailVerified = true then 1 end) as verified
              from UserEntity u left join (
                select a.user.id as userId, max(case when a.action = '%1$s' then 1 end) as toActivate
                from UserRequiredActionEntity a where a.action in ('%1$s', '%2$s') group by a.user.id
              ) p on p.userId = u.id left join (
                select distinct om.user.id as userId from UserGroupMembershipEntity om
                join OrganizationEntity o on o.groupId = om.groupId left join RealmAttributeEntity ra
                on ra.realm.id = o.realmId and ra.name = 'organizationsEnabled' and ra.value = 'true'
                where :organizations = true and om.membershipType = 'MANAGED' and (o.enabled = false or ra.name is null)
              ) c on c.userId = u.id
              where u.serviceAccountClientLink is null group by u.realmId
            ) n on n.realmId = r.id
            where %%s order by r.name""".formatted(Activation.REQUIRED_ACTION, UserModel.RequiredAction.VERIFY_EMAIL);

    /** The time is a query parameter; otherwise each call would be a new statement that the database must plan. */
    private static final String LOGINS = """
            select r.id, count(a.id) from UserServiceActivity a, RealmEntity r
            where %s and a.realmId = r.id and a.action = 'login' and a.id >= :since group by r.id""";

    /** Selects the newest rows of each realm by the primary key, and then the newest of these. */
    private static final String NEWEST = """
            select a from RealmEntity r join lateral (
              select x.realmId as realmId, x.id as id from UserServiceActivity x
              where x.realmId = r.id order by x.id desc limit :most
            ) n join UserServiceActivity a on a.realmId = n.realmId and a.id = n.id
            where %s order by a.id desc""";

    private final EntityManager entities;
    private final String platformId;
    private final InstantSource clock;

    public TenantFigures(KeycloakSession session, InstantSource clock) {
        this.entities = Entities.of(session);
        this.platformId = PlatformRealm.of(session).id().orElse("");
        this.clock = clock;
    }

    /** The numbers of users of a tenant. */
    public record Users(String realmId, String name, long total, long active, long verified) {}

    /**
     * The figures of a tenant.
     *
     * @param logins the number of logins in the last 24 hours
     */
    public record Figures(Users users, long logins) {}

    /**
     * Returns the numbers of users of all tenants, by name, or of one tenant, with one statement.
     *
     * @param realmId empty for all tenants
     */
    public List<Users> users(Optional<String> realmId) {
        return asked(realmId, USERS, Tuple.class)
                .setParameter("organizations", Profile.isFeatureEnabled(Profile.Feature.ORGANIZATION))
                .getResultStream()
                .map(row -> new Users(
                        row.get(0, String.class),
                        row.get(1, String.class),
                        number(row, 2),
                        number(row, 3),
                        number(row, 4)))
                .toList();
    }

    /** Returns a number of users, which is null in a realm without any. */
    private static long number(Tuple row, int column) {
        return Objects.requireNonNullElse(row.get(column, Long.class), 0L);
    }

    /**
     * Returns the figures of all tenants, by name, or of one tenant, with two statements.
     *
     * @param realmId empty for all tenants
     */
    public List<Figures> all(Optional<String> realmId) {
        Map<String, Long> logins = new HashMap<>();
        asked(realmId, LOGINS, Tuple.class)
                .setParameter("since", TimeOrderedId.leastOf(clock.millis() - RECENTLY.toMillis()))
                .getResultStream()
                .forEach(row -> logins.put(row.get(0, String.class), row.get(1, Long.class)));
        return users(realmId).stream()
                .map(users -> new Figures(users, logins.getOrDefault(users.realmId(), 0L)))
                .toList();
    }

    /**
     * Returns the newest rows in the activity logs of all tenants, or of one.
     *
     * @param realmId empty for all tenants
     */
    public List<ActivityRow> newest(Optional<String> realmId, int most) {
        return asked(realmId, NEWEST, ActivityEntity.class)
                .setParameter("most", most)
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
                        .setParameter("platform", platformId)
                        .setParameter("client", Tenancy.API_CLIENT));
        return asked;
    }
}
