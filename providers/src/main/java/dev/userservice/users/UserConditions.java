package dev.userservice.users;

import dev.userservice.access.Caller;
import dev.userservice.access.ClosedOrganizations;
import dev.userservice.access.ManagedRoles;
import dev.userservice.activation.Activation;
import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.authorization.fgap.AdminPermissionsSchema;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.JpaUserPartialEvaluationProvider;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.entities.UserGroupMembershipEntity;
import org.keycloak.models.jpa.entities.UserRequiredActionEntity;
import org.keycloak.models.jpa.entities.UserRoleMappingEntity;

/**
 * The conditions of a query for the users of a search. A condition that few users meet is a set of ids that the
 * database reads from an index, or a union where there are two ways to meet it. A condition that most users meet is
 * checked for each user while the page is filled.
 */
public final class UserConditions {
    private static final char ESCAPE = '\\';

    private final KeycloakSession session;
    private final EntityManager entities;
    private final HibernateCriteriaBuilder criteria;
    private final RealmModel realm;
    private final ManagedRoles managed;
    private final boolean hasClosed;

    UserConditions(
            KeycloakSession session,
            EntityManager entities,
            HibernateCriteriaBuilder criteria,
            RealmModel realm,
            ManagedRoles managed) {
        this.session = session;
        this.entities = entities;
        this.criteria = criteria;
        this.realm = realm;
        this.managed = managed;
        this.hasClosed = ClosedOrganizations.mayBeIn(session);
    }

    /** Returns the conditions for the users of the realm that match the filter, without service accounts. */
    List<Predicate> of(UserSearch.Filter filter, CriteriaQuery<?> query, Root<UserEntity> user) {
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
            conditions.add(filter.active() ? isActive(query, user) : isInactive(query, user));
        }
        if (filter.emailVerified() != null) {
            conditions.add(criteria.equal(user.get("emailVerified"), filter.emailVerified()));
        }
        conditions.addAll(new TraitConditions(criteria, filter.traits()).of(query, user));
        return conditions;
    }

    /**
     * Returns the conditions for the users that Keycloak's own list would show to the caller by fine-grained admin
     * permissions.
     */
    List<Predicate> visibleTo(Caller caller, CriteriaQuery<?> query, Root<UserEntity> user) {
        return caller.inContext(() -> AdminPermissionsSchema.SCHEMA.applyAuthorizationFilters(
                session, AdminPermissionsSchema.USERS, new Groups(session, entities), realm, criteria, query, user));
    }

    /**
     * Returns the condition for a prefix. Keycloak stores usernames and e-mail addresses in lower case; for names, the
     * database determines the lower case.
     */
    private Predicate startsWith(Root<UserEntity> user, String prefix) {
        String pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
        String lower = pattern.toLowerCase(Locale.ROOT);
        Expression<String> ofNames = criteria.lower(criteria.literal(pattern));
        Expression<String> fullName = criteria.concat(
                criteria.concat(criteria.coalesce(user.get(UserModel.FIRST_NAME), ""), " "),
                criteria.coalesce(user.get(UserModel.LAST_NAME), ""));
        return criteria.or(
                criteria.like(user.get(UserModel.USERNAME), lower, ESCAPE),
                criteria.like(user.get(UserModel.EMAIL), lower, ESCAPE),
                criteria.like(criteria.lower(user.get(UserModel.LAST_NAME)), ofNames, ESCAPE),
                criteria.like(criteria.lower(fullName), ofNames, ESCAPE));
    }

    private List<Predicate> hasAsHighest(String role, CriteriaQuery<?> query, Root<UserEntity> user) {
        Map<String, ManagedRoles.Givers> givers = managed.givers();
        if (!givers.containsKey(role)) {
            return List.of(criteria.disjunction());
        }
        List<Predicate> conditions = new ArrayList<>();
        for (Map.Entry<String, ManagedRoles.Givers> giver : givers.entrySet()) {
            boolean isTheOne = giver.getKey().equals(role);
            if (isTheOne) {
                conditions.add(holds(giver.getValue(), query, user));
                break;
            }
            conditions.add(criteria.not(holdsByItself(giver.getValue(), query, user)));
        }
        return conditions;
    }

    private Predicate holds(ManagedRoles.Givers givers, CriteriaQuery<?> query, Root<UserEntity> user) {
        boolean isEverybodys = givers.roles().contains(realm.getDefaultRole().getId());
        if (isEverybodys) {
            return holdsByItself(givers, query, user);
        }
        Subquery<String> mapped = owners(query, UserRoleMappingEntity.class, "roleId", givers.roles());
        return user.get("id")
                .in(
                        givers.groups().isEmpty()
                                ? mapped
                                : criteria.union(
                                        mapped,
                                        owners(query, UserGroupMembershipEntity.class, "groupId", givers.groups())));
    }

    private Predicate holdsByItself(ManagedRoles.Givers givers, CriteriaQuery<?> query, Root<UserEntity> user) {
        Predicate byMapping = has(query, user, UserRoleMappingEntity.class, "roleId", givers.roles());
        return givers.groups().isEmpty()
                ? byMapping
                : criteria.or(byMapping, has(query, user, UserGroupMembershipEntity.class, "groupId", givers.groups()));
    }

    private Predicate isActive(CriteriaQuery<?> query, Root<UserEntity> user) {
        Predicate isPending =
                has(query, user, UserRequiredActionEntity.class, "action", Activation.pendingActions(realm));
        Predicate isActive =
                criteria.and(criteria.not(isOut(user)), criteria.or(isProved(user), criteria.not(isPending)));
        return hasClosed
                ? criteria.and(
                        isActive, criteria.not(user.get("id").in(ClosedOrganizations.members(realm, criteria, query))))
                : isActive;
    }

    private Predicate isInactive(CriteriaQuery<?> query, Root<UserEntity> user) {
        Subquery<String> out = query.subquery(String.class);
        Root<UserEntity> other = out.from(UserEntity.class);
        out.select(other.get("id")).where(criteria.equal(other.get("realmId"), realm.getId()), isOut(other));
        Subquery<String> pending =
                owners(query, UserRequiredActionEntity.class, "action", Activation.pendingActions(realm));
        Predicate isInactive = criteria.and(
                user.get("id").in(criteria.union(out, pending)),
                criteria.or(criteria.isFalse(user.get("enabled")), criteria.not(isProved(user))));
        return hasClosed
                ? criteria.or(isInactive, user.get("id").in(ClosedOrganizations.members(realm, criteria, query)))
                : isInactive;
    }

    /** Returns the condition of {@link Activation#isProved}: no required action of such a user counts. */
    private Predicate isProved(Root<UserEntity> user) {
        return criteria.and(criteria.isNotNull(user.get(UserModel.EMAIL)), criteria.isTrue(user.get("emailVerified")));
    }

    /** Returns the condition for users who are inactive by their own row alone. */
    private Predicate isOut(Root<UserEntity> user) {
        Predicate isDisabled = criteria.isFalse(user.get("enabled"));
        return realm.isVerifyEmail()
                ? criteria.or(
                        isDisabled,
                        criteria.and(
                                criteria.isNotNull(user.get(UserModel.EMAIL)),
                                criteria.isFalse(user.get("emailVerified"))))
                : isDisabled;
    }

    /** Returns the ids of the users who have a row with one of these values in another table. */
    private static Subquery<String> owners(CriteriaQuery<?> query, Class<?> table, String column, Set<String> values) {
        Subquery<String> owners = query.subquery(String.class);
        Root<?> row = owners.from(table);
        owners.select(row.get("user").get("id")).where(row.get(column).in(values));
        return owners;
    }

    /** Returns the condition that the user has such a row. */
    private Predicate has(
            CriteriaQuery<?> query, Root<UserEntity> user, Class<?> table, String column, Set<String> values) {
        Subquery<Integer> own = query.subquery(Integer.class);
        Root<?> row = own.from(table);
        own.select(criteria.literal(1))
                .where(
                        criteria.equal(row.get("user").get("id"), user.get("id")),
                        row.get(column).in(values));
        return criteria.exists(own);
    }

    /** The access to the database that Keycloak's filter needs in order to read the groups of users. */
    private record Groups(KeycloakSession session, EntityManager entities) implements JpaUserPartialEvaluationProvider {
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
