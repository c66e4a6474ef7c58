package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Caller;
import dev.userservice.access.ManagedRoles;
import dev.userservice.access.UserRights;
import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Order;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Selection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.UserEntity;

/**
 * Searches for users in Keycloak's own tables, without its caches: the cost of a page depends neither on how many users
 * there are nor on how many are on the page. Users of a federation that does not import them are not in these tables,
 * and service accounts do not count as users.
 */
final class UserSearch {
    /** How many users of an order are looked at for a page of a common prefix: a few milliseconds. */
    private static final int WALKED = 20_000;

    private final KeycloakSession session;
    private final EntityManager entities;
    private final RealmModel realm;
    private final Caller caller;
    private final boolean isOfAll;
    private final HibernateCriteriaBuilder criteria;
    private final ManagedRoles managed;
    private final UserConditions conditions;

    /**
     * Creates a search for the caller of the call.
     *
     * @param isOfAll the result of {@link UserRights#requireList}
     */
    public UserSearch(ApiCall call, boolean isOfAll) {
        this.session = call.session();
        this.entities = Entities.of(session);
        this.realm = call.realm();
        this.caller = call.caller();
        this.isOfAll = isOfAll;
        this.criteria = entities.unwrap(Session.class).getCriteriaBuilder();
        this.managed = new ManagedRoles(session, call.tenancy());
        this.conditions = new UserConditions(session, entities, criteria, realm, managed);
    }

    /**
     * The conditions of a search; a user must meet all of them.
     *
     * @param prefix of the username, the e-mail address, the last name or the full name, in any case; null for any
     * @param role the highest role that the user holds; null for any
     * @param active null for either
     * @param emailVerified null for either
     * @param traits the conditions that only {@link BoundedSearch} serves
     */
    public record Filter(String prefix, String role, Boolean active, Boolean emailVerified, UserTraits traits) {
        Filter withoutRole() {
            return new Filter(prefix, null, active, emailVerified, traits);
        }

        Filter with(UserTraits others) {
            return new Filter(prefix, role, active, emailVerified, others);
        }

        boolean isEmpty() {
            return prefix == null && role == null && active == null && emailVerified == null && traits.isEmpty();
        }
    }

    /**
     * The position of a user in an order.
     *
     * @param key the username, the e-mail address, or a time in milliseconds since 1970-01-01 UTC
     */
    public record Position(String key, String id) {}

    /** A user on a page. */
    public record Hit(Position position, UserRow user) {}

    /** Returns how many users match the filter, at most {@code most}. */
    public long count(Filter filter, int most) {
        UserCount count = new UserCount(entities, criteria, realm, managed, conditions);
        Optional<Long> ofRole =
                isOfAll ? count.ofRarePrefix(filter).or(() -> count.ofRole(filter, most)) : Optional.empty();
        return ofRole.orElseGet(
                () -> count.of((query, user) -> conditions(filter, query, user).toArray(Predicate[]::new), most));
    }

    /**
     * Returns a page of the users that match a prefix which very many users have. Their order is walked along for a while, which finds
     * the page if they are everywhere in it; a search would sort all of them.
     */
    public List<Hit> pageOfCommonPrefix(Filter filter, UserSort sort, int offset, int limit) {
        Optional<String> end = sort.isByUsername() ? usernameAfter(WALKED, sort) : Optional.empty();
        List<Hit> found = end.isEmpty() ? List.of() : page(filter, sort, null, end.get(), offset, limit);
        return found.size() == limit ? found : page(filter, sort, null, offset, limit);
    }

    private Optional<String> usernameAfter(int users, UserSort sort) {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<UserEntity> user = query.from(UserEntity.class);
        Expression<String> username = user.get(UserModel.USERNAME);
        query.select(username)
                .where(criteria.equal(user.get("realmId"), realm.getId()))
                .orderBy(sort.isAscending() ? criteria.asc(username) : criteria.desc(username));
        return entities.createQuery(query)
                .setFirstResult(users)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /**
     * Returns a page of the users that match the filter.
     *
     * @param after the position where the previous page ended; null for the first page
     * @param offset how many users to skip from there
     */
    public List<Hit> page(Filter filter, UserSort sort, Position after, int offset, int limit) {
        return page(filter, sort, after, null, offset, limit);
    }

    /** @param end the last username that is looked at in the order by username; null for all */
    private List<Hit> page(Filter filter, UserSort sort, Position after, String end, int offset, int limit) {
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<UserEntity> user = query.from(UserEntity.class);
        Expression<Long> created = criteria.coalesce(user.<Long>get("createdTimestamp"), criteria.literal(0L));
        List<Predicate> all = conditions(filter, query, user);
        if (after != null) {
            all.add(
                    sort.isByUsername()
                            ? beyond(sort, user.<String>get(UserModel.USERNAME), after.key())
                            : beyond(sort, created, user.get("id"), after));
        }
        if (end != null) {
            Expression<String> username = user.get(UserModel.USERNAME);
            all.add(
                    sort.isAscending()
                            ? criteria.lessThanOrEqualTo(username, end)
                            : criteria.greaterThanOrEqualTo(username, end));
        }
        query.select(columns(user)).where(all.toArray(Predicate[]::new));
        query.orderBy(order(sort, user, created, filter.prefix() != null && end == null).stream()
                .<Order>map(key -> sort.isAscending() ? criteria.asc(key) : criteria.desc(key))
                .toList());
        List<Object[]> rows = entities.createQuery(query)
                .setFirstResult(offset)
                .setMaxResults(limit)
                .getResultList();
        return new UserPage(session, realm, managed)
                .of(rows).stream().map(row -> new Hit(position(sort, row), row)).toList();
    }

    /**
     * Returns the sort keys. A search sorts its results by an expression that no index contains: PostgreSQL
     * overestimates how many users match a prefix, and would read all users in their order until it had found enough.
     */
    private List<Expression<?>> order(
            UserSort sort, Root<UserEntity> user, Expression<Long> created, boolean isSearch) {
        if (sort.isByUsername()) {
            Expression<String> username = user.get(UserModel.USERNAME);
            return List.of(isSearch ? criteria.concat(username, "") : username);
        }
        return List.of(isSearch ? criteria.sum(created, 0L) : created, user.get("id"));
    }

    /** Returns the users with these ids, in any order. */
    List<UserRow> rows(List<String> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<UserEntity> user = query.from(UserEntity.class);
        query.select(columns(user)).where(user.get("id").in(ids));
        return new UserPage(session, realm, managed)
                .of(entities.createQuery(query).getResultList());
    }

    /** Returns what {@link UserPage} needs of each user. */
    private Selection<Object[]> columns(Root<UserEntity> user) {
        return criteria.array(
                user.get("id"),
                user.get(UserModel.USERNAME),
                user.get(UserModel.FIRST_NAME),
                user.get(UserModel.LAST_NAME),
                user.get(UserModel.EMAIL),
                user.get("enabled"),
                user.get("emailVerified"),
                user.get("createdTimestamp"));
    }

    /** Returns the conditions for the users whom the filter matches and the caller may see. */
    List<Predicate> conditions(Filter filter, CriteriaQuery<?> query, Root<UserEntity> user) {
        List<Predicate> all = new ArrayList<>(conditions.of(filter, query, user));
        if (!isOfAll) {
            all.addAll(conditions.visibleTo(caller, query, user));
        }
        return all;
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

    /**
     * Returns the condition for users beyond the last one. Its first part is implied by the second, but an index can
     * serve it.
     */
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
}
