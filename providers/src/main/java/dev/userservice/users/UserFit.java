package dev.userservice.users;

import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.models.jpa.entities.UserEntity;

/**
 * Whether a user whose id is known matches a filter. It is a number that is looked up for each id: PostgreSQL would turn
 * "exists" or "in" into a join, and might begin that join with the largest table.
 */
record UserFit(UserSearch search, HibernateCriteriaBuilder criteria, UserSearch.Filter filter) {
    Predicate of(CriteriaQuery<?> query, Expression<String> id) {
        Subquery<Long> number = query.subquery(Long.class);
        Root<UserEntity> user = number.from(UserEntity.class);
        Predicate[] all = search.conditions(filter, query, user).toArray(Predicate[]::new);
        number.select(criteria.count(user)).where(criteria.and(all), criteria.equal(user.get("id"), id));
        return criteria.gt(number, 0L);
    }
}
