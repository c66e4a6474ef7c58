package dev.userservice.users;

import dev.userservice.activity.LastLoginEntity;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.models.jpa.entities.UserAttributeEntity;
import org.keycloak.models.jpa.entities.UserEntity;

/**
 * The conditions of {@link UserTraits}. What is in another table is a number or a time that is looked up by the user's
 * id: PostgreSQL would join "exists" and "not exists" to the whole of the other table, however few users are asked about.
 */
record TraitConditions(HibernateCriteriaBuilder criteria, UserTraits traits) {
    /** The attributes that are columns of the user's row, by the same names. */
    static final Set<String> COLUMNS =
            Set.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);

    private static final char ESCAPE = '\\';

    List<Predicate> of(CriteriaQuery<?> query, Root<UserEntity> user) {
        List<Predicate> all = new ArrayList<>(within(traits.created(), created(user)));
        if (!traits.lastLogin().isAny()) {
            all.addAll(within(traits.lastLogin(), lastLogin(query, user)));
        }
        if (traits.neverLoggedIn() != null) {
            all.add(exists(logins(query, user), !traits.neverLoggedIn()));
        }
        if (traits.mfaEnabled() != null) {
            all.add(exists(secondFactors(query, user), traits.mfaEnabled()));
        }
        traits.attributes().forEach((name, value) -> all.add(has(query, user, name, value)));
        if (traits.middle() != null) {
            all.add(contains(user, traits.middle()));
        }
        return all;
    }

    /** Returns the time of creation; a user without one was created before Keycloak recorded it. */
    Expression<Long> created(Root<UserEntity> user) {
        return criteria.coalesce(user.<Long>get("createdTimestamp"), criteria.literal(0L));
    }

    List<Predicate> within(UserTraits.Span span, Expression<Long> time) {
        List<Predicate> all = new ArrayList<>();
        if (span.from() != null) {
            all.add(criteria.ge(time, span.from()));
        }
        if (span.before() != null) {
            all.add(criteria.lt(time, span.before()));
        }
        return all;
    }

    private Expression<Long> lastLogin(CriteriaQuery<?> query, Root<UserEntity> user) {
        Subquery<Long> time = query.subquery(Long.class);
        Root<LastLoginEntity> login = time.from(LastLoginEntity.class);
        return time.select(login.get("loggedInAt")).where(criteria.equal(login.get("userId"), user.get("id")));
    }

    private Expression<Long> logins(CriteriaQuery<?> query, Root<UserEntity> user) {
        Subquery<Long> number = query.subquery(Long.class);
        Root<LastLoginEntity> login = number.from(LastLoginEntity.class);
        return number.select(criteria.count(login)).where(criteria.equal(login.get("userId"), user.get("id")));
    }

    private Expression<Long> secondFactors(CriteriaQuery<?> query, Root<UserEntity> user) {
        Subquery<Long> number = query.subquery(Long.class);
        Root<CredentialEntity> credential = number.from(CredentialEntity.class);
        return number.select(criteria.count(credential))
                .where(
                        criteria.equal(credential.get("user").get("id"), user.get("id")),
                        criteria.equal(credential.get("type"), criteria.literal(OTPCredentialModel.TYPE)));
    }

    private Predicate has(CriteriaQuery<?> query, Root<UserEntity> user, String name, String value) {
        if (COLUMNS.contains(name)) {
            return criteria.equal(user.get(name), value);
        }
        Subquery<Long> number = query.subquery(Long.class);
        Root<UserAttributeEntity> attribute = number.from(UserAttributeEntity.class);
        number.select(criteria.count(attribute))
                .where(
                        criteria.equal(attribute.get("user").get("id"), user.get("id")),
                        criteria.equal(attribute.get("name"), name),
                        criteria.equal(attribute.get("value"), value));
        return exists(number, true);
    }

    /** Returns whether there is one; "less than one" is taken to be more frequent than "equal to none", which it may be. */
    private Predicate exists(Expression<Long> number, boolean isWanted) {
        return isWanted ? criteria.gt(number, 0L) : criteria.lt(number, 1L);
    }

    /**
     * Returns the condition for a text within the names, by the expression that the trigram index has. A tab, which no
     * such text has, keeps one name apart from the next.
     */
    private Predicate contains(Root<UserEntity> user, String text) {
        String pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
        Expression<String> names = joined(
                joined(
                        joined(text(user, UserModel.USERNAME), "\t", text(user, UserModel.EMAIL)),
                        "\t",
                        text(user, UserModel.FIRST_NAME)),
                " ",
                text(user, UserModel.LAST_NAME));
        return criteria.like(criteria.lower(names), criteria.lower(criteria.literal(pattern)), ESCAPE);
    }

    private Expression<String> joined(Expression<String> first, String between, Expression<String> second) {
        return criteria.concat(criteria.concat(first, criteria.literal(between)), second);
    }

    private Expression<String> text(Root<UserEntity> user, String name) {
        return criteria.coalesce(user.<String>get(name), criteria.literal(""));
    }
}
