package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.RealmRepresentation;

/**
 * Tests that mail is never lost, and that nobody waits for it, with mail servers that are away, slow or silent, or that refuse
 * some recipients.
 */
@ExtendWith(ServerExtension.class)
@Order(0)
@ResourceLock(Shared.LATE_MAIL)
final class OutboxIT {
    private static final Duration LONG = Duration.ofSeconds(90);

    private TestServer server;
    private Tenant healthy;
    private SmtpProxy proxy;
    private Tenant tenant;

    @BeforeEach
    void start(TestServer suite, Tenant fresh) {
        server = suite;
        Assumptions.assumeTrue(server.node() != null, "the mail server and the database are to be looked into");
        healthy = fresh;
        proxy = SmtpProxy.before(server.inbox());
        tenant = Tenant.on(server, proxy.smtp());
    }

    /**
     * Removes the tenant with everything that is still in its outbox, which would otherwise show in the meters that other tests
     * read.
     */
    @AfterEach
    void stop() {
        if (proxy != null) {
            proxy.close();
        }
        if (tenant != null) {
            tenant.admin().remove();
        }
    }

    private static void verify(Tenant at, Inbox.Mail mail) {
        verify(at, mail.code());
    }

    private static void verify(Tenant at, String code) {
        at.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code))
                .post("/verify-email")
                .then()
                .statusCode(200);
    }

    private double meter(String name, String... labels) {
        String metrics =
                RestAssured.get(server.node().management() + "/metrics").asString();
        return metrics.lines()
                .filter(line ->
                        line.startsWith(name) && List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private double mails(Tenant of, String result) {
        return meter(
                "user_service_mails_total",
                "realm=\"" + of.name() + "\"",
                "kind=\"activation\"",
                "result=\"" + result + "\"");
    }

    @Test
    void whileTheServerIsAwayForAMinuteNothingIsLostAndNobodyElseWaits() {
        proxy.down();
        Instant downSince = Instant.now();
        List<String> waiting =
                IntStream.range(0, 10).mapToObj(i -> tenant.register(Map.of())).toList();
        String other = healthy.register(Map.of());
        verify(healthy, server.inbox().next(other));

        Eventually.holds("some retries", LONG, () -> mails(tenant, "retried") >= 2);
        Eventually.holds("the lag to show", LONG, () -> meter("user_service_mail_lag_seconds") >= 5);
        Eventually.holds(
                "a minute",
                LONG,
                () -> Duration.between(downSince, Instant.now()).toSeconds() >= 60);
        assertEquals(0, mails(tenant, "failed"));
        proxy.up();

        for (String email : waiting) {
            verify(tenant, server.inbox().next(email, LONG));
            assertEquals(1, server.inbox().count(email));
        }
        Eventually.holds("all counted", LONG, () -> mails(tenant, "sent") == 10);
        Eventually.holds("no lag", LONG, () -> meter("user_service_mail_lag_seconds") < 5);
    }

    @Test
    void aSlowServerHoldsUpItsOwnTenantAlone() {
        proxy.delay(Duration.ofSeconds(1));
        List<String> slow =
                IntStream.range(0, 6).mapToObj(i -> tenant.register(Map.of())).toList();
        String quick = healthy.register(Map.of());
        server.inbox().next(quick);
        assertTrue(slow.stream().mapToInt(server.inbox()::count).sum() < 6, "the healthy tenant's mail came first");
        for (String email : slow) {
            verify(tenant, server.inbox().next(email, LONG));
            assertEquals(1, server.inbox().count(email));
        }
    }

    @Test
    void twoServersThatAnswerEachLineLateDoNotHoldUpTheOthers() {
        SmtpProxy otherProxy = SmtpProxy.before(server.inbox());
        Tenant other = Tenant.on(server, otherProxy.smtp());
        try {
            // A mail takes six replies at least, and each comes before Keycloak's read timeout of ten seconds.
            List.of(proxy, otherProxy).forEach(slow -> slow.delay(Duration.ofSeconds(8)));
            List<String> slow = Stream.of(tenant, other, tenant, other, tenant, other)
                    .map(at -> at.register(Map.of()))
                    .toList();
            Eventually.holds("all workers to be busy", LONG, () -> proxy.attempts() + otherProxy.attempts() >= 4);
            String quick = healthy.register(Map.of());
            server.inbox().next(quick, LONG);
            assertEquals(
                    0, slow.stream().mapToInt(server.inbox()::count).sum(), "the healthy tenant's mail came first");
            proxy.up();
            otherProxy.up();
            for (String email : slow) {
                server.inbox().next(email, LONG);
                assertEquals(1, server.inbox().count(email));
            }
        } finally {
            otherProxy.close();
        }
    }

    /** Each line comes in time, but the reply has no end; twelve such attempts would stop all mails of the server. */
    @Test
    void aReplyWithoutAnEndIsCutOff() throws IOException {
        try (EndlessReply endless = EndlessReply.start()) {
            Tenant hostile = Tenant.on(
                    server,
                    realm -> realm.set(
                            "smtpServer",
                            endless.smtp()
                                    .json()
                                    // The deadline of an attempt is twelve seconds then.
                                    .put("connectionTimeout", "1000")
                                    .put("writeTimeout", "1000")
                                    .put("timeout", "1000")));
            try {
                String email = hostile.register(Map.of());
                Eventually.holds("an attempt", LONG, () -> endless.begun() >= 1);
                Eventually.holds("its end", LONG, () -> endless.ended() >= 1);
                hostile.awaitLogged("An attempt takes too long and is ended");
                RealmRepresentation realm = hostile.admin().toRepresentation();
                realm.getSmtpServer()
                        .put("port", Integer.toString(server.inbox().port()));
                hostile.admin().update(realm);
                verify(hostile, server.inbox().next(email, LONG));
                assertTrue(mails(hostile, "retried") >= 1);
            } finally {
                hostile.admin().remove();
            }
        }
    }

    @Test
    void twoTenantsWithManyMailsDoNotKeepAllWorkers() {
        SmtpProxy otherProxy = SmtpProxy.before(server.inbox());
        Tenant other = Tenant.on(server, otherProxy.smtp());
        try {
            List.of(proxy, otherProxy).forEach(slow -> slow.delay(Duration.ofSeconds(1)));
            List<String> many = IntStream.range(0, 24)
                    .mapToObj(i -> (i % 2 == 0 ? tenant : other).register(Map.of()))
                    .toList();
            String one = healthy.register(Map.of());
            int before = many.stream().mapToInt(server.inbox()::count).sum();
            server.inbox().next(one, LONG);
            int meanwhile = many.stream().mapToInt(server.inbox()::count).sum() - before;
            // Four are under way, and four more may be sent while it is sent itself.
            assertTrue(meanwhile < 10, "it came after " + meanwhile + " of the others");
            proxy.up();
            otherProxy.up();
            many.forEach(email -> server.inbox().next(email, LONG));
        } finally {
            otherProxy.close();
        }
    }

    @Test
    void aRealmWithoutOneSaysSoAndItsMailIsSentOnceThereIs() {
        Tenant bare = Tenant.on(server, realm -> realm.remove("smtpServer"));
        bare.api()
                .get("/users/health")
                .then()
                .statusCode(200)
                .body("status", equalTo("ok"))
                .body("mail", equalTo("missing"));
        String email = bare.register(Map.of());
        bare.awaitLogged(
                "Not delivered yet",
                "realm=" + bare.name(),
                "this realm has no mail server: set one under Realm settings, Email");
        assertEquals(0, mails(bare, "failed"));
        RealmRepresentation realm = bare.admin().toRepresentation();
        realm.setSmtpServer(Map.of(
                "host", Inbox.HOST, "port", Integer.toString(server.inbox().port()), "from", "no-reply@example.com"));
        bare.admin().update(realm);
        bare.api().get("/users/health").then().body("mail", equalTo("ok"));
        verify(bare, server.inbox().next(email, LONG));
    }

    @Test
    void aServerThatFallsSilentIsTriedAgain() {
        proxy.hang();
        String email = tenant.register(Map.of());
        Eventually.holds("a connection", LONG, () -> proxy.attempts() >= 1);
        Eventually.holds("the end of patience", LONG, () -> mails(tenant, "retried") >= 1);
        proxy.up();
        verify(tenant, server.inbox().next(email, LONG));
    }

    @Test
    void aRefusedRecipientBlocksNobodyAndShowsAsFailed() throws Exception {
        String refused = UUID.randomUUID() + "@example.com";
        proxy.refuse(refused);
        tenant.register(Map.of("email", refused));
        for (int i = 0; i < 5; i++) {
            verify(tenant, server.inbox().next(tenant.register(Map.of())));
        }
        Eventually.holds("three refusals", LONG, () -> mails(tenant, "retried") >= 3);
        assertEquals(0, mails(tenant, "failed"));
        String id = tenant.admin().users().searchByEmail(refused, true).get(0).getId();
        // The entry becomes a quarter of an hour older, after which a refused mail is given up.
        server.node()
                .database()
                .execute("update us_outbox set created_at = created_at - 900000, due_at = 0 where user_id = '" + id
                        + "'");
        Eventually.holds("the end of it", LONG, () -> mails(tenant, "failed") == 1);
        assertEquals(0, server.inbox().count(refused));
        assertEquals(0, server.node().database().count("us_outbox where user_id = ?", id));
        tenant.awaitLogged("Given up", id);
    }

    @Test
    void aWishThatCannotEvenBeClaimedStopsNoOther() throws Exception {
        String poisoned = UUID.randomUUID() + "@example.com";
        poison(poisoned);
        try {
            String id = registered(poisoned);
            for (int i = 0; i < 3; i++) {
                verify(healthy, server.inbox().next(healthy.register(Map.of())));
            }
            Eventually.holds("its second attempt", LONG, () -> attempts(id) >= 2);
        } finally {
            cure();
        }
        verify(healthy, server.inbox().next(poisoned, LONG));
    }

    @Test
    void oneThatCannotBeClaimedForADayIsGivenUp() throws Exception {
        String poisoned = UUID.randomUUID() + "@example.com";
        poison(poisoned);
        try {
            String id = registered(poisoned);
            Eventually.holds("its first attempt", LONG, () -> attempts(id) >= 1);
            double failed = mails(healthy, "failed");
            server.node().database().execute("""
                            update us_outbox set created_at = created_at - 86400000, due_at = 0 where user_id = '%s'
                            """.formatted(id));
            Eventually.holds("the end of it", LONG, () -> mails(healthy, "failed") == failed + 1);
            assertEquals(0, server.node().database().count("us_outbox where user_id = ?", id));
        } finally {
            cure();
        }
    }

    /** Makes it impossible to make a code for this address from now on. */
    private void poison(String email) throws SQLException {
        server.node().database().execute("""
                        create function poison() returns trigger language plpgsql as
                          $$ begin raise exception 'poisoned'; end $$;
                        create trigger poison before insert on us_code for each row
                          when (new.email = '%s') execute function poison()""".formatted(email));
    }

    private void cure() throws SQLException {
        server.node().database().execute("drop trigger poison on us_code; drop function poison");
    }

    private String registered(String email) {
        healthy.register(Map.of("email", email));
        return healthy.admin().users().searchByEmail(email, true).get(0).getId();
    }

    private int attempts(String user) {
        try {
            return server
                    .node()
                    .database()
                    .texts("select attempts from us_outbox where user_id = '" + user + "'")
                    .stream()
                    .mapToInt(Integer::parseInt)
                    .sum();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsAskedForAgainAndAgainIsSoonGone() throws Exception {
        // The mail server of this tenant does not answer, but looking up a user needs no mail server.
        proxy.hang();
        String unknown = UUID.randomUUID() + "@example.com";
        for (Response answer : Concurrently.call(
                30,
                i -> tenant.api()
                        .queryParam("identifier", i % 2 == 0 ? unknown : unknown.toUpperCase(Locale.ROOT))
                        .get("/users/activation/resend"))) {
            answer.then().statusCode(200);
        }
        Eventually.holds("nothing left of it", LONG, () -> {
            try {
                return server.node().database().count("us_outbox where identifier = ?", unknown) == 0;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @DiffersByDatabase
    @Test
    void ofManyWhoAskForOneAddressAtOnceNoneFails() throws Exception {
        for (int round = 0; round < 3; round++) {
            String unknown = UUID.randomUUID() + "@example.com";
            for (Response answer : Concurrently.call(
                    16,
                    i -> healthy.api()
                            .contentType(ContentType.JSON)
                            .body(Map.of("email", unknown))
                            .post("/reset-password"))) {
                answer.then().statusCode(200);
            }
        }
    }

    @DiffersByDatabase
    @Test
    void twentyAtOnceAreSentOnceEach() throws Exception {
        List<Response> answers = Concurrently.call(20, i -> healthy.registration(Map.of()));
        for (Response answer : answers) {
            verify(
                    healthy,
                    server.inbox().next(answer.then().statusCode(201).extract().path("user.email")));
        }
        for (Response answer : answers) {
            assertEquals(1, server.inbox().count(answer.path("user.email")));
        }
    }

    @Test
    void theAnswerTakesNoLongerWhateverTheMailServerDoes() {
        proxy.hang();
        List<Double> up = new ArrayList<>();
        List<Double> silent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Response sent = registration(healthy);
            up.add((double) sent.timeIn(TimeUnit.MILLISECONDS));
            // The work that the server does after one answer must not slow down the next call.
            server.inbox().next(sent.path("user.email"));
            silent.add((double) registration(tenant).timeIn(TimeUnit.MILLISECONDS));
        }
        // The ranks alone may also differ because of what the machine has to do after each answer, so the medians are
        // compared too.
        double p = Ranks.pValue(array(up), array(silent));
        boolean isSlower = p <= 0.001 && median(silent) > 1.5 * median(up);
        assertFalse(isSlower, "p = " + p + ", up " + up + ", silent " + silent);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static Response registration(Tenant at) {
        Response answer = at.registration(Map.of());
        answer.then().statusCode(201);
        return answer;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void noClearCodeIsStoredOrLogged() throws Exception {
        String email = healthy.register(Map.of());
        String code = server.inbox().next(email).code();
        String bare = code.replace("-", "");
        List<String> rows = new ArrayList<>();
        for (String table : List.of("us_code", "us_code_request", "us_outbox", "event_entity", "user_attribute")) {
            rows.addAll(server.node().database().texts("select t::text from " + table + " t"));
        }
        assertTrue(rows.stream().anyMatch(row -> row.contains(email)), "the hash is there");
        verify(healthy, code);
        healthy.awaitWholeLog();
        String log = server.node().log();
        for (String secret : List.of(code, bare)) {
            assertFalse(rows.stream().anyMatch(row -> row.contains(secret)));
            assertFalse(log.contains(secret));
        }
    }

    @Test
    void aResendWhileAMailIsOnItsWayDoesNotKillItsCode() {
        Tenant impatient = Tenant.on(server, realm -> {
            realm.withObject("/attributes").put("user-service.resend-cool-down", "0");
            realm.set("smtpServer", proxy.smtp().json());
        });
        // The mail is so slow that it is still on its way when the worker looks at the second entry.
        proxy.delay(Duration.ofSeconds(3));
        String email = impatient.register(Map.of());
        Eventually.holds("a mail on its way", LONG, () -> proxy.attempts() >= 1);
        impatient
                .api()
                .queryParam("identifier", email)
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        verify(impatient, server.inbox().next(email, LONG));
        assertEquals(1, server.inbox().count(email));
    }
}
