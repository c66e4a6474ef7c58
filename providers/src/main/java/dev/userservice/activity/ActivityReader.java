package dev.userservice.activity;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.TimeOrderedId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Reads a tenant's activity log. Every query uses an index, however long the log is. */
final class ActivityReader {
    private static final long DAY = TimeUnit.DAYS.toMillis(1);

    private static final String ROWS = rows("a");
    private static final String ROWS_OF_SEVERAL = rows("r");

    private final EntityManager entities;

    ActivityReader(KeycloakSession session) {
        this.entities = Entities.of(session);
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
        // Rows instead of entities: Hibernate would compare each entity with its first state at the end of the
        // transaction.
        TypedQuery<ActivityRow> query = entities.createQuery(
                filter.actions().size() < 2
                        ? ROWS + conditions + one(filter.actions(), values) + " order by a.id desc"
                        : ofSeveral(filter.actions(), conditions, offset + limit, values),
                ActivityRow.class);
        values.forEach(query::setParameter);
        return query.setFirstResult(offset).setMaxResults(limit).getResultList();
    }

    /** Returns the begin of a query for rows, up to its conditions. */
    private static String rows(String alias) {
        return Arrays.stream(ActivityRow.class.getRecordComponents())
                .map(component -> alias + "." + component.getName())
                .collect(Collectors.joining(", ", "select ", " from UserServiceActivity " + alias + " where "));
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
        return ROWS_OF_SEVERAL + "r.realmId = :realm and r.id in (" + newestOfEach("a.id", actions, conditions, values)
                + ") order by r.id desc";
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
}
