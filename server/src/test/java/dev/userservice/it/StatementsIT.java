package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests how many SQL statements a route costs on the thread of its request, including Keycloak's own, while the realm is in the
 * cache. The numbers are pinned here so that nobody adds a statement without noticing it; look at the reason when a number
 * changes. The test has a server of its own, which logs the statements.
 */
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class StatementsIT {
    private static final Pattern LARGE = Pattern.compile(
            "Seq Scan on (user_entity|user_role_mapping|user_attribute|credential|us_last_login|us_activity)");

    /** Matches a scan of the activity log by this index, with the number of rows that the scan has read. */
    private static final Pattern READ =
            Pattern.compile("Index Scan.* using ix_us_activity_user_action .*\\(actual rows=(\\d+)");

    private static final Pattern OWN_LOOK = Pattern.compile("select \\w+\\.CREATED_AT from US_OUTBOX");

    private static TestServer server;
    private static LoggedSql sql;
    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")),
                "only an unpacked server can be told to log");
        server = TestServer.loggingSql("statements");
        sql = new LoggedSql(server.node());
        tenant = Tenant.on(server).withLongTokens();
        tenant.addUser("alice");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static void fillTheCaches() {
        // What these calls put into the caches is also there in production.
        activate(registered());
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
        tenant.refresh(session.refresh()).then().statusCode(200);
        resend("nobody");
        forgot("nobody");
        tenant.addUser("checked");
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
        put(admin, "/users/" + create().path("id"), Map.of("role", "admin"));
        check(TestServer.PASSWORD).then().statusCode(200);
    }

    private static Response register() {
        return tenant.registration(Map.of());
    }

    private static String registered() {
        return server.inbox()
                .next(register().then().statusCode(201).extract().path("user.email"))
                .code();
    }

    private static Response activate(String code) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .patch("/users/activation");
    }

    private static Response resend(String identifier) {
        return tenant.api().queryParam("identifier", identifier).get("/users/activation/resend");
    }

    private static void measure(Map<String, Long> costs, String what, int status, Supplier<Response> call) {
        costs.put(
                what, (long) sql.of(() -> call.get().then().statusCode(status)).size());
    }

    private static void measureReset(Map<String, Long> costs) {
        String email = "bob-" + UUID.randomUUID() + "@example.com";
        tenant.addUser(email.replace("@example.com", ""));
        measure(costs, "forgot, unknown", 200, () -> forgot(UUID.randomUUID() + "@example.com"));
        measure(costs, "forgot, known", 200, () -> forgot(email));
        String code = server.inbox().next(email).code();
        measure(costs, "reset, weak", 400, () -> reset(code, "weak"));
        measure(costs, "reset", 200, () -> reset(code, TestServer.PASSWORD));
        measure(costs, "reset, used", 404, () -> reset(code, TestServer.PASSWORD));
    }

    private static Response forgot(String email) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", email))
                .post("/reset-password");
    }

    private static Response reset(String code, String password) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code, "new_password", password))
                .post("/users/password/reset");
    }

    private static void measureMfa(Map<String, Long> costs) {
        tenant.addUser("carla");
        String token = tenant.session("carla").access();
        tenant.api(token).get("/users/me").then().statusCode(200);
        tenant.api(token).patch("/users/mfa/enable").then().statusCode(200);
        measure(costs, "mfa, enabled again", 200, () -> tenant.api(token).patch("/users/mfa/enable"));
        Response made = tenant.api(token).get("/users/mfa/qr");
        byte[] secret = Totp.base32(made.<String>path("provisioning_uri").replaceFirst(".*[?&]secret=([^&]*).*", "$1"));
        measure(costs, "mfa, shown", 200, () -> tenant.api(token).get("/users/mfa/qr"));
        // Keycloak accepts a code only if its time step is later than that of the last one. So the code of the previous
        // step is used first, and it must be used within the present step.
        while (System.currentTimeMillis() % 30_000 > 10_000) {
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
        measure(
                costs,
                "mfa, verified",
                200,
                () -> tenant.api(token)
                        .contentType(ContentType.JSON)
                        .body(Map.of("code", Totp.at(secret, -1)))
                        .post("/users/mfa/verify"));
        measure(
                costs,
                "mfa, login",
                200,
                () -> tenant.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("username", "carla", "password", TestServer.PASSWORD, "totp", Totp.now(secret)))
                        .post("/login"));
        // The last login is remembered for half a minute, and a machine may be slow.
        tenant.api(token).get("/users/me").then().statusCode(200);
        measure(
                costs,
                "mfa, disabled",
                200,
                () -> tenant.api(token)
                        .contentType(ContentType.JSON)
                        .body(Map.of("totp", Totp.at(secret, 1)))
                        .patch("/users/mfa/disable"));
        Map<String, String> other = Map.of("user_id", tenant.addUser("carol"));
        measure(costs, "mfa, enabled by an admin", 200, () -> mfa("enable", other));
        measure(costs, "mfa, disabled by an admin", 200, () -> mfa("disable", other));
    }

    private static Response mfa(String what, Map<String, String> whose) {
        return tenant.api(admin).contentType(ContentType.JSON).body(whose).patch("/users/mfa/" + what);
    }

    private static void measureActions(Map<String, Long> costs, Tenant.Session session, String id) {
        Map<String, String> proof = Map.of("current_password", TestServer.PASSWORD);
        measure(
                costs,
                "a password for a recent login",
                404,
                () -> tenant.api(session.access())
                        .contentType(ContentType.JSON)
                        .body(proof)
                        .delete("/users/me/sessions/none"));
        measure(
                costs,
                "activity with names",
                200,
                () -> tenant.api(admin).queryParam("expand", "users").get("/activity"));
        measure(costs, "own sessions", 200, () -> tenant.api(session.access()).get("/users/me/sessions"));
        for (int i = 0; i < 5; i++) {
            tenant.session("alice");
        }
        measure(costs, "more of them", 200, () -> tenant.api(session.access()).get("/users/me/sessions"));
        measure(costs, "a user's sessions", 200, () -> tenant.api(admin).get("/users/" + id + "/sessions"));
        String ended = tenant.api(tenant.session("alice").access())
                .get("/users/me/sessions")
                .path("find { it.current }.id");
        measure(
                costs,
                "a session ended",
                204,
                () -> tenant.api(session.access()).delete("/users/me/sessions/" + ended));
        measureEndings(costs);
        measure(costs, "credentials", 200, () -> tenant.api(admin).get("/users/" + id + "/credentials"));
        measure(costs, "unlock", 200, () -> tenant.api(admin).post("/users/" + id + "/unlock"));
        measure(
                costs,
                "new password demanded",
                200,
                () -> tenant.api(admin).post("/users/" + id + "/require-password-change"));
    }

    private static void measureEndings(Map<String, Long> costs) {
        String sessions = "/users/" + tenant.addUser("dora") + "/sessions";
        String token = tenant.session("dora").access();
        tenant.session("dora");
        tenant.api(token).get("/users/me").then().statusCode(200);
        measure(costs, "own document", 200, () -> tenant.api(token).get("/users/me/export"));
        measure(costs, "own other sessions ended", 204, () -> tenant.api(token).delete("/users/me/sessions"));
        String one = tenant.api(token).get("/users/me/sessions").path("[0].id");
        measure(costs, "a user's session ended", 204, () -> tenant.api(admin).delete(sessions + "/" + one));
        tenant.session("dora");
        measure(costs, "a user's sessions ended", 204, () -> tenant.api(admin).delete(sessions));
    }

    private static void measureInvitations(Map<String, Long> costs) {
        Invitee first = new Invitee(tenant, admin);
        String id = first.invited(Map.of());
        Inbox.Mail mail = server.inbox().next(first.email());
        Invitee second = new Invitee(tenant, admin);
        measure(costs, "invitation", 201, () -> second.invite(Map.of()));
        measure(costs, "invitations", 200, () -> tenant.api(admin).get("/users/invitations"));
        measure(costs, "invitation, weak", 400, () -> Invitee.accept(tenant, mail.code(), "weak"));
        measure(costs, "invitation, accepted", 200, () -> first.accept(mail.code()));
        measure(costs, "invitation, used", 404, () -> first.accept(mail.code()));
        measure(costs, "invitation, accepted before", 409, () -> first.revoke(id));
        String revoked = tenant.api(admin).get("/users/invitations").path("invitations[0].id");
        server.inbox().next(second.email());
        measure(costs, "invitation, revoked", 204, () -> second.revoke(revoked));
    }

    private static void measureChanges(Map<String, Long> costs, Tenant.Session session) {
        Map<String, String> password =
                Map.of("current_password", TestServer.PASSWORD, "new_password", TestServer.PASSWORD);
        measure(costs, "own change", 200, () -> put(session.access(), "/users/me", Map.of("first_name", "Jane")));
        measure(costs, "own password", 200, () -> put(session.access(), "/users/me/password", password));
        String path = "/users/" + tenant.addUser("paul");
        tenant.api(admin).get(path).then().statusCode(200);
        measure(costs, "change", 200, () -> put(admin, path, Map.of("first_name", "Jane")));
        measure(costs, "role", 200, () -> put(admin, path, Map.of("role", "admin")));
        measure(costs, "disable", 200, () -> put(admin, path, Map.of("is_active", false)));
        measure(costs, "no change", 200, () -> put(admin, path, Map.of()));
        measure(costs, "delete", 204, () -> tenant.api(admin).delete(path));
        String erased = "/users/" + tenant.addUser("ringo");
        tenant.api(admin).get(erased).then().statusCode(200);
        measure(
                costs,
                "delete and erase",
                204,
                () -> tenant.api(admin).queryParam("erase", true).delete(erased));
        measure(costs, "creation", 201, StatementsIT::create);
        // Keycloak may not have cached a user who was loaded while another user changed.
        check(TestServer.PASSWORD).then().statusCode(200);
        measure(costs, "check", 200, () -> check(TestServer.PASSWORD));
        measure(costs, "check, wrong", 401, () -> check("wrong"));
        measureNewAddress(costs);
    }

    private static void measureNewAddress(Map<String, Long> costs) {
        tenant.addUser("nina");
        String nina = tenant.session("nina").access();
        tenant.api(nina).get("/users/me").then().statusCode(200);
        measure(costs, "new address", 200, () -> put(nina, "/users/me", Map.of("email", "nina-2@example.com")));
        String code = server.inbox().nextCode("nina-2@example.com");
        measure(
                costs,
                "new address proved",
                200,
                () -> tenant.api(nina)
                        .contentType(ContentType.JSON)
                        .body(Map.of("code", code))
                        .post("/users/me/pending-email"));
    }

    private static Response put(String token, String path, Map<String, ?> body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).put(path);
    }

    private static Response create() {
        return tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "email",
                        UUID.randomUUID() + "@example.com",
                        "first_name",
                        "Jane",
                        "password",
                        TestServer.PASSWORD,
                        "is_active",
                        true))
                .post("/users");
    }

    private static Response check(String password) {
        return tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "checked", "password", password))
                .post("/users/auth/check");
    }

    /** Checks that the cost does not depend on how many users are in a batch or on a page. */
    @Test
    void aBatchOfAnImportAndAPageOfAnExportCostTheSameHoweverManyUsersAreInThem() {
        server.addPlatform();
        Tenant own = Tenant.on(server).withLongTokens();
        String id = own.addUser("boss", "admin");
        own.addGroup("staff", "user");
        String boss = own.session("boss").access();
        String vendor = Tenant.platformOf(server).session(TestServer.VENDOR).access();
        Runnable export = () -> own.api(vendor)
                .queryParam("secrets", true)
                .get("/users/export")
                .then()
                .statusCode(200);
        Runnable document =
                () -> own.api(boss).get("/users/" + id + "/export").then().statusCode(200);
        importSome(own, boss, 1);
        export.run();
        document.run();
        // The rows of the users themselves are sent to the database many at a time.
        assertEquals(beyondRows(() -> importSome(own, boss, 1)), beyondRows(() -> importSome(own, boss, 100)));
        assertEquals(14, sql.of(export).size());
        // What a node remembers of the last login may have expired since the first document.
        document.run();
        assertEquals(9, sql.of(document).size());
    }

    private static long beyondRows(Runnable call) {
        return sql.of(call).stream()
                .filter(statement -> !statement.startsWith("insert into"))
                .count();
    }

    private static void importSome(Tenant to, String bearer, int users) {
        Object[] lines = IntStream.range(0, users)
                .mapToObj(i -> {
                    ObjectNode line = Import.line(Import.name()).put("password_hash", Import.HASH);
                    line.putArray("groups").add("/staff");
                    return line;
                })
                .toArray();
        assertEquals(users, Import.run(to, bearer, Map.of(), lines).count("created"));
    }

    @Test
    void eachRouteCostsWhatItDid() {
        fillTheCaches();
        Map<String, Long> costs = new LinkedHashMap<>();
        measure(costs, "registration", 201, StatementsIT::register);
        String code = registered();
        measure(costs, "activation", 200, () -> activate(code));
        measure(costs, "a used code", 404, () -> activate(code));
        String pending = register().then().statusCode(201).extract().path("user.email");
        measure(costs, "resend, known", 200, () -> resend(pending));
        measure(costs, "resend, unknown", 200, () -> resend(UUID.randomUUID() + "@example.com"));
        measureReset(costs);
        measure(costs, "login", 200, () -> tenant.login("alice", TestServer.PASSWORD));
        measure(costs, "login, wrong", 401, () -> tenant.login("alice", "wrong"));
        Tenant.Session session = tenant.session("alice");
        // Keycloak does not record the use of a session within one second of the login.
        LockSupport.parkNanos(Duration.ofMillis(1_100).toNanos());
        measure(costs, "refresh", 200, () -> tenant.refresh(session.refresh()));
        tenant.api(session.access()).get("/users/me").then().statusCode(200);
        measure(costs, "own user", 200, () -> tenant.api(session.access()).get("/users/me"));
        measureChanges(costs, session);
        measureMfa(costs);
        Response one = tenant.api(admin).queryParam("identifier", "checked").get("/users/identifier");
        measure(
                costs,
                "by id",
                200,
                () -> tenant.api(admin)
                        .queryParam("user_id", one.<String>path("id"))
                        .get("/users/id"));
        measure(
                costs,
                "by identifier",
                200,
                () -> tenant.api(admin).queryParam("identifier", "checked").get("/users/identifier"));
        // A user who has just changed the password is not in the cache until the next call.
        tenant.api(session.access()).get("/users/me/activity").then().statusCode(200);
        tenant.api(admin).get("/activity").then().statusCode(200);
        measure(costs, "own activity", 200, () -> tenant.api(session.access()).get("/users/me/activity"));
        measure(costs, "own days", 200, () -> tenant.api(session.access()).get("/users/me/activity/daily"));
        measure(
                costs,
                "a user's activity",
                200,
                () -> tenant.api(admin).get("/users/" + one.<String>path("id") + "/activity"));
        measure(
                costs,
                "a user's days",
                200,
                () -> tenant.api(admin).get("/users/" + one.<String>path("id") + "/activity/daily"));
        measure(costs, "the tenant's activity", 200, () -> tenant.api(admin).get("/activity"));
        measure(
                costs,
                "several actions",
                200,
                () -> tenant.api(admin).queryParam("action", "login", "logout").get("/activity"));
        measureActions(costs, session, one.path("id"));
        measureInvitations(costs);
        assertEquals(
                "{registration=14, activation=17, a used code=1, resend, known=1, resend, unknown=1, forgot, unknown=1,"
                        + " forgot, known=1, reset, weak=2, reset=18, reset, used=1, login=8, login, wrong=1,"
                        + " refresh=6, own user=0, own change=14, own password=29, change=15, role=17, disable=25,"
                        + " no change=11, delete=48, delete and erase=52, creation=12, check=1, check, wrong=1,"
                        + " new address=25, new address proved=34, mfa, enabled again=9,"
                        + " mfa, shown=1, mfa, verified=16, mfa, login=13, mfa, disabled=25, mfa, enabled by an admin=16,"
                        + " mfa, disabled by an admin=20, by id=1, by identifier=1, own activity=1, own days=1, a user's activity=1,"
                        + " a user's days=1, the tenant's activity=1, several actions=1,"
                        + " a password for a recent login=5,"
                        + " activity with names=2, own sessions=3, more of them=3, a user's sessions=2, a session ended=10, own document=13,"
                        + " own other sessions ended=10, a user's session ended=10, a user's sessions ended=10, credentials=0, unlock=12,"
                        + " new password demanded=14, invitation=15, invitations=1, invitation, weak=2, invitation, accepted=23,"
                        + " invitation, used=1, invitation, accepted before=8, invitation, revoked=56}",
                costs.toString());
    }

    /**
     * Checks everything that a registration costs until its mail is delivered and forgotten, on the thread of the request and on
     * those of the mails. Each line is one transaction.
     */
    @Test
    void aRegistrationWithItsMailCostsWhatItDid() {
        activate(registered());
        assertEquals(
                "select USER_ENTITY, select USER_ENTITY, insert USER_ENTITY, select USER_ROLE_MAPPING, insert USER_ROLE_MAPPING,"
                        + " update USER_ENTITY, select CREDENTIAL, insert US_CODE_REQUEST, select USER_ROLE_MAPPING,"
                        + " insert CREDENTIAL, insert USER_REQUIRED_ACTION, insert US_OUTBOX, insert US_PENDING_ACCOUNT,"
                        + " insert US_ACTIVITY\n"
                        + "select USER_ENTITY, select USER_REQUIRED_ACTION, select US_CODE_REQUEST, update US_OUTBOX, insert US_CODE\n"
                        + "delete US_OUTBOX",
                String.join("\n", transactionsOfARegistration()));
    }

    private static List<String> transactionsOfARegistration() {
        while (true) {
            // Every few seconds the workers look into the outbox without being asked. The registration comes between
            // two such looks.
            awaitOwnLook();
            long before = server.node().logSize();
            List<List<String>> all = sql.transactionsOf(StatementsIT::registerAndAwaitMail);
            if (!OWN_LOOK.matcher(server.node().logFrom(before)).find()) {
                return all.stream()
                        .map(statements -> String.join(", ", statements))
                        .toList();
            }
        }
    }

    private static void awaitOwnLook() {
        long before = server.node().logSize();
        Eventually.holds(
                "the workers' own look",
                Duration.ofMinutes(1),
                () -> OWN_LOOK.matcher(server.node().logFrom(before)).find());
    }

    private static void registerAndAwaitMail() {
        Response made = register();
        made.then().statusCode(201);
        server.inbox().next(made.path("user.email"));
        String id = made.path("user.id");
        Eventually.holds("an empty outbox", Duration.ofMinutes(1), () -> {
            try {
                return server.node().database().count("us_outbox where user_id = ?", id) == 0;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Checks that the cost does not depend on the number of users, because Keycloak's own listing loads each user separately. */
    @Test
    void aPageOfUsersCostsTheSameHoweverManyAreOnIt() {
        Tenant full = Tenant.on(server).withLongTokens();
        full.addUser("the-admin", "admin");
        full.importUsers(IntStream.range(0, 100).mapToObj(i -> "user-" + i).toList());
        String token = full.session("the-admin").access();
        Map<String, Long> warm = new LinkedHashMap<>();
        Map<String, Long> cold = new LinkedHashMap<>();
        for (int limit : List.of(1, 10, 100)) {
            Supplier<Response> page =
                    () -> full.api(token).queryParam("limit", limit).get("/users");
            full.admin().clearRealmCache();
            full.admin().clearUserCache();
            measure(cold, Integer.toString(limit), 200, page);
            measure(warm, Integer.toString(limit), 200, page);
        }
        assertEquals("{1=8, 10=8, 100=8}", warm.toString());
        assertEquals(1, Set.copyOf(cold.values()).size(), "with the realm's own statements: " + cold);
        String cursor = full.api(token).queryParam("limit", 50).get("/users").path("next_cursor");
        measure(
                warm,
                "by cursor",
                200,
                () -> full.api(token)
                        .queryParam("limit", 50)
                        .queryParam("cursor", cursor)
                        .get("/users"));
        assertEquals(7, warm.get("by cursor"));
    }

    /** Checks that each query of the activity log uses an index, whatever is asked for, and however far down the page is. */
    @Test
    void activitiesAreFoundByIndexes() throws Exception {
        Tenant large = Tenant.on(server).withLongTokens();
        large.addUser("the-admin", "admin");
        String token = large.session("the-admin").access();
        server.node()
                .database()
                .execute(manyActivities(large.admin().toRepresentation().getId()));
        List<Map<String, Object>> queries = List.of(
                Map.of(),
                Map.of("user_id", "user-7"),
                Map.of("user_id", "user-0"),
                Map.of("user_id", "user-0", "action", "update_user"),
                Map.of("user_id", "nobody"),
                Map.of("action", "login"),
                Map.of("action", "user_deleted"),
                Map.of("action", List.of("login", "logout", "user_deleted")),
                Map.of("user_id", "user-0", "action", List.of("login", "update_user")),
                Map.of("actor_id", "user-7"),
                Map.of("actor_id", "user-7", "action", "login"),
                Map.of("ip_address", "192.0.2.7"),
                Map.of("ip_address", "192.0.2.7", "action", List.of("login", "login_failed")),
                Map.of("from", "2025-03-01T00:00:00Z", "to", "2025-03-02T00:00:00Z"),
                Map.of("user_id", "user-7", "from", "2025-03-01T00:00:00Z"),
                Map.of("offset", 90));
        for (Map<String, Object> query : queries) {
            List<String> statements = sql.of(() -> {
                Response page = large.api(token).queryParams(query).get("/activity");
                page.then().statusCode(200);
                String next = page.header("Link");
                if (next != null) {
                    large.api(token)
                            .queryParams(query)
                            .queryParam("cursor", page.<String>path("[-1].id"))
                            .get("/activity")
                            .then()
                            .statusCode(query.containsKey("offset") ? 400 : 200);
                }
            });
            assertFalse(statements.isEmpty());
            for (String statement : statements) {
                Database database = server.node().database();
                boolean isOfTheLog = statement.contains("US_ACTIVITY");
                // There are few users here, unless another test has made many, so for their tables PostgreSQL is asked
                // for a plan without full scans.
                String plan = String.join("\n", isOfTheLog ? database.explain(statement) : database.plan(statement));
                assertFalse(LARGE.matcher(plan).find(), () -> query + "\n" + statement + "\n" + plan);
                assertTrue(!isOfTheLog || plan.contains("Index"), plan);
            }
        }
    }

    /**
     * Tests a user with a very large number of logins: only as many rows are read as are counted, and they are found by the index
     * for this.
     */
    @Test
    void aUsersDaysAreCountedByAnIndexAndUpToALimit() throws Exception {
        Tenant large = Tenant.on(server).withLongTokens();
        String busy = large.addUser("busy");
        String token = large.serviceTokenOf("view-users");
        server.node()
                .database()
                .execute(manyLogins(large.admin().toRepresentation().getId(), busy));
        List<String> statements = sql
                .of(() -> large.api(token)
                        .queryParam("days", 90)
                        .get("/users/" + busy + "/activity/daily")
                        .then()
                        .statusCode(200))
                .stream()
                .filter(statement -> statement.contains("US_ACTIVITY"))
                .toList();
        assertEquals(1, statements.size(), statements::toString);
        String plan = String.join(
                "\n", server.node().database().explain("(analyze, timing off, costs off) " + statements.get(0)));
        assertFalse(LARGE.matcher(plan).find(), plan);
        List<Long> read = READ.matcher(plan)
                .results()
                .map(match -> Long.valueOf(match.group(1)))
                .toList();
        assertEquals(List.of(10_000L, 10_000L), read, plan);
    }

    /** Tests that a device is judged by one query, which reads no more rows than it may, however often the user has logged in. */
    @Test
    void aDeviceIsLookedUpOnceByAnIndexAndUpToALimit() throws Exception {
        Tenant watched = Tenant.on(server, NewDeviceIT::watch);
        String busy = watched.addUser("busy");
        server.node()
                .database()
                .execute(manyLogins(watched.admin().toRepresentation().getId(), busy));
        List<String> first = looks(sql.of(() -> watched.session("busy")));
        assertEquals(1, first.size(), first::toString);
        assertEquals(List.of(), looks(sql.of(() -> watched.session("busy"))), "the node has just seen the device");
        String plan =
                String.join("\n", server.node().database().explain("(analyze, timing off, costs off) " + first.get(0)));
        assertFalse(LARGE.matcher(plan).find(), plan);
        assertEquals(
                List.of("1000"),
                READ.matcher(plan).results().map(match -> match.group(1)).toList(),
                plan);
    }

    private static List<String> looks(List<String> statements) {
        return statements.stream()
                .filter(statement -> statement.startsWith("select") && statement.contains("US_ACTIVITY"))
                .toList();
    }

    /** Returns SQL that adds two hundred thousand logins of the last month, every other one of which failed. */
    private static String manyLogins(String realm, String user) {
        return """
                insert into us_activity (id, realm_id, user_id, action, created_at)
                select substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0'), '%s', '%s',
                  case when n %% 2 = 0 then 'login_failed' else 'login' end, t
                from (select n, t, lpad(to_hex(t), 12, '0') as hex
                  from (select n, (extract(epoch from now()) * 1000)::bigint - n::bigint * 12950 as t
                    from generate_series(1, 200000) as n) as times) as numbers;
                analyze
                """.formatted(realm, user);
    }

    /**
     * Returns SQL that adds the activities of a year: half of them are about one user, and one in ten thousand is of a rare kind.
     */
    private static String manyActivities(String realm) {
        return """
                insert into us_activity (id, realm_id, user_id, actor_id, actor_kind, action, ip_address, created_at)
                select substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0'), '%1$s',
                  u, u, 'user',
                  case when n %% 10000 = 0 then 'user_deleted' when n %% 7 = 0 then 'logout'
                    when n %% 501 = 0 then 'update_user' else 'login' end,
                  '192.0.2.' || n %% 250, t
                from (select n, t, lpad(to_hex(t), 12, '0') as hex, 'user-' || case when n %% 2 = 0 then 0 else n %% 1000 end as u
                  from (select n, 1735689600000 + n::bigint * 150000 as t from generate_series(1, 200000) as n) as times)
                  as numbers;
                analyze
                """.formatted(realm);
    }

    /** Tests how PostgreSQL plans the statements that were really sent, with their values. */
    @Test
    void listsOfManyUsersAreServedByIndexes() throws Exception {
        Tenant large = Tenant.on(server).withLongTokens();
        large.addUser("the-admin", "admin");
        String realm = large.admin().toRepresentation().getId();
        server.node().database().execute(manyUsers(realm, "large-"));
        large.addGroup("admins", "admin");
        large.addGroup("people", "user");
        String token = large.session("the-admin").access();
        List<Map<String, String>> queries = List.of(
                Map.of("q", "User-004711"),
                Map.of("q", "mail-004711"),
                Map.of("q", "Last-004711"),
                Map.of("q", "first-004711 LAST-00"),
                // This matches ten thousand users at the end of the order, so the planner is tempted to walk along the
                // order.
                Map.of("q", "user-09", "limit", "50", "cursor", "*"),
                Map.of("q", "user-09", "limit", "50", "cursor", "*", "sort", "-created_at"),
                Map.of("role", "admin"),
                Map.of("role", "user", "cursor", "*"),
                Map.of("is_active", "true", "cursor", "*"),
                Map.of("is_active", "false"),
                Map.of("is_email_verified", "false"),
                Map.of("limit", "100", "cursor", "*"),
                Map.of("limit", "100", "cursor", "*", "sort", "-username"),
                Map.of("limit", "100", "cursor", "*", "sort", "created_at"),
                Map.of("limit", "100", "cursor", "*", "sort", "-created_at"));
        for (Map<String, String> query : queries) {
            List<String> statements = sql.of(() -> {
                Response page = large.api(token).queryParams(query).get("/users");
                page.then().statusCode(200);
                if (query.containsKey("cursor")) {
                    large.api(token)
                            .queryParam("limit", 100)
                            .queryParam("cursor", page.<String>path("next_cursor"))
                            .get("/users")
                            .then()
                            .statusCode(200);
                } else {
                    assertTrue(page.<Integer>path("total") < 50, query + " is not selective");
                }
            });
            for (String statement : statements) {
                String plan = String.join("\n", server.node().database().explain(statement));
                if (query.containsKey("q") && statement.contains(" like ")) {
                    assertTrue(plan.contains("ix_us_user_username"), () -> query + "\n" + plan);
                }
                assertFalse(LARGE.matcher(plan).find(), () -> query + "\n" + statement + "\n" + plan);
            }
        }
        for (Map<String, String> filter :
                List.of(Map.<String, String>of(), Map.of("role", "user"), Map.of("is_active", "true"))) {
            assertEquals(List.of(10_000, false), total(large, token, filter), filter::toString);
        }
        assertEquals(List.of(20, true), total(large, token, Map.of("is_active", "false")));
        assertEquals(List.of(100_001, true), total(large, token, Map.of("exact_total", "true")));
        assertEquals(List.of(100_000, true), total(large, token, Map.of("exact_total", "true", "role", "user")));
        // The first prefix is everywhere in the order by username, the second one only at its end.
        assertEquals("user-000001", firstOf(large, token, Map.of("q", "user-")));
        assertEquals("user-000012", firstOf(large, token, Map.of("q", "USER-", "offset", "11")));
        assertEquals("user-100000", firstOf(large, token, Map.of("q", "user-", "sort", "-username")));
        assertEquals("user-090000", firstOf(large, token, Map.of("q", "user-09")));
        assertEquals("user-099999", firstOf(large, token, Map.of("q", "user-09", "sort", "-username")));
        assertEquals("user-000001", firstOf(large, token, Map.of("q", "user-", "sort", "created_at")));
    }

    /** Checks that not every holder of a role is looked up for a prefix that few users have. */
    @Test
    void holdersOfARoleAreCountedFromTheSideOfARarePrefix() throws Exception {
        Tenant large = Tenant.on(server).withLongTokens();
        large.addUser("the-admin", "admin");
        String realm = large.admin().toRepresentation().getId();
        server.node().database().execute(manyUsers(realm, "role-"));
        server.node().database().execute("""
                        insert into user_role_mapping (user_id, role_id)
                        select u.id, r.id from user_entity u, keycloak_role r
                        where u.id like 'role-%%00' and u.realm_id = '%1$s' and r.realm_id = '%1$s' and r.name = 'admin';
                        analyze
                        """.formatted(realm));
        String token = large.session("the-admin").access();
        List<String> statements = sql
                .of(() ->
                        assertEquals(List.of(10, true), total(large, token, Map.of("role", "admin", "q", "user-004"))))
                .stream()
                .filter(statement -> statement.contains(" like "))
                .toList();
        assertFalse(statements.isEmpty());
        for (String statement : statements) {
            String plan = String.join("\n", server.node().database().explain(statement));
            assertTrue(plan.contains("ix_us_user_username"), () -> statement + "\n" + plan);
        }
        assertEquals(List.of(1_000, true), total(large, token, Map.of("role", "admin", "q", "user-")));
        assertEquals(List.of(1_001, true), total(large, token, Map.of("role", "admin")));
    }

    private static String firstOf(Tenant of, String token, Map<String, String> query) {
        return of.api(token)
                .queryParams(query)
                .get("/users")
                .then()
                .statusCode(200)
                .extract()
                .path("users[0].username");
    }

    private static List<Object> total(Tenant of, String token, Map<String, String> query) {
        Response page = of.api(token).queryParams(query).get("/users");
        page.then().statusCode(200);
        return List.of(page.path("total"), page.path("total_is_exact"));
    }

    /** Returns SQL that adds a hundred thousand users, a few of whom are disabled, unverified or pending. */
    private static String manyUsers(String realm, String ids) {
        return """
                insert into user_entity (id, realm_id, username, email, email_constraint, first_name, last_name, enabled,
                  email_verified, created_timestamp, not_before)
                select '%2$s' || n, '%1$s', 'user-' || n, 'mail-' || n || '@example.com', 'mail-' || n || '@example.com',
                  'First-' || n, 'Last-' || n, n::int %% 10000 <> 1, n::int %% 10000 not in (2, 3333), 1700000000000 + n::int / 10, 0
                from (select lpad(i::text, 6, '0') as n from generate_series(1, 100000) as i) as numbers;
                insert into user_role_mapping (user_id, role_id)
                select u.id, r.id from user_entity u, keycloak_role r
                where u.id like '%2$s%%' and r.realm_id = '%1$s' and r.name = 'default-roles-' || (select name from realm where id = '%1$s');
                insert into user_required_action (user_id, required_action)
                select id, 'activate-account' from user_entity where id like '%2$s%%3333';
                insert into user_attribute (id, user_id, name, value)
                select id, id, 'gender', 'Other' from user_entity where id like '%2$s%%';
                insert into credential (id, user_id, type, priority)
                select id, id, 'otp', 10 from user_entity where id like '%2$s%%';
                insert into us_last_login (user_id, realm_id, logged_in_at)
                select id, realm_id, 1700000000000 from user_entity where id like '%2$s%%';
                analyze
                """.formatted(realm, ids);
    }

    @Test
    void theFiguresOfManyTenantsCostWhatThoseOfOneDo() {
        server.addPlatform();
        Tenant platform = Tenant.platformOf(server);
        String vendor = platform.session(TestServer.VENDOR).access();
        Supplier<Response> ofAll = () -> platform.api(vendor).get("/metrics");
        Supplier<Response> ofOne = () -> tenant.api(vendor).get("/metrics");
        ofAll.get().then().statusCode(200);
        ofOne.get().then().statusCode(200);
        Map<String, Long> costs = new TreeMap<>();
        measure(costs, "of one", 200, ofOne);
        measure(costs, "of few", 200, ofAll);
        for (int i = 0; i < 3; i++) {
            Tenant.on(server).addUser("alice");
        }
        measure(costs, "of more", 200, ofAll);
        assertEquals(Map.of("of one", 3L, "of few", 3L, "of more", 3L), costs);
    }

    /** Checks that the answer waits outside the database, and that only its row of the activity log costs something. */
    @Test
    void anAnswerToARefreshIsKeptAndGivenAgainWithoutTheDatabase() {
        Tenant gracious = Tenant.on(server, Limits.with(Map.of("refresh-grace", "60")));
        gracious.addUser("alice");
        Map<String, Long> costs = new TreeMap<>();
        for (int i = 0; i < 2; i++) {
            Tenant.Session session = gracious.session("alice");
            // A refresh within the second of the login changes less of the session.
            LockSupport.parkNanos(Duration.ofMillis(1_100).toNanos());
            measure(costs, "refresh", 200, () -> gracious.refresh(session.refresh()));
            measure(costs, "again", 200, () -> gracious.refresh(session.refresh()));
        }
        assertEquals(Map.of("refresh", 6L, "again", 1L), costs);
    }

    /** Tests what is the same for everybody and comes from the jar and from the cached realm. */
    @Test
    void pagesAndDocumentsAskTheDatabaseNothing() {
        List<String> paths = List.of(
                "/openapi.json",
                "/openapi.yaml",
                "/apidocs/",
                "/apidocs/page.js",
                "/activity-log/",
                "/activity-log/page.js");
        Map<String, Long> costs = new LinkedHashMap<>();
        for (String path : paths) {
            tenant.api().get(path).then().statusCode(200);
            measure(costs, path, 200, () -> tenant.api().get(path));
        }
        assertEquals(Set.of(0L), Set.copyOf(costs.values()), costs::toString);
    }

    @Test
    void whatIsTooMuchAsksTheDatabaseNothing() {
        Tenant limited = Tenant.on(
                server,
                Limits.with(Map.of(
                        "limit-forgot", "1/1h",
                        "limit-caller", "1/1h",
                        "limit-refresh", "1/1h",
                        "limit-anonymous", "2/1h",
                        "limit-failed-login", "1/1h",
                        "limit-failed-address", "1/1h",
                        "limit-form", "2/1h")));
        limited.addUser("alice");
        limited.addClient("app-2", true);
        String wrong = "Wrong-password-1!";
        Tenant.Session session = limited.session("alice");
        LoginForm form = new LoginForm(limited);
        String ofNoKey = unsigned("{\"alg\":\"RS512\",\"typ\":\"JWT\"}") + "."
                + unsigned("{\"iss\":\"" + server.base() + "/realms/" + limited.name() + "\",\"typ\":\"Bearer\"}")
                + ".AAAA";
        Map<String, Supplier<Response>> calls = Map.of(
                "by address",
                        () -> limited.api()
                                .contentType(ContentType.JSON)
                                .body(Map.of("email", "nobody@example.com"))
                                .post("/reset-password"),
                "by caller", () -> limited.api(session.access()).get("/users/me"),
                "by session", () -> limited.refresh(session.refresh()),
                "failed logins", () -> limited.login("alice", wrong),
                "garbage for a refresh", () -> limited.refresh("garbage"),
                "a token of no key", () -> limited.api(ofNoKey).get("/users/me"),
                "a direct grant",
                        () -> limited.token(
                                "app-2", Map.of("grant_type", "password", "username", "alice", "password", wrong)));
        Map<String, Long> costs = new TreeMap<>();
        calls.forEach((what, call) -> {
            // The limits allow one or two calls, and the first refusal after these is recorded, so three calls come
            // before the one that is measured.
            for (int i = 0; i < 3; i++) {
                call.get().statusCode();
            }
            measure(costs, what, 429, call);
        });
        Supplier<Response> post = form.prepared("authenticate", Map.of("username", "x", "password", wrong));
        form.postTo("authenticate", Map.of("username", "x", "password", wrong));
        measure(costs, "a page", 429, post);
        assertEquals(
                Map.of(
                        "by address", 0L,
                        "by caller", 0L,
                        "by session", 0L,
                        "garbage for a refresh", 0L,
                        "a token of no key", 0L,
                        "failed logins", 0L,
                        "a direct grant", 0L,
                        "a page", 0L),
                costs);
    }

    private static String unsigned(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
