package dev.userservice.activity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.TimeOrderedId;
import dev.userservice.web.StrictJson;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.TypedQuery;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

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
    private static final List<String> WITH_NAMES =
            List.of("register", "user_created", "update_profile", "update_user", "user_deleted");

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final long DAY = TimeUnit.DAYS.toMillis(1);

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

    /**
     * The conditions of a query; a row must meet all of them.
     *
     * @param userId the user to whom it happened; null for all rows, including those that concern no user
     * @param actorId null for any actor
     * @param actions any of these; empty for all
     * @param ipAddress null for any address
     * @param isForSelf whether only those addresses match that the user may see: not those of others who did something
     * @param from milliseconds since 1970-01-01 UTC, inclusive; null for no lower bound
     * @param to milliseconds since 1970-01-01 UTC, exclusive; null for no upper bound
     */
    public record Filter(
            String userId,
            String actorId,
            List<String> actions,
            String ipAddress,
            boolean isForSelf,
            Long from,
            Long to) {
        public Filter {
            actions = List.copyOf(actions);
        }
    }

    /**
     * Returns a part of a tenant's log, newest first.
     *
     * @param before the id of the last row of the previous page; null for the first page
     * @param offset how many rows to skip from there
     */
    public List<ActivityRow> page(RealmModel realm, Filter filter, String before, int offset, int limit) {
        Map<String, Object> values = new TreeMap<>();
        String conditions = conditions(realm, filter, before, values);
        TypedQuery<ActivityEntity> query = entities.createQuery(
                filter.actions().size() < 2
                        ? "from UserServiceActivity a where " + conditions + one(filter.actions(), values)
                                + " order by a.id desc"
                        : ofSeveral(filter.actions(), conditions, offset + limit, values),
                ActivityEntity.class);
        values.forEach(query::setParameter);
        return query.setFirstResult(offset)
                .setMaxResults(limit)
                .getResultStream()
                .map(ActivityEntity::row)
                .toList();
    }

    /**
     * How often an action was done to a user on one day.
     *
     * @param day the start of the day in UTC, in milliseconds since 1970-01-01 UTC
     */
    public record Daily(String action, long day, long times) {}

    /**
     * Counts a user's activities by action and day. Only the newest rows of each action are counted, and days without
     * any are left out.
     *
     * @param actions at least one
     * @param from milliseconds since 1970-01-01 UTC, inclusive
     * @param most the maximum number of rows of each action that are read and counted, however many there are
     */
    public List<Daily> daily(RealmModel realm, String userId, List<String> actions, long from, int most) {
        Map<String, Object> values = new TreeMap<>();
        values.put("realm", realm.getId());
        values.put("user", userId);
        values.put("from", bound(from));
        values.put("length", DAY);
        values.put("most", most);
        // The tenant is checked last. PostgreSQL assumes that user and tenant are independent. With both conditions it
        // expects too few rows, and sorts all of them instead of reading the newest ones from the index.
        String newest = newestOfEach(
                "a.realmId as realm, a.action as action, a.createdAt - mod(a.createdAt, :length) as beginning",
                actions,
                "a.userId = :user and a.id >= :from",
                values);
        TypedQuery<Daily> query = entities.createQuery(
                "select n.action, n.beginning, count(*) from (" + newest
                        + ") n where n.realm = :realm group by n.action, n.beginning",
                Daily.class);
        values.forEach(query::setParameter);
        return query.getResultList();
    }

    private static String conditions(RealmModel realm, Filter filter, String before, Map<String, Object> values) {
        List<String> all = new ArrayList<>();
        condition(all, values, "a.realmId = :realm", "realm", realm.getId());
        condition(all, values, "a.userId = :user", "user", filter.userId());
        condition(all, values, "a.actorId = :actor", "actor", filter.actorId());
        condition(all, values, "a.ipAddress = :address", "address", filter.ipAddress());
        if (filter.isForSelf() && filter.ipAddress() != null) {
            all.add("(a.actorId is null or a.actorId = a.userId)");
        }
        condition(all, values, "a.id >= :from", "from", bound(filter.from()));
        condition(all, values, "a.id < :to", "to", bound(filter.to()));
        condition(all, values, "a.id < :before", "before", before);
        return String.join(" and ", all);
    }

    private static void condition(
            List<String> all, Map<String, Object> values, String condition, String name, Object value) {
        if (value != null) {
            all.add(condition);
            values.put(name, value);
        }
    }

    private static String bound(Long millis) {
        return Optional.ofNullable(millis).map(TimeOrderedId::leastOf).orElse(null);
    }

    private static String one(List<String> actions, Map<String, Object> values) {
        if (actions.isEmpty()) {
            return "";
        }
        values.put("action", actions.get(0));
        return " and a.action = :action";
    }

    /**
     * Returns a query that reads the newest rows of each action from an index, and then takes the newest of these. No
     * index provides the rows of several actions in order.
     */
    private static String ofSeveral(List<String> actions, String conditions, long most, Map<String, Object> values) {
        values.put("most", most);
        return "from UserServiceActivity r where r.realmId = :realm and r.id in ("
                + newestOfEach("a.id", actions, conditions, values) + ") order by r.id desc";
    }

    /** Returns a query for the newest rows of each action, as many of each as the parameter {@code most} allows. */
    private static String newestOfEach(
            String columns, List<String> actions, String conditions, Map<String, Object> values) {
        return IntStream.range(0, actions.size())
                .mapToObj(i -> {
                    values.put("action" + i, actions.get(i));
                    return "(select " + columns + " from UserServiceActivity a where " + conditions
                            + " and a.action = :action" + i + " order by a.id desc limit :most)";
                })
                .collect(Collectors.joining(" union all "));
    }

    /** Whether the log has a row about this user, who may no longer exist. */
    public boolean tellsOf(String realmId, String userId) {
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
        entities.createQuery(
                        "select details from UserServiceActivity where userId = :user and action in (:actions)",
                        String.class)
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
