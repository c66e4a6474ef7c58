package dev.userservice.users;

import dev.userservice.users.UserSearch.Position;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.hibernate.query.criteria.JpaCriteriaQuery;
import org.hibernate.query.criteria.JpaSubQuery;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.UserEntity;

/**
 * The users of a realm by the username, the e-mail address or the time of creation.
 *
 * @param key what the segment is sorted by; {@link UserSort.Key#LAST_LOGIN} stands for users who have never logged in,
 *     sorted by the time of creation
 */
record UserSegment(
        EntityManager entities,
        HibernateCriteriaBuilder criteria,
        RealmModel realm,
        UserSort.Key key,
        boolean isAscending,
        UserFit fit)
        implements SearchSegment {
    @Override
    public Optional<Position> walk(Position after, int rows) {
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<UserEntity> user = query.from(UserEntity.class);
        // The index of usernames does not contain the id, and is enough without the table: the position is before every
        // user of this name.
        Expression<String> id = key == UserSort.Key.USERNAME ? criteria.literal("") : user.get("id");
        query.select(criteria.array(key(user), id))
                .where(range(user, after, null).toArray(Predicate[]::new))
                .orderBy(keyset(user).orders(key == UserSort.Key.USERNAME ? keys(key(user)) : keys(key(user), id)));
        return entities.createQuery(query)
                .setFirstResult(rows)
                .setMaxResults(1)
                .getResultStream()
                .findFirst()
                .map(this::position);
    }

    @Override
    public List<Position> find(Scope scope, int offset, int limit) {
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<UserEntity> user = query.from(UserEntity.class);
        Expression<?> sorted = scope.ids() == null ? key(user) : unindexed(user);
        query.select(criteria.array(key(user), user.get("id")))
                .where(matching(query, user, scope))
                .orderBy(keyset(user).orders(keys(sorted, user.get("id"))));
        return entities.createQuery(query).setFirstResult(offset).setMaxResults(limit).getResultList().stream()
                .map(this::position)
                .toList();
    }

    @Override
    public long count(Scope scope, int most) {
        JpaCriteriaQuery<Long> query = criteria.createQuery(Long.class);
        JpaSubQuery<Tuple> found = query.subquery(Tuple.class);
        Root<UserEntity> user = found.from(UserEntity.class);
        found.multiselect(user.get("id").alias("id"))
                .where(matching(query, user, scope))
                .fetch(most);
        query.from(found);
        query.select(criteria.count());
        return entities.createQuery(query).getSingleResult();
    }

    private Predicate[] matching(CriteriaQuery<?> query, Root<UserEntity> user, Scope scope) {
        List<Predicate> all = range(user, scope.after(), scope.end());
        all.add(criteria.isNull(user.get("serviceAccountClientLink")));
        if (scope.ids() != null) {
            all.add(user.get("id").in(scope.ids()));
        }
        all.add(fit.of(query, user.get("id")));
        return all.toArray(Predicate[]::new);
    }

    /** Returns the conditions for a part of the index: the realm, the span of time that it is sorted by, and the positions. */
    private List<Predicate> range(Root<UserEntity> user, Position after, Position end) {
        List<Predicate> all = new ArrayList<>();
        all.add(criteria.equal(user.get("realmId"), realm.getId()));
        if (!isByName()) {
            TraitConditions traits = new TraitConditions(criteria, fit.filter().traits());
            all.addAll(traits.within(traits.traits().created(), traits.created(user)));
        }
        if (after != null) {
            all.add(
                    isByName()
                            ? names(user).beyond(after.key(), after.id())
                            : times(user).beyond(time(after), after.id()));
        }
        if (end != null) {
            all.add(
                    isByName()
                            ? names(user).upTo(end.key(), end.id())
                            : times(user).upTo(time(end), end.id()));
        }
        return all;
    }

    private boolean isByName() {
        return key == UserSort.Key.USERNAME || key == UserSort.Key.EMAIL;
    }

    private Keyset<?> keyset(Root<UserEntity> user) {
        return isByName() ? names(user) : times(user);
    }

    private Keyset<String> names(Root<UserEntity> user) {
        Expression<String> name = key == UserSort.Key.USERNAME
                ? user.get(UserModel.USERNAME)
                : criteria.coalesce(user.<String>get(UserModel.EMAIL), criteria.literal(""));
        return new Keyset<>(criteria, name, user.get("id"), isAscending);
    }

    private Keyset<Long> times(Root<UserEntity> user) {
        TraitConditions traits = new TraitConditions(criteria, fit.filter().traits());
        return new Keyset<>(criteria, traits.created(user), user.get("id"), isAscending);
    }

    private Expression<?> key(Root<UserEntity> user) {
        return keyset(user).key();
    }

    /** Returns the key as an expression that no index contains, so that few users are not looked for along an index of all. */
    private Expression<?> unindexed(Root<UserEntity> user) {
        return isByName()
                ? criteria.concat(names(user).key(), "")
                : criteria.sum(times(user).key(), 0L);
    }

    private static Expression<?>[] keys(Expression<?>... keys) {
        return keys;
    }

    private long time(Position position) {
        String text = position.key();
        return Long.parseLong(text.startsWith(UserSort.NEVER) ? text.substring(UserSort.NEVER.length()) : text);
    }

    private Position position(Object[] row) {
        String prefix = key == UserSort.Key.LAST_LOGIN ? UserSort.NEVER : "";
        return new Position(prefix + row[0], (String) row[1]);
    }
}
