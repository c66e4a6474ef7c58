package dev.userservice.users;

import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Order;
import jakarta.persistence.criteria.Predicate;
import java.util.List;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;

/**
 * An order by a key and then the id, and the conditions for what is behind or before a position in it. The first part of
 * each condition is implied by the second, but an index can serve it.
 *
 * @param key an expression of the query that an index contains
 */
record Keyset<T extends Comparable<? super T>>(
        HibernateCriteriaBuilder criteria, Expression<T> key, Expression<String> id, boolean isAscending) {
    Predicate beyond(T last, String lastId) {
        return isAscending ? above(last, lastId) : below(last, lastId, false);
    }

    /** Returns the condition for everything up to the position. */
    Predicate upTo(T last, String lastId) {
        return isAscending
                ? below(last, lastId, true)
                : criteria.and(
                        criteria.greaterThanOrEqualTo(key, last),
                        criteria.or(criteria.greaterThan(key, last), criteria.greaterThanOrEqualTo(id, lastId)));
    }

    private Predicate above(T last, String lastId) {
        return criteria.and(
                criteria.greaterThanOrEqualTo(key, last),
                criteria.or(criteria.greaterThan(key, last), criteria.greaterThan(id, lastId)));
    }

    private Predicate below(T last, String lastId, boolean isIncluded) {
        return criteria.and(
                criteria.lessThanOrEqualTo(key, last),
                criteria.or(
                        criteria.lessThan(key, last),
                        isIncluded ? criteria.lessThanOrEqualTo(id, lastId) : criteria.lessThan(id, lastId)));
    }

    List<Order> orders(Expression<?>... keys) {
        return List.of(keys).stream()
                .<Order>map(one -> isAscending ? criteria.asc(one) : criteria.desc(one))
                .toList();
    }
}
