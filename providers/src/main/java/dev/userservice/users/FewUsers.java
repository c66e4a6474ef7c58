package dev.userservice.users;

import dev.userservice.activity.LastLoginEntity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.models.RealmModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.models.jpa.entities.UserAttributeEntity;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.entities.UserRoleMappingEntity;

/**
 * Looks for a condition of a filter that only few users meet, so that a search need not look at any others. It asks one
 * index after the other, and reads no more than {@value #MOST} entries of each. Attributes and second factors are
 * looked for in all realms together, because Keycloak's tables of them do not name the realm; a role is of one realm.
 */
record FewUsers(
        EntityManager entities,
        HibernateCriteriaBuilder criteria,
        RealmModel realm,
        UserSearch search,
        Set<String> roles,
        boolean hasTrigrams) {
    static final int MOST = 1_000;

    /** Returns the ids of users among whom all are that match the filter; empty if none of its conditions is so narrow. */
    Optional<List<String>> of(UserSearch.Filter filter) {
        for (Supplier<List<String>> candidates : candidates(filter)) {
            List<String> ids = candidates.get();
            if (ids.size() <= MOST) {
                return Optional.of(ids);
            }
        }
        return Optional.empty();
    }

    private List<Supplier<List<String>>> candidates(UserSearch.Filter filter) {
        UserTraits traits = filter.traits();
        List<Supplier<List<String>>> all = new ArrayList<>();
        traits.attributes().forEach((name, value) -> {
            if (!TraitConditions.COLUMNS.contains(name)) {
                all.add(() -> withAttribute(name, value));
            } else if (!name.endsWith("Name")) {
                all.add(() -> matching(ofTraits(new UserTraits(
                        UserTraits.Span.ANY, UserTraits.Span.ANY, null, null, Map.of(name, value), null))));
            }
        });
        if (filter.prefix() != null) {
            all.add(() -> matching(new UserSearch.Filter(filter.prefix(), null, null, null, UserTraits.NONE)));
        }
        if (traits.middle() != null && hasTrigrams) {
            all.add(() -> matching(ofTraits(
                    new UserTraits(UserTraits.Span.ANY, UserTraits.Span.ANY, null, null, Map.of(), traits.middle()))));
        }
        if (!roles.isEmpty()) {
            all.add(this::withRole);
        }
        if (!traits.lastLogin().isAny()) {
            all.add(() -> loggedIn(traits));
        }
        if (!traits.created().isAny()) {
            all.add(() -> created(traits));
        }
        if (Boolean.TRUE.equals(traits.mfaEnabled())) {
            all.add(this::withSecondFactor);
        }
        if (Boolean.FALSE.equals(filter.active())) {
            all.add(() -> matching(new UserSearch.Filter(null, null, false, null, UserTraits.NONE)));
        }
        if (Boolean.FALSE.equals(filter.emailVerified())) {
            all.add(() -> matching(new UserSearch.Filter(null, null, null, false, UserTraits.NONE)));
        }
        return all;
    }

    private static UserSearch.Filter ofTraits(UserTraits traits) {
        return new UserSearch.Filter(null, null, null, null, traits);
    }

    /** Returns users by conditions that the planner serves by an index where few users meet them. */
    private List<String> matching(UserSearch.Filter one) {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<UserEntity> user = query.from(UserEntity.class);
        query.select(user.get("id")).where(search.conditions(one, query, user).toArray(Predicate[]::new));
        return first(query);
    }

    /** Sorts by what the index sorts by, which makes the planner use it: a range of one value, unlike the value, has an order. */
    private List<String> withAttribute(String name, String value) {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<UserAttributeEntity> attribute = query.from(UserAttributeEntity.class);
        Expression<String> stored = attribute.get("value");
        query.select(attribute.get("user").get("id"))
                .where(
                        criteria.equal(attribute.get("name"), name),
                        criteria.greaterThanOrEqualTo(stored, value),
                        criteria.lessThanOrEqualTo(stored, value))
                .orderBy(criteria.asc(stored));
        return first(query);
    }

    private List<String> withRole() {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<UserRoleMappingEntity> mapping = query.from(UserRoleMappingEntity.class);
        Expression<String> id = mapping.get("user").get("id");
        query.select(id).where(mapping.get("roleId").in(roles)).orderBy(criteria.asc(id));
        return first(query);
    }

    private List<String> loggedIn(UserTraits traits) {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<LastLoginEntity> login = query.from(LastLoginEntity.class);
        List<Predicate> all = new TraitConditions(criteria, traits).within(traits.lastLogin(), login.get("loggedInAt"));
        all.add(criteria.equal(login.get("realmId"), realm.getId()));
        query.select(login.get("userId"))
                .where(all.toArray(Predicate[]::new))
                .orderBy(criteria.asc(login.get("loggedInAt")), criteria.asc(login.get("userId")));
        return first(query);
    }

    private List<String> created(UserTraits traits) {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<UserEntity> user = query.from(UserEntity.class);
        TraitConditions conditions = new TraitConditions(criteria, traits);
        Expression<Long> time = conditions.created(user);
        List<Predicate> all = conditions.within(traits.created(), time);
        all.add(criteria.equal(user.get("realmId"), realm.getId()));
        query.select(user.get("id"))
                .where(all.toArray(Predicate[]::new))
                .orderBy(criteria.asc(time), criteria.asc(user.get("id")));
        return first(query);
    }

    private List<String> withSecondFactor() {
        CriteriaQuery<String> query = criteria.createQuery(String.class);
        Root<CredentialEntity> credential = query.from(CredentialEntity.class);
        Expression<String> id = credential.get("user").get("id");
        query.select(id)
                .where(criteria.equal(credential.get("type"), criteria.literal(OTPCredentialModel.TYPE)))
                .orderBy(criteria.asc(id));
        return first(query);
    }

    private List<String> first(CriteriaQuery<String> query) {
        return entities.createQuery(query).setMaxResults(MOST + 1).getResultList();
    }
}
