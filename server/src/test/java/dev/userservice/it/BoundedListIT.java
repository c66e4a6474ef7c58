package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests that a list of a hundred thousand users reads few rows, whatever it filters and sorts by. The server is one of its own, which
 * logs the statements; PostgreSQL is asked how it plans them with their values.
 */
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class BoundedListIT {
    private static final Pattern LARGE =
            Pattern.compile("Seq Scan on (user_entity|user_role_mapping|user_attribute|credential|us_last_login)");

    /** Matches the numbers of rows that the parts of a plan have returned or passed over, each time. */
    private static final Pattern READ = Pattern.compile("(?:actual rows=|Rows Removed by Filter: )(\\d+)");

    private static final List<String> SORTS = List.of(
            "username", "-username", "email", "-email", "created_at", "-created_at", "last_login", "-last_login");

    /** Each filter by itself, and combinations of which every part is frequent or every part is rare. */
    private static final List<Map<String, String>> FILTERS = List.of(
            Map.of(),
            Map.of("mfa_enabled", "true"),
            Map.of("mfa_enabled", "false"),
            Map.of("never_logged_in", "true"),
            Map.of("never_logged_in", "false"),
            Map.of("last_login_before", "2023-11-14T22:20:00Z"),
            Map.of("last_login_after", "2023-11-14T22:20:00Z"),
            Map.of("last_login_after", "2023-11-15T00:00:00Z", "last_login_before", "2023-11-15T00:05:00Z"),
            Map.of("created_before", "2023-11-14T22:20:00Z"),
            Map.of("created_after", "2023-11-14T22:20:00Z"),
            Map.of("created_after", "2023-11-15T00:00:00Z", "created_before", "2023-11-15T12:00:00Z"),
            Map.of("attribute.gender", "Female"),
            Map.of("attribute.gender", "Other"),
            Map.of("attribute.firstName", "First-004711"),
            Map.of("attribute.email", "mail-004711@example.com"),
            Map.of("q", "*0471"),
            Map.of("q", "*user"),
            Map.of("q", "user-0", "mfa_enabled", "true"),
            Map.of("q", "user-0047", "never_logged_in", "true"),
            Map.of("role", "admin", "never_logged_in", "false"),
            Map.of("role", "user", "mfa_enabled", "true", "never_logged_in", "true"),
            Map.of("is_active", "true", "mfa_enabled", "true"),
            Map.of("is_active", "false", "attribute.gender", "Other"),
            Map.of("is_email_verified", "false", "mfa_enabled", "false"),
            Map.of(
                    "is_active",
                    "true",
                    "is_email_verified",
                    "true",
                    "role",
                    "user",
                    "q",
                    "*example",
                    "mfa_enabled",
                    "true",
                    "created_after",
                    "2023-11-15T00:00:00Z",
                    "attribute.gender",
                    "Other"));

    private static TestServer server;
    private static LoggedSql sql;
    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void start() throws SQLException {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")),
                "only an unpacked server can be told to log");
        server = TestServer.loggingSql("bounded-list");
        sql = new LoggedSql(server.node());
        tenant = Tenant.on(server).withLongTokens();
        tenant.addUser("the-admin", "admin");
        server.node()
                .database()
                .execute(people(tenant.admin().toRepresentation().getId()));
        admin = tenant.session("the-admin").access();
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /**
     * Returns SQL that adds a hundred thousand users. Nine of ten have logged in, and those with a second factor are all at the end of
     * the order by username.
     */
    private static String people(String realm) {
        return """
                insert into user_entity (id, realm_id, username, email, email_constraint, first_name, last_name, enabled,
                  email_verified, created_timestamp, not_before)
                select 'many-' || n, '%1$s', 'user-' || n, 'mail-' || n || '@example.com', 'mail-' || n || '@example.com',
                  'First-' || n, 'Last-' || n, n::int %% 10000 <> 1, n::int %% 10000 <> 2, 1700000000000 + n::int * 1000, 0
                from (select lpad(i::text, 6, '0') as n from generate_series(1, 100000) as i) as numbers;
                insert into user_role_mapping (user_id, role_id)
                select u.id, r.id from user_entity u, keycloak_role r
                where u.id like 'many-%%' and r.realm_id = '%1$s' and r.name = 'default-roles-' || (select name from realm where id = '%1$s');
                insert into user_attribute (id, user_id, name, value)
                select id, id, 'gender', case when right(id, 3) = '000' then 'Female' else 'Other' end
                from user_entity where id like 'many-%%';
                insert into credential (id, user_id, type, priority)
                select id, id, 'otp', 10 from user_entity where id > 'many-095' and id like 'many-%%';
                insert into us_last_login (user_id, realm_id, logged_in_at)
                select id, realm_id, created_timestamp from user_entity where id like 'many-%%' and right(id, 1) <> '9';
                insert into us_invitation (id, realm_id, user_id, email, invited_by, invited_by_realm, created_at, sent_at,
                  expires_at, revoked_at, kept_until)
                select '019adf2c-0000-7000-8000-000000' || n, '%1$s', case when n = '000001' then null else 'many-' || n end,
                  'mail-' || n || '@example.com', 'somebody', '%1$s', 0, 0, 4000000000000,
                  case when n = '000001' then 0 end, 9000000000000000000
                from (select lpad(i::text, 6, '0') as n from generate_series(1, 20000) as i) as numbers;
                insert into user_required_action (user_id, required_action) values ('many-000002', 'user-service-invitation');
                analyze
                """.formatted(realm);
    }

    /** The only invitations of two of the states are the oldest ones. */
    @Test
    void invitationsOfOneStateAreLookedForInFewRows() throws Exception {
        for (String state : List.of("sent", "expired", "accepted", "revoked")) {
            for (String statement : sql.of(() -> invitations(state, "*"))) {
                String made = String.join(
                        "\n", server.node().database().explain("(analyze, timing off, costs off) " + statement));
                long read = READ.matcher(made)
                        .results()
                        .mapToLong(match -> Long.parseLong(match.group(1)))
                        .sum();
                assertTrue(read < 15_000, () -> state + "\n" + statement + "\n" + made);
            }
        }
        assertEquals(List.of("019adf2c-0000-7000-8000-000000000002"), followedInvitations("sent"));
        assertEquals(List.of("019adf2c-0000-7000-8000-000000000001"), followedInvitations("revoked"));
        assertEquals(List.of(), followedInvitations("expired"));
        assertEquals(19_998, followedInvitations("accepted").size());
    }

    private static Response invitations(String state, String cursor) {
        Response page = tenant.api(admin)
                .queryParam("state", state)
                .queryParam("limit", "100")
                .queryParam("cursor", cursor)
                .get("/users/invitations");
        page.then().statusCode(200);
        return page;
    }

    private static List<String> followedInvitations(String state) {
        List<String> ids = new ArrayList<>();
        for (String cursor = "*"; cursor != null; ) {
            Response page = invitations(state, cursor);
            ids.addAll(page.path("invitations.id"));
            cursor = page.path("next_cursor");
        }
        return ids;
    }

    private static Response list(Map<String, String> query, String... more) {
        Map<String, String> all = new HashMap<>(query);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        Response page = tenant.api(admin).queryParams(all).get("/users");
        page.then().statusCode(200);
        return page;
    }

    /**
     * Tests the plans of all statements. A scan of a table may only be one that ends early, because nearly every row is what it
     * looks for: such a statement is made, and the rows that it reads are counted.
     */
    @Test
    void noCombinationReadsAWholeTable() throws Exception {
        Database database = server.node().database();
        for (Map<String, String> filter : FILTERS) {
            for (String statement : sql.of(() -> callPages(filter))) {
                String plan = String.join("\n", database.explain(statement));
                if (LARGE.matcher(plan).find()) {
                    String made = String.join("\n", database.explain("(analyze, timing off, costs off) " + statement));
                    long read = READ.matcher(made)
                            .results()
                            .mapToLong(match -> Long.parseLong(match.group(1)))
                            .sum();
                    assertTrue(read < 25_000, () -> filter + "\n" + statement + "\n" + made);
                }
            }
        }
    }

    /** Calls the first two pages by cursor in each order, and a page by offset in each order that a bounded search serves. */
    private static void callPages(Map<String, String> filter) {
        for (String sort : SORTS) {
            Response first = list(filter, "sort", sort, "limit", "100", "cursor", "*");
            String next = first.path("next_cursor");
            if (next != null) {
                list(filter, "sort", sort, "limit", "100", "cursor", next);
            }
            if (!filter.isEmpty()) {
                list(filter, "sort", sort, "limit", "10", "offset", "10");
            }
        }
    }

    @Test
    void theNumberOfStatementsDoesNotDependOnHowManyAreFound() {
        Map<Map<String, String>, Integer> costs = new HashMap<>();
        list(Map.of("mfa_enabled", "true", "sort", "last_login", "limit", "100", "cursor", "*"));
        for (Map<String, String> query : List.of(
                Map.of("mfa_enabled", "true", "sort", "last_login", "limit", "100"),
                Map.of("mfa_enabled", "true", "sort", "last_login", "limit", "2"))) {
            costs.put(query, sql.of(() -> list(query, "cursor", "*")).size());
        }
        assertEquals(1, Set.copyOf(costs.values()).size(), costs::toString);
        assertTrue(costs.values().iterator().next() <= 11, costs::toString);
    }

    /** Follows the pages to their end. Most of them are empty, because those who are looked for are at the end of the order. */
    @Test
    void pagesThatAreNotFullLeadToEveryUser() throws Exception {
        String found = " from user_entity u where u.id > 'many-095' and u.id like 'many-%'";
        Map.of(
                        "username", "select username" + found + " order by username",
                        "-email", "select username" + found + " order by email desc",
                        "-created_at", "select username" + found + " order by created_timestamp desc",
                        "last_login", "select username" + found + " order by right(id, 1) = '9', created_timestamp",
                        "-last_login",
                                "select username" + found + " order by right(id, 1) = '9', created_timestamp desc")
                .forEach((sort, expected) ->
                        assertEquals(texts(expected), followed(Map.of("mfa_enabled", "true", "sort", sort)), sort));
        assertEquals(
                texts("select username" + found + " and right(id, 1) = '9' order by created_timestamp desc"),
                followed(Map.of("mfa_enabled", "true", "never_logged_in", "true", "sort", "-last_login")));
    }

    private static List<String> texts(String query) {
        try {
            return server.node().database().texts(query);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> followed(Map<String, String> query) {
        List<String> names = new ArrayList<>();
        String cursor = "*";
        for (int pages = 0; cursor != null; pages++) {
            assertTrue(pages < 120, "The pages have no end");
            Response page = list(query, "limit", "100", "cursor", cursor);
            names.addAll(page.path("users.username"));
            cursor = page.path("next_cursor");
        }
        return names;
    }

    @Test
    void aTotalSaysWhetherItIsAllOfThem() {
        // Few have the attribute, so all of them are counted.
        list(Map.of("attribute.gender", "Female"))
                .then()
                .body("total", equalTo(100))
                .body("total_is_exact", equalTo(true));
        // The first users of the order have no second factor.
        list(Map.of("mfa_enabled", "true"))
                .then()
                .body("total", equalTo(0))
                .body("total_is_exact", equalTo(false))
                .body("users", hasSize(0));
        list(Map.of("mfa_enabled", "true", "exact_total", "true"))
                .then()
                .body("total", equalTo(5_001))
                .body("total_is_exact", equalTo(true));
        list(Map.of("never_logged_in", "false"))
                .then()
                .body("total", equalTo(10_000))
                .body("total_is_exact", equalTo(false));
        list(Map.of("sort", "-email", "offset", "30000"))
                .then()
                .body("total", equalTo(10_000))
                .body("users[0].username", equalTo("user-070001"));
    }

    @Test
    void theMiddleOfANameNeedsAnIndexInALargeTenant() throws Exception {
        Database database = server.node().database();
        list(Map.of("q", "*t-004711")).then().body("users.username", equalTo(List.of("user-004711")));
        String definition = database.texts("select indexdef from pg_indexes where indexname = 'ix_us_user_middle'")
                .get(0);
        database.execute("drop index ix_us_user_middle");
        try {
            tenant.api(admin)
                    .queryParam("q", "*t-004711")
                    .get("/users")
                    .then()
                    .statusCode(400)
                    .body("errors.q[0]", containsString("pg_trgm"));
            Tenant small = Tenant.on(server);
            small.addUser("the-admin", "admin");
            small.api(small.session("the-admin").access())
                    .queryParam("q", "*ADMIN*")
                    .get("/users")
                    .then()
                    .statusCode(200)
                    .body("total", equalTo(1))
                    .body("total_is_exact", equalTo(true));
        } finally {
            database.execute(definition);
        }
    }
}
