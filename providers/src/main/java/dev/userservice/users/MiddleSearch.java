package dev.userservice.users;

import dev.userservice.web.FieldErrors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.Locale;
import org.hibernate.Session;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.keycloak.models.RealmModel;

/**
 * When a search for a text in the middle of a name is possible: the trigram index of PostgreSQL needs three characters, and
 * without the index the users of a realm are read.
 */
final class MiddleSearch {
    /** The name that an administrator gives the index who makes it after the first start. */
    static final String INDEX = "IX_US_USER_MIDDLE";

    private static final int SHORTEST = 3;

    /** How many users a realm may have without the index. */
    private static final int MOST_READ = 50_000;

    private MiddleSearch() {}

    /** Adds to the errors, at {@code q}, why such a search is not possible, and what to do. */
    static void check(EntityManager entities, RealmModel realm, String text, FieldErrors errors) {
        if (text.codePointCount(0, text.length()) < SHORTEST) {
            errors.add(
                    "q",
                    "A search in the middle of a name needs at least " + SHORTEST
                            + " characters; without the * it finds what begins with the text");
        } else if (!isIndexed(entities) && isLarge(entities, realm)) {
            errors.add(
                    "q",
                    "A search in the middle of a name needs an index in a tenant of more than " + MOST_READ
                            + " users: an administrator of the database has to create the extension pg_trgm and the index "
                            + INDEX + "; without the * it finds what begins with the text");
        }
    }

    /** Whether the database has the index, and it is complete. */
    static boolean isIndexed(EntityManager entities) {
        SessionFactoryImplementor factory =
                entities.unwrap(Session.class).getSessionFactory().unwrap(SessionFactoryImplementor.class);
        if (!(factory.getJdbcServices().getDialect() instanceof PostgreSQLDialect)) {
            return false;
        }
        String schema = factory.getSessionFactoryOptions().getDefaultSchema();
        Query query = entities.createNativeQuery("select 1 from pg_index i join pg_class c on c.oid = i.indexrelid"
                        + " join pg_namespace n on n.oid = c.relnamespace where c.relname = :name and i.indisvalid"
                        + " and n.nspname = " + (schema == null ? "current_schema()" : ":schema"))
                .setParameter("name", INDEX.toLowerCase(Locale.ROOT));
        return !(schema == null ? query : query.setParameter("schema", schema))
                .getResultList()
                .isEmpty();
    }

    private static boolean isLarge(EntityManager entities, RealmModel realm) {
        return !entities.createQuery(
                        "select u.username from UserEntity u where u.realmId = :realm order by u.username",
                        String.class)
                .setParameter("realm", realm.getId())
                .setFirstResult(MOST_READ)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }
}
