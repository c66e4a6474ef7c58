package dev.userservice.users;

import dev.userservice.access.ManagedRoles;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.criteria.Path;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.hibernate.query.criteria.JpaCriteriaQuery;
import org.hibernate.query.criteria.JpaDerivedRoot;
import org.hibernate.query.criteria.JpaSubQuery;
import org.keycloak.models.RealmModel;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.entities.UserRoleMappingEntity;

/** Counts the users that match a filter, up to a bound, since a count takes as long as what it counts. */
record UserCount(
        EntityManager entities,
        HibernateCriteriaBuilder criteria,
        RealmModel realm,
        ManagedRoles managed,
        UserConditions conditions) {
    /** How many users are looked at one by one, before the side of the role is the cheaper one. */
    private static final int FEW = 1_000;

    /** The conditions for a user, which may have subqueries of the query. */
    interface Conditions {
        Predicate[] of(JpaCriteriaQuery<?> query, Root<UserEntity> user);
    }

    /** Counts users, at most {@code most}. */
    long of(Conditions matching, int most) {
        JpaCriteriaQuery<Long> query = criteria.createQuery(Long.class);
        return rows(query, found(matching, query, most));
    }

    private static JpaSubQuery<Tuple> found(Conditions matching, JpaCriteriaQuery<?> query, int most) {
        JpaSubQuery<Tuple> found = query.subquery(Tuple.class);
        Root<UserEntity> user = found.from(UserEntity.class);
        found.multiselect(user.get("id").alias("id"))
                .where(matching.of(query, user))
                .fetch(most);
        return found;
    }

    /**
     * Counts the same users from the side of the role that the filter names, of which there may be few among many users. PostgreSQL
     * would read all users for them.
     *
     * @return empty if the role is not the highest one, if everybody holds it, or if groups give it
     */
    Optional<Long> ofRole(UserSearch.Filter filter, int most) {
        return roles(filter.role()).map(roles -> {
            JpaCriteriaQuery<Long> query = criteria.createQuery(Long.class);
            JpaSubQuery<Tuple> found = query.subquery(Tuple.class);
            Root<UserRoleMappingEntity> mapping = found.from(UserRoleMappingEntity.class);
            Path<String> id = mapping.get("user").get("id");
            found.multiselect(id.alias("id"))
                    .distinct(roles.size() > 1)
                    .where(mapping.get("roleId").in(roles), matches(filter.withoutRole(), query, found, id))
                    .fetch(most);
            return rows(query, found);
        });
    }

    /**
     * Counts the same users from the side of the rest of the filter, if it has a prefix and few users match it. From the side of the role,
     * each of its holders would be looked up.
     *
     * @return empty if the filter has no prefix, if more than {@value #FEW} users match, or where {@link #ofRole} is empty too
     */
    Optional<Long> ofRarePrefix(UserSearch.Filter filter) {
        Optional<Set<String>> roles = filter.prefix() == null ? Optional.empty() : roles(filter.role());
        Conditions rest = (query, user) ->
                conditions.of(filter.withoutRole(), query, user).toArray(Predicate[]::new);
        if (roles.isEmpty() || of(rest, FEW + 1) > FEW) {
            return Optional.empty();
        }
        JpaCriteriaQuery<Long> query = criteria.createQuery(Long.class);
        JpaDerivedRoot<Tuple> user = query.from(found(rest, query, FEW));
        Subquery<Integer> held = query.subquery(Integer.class);
        Root<UserRoleMappingEntity> mapping = held.from(UserRoleMappingEntity.class);
        held.select(criteria.literal(1))
                .where(
                        mapping.get("roleId").in(roles.get()),
                        criteria.equal(mapping.get("user").get("id"), user.get("id")));
        query.select(criteria.count()).where(criteria.exists(held));
        return Optional.of(entities.createQuery(query).getSingleResult());
    }

    private Optional<Set<String>> roles(String name) {
        if (name == null || !name.equals(managed.highestFirst().get(0))) {
            return Optional.empty();
        }
        Map<String, ManagedRoles.Givers> givers = managed.givers();
        return Optional.ofNullable(givers.get(name))
                .filter(giver -> giver.groups().isEmpty()
                        && !giver.roles().contains(realm.getDefaultRole().getId()))
                .map(ManagedRoles.Givers::roles);
    }

    private Predicate matches(
            UserSearch.Filter rest, JpaCriteriaQuery<?> query, JpaSubQuery<?> found, Path<String> id) {
        if (rest.isEmpty()) {
            // The realm's few service accounts are read once, instead of the row of each holder of the role.
            Subquery<String> accounts = found.subquery(String.class);
            Root<UserEntity> user = accounts.from(UserEntity.class);
            accounts.select(user.get("id"))
                    .where(
                            criteria.equal(user.get("realmId"), realm.getId()),
                            criteria.isNotNull(user.get("serviceAccountClientLink")));
            return criteria.not(id.in(accounts));
        }
        // A number, unlike "exists", is looked up for each row by the user's id.
        Subquery<Long> fitting = found.subquery(Long.class);
        Root<UserEntity> user = fitting.from(UserEntity.class);
        Predicate[] all = conditions.of(rest, query, user).toArray(Predicate[]::new);
        fitting.select(criteria.count(user)).where(criteria.and(all), criteria.equal(user.get("id"), id));
        return criteria.gt(fitting, 0L);
    }

    private long rows(JpaCriteriaQuery<Long> query, JpaSubQuery<Tuple> found) {
        query.from(found);
        query.select(criteria.count());
        return entities.createQuery(query).getSingleResult();
    }
}
