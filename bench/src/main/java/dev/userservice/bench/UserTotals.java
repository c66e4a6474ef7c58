package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Measures the first page of a list of users together with its total, for one filter after the other. */
final class UserTotals {
    private static final int PAGE = 10;
    private static final int WARM_UPS = 5;
    private static final int ROUNDS = 10;
    private static final int REQUESTS_A_ROUND = 5;

    /** Is the most that a page's query may take, in milliseconds, at any number of users. */
    private static final OptionalDouble MOST = OptionalDouble.of(50);

    private static final String ADMINS = " in (select m.user_id from user_role_mapping m join keycloak_role r"
            + " on r.id = m.role_id where r.name = '" + ManyUsers.ADMIN + "')";

    private final Server server;
    private final Database database;
    private final AdminCalls calls;
    private final List<Filter> filters;

    UserTotals(Server server, Database database, AdminCalls calls, ManyUsers users) {
        this.server = server;
        this.database = database;
        this.calls = calls;
        String some = users.prefix(1);
        String isSome = "username like '" + some + "%'";
        String isAny = "username like 'u%'";
        this.filters = List.of(
                new Filter("", "no filter", "true"),
                new Filter("role=user", "`role=user`", "id not" + ADMINS),
                new Filter("role=admin", "`role=admin`", "id" + ADMINS),
                new Filter("is_active=true", "`is_active=true`", "enabled"),
                new Filter("is_active=false", "`is_active=false`", "not enabled"),
                new Filter("is_email_verified=false", "`is_email_verified=false`", "not email_verified"),
                new Filter("q=" + some, "`q=` how some hundred names begin", isSome),
                new Filter("q=u", "`q=` how nearly all names begin", isAny),
                new Filter("q=" + some + "&role=admin", "the former with `role=admin`", isSome + " and id" + ADMINS),
                new Filter(
                        "q=u&role=admin",
                        "`q=` how nearly all names begin, with `role=admin`",
                        isAny + " and id" + ADMINS));
    }

    /**
     * A filter of the list.
     *
     * @param condition the SQL for the same users
     */
    private record Filter(String query, String name, String condition) {}

    /** Adds a row for each filter: the median time of the page. The filters take turns. */
    void measure(Results results) throws Exception {
        for (Filter filter : filters) {
            calls.renewTokens();
            check(filter, calls.api(page(filter)));
        }
        List<List<Comparison.Round>> all = new ArrayList<>();
        filters.forEach(filter -> all.add(new ArrayList<>()));
        for (int round = 0; round < WARM_UPS + ROUNDS; round++) {
            calls.renewTokens();
            for (int i = 0; i < filters.size(); i++) {
                String page = page(filters.get(i));
                Comparison.Round turn = Comparison.turn(
                        server, round, REQUESTS_A_ROUND, number -> Server.send(calls.request(page), 200));
                if (round >= WARM_UPS) {
                    all.get(i).add(turn);
                }
            }
        }
        for (int i = 0; i < filters.size(); i++) {
            String what =
                    "page of ten by offset, with the total, " + filters.get(i).name() + ": median time";
            results.alone(MOST, what, Comparison.percentile(all.get(i), 50), "ms");
        }
    }

    private static String page(Filter filter) {
        return "users?limit=" + PAGE + "&offset=0" + (filter.query().isEmpty() ? "" : "&" + filter.query());
    }

    /** Fails unless the page is full, as far as it can be, and its total is true. */
    private void check(Filter filter, JsonNode page) throws Exception {
        String sql =
                "select count(*) from user_entity where realm_id = (select id from realm where name = '%s') and %s";
        long expected = Long.parseLong(database.column(sql.formatted(calls.tenant(), filter.condition()))
                .get(0));
        long total = page.path("total").asLong(-1);
        boolean isTrue =
                page.path("total_is_exact").asBoolean(true) ? total == expected : 0 < total && total < expected;
        if (!isTrue || page.path("users").size() != Math.min(PAGE, expected)) {
            throw new IllegalStateException("%s: %d users of %d, and not of %d"
                    .formatted(filter.name(), page.path("users").size(), total, expected));
        }
    }
}
