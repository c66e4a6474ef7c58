package dev.userservice.users;

import dev.userservice.activity.LastLoginEntity;
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

/** The users of a realm who have logged in, by the time of their last login. */
record LoginSegment(
        EntityManager entities, HibernateCriteriaBuilder criteria, RealmModel realm, boolean isAscending, UserFit fit)
        implements SearchSegment {
    @Override
    public Optional<Position> walk(Position after, int rows) {
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<LastLoginEntity> login = query.from(LastLoginEntity.class);
        query.select(criteria.array(time(login), id(login)))
                .where(range(login, after, null).toArray(Predicate[]::new))
                .orderBy(keyset(login).orders(time(login), id(login)));
        return entities.createQuery(query)
                .setFirstResult(rows)
                .setMaxResults(1)
                .getResultStream()
                .findFirst()
                .map(LoginSegment::position);
    }

    @Override
    public List<Position> find(Scope scope, int offset, int limit) {
        CriteriaQuery<Object[]> query = criteria.createQuery(Object[].class);
        Root<LastLoginEntity> login = query.from(LastLoginEntity.class);
        // Few users are not looked for along the index of all.
        Expression<Long> sorted = scope.ids() == null ? time(login) : criteria.sum(time(login), 0L);
        query.select(criteria.array(time(login), id(login)))
                .where(matching(query, login, scope))
                .orderBy(keyset(login).orders(sorted, id(login)));
        return entities.createQuery(query).setFirstResult(offset).setMaxResults(limit).getResultList().stream()
                .map(LoginSegment::position)
                .toList();
    }

    @Override
    public long count(Scope scope, int most) {
        JpaCriteriaQuery<Long> query = criteria.createQuery(Long.class);
        JpaSubQuery<Tuple> found = query.subquery(Tuple.class);
        Root<LastLoginEntity> login = found.from(LastLoginEntity.class);
        found.multiselect(id(login).alias("id"))
                .where(matching(query, login, scope))
                .fetch(most);
        query.from(found);
        query.select(criteria.count());
        return entities.createQuery(query).getSingleResult();
    }

    private Predicate[] matching(CriteriaQuery<?> query, Root<LastLoginEntity> login, Scope scope) {
        List<Predicate> all = range(login, scope.after(), scope.end());
        if (scope.ids() != null) {
            all.add(id(login).in(scope.ids()));
        }
        all.add(fit.of(query, id(login)));
        return all.toArray(Predicate[]::new);
    }

    private List<Predicate> range(Root<LastLoginEntity> login, Position after, Position end) {
        List<Predicate> all = new ArrayList<>();
        all.add(criteria.equal(login.get("realmId"), realm.getId()));
        UserTraits traits = fit.filter().traits();
        all.addAll(new TraitConditions(criteria, traits).within(traits.lastLogin(), time(login)));
        if (after != null) {
            all.add(keyset(login).beyond(Long.valueOf(after.key()), after.id()));
        }
        if (end != null) {
            all.add(keyset(login).upTo(Long.valueOf(end.key()), end.id()));
        }
        return all;
    }

    private Keyset<Long> keyset(Root<LastLoginEntity> login) {
        return new Keyset<>(criteria, time(login), id(login), isAscending);
    }

    private static Expression<Long> time(Root<LastLoginEntity> login) {
        return login.get("loggedInAt");
    }

    private static Expression<String> id(Root<LastLoginEntity> login) {
        return login.get("userId");
    }

    private static Position position(Object[] row) {
        return new Position(row[0].toString(), (String) row[1]);
    }
}
