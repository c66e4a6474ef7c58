package dev.userservice.activity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.TimeOrderedId;
import dev.userservice.web.StrictJson;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;

/**
 * The store of the activity log, which records who did what to whom. Every query uses an index, however long the log
 * is. Each index ends in the row's id, which is the order of the log.
 */
public final class ActivityLog {
    /** The maximum number of characters that the log keeps of each text. */
    public static final int MAX_TEXT = ActivityEntity.MAX_TEXT;

    public static final int MAX_DETAILS = ActivityEntity.MAX_DETAILS;
    public static final int MAX_ADDRESS = ActivityEntity.MAX_ADDRESS;

    /** The detail that holds the name given by somebody who could not be identified. */
    public static final String IDENTIFIER = "identifier";

    /** The actions that have this detail. */
    private static final List<String> OF_NOBODY = List.of("login_failed", "rate_limited");

    /** The actions whose details contain a user's current or former names. */
    private static final List<String> WITH_NAMES = List.of(
            "register",
            "user_created",
            "user_invited",
            "invitation_revoked",
            "update_profile",
            "update_user",
            "user_deleted");

    private static final SecureRandom RANDOM = new SecureRandom();

    private final EntityManager entities;

    public ActivityLog(KeycloakSession session) {
        this.entities = Entities.of(session);
    }

    /**
     * Returns an id for a new row.
     *
     * @param millis the time of the activity, in milliseconds since 1970-01-01 UTC
     * @param sequence the position among the rows of one transaction, which may have the same millisecond
     */
    public static String id(long millis, int sequence) {
        return TimeOrderedId.of(millis, sequence, RANDOM);
    }

    /** Writes a row as part of the current transaction. */
    public void add(ActivityRow row) {
        // The row is written as an entity, not by a statement: PostgreSQL must acknowledge no commit of Keycloak's
        // before this row is durable.
        entities.persist(new ActivityEntity(row));
    }

    /** Whether the log has a row about this user, who may no longer exist. */
    public boolean hasEntriesOf(String realmId, String userId) {
        return !entities.createQuery(
                        "select 1 from UserServiceActivity where userId = :user and realmId = :realm", Integer.class)
                .setParameter("user", userId)
                .setParameter("realm", realmId)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    /**
     * Removes a person from the log. Rows about the person keep only the ids, the action and the time. Rows about what
     * the person did to others keep what was done, without the IP address and user agent. Rows without a user that were
     * recorded under one of the person's names lose the name, the IP address and the user agent.
     *
     * @param names the person's current names; former names are found in the rows about the person
     */
    public void erase(String realmId, String userId, Set<String> names) {
        Set<String> all = new HashSet<>(names);
        all.addAll(namesBefore(userId));
        eraseTyped(realmId, List.copyOf(all));
        entities.createQuery("""
                        update UserServiceActivity set ipAddress = null, userAgent = null, details = null
                        where userId = :user""").setParameter("user", userId).executeUpdate();
        entities.createQuery("""
                        update UserServiceActivity set ipAddress = null, userAgent = null
                        where actorId = :user and (ipAddress is not null or userAgent is not null)""").setParameter("user", userId).executeUpdate();
    }

    /**
     * Erases rows without a user in whose details one of these names was recorded as it was typed. The names are
     * matched as they appear in the JSON, which is always produced by the same writer.
     */
    private void eraseTyped(String realmId, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        String isTyped = IntStream.range(0, names.size())
                .mapToObj(i -> "lower(details) like :entry" + i + " escape '!'")
                .collect(Collectors.joining(" or "));
        Query update = entities.createQuery("""
                        update UserServiceActivity set ipAddress = null, userAgent = null, details = null
                        where realmId = :realm and action in (:actions) and userId is null and (""" + isTyped + ")")
                .setParameter("realm", realmId)
                .setParameter("actions", OF_NOBODY);
        IntStream.range(0, names.size())
                .forEach(i -> update.setParameter("entry" + i, "%" + pattern(names.get(i)) + "%"));
        update.executeUpdate();
    }

    private static String pattern(String name) {
        String entry = StrictJson.write(Map.of(IDENTIFIER, name));
        return entry.substring(1, entry.length() - 1)
                .toLowerCase(Locale.ROOT)
                .replace("!", "!!")
                .replace("%", "!%")
                .replace("_", "!_");
    }

    private Set<String> namesBefore(String userId) {
        Set<String> names = new HashSet<>();
        entities.createQuery("""
                        select details from UserServiceActivity
                        where userId = :user and action in (:actions) and details is not null""", String.class)
                .setParameter("user", userId)
                .setParameter("actions", WITH_NAMES)
                .getResultStream()
                .flatMap(details -> StrictJson.treeOf(details).stream())
                .flatMap(details -> Stream.of(
                        details.path("username"),
                        details.at("/changes/username/from"),
                        details.at("/changes/username/to"),
                        details.at("/changes/email/from"),
                        details.at("/changes/email/to")))
                .filter(JsonNode::isTextual)
                .forEach(name -> names.add(name.asText()));
        return names;
    }

    /**
     * Returns the first realm that has rows, in the order of the realm ids, after the given one; null selects the very
     * first.
     */
    Optional<String> nextRealmAfter(String realmId) {
        return Optional.ofNullable(
                entities.createQuery("select min(realmId) from UserServiceActivity where realmId > :last", String.class)
                        .setParameter("last", realmId == null ? "" : realmId)
                        .getSingleResult());
    }

    /**
     * The result of one step of a purge.
     *
     * @param last the id up to which no rows are left; empty if this was the last step
     */
    record Purged(int rows, Optional<String> last) {}

    /**
     * Deletes rows of a realm, oldest first.
     *
     * @param after the {@link Purged#last} of the previous step; empty for the first step. A step that searched for
     *     this position again would read all entries that earlier steps deleted, which stay in the index until the
     *     database cleans up.
     * @param before in milliseconds since 1970-01-01 UTC; empty for all rows
     * @param most the maximum number of rows
     */
    Purged purge(String realmId, Optional<String> after, Optional<Long> before, int most) {
        String from = after.orElse("");
        String to = TimeOrderedId.leastOf(before.orElse(TimeOrderedId.LAST));
        Optional<String> last = entities.createQuery("""
                        select id from UserServiceActivity where realmId = :realm and id > :from and id < :to
                        order by id""", String.class)
                .setParameter("realm", realmId)
                .setParameter("from", from)
                .setParameter("to", to)
                .setFirstResult(most - 1)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
        int rows = entities.createQuery(
                        "delete from UserServiceActivity where realmId = :realm and id > :from and id <= :to")
                .setParameter("realm", realmId)
                .setParameter("from", from)
                .setParameter("to", last.orElse(to))
                .executeUpdate();
        return new Purged(rows, last);
    }
}
