package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Order;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.hibernate.Session;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.authorization.fgap.AdminPermissionsSchema;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.JpaUserPartialEvaluationProvider;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.entities.UserGroupMembershipEntity;
import org.keycloak.models.jpa.entities.UserRequiredActionEntity;
import org.keycloak.models.jpa.entities.UserRoleMappingEntity;

/**
 * The search for users in Keycloak's own tables, past its caches: what a page costs depends neither on how many users there
 * are nor on how many are on it. Users of a federation that does not import them are not in these tables, and service
 * accounts are no users.
 */
public final class UserSearch {
    private static final char ESCAPE = '\\';

    private final KeycloakSession session;
    private final EntityManager entities;
    private final RealmModel realm;
    private final Caller caller;
    private final boolean isOfAll;
    private final HibernateCriteriaBuilder criteria;
    private final Map<String, ManagedRoles.Givers> givers;

    /**
     * Searches for the caller of the call.
     *
     * @param isOfAll what {@link Caller#requireList} said
     */
    public UserSearch(ApiCall call, boolean isOfAll) {
        this.session = call.session();
        this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        this.realm = call.realm();
        this.caller = call.caller();
        this.isOfAll = isOfAll;
        this.criteria = entities.unwrap(Session.class).getCriteriaBuilder();
        this.givers = new ManagedRoles(session, call.tenancy()).givers();
    }

    /**
     * What is searched for; all of it together.
     *
     * @param prefix of the username, the e-mail address, the last name or the full name, in any case; null for any
     * @param role the highest that the user holds; null for any
     * @param active null for either
     * @param emailVerified null for either
     */
    public record Filter(String prefix, String role, Boolean active, Boolean emailVerified) {}

    /**
     * Where a user stands in an order.
     *
     * @param key the username, or the time of creation in milliseconds since 1970-01-01 UTC
     */
    public record Position(String key, String id) {}

    /** A user on a page. */
    public record Hit(Position position, UserRow user) {}

    /** How many there are. */
    public long count(Filter filter) {
        CriteriaQuery<Long> query = criteria.createQuery(Long.class);
        Root<UserEntity> user = query.from(UserEntity.class);
        query.select(criteria.count(user)).where(conditions(filter, query, user));
        return entities.createQuery(query).getSingleResult();
    }

    /**
     * A part of them.
     *
     * @param after where the page before ended; null for the start
     * @param offset how many to pass over from there
     */
    public List<Hit> page(Filter filter, UserSort sort, Position after, int offset, int limit) {
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<UserEntity> user = query.from(UserEntity.class);
        Expression<Long> created = criteria.coalesce(user.<Long>get("createdTimestamp"), criteria.literal(0L));
        List<Predicate> conditions = new ArrayList<>(List.of(conditions(filter, query, user)));
        if (after != null) {
            conditions.add(
                    sort.isByUsername()
                            ? beyond(sort, user.<String>get(UserModel.USERNAME), after.key())
                            : beyond(sort, created, user.get("id"), after));
        }
        query.select(criteria.array(
                        user.get("id"),
                        user.get(UserModel.USERNAME),
                        user.get(UserModel.FIRST_NAME),
                        user.get(UserModel.LAST_NAME),
                        user.get(UserModel.EMAIL),
                        user.get("enabled"),
                        user.get("emailVerified"),
                        user.get("createdTimestamp")))
                .where(conditions.toArray(Predicate[]::new));
        List<Expression<?>> keys =
                sort.isByUsername() ? List.of(user.get(UserModel.USERNAME)) : List.of(created, user.get("id"));
        query.orderBy(keys.stream()
                .<Order>map(key -> sort.isAscending() ? criteria.asc(key) : criteria.desc(key))
                .toList());
        List<Object[]> rows = entities.createQuery(query)
                .setFirstResult(offset)
                .setMaxResults(limit)
                .getResultList();
        return new UserPage(session, realm, givers)
                .of(rows).stream().map(row -> new Hit(position(sort, row), row)).toList();
    }

    private static Position position(UserSort sort, UserRow user) {
        String key = sort.isByUsername()
                ? user.username()
                : Long.toString(user.createdAt().map(Instant::toEpochMilli).orElse(0L));
        return new Position(key, user.id());
    }

    private Predicate beyond(UserSort sort, Expression<String> username, String last) {
        return sort.isAscending() ? criteria.greaterThan(username, last) : criteria.lessThan(username, last);
    }

    /** The first condition says nothing that the second does not, but is one that an index can serve. */
    private Predicate beyond(UserSort sort, Expression<Long> created, Expression<String> id, Position last) {
        long time = Long.parseLong(last.key());
        return sort.isAscending()
                ? criteria.and(
                        criteria.ge(created, time),
                        criteria.or(criteria.gt(created, time), criteria.greaterThan(id, last.id())))
                : criteria.and(
                        criteria.le(created, time),
                        criteria.or(criteria.lt(created, time), criteria.lessThan(id, last.id())));
    }

    private Predicate[] conditions(Filter filter, CriteriaQuery<?> query, Root<UserEntity> user) {
        List<Predicate> conditions = new ArrayList<>();
        conditions.add(criteria.equal(user.get("realmId"), realm.getId()));
        conditions.add(criteria.isNull(user.get("serviceAccountClientLink")));
        if (filter.prefix() != null) {
            conditions.add(startsWith(user, filter.prefix()));
        }
        if (filter.role() != null) {
            conditions.addAll(hasAsHighest(filter.role(), query, user));
        }
        if (filter.active() != null) {
            Predicate isInactive = isInactive(query, user);
            conditions.add(filter.active() ? criteria.not(isInactive) : isInactive);
        }
        if (filter.emailVerified() != null) {
            conditions.add(criteria.equal(user.get("emailVerified"), filter.emailVerified()));
        }
        if (!isOfAll) {
            conditions.addAll(caller.inContext(() -> AdminPermissionsSchema.SCHEMA.applyAuthorizationFilters(
                    session,
                    AdminPermissionsSchema.USERS,
                    new FineGrained(session, entities),
                    realm,
                    criteria,
                    query,
                    user)));
        }
        return conditions.toArray(Predicate[]::new);
    }

    /** Keycloak stores usernames and e-mail addresses in lower case. */
    private Predicate startsWith(Root<UserEntity> user, String prefix) {
        String pattern = prefix.toLowerCase(Locale.ROOT)
                        .replace("\\", "\\\\")
                        .replace("%", "\\%")
                        .replace("_", "\\_")
                + "%";
        Expression<String> fullName = criteria.concat(
                criteria.concat(criteria.coalesce(user.get(UserModel.FIRST_NAME), ""), " "),
                criteria.coalesce(user.get(UserModel.LAST_NAME), ""));
        return criteria.or(
                criteria.like(user.get(UserModel.USERNAME), pattern, ESCAPE),
                criteria.like(user.get(UserModel.EMAIL), pattern, ESCAPE),
                criteria.like(criteria.lower(user.get(UserModel.LAST_NAME)), pattern, ESCAPE),
                criteria.like(criteria.lower(fullName), pattern, ESCAPE));
    }

    private List<Predicate> hasAsHighest(String role, CriteriaQuery<?> query, Root<UserEntity> user) {
        if (!givers.containsKey(role)) {
            return List.of(criteria.disjunction());
        }
        List<Predicate> conditions = new ArrayList<>();
        for (Map.Entry<String, ManagedRoles.Givers> giver : givers.entrySet()) {
            Predicate holds = holds(giver.getValue(), query, user);
            if (giver.getKey().equals(role)) {
                conditions.add(holds);
                break;
            }
            conditions.add(criteria.not(holds));
        }
        return conditions;
    }

    private Predicate holds(ManagedRoles.Givers givers, CriteriaQuery<?> query, Root<UserEntity> user) {
        Predicate byMapping = user.get("id").in(owners(query, UserRoleMappingEntity.class, "roleId", givers.roles()));
        return givers.groups().isEmpty()
                ? byMapping
                : criteria.or(
                        byMapping,
                        user.get("id").in(owners(query, UserGroupMembershipEntity.class, "groupId", givers.groups())));
    }

    /** A union, because PostgreSQL has an index for each half of it and would use none for the two joined by OR. */
    private Predicate isInactive(CriteriaQuery<?> query, Root<UserEntity> user) {
        Subquery<String> disabled = query.subquery(String.class);
        Root<UserEntity> other = disabled.from(UserEntity.class);
        Predicate isOut = criteria.isFalse(other.get("enabled"));
        if (realm.isVerifyEmail()) {
            isOut = criteria.or(
                    isOut,
                    criteria.and(
                            criteria.isNotNull(other.get(UserModel.EMAIL)),
                            criteria.isFalse(other.get("emailVerified"))));
        }
        disabled.select(other.get("id")).where(criteria.equal(other.get("realmId"), realm.getId()), isOut);
        Subquery<String> pending =
                owners(query, UserRequiredActionEntity.class, "action", Activation.pendingActions(realm));
        return user.get("id").in(criteria.union(disabled, pending));
    }

    /** The ids of those who have a row in a table of theirs, with one of these values in it. */
    private static Subquery<String> owners(CriteriaQuery<?> query, Class<?> table, String column, Set<String> values) {
        Subquery<String> owners = query.subquery(String.class);
        Root<?> row = owners.from(table);
        owners.select(row.get("user").get("id")).where(row.get(column).in(values));
        return owners;
    }

    /** What Keycloak's filter asks for to look at the groups of users. */
    private record FineGrained(KeycloakSession session, EntityManager entities)
            implements JpaUserPartialEvaluationProvider {
        @Override
        public KeycloakSession getSession() {
            return session;
        }

        @Override
        public EntityManager getEntityManager() {
            return entities;
        }
    }
}
