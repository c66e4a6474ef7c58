package dev.userservice.it;

import static java.util.stream.Collectors.toMap;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.AuthenticatorConfigRepresentation;
import org.keycloak.representations.idm.ClientRepresentation;

/** Tests which calls the rate limits refuse, and from which callers. */
@ExtendWith(ServerExtension.class)
@Order(2)
final class RateLimitIT {
    private static final String WRONG = "Wrong-password-1!";

    private static TestServer server;

    @BeforeAll
    static void start(TestServer ofTheSuite) {
        server = ofTheSuite;
    }

    private static Tenant limited(String... names) {
        return Tenant.on(server, Limits.on(names));
    }

    private static Tenant limited(Map<String, String> limits) {
        return Tenant.on(server, Limits.with(limits));
    }

    /** Creates a tenant in which nothing but the rate limits refuses a user who comes again and again. */
    private static Tenant limitedAlone(Map<String, String> limits) {
        return Tenant.on(server, Limits.with(limits).andThen(Tenant::withoutBruteForceProtection));
    }

    /** Returns how many of these calls are not refused with the status 429. */
    private static long passing(int times, Supplier<Response> call) {
        return IntStream.range(0, times)
                .filter(i -> call.get().statusCode() != 429)
                .count();
    }

    /** A public route, with the name of the limit that applies to it. */
    private record Door(Tenant tenant, String limit, Function<RequestSpecification, Response> call) {
        Response knock() {
            return call.apply(tenant.api());
        }

        @Override
        public String toString() {
            return limit;
        }
    }

    private static Door post(Tenant tenant, String limit, String path, Map<String, ?> body) {
        return new Door(
                tenant,
                limit,
                api -> api.contentType(ContentType.JSON).body(body).post(path));
    }

    /**
     * Returns the public routes. At most two of them share a limit, so two tenants are enough for each route to start with an
     * unused limit.
     */
    static Stream<Door> doors() {
        Map<String, String> limits = Stream.of("login", "register", "activation", "resend", "forgot", "reset")
                .collect(toMap(limit -> "limit-" + limit, limit -> "5/10m"));
        Tenant one = limited(limits);
        Tenant other = limited(limits);
        return Stream.of(
                post(one, "limit-login", "/login", Map.of("identifier", "nobody", "password", WRONG)),
                post(one, "limit-register", "/register", Map.of("email", "no address", "password", WRONG)),
                post(other, "limit-register", "/users", Map.of("email", "no address", "password", WRONG)),
                post(one, "limit-activation", "/verify-email", Map.of("token", "0000-0000")),
                new Door(
                        other,
                        "limit-activation",
                        api -> api.contentType(ContentType.JSON)
                                .body(Map.of("code", "0000-0000"))
                                .patch("/users/activation")),
                new Door(one, "limit-resend", api -> api.get("/users/activation/resend?identifier=nobody@example.com")),
                post(one, "limit-forgot", "/reset-password", Map.of("email", "nobody@example.com")),
                post(other, "limit-forgot", "/users/password/forgot", Map.of("identifier", "nobody@example.com")),
                post(one, "limit-reset", "/reset-password/0000-0000", Map.of("password", WRONG)),
                post(
                        other,
                        "limit-reset",
                        "/users/password/reset",
                        Map.of("code", "0000-0000", "new_password", WRONG)));
    }

    @ParameterizedTest
    @MethodSource("doors")
    void anAddressHasFiveAMinuteOnThePublicRoutes(Door door) {
        String name = door.limit().substring("limit-".length());
        for (int left = 4; left >= 0; left--) {
            Response answer = door.knock();
            assertNotEquals(429, answer.statusCode());
            answer.then()
                    .header("RateLimit-Policy", "\"" + name + "\";q=5;w=600")
                    .header("RateLimit", containsString("\"" + name + "\";r=" + left + ";t="));
        }
        Response refused = door.knock();
        refused.then()
                .statusCode(429)
                .contentType("application/problem+json")
                .header("RateLimit", containsString("\"" + name + "\";r=0;t="))
                .body("status", equalTo(429))
                .body("title", equalTo("Too Many Requests"))
                .body("detail", containsString("try again in"));
        assertWait(120, refused);
    }

    /**
     * Checks the time to wait. A permit comes at most this many seconds after the first call, and some of them have passed
     * already.
     */
    private static void assertWait(int most, Response refused) {
        refused.then().statusCode(429);
        int wait = Integer.parseInt(refused.header("Retry-After"));
        assertTrue(wait > most - 120 && wait <= most, "Retry-After: " + wait + ", of " + most);
    }

    @Test
    void aSiteOfTheTenantMayReadHowLongToWait() {
        Tenant tenant = Tenant.on(server, realm -> {
            Limits.with(Map.of("limit-login", "1/1m")).accept(realm);
            realm.withArray("/clients").forEach(client -> {
                if (client.path("clientId").asText().equals("user-service-api")) {
                    ((ObjectNode) client).putArray("webOrigins").add("https://app.example");
                }
            });
        });
        for (int status : List.of(401, 429)) {
            Response answer = tenant.api()
                    .header("Origin", "https://app.example")
                    .contentType(ContentType.JSON)
                    .body(Map.of("identifier", "nobody", "password", WRONG))
                    .post("/login");
            answer.then()
                    .statusCode(status)
                    .header("Access-Control-Expose-Headers", containsString("RateLimit"))
                    .header("Access-Control-Expose-Headers", containsString("Retry-After"));
        }
    }

    @Test
    void whatCannotBeReadCountsAllTheSame() {
        Tenant tenant = limited(Map.of("limit-login", "5/1h"));
        assertEquals(
                5,
                passing(
                        8,
                        () -> tenant.api()
                                .contentType(ContentType.JSON)
                                .body("{")
                                .post("/login")));
        tenant.login("nobody", WRONG).then().statusCode(429);
    }

    @Test
    void tenantsAreCountedApart() {
        Tenant one = limited(Map.of("limit-login", "5/1h"));
        Tenant other = limited(Map.of("limit-login", "5/1h"));
        assertEquals(5, passing(8, () -> one.login("nobody", WRONG)));
        assertEquals(5, passing(8, () -> other.login("nobody", WRONG)));
    }

    @Test
    void aHundredAtOnceAreNotMore() throws Exception {
        Tenant tenant = limited(Map.of("limit-forgot", "5/1h"));
        List<Response> answers = Concurrently.call(
                100,
                i -> tenant.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("identifier", "nobody@example.com"))
                        .post("/users/password/forgot"));
        assertEquals(
                5, answers.stream().filter(answer -> answer.statusCode() == 200).count());
        assertEquals(
                95,
                answers.stream().filter(answer -> answer.statusCode() == 429).count());
    }

    @Test
    void aServiceAccountIsCountedByItselfOnThePublicRoutes() {
        Tenant tenant = limited(Map.of("limit-forgot", "5/1m", "limit-caller", "20/1h", "limit-anonymous", "2/1h"));
        String backEnd = tenant.serviceTokenOf("view-users");
        Map<String, String> body = Map.of("identifier", "nobody@example.com");
        for (int left = 19; left >= 0; left--) {
            tenant.api(backEnd)
                    .contentType(ContentType.JSON)
                    .body(body)
                    .post("/users/password/forgot")
                    .then()
                    .statusCode(200)
                    .header("RateLimit-Policy", "\"caller\";q=20;w=3600")
                    .header("RateLimit", containsString("\"caller\";r="));
        }
        tenant.api(backEnd)
                .contentType(ContentType.JSON)
                .body(body)
                .post("/users/password/forgot")
                .then()
                .statusCode(429);
        tenant.api(backEnd).get("/users").then().statusCode(429);
        tenant.api(tenant.serviceTokenOf("view-users")).get("/users").then().statusCode(200);
    }

    @Test
    void aPersonsTokenIsNoWayAroundTheLimitOfTheirAddress() {
        Tenant tenant = limited(Map.of("limit-forgot", "5/1h", "limit-caller", "600/1m"));
        tenant.addUser("alice", "admin");
        String alice = tenant.session("alice").access();
        assertEquals(
                5,
                passing(
                        8,
                        () -> tenant.api(alice)
                                .contentType(ContentType.JSON)
                                .body(Map.of("identifier", "nobody@example.com"))
                                .post("/users/password/forgot")));
    }

    /** Checks that a bad token does not avoid the limit of its address: a public route ignores such a token. */
    @Test
    void aTokenThatIsNotGoodIsNoWayAroundTheLimitOfItsAddress() {
        Tenant tenant = limited(Map.of("limit-forgot", "5/1h", "limit-caller", "600/1m"));
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        tenant.api(session.access()).post("/logout").then().statusCode(200);
        ClientRepresentation backEnd = tenant.addClient("back-end", true);
        String ofService = tenant.serviceToken("back-end");
        backEnd.setEnabled(false);
        tenant.admin().clients().get(backEnd.getId()).update(backEnd);
        String foreign = limited().serviceTokenOf("view-users");
        List<String> bad = List.of("garbage", session.access(), ofService, foreign);
        for (String token : bad) {
            forgot(tenant.api(token)).then().statusCode(200);
        }
        forgot(tenant.api()).then().statusCode(200);
        for (String token : bad) {
            forgot(tenant.api(token)).then().statusCode(429);
        }
    }

    private static Response forgot(RequestSpecification call) {
        return call.contentType(ContentType.JSON)
                .body(Map.of("identifier", "nobody@example.com"))
                .post("/users/password/forgot");
    }

    @Test
    void anAdminMakesAsManyUsersAsACallerMay() {
        Tenant tenant = limited("limit-register", "limit-caller");
        tenant.addUser("boss", "admin");
        String boss = tenant.session("boss").access();
        for (int i = 0; i < 7; i++) {
            tenant.api(boss)
                    .contentType(ContentType.JSON)
                    .body(Map.of(
                            "username",
                            "user-" + i,
                            "email",
                            "user-" + i + "@example.com",
                            "password",
                            "Secret-word-1!",
                            "first_name",
                            "Ute"))
                    .post("/users")
                    .then()
                    .statusCode(201);
        }
    }

    @Test
    void whoHasATokenIsCountedByItWhereverTheyAre() {
        Tenant tenant = limited(Map.of("limit-caller", "3/1h"));
        tenant.addUser("alice");
        tenant.addUser("bob");
        Tenant.Session first = tenant.session("alice");
        Tenant.Session second = tenant.session("alice");
        assertEquals(3, passing(3, () -> tenant.api(first.access()).get("/users/me")));
        assertWait(1200, tenant.api(second.access()).get("/users/me"));
        tenant.api(tenant.session("bob").access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void nobodyIsCountedByATokenThatIsNotSigned() {
        Tenant tenant = limited(Map.of("limit-caller", "3/1h", "limit-anonymous", "4/1h"));
        tenant.addUser("alice");
        String alice = tenant.session("alice").access();
        String forged = alice.substring(0, alice.lastIndexOf('.') + 1) + "AAAA";
        String foreign = limited().serviceTokenOf("view-users");
        for (String bad : List.of(forged, "garbage", foreign)) {
            Response answer = tenant.api(bad).get("/users/me");
            assertTrue(List.of(401, 403).contains(answer.statusCode()));
            answer.then().header("RateLimit-Policy", "\"anonymous\";q=4;w=3600");
        }
        tenant.api()
                .header("Authorization", "Basic YTpi")
                .get("/users/me")
                .then()
                .statusCode(401);
        tenant.api(forged).get("/users/me").then().statusCode(429);
        tenant.api().get("/users/health").then().statusCode(429);
        tenant.api(alice).get("/users/me").then().statusCode(200);
    }

    @Test
    void aSessionIsRefreshedThirtyTimesAMinuteByWhateverWayIn() {
        Tenant tenant = limited(Map.of("limit-refresh", "4/1h"));
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        Tenant.Session other = tenant.session("alice");
        tenant.addClient("app-2", true);
        String[] token = {session.refresh()};
        for (int left = 3; left >= 1; left--) {
            Response answer = tenant.refresh(token[0]);
            answer.then().statusCode(200).header("RateLimit", containsString("\"refresh\";r=" + left + ";"));
            token[0] = answer.path("refresh_token");
        }
        tenant.refresh(token[0]).then().statusCode(200);
        tenant.refresh("garbage").then().statusCode(401);
        assertWait(900, tenant.refresh(session.refresh()));
        tenant.refresh(other.refresh()).then().statusCode(200);
    }

    @Test
    void theTokenEndpointKnowsTheSameLimitOfRefreshes() {
        Tenant tenant = limited(Map.of("limit-refresh", "2/1h"));
        tenant.addUser("alice");
        tenant.addClient("app-2", true);
        Response tokens = tenant.passwordToken("app-2", "alice");
        for (int i = 0; i < 2; i++) {
            tokens = tenant.token(
                    "app-2", Map.of("grant_type", "refresh_token", "refresh_token", tokens.path("refresh_token")));
            tokens.then().statusCode(200);
        }
        String last = tokens.path("refresh_token");
        Response refused = tenant.token("app-2", Map.of("grant_type", "refresh_token", "refresh_token", last));
        assertWait(1800, refused);
        refused.then().body("error", equalTo("slow_down"));
        tenant.token("app-2", Map.of("grant_type", "refresh_token", "refresh_token", "garbage"))
                .then()
                .statusCode(400)
                .body("error", equalTo("invalid_grant"));
    }

    /**
     * Returns one attempt for each way to log in. The attempts count together, so a failed one of any kind counts for the others
     * too.
     */
    private static List<Supplier<Response>> waysIn(Tenant tenant, String name, String password) {
        tenant.addClient("app-2", true);
        String checker = tenant.serviceTokenOf("view-users");
        return List.of(
                () -> tenant.login(name, password),
                () -> tenant.token("app-2", Map.of("grant_type", "password", "username", name, "password", password)),
                () -> tenant.api(checker)
                        .contentType(ContentType.JSON)
                        .body(Map.of("identifier", name, "password", password))
                        .post("/users/auth/check"),
                () -> new LoginForm(tenant).post(name, password));
    }

    @Test
    void fiveLoginsToOneAccountMayFailByWhateverWayIn() {
        for (String name : List.of("alice", "nobody", "locked")) {
            for (int first = 0; first < 4; first++) {
                Tenant tenant = limited("limit-failed-login");
                tenant.addUser("alice");
                String locked = tenant.addUser("locked");
                var user = tenant.admin().users().get(locked);
                var disabled = user.toRepresentation();
                disabled.setEnabled(false);
                user.update(disabled);
                List<Supplier<Response>> ways = waysIn(tenant, name, WRONG);
                for (int i = 0; i < 5; i++) {
                    Supplier<Response> way = ways.get((first + i) % 4);
                    // The attempts come one after the other, because Keycloak allows only one at a time on an account.
                    Response answer = way.get();
                    assertNotEquals(429, answer.statusCode(), name + " " + first + " " + i + " " + answer.asString());
                }
                for (Supplier<Response> way : ways) {
                    Response refused = way.get();
                    assertEquals(429, refused.statusCode(), name + " " + refused.asString());
                    assertWait(180, refused);
                }
                tenant.login(name.toUpperCase(Locale.ROOT) + " ", WRONG).then().statusCode(429);
                tenant.login("somebody else", WRONG).then().statusCode(401);
            }
        }
    }

    @Test
    void whatIsRefusedIsNoFailureForKeycloaksLockout() {
        Tenant tenant = Tenant.on(server, realm -> {
            Limits.on("limit-failed-login").accept(realm);
            realm.put("failureFactor", 11);
        });
        String alice = tenant.addUser("alice");
        int noted = 0;
        for (int i = 1; i <= 5; i++) {
            tenant.login("alice", WRONG).then().statusCode(401);
            noted = awaitFailures(tenant, alice, noted + 1);
        }
        assertTrue(noted > 0, "Keycloak has noted none");
        for (Supplier<Response> way : waysIn(tenant, "alice", WRONG)) {
            assertEquals(0, passing(6, way));
        }
        assertEquals(noted, failures(tenant, alice));
        // The other name of the account is counted separately, and the failures of both names are still fewer than
        // those that lock the account: eleven here, and thirty by default.
        passing(20, () -> tenant.login("alice@example.com", WRONG));
        assertTrue(failures(tenant, alice) <= 10);
    }

    /**
     * Waits until Keycloak has recorded the wanted number of failures, and returns how many it has recorded. It does not wait for
     * ever, because Keycloak does not record an attempt that meets the previous one.
     */
    private static int awaitFailures(Tenant tenant, String user, int wanted) {
        try {
            Eventually.holds("Keycloak's note", Duration.ofMinutes(1), () -> failures(tenant, user) >= wanted);
        } catch (AssertionError e) {
            return failures(tenant, user);
        }
        return wanted;
    }

    private static int failures(Tenant tenant, String user) {
        Object failures =
                tenant.admin().attackDetection().bruteForceUserStatus(user).get("numFailures");
        return ((Number) failures).intValue();
    }

    @Test
    void whoLogsInAsTheyShouldIsNeverCounted() {
        Tenant tenant = limitedAlone(Map.of("limit-failed-login", "5/1h", "limit-failed-address", "30/1h"));
        tenant.addUser("alice");
        for (Supplier<Response> way : waysIn(tenant, "alice", TestServer.PASSWORD)) {
            for (int i = 0; i < 12; i++) {
                assertTrue(isIn(way.get()));
            }
        }
    }

    @Test
    void anAccountIsLoggedInToSoOftenByWhateverWayIn() {
        Tenant tenant = limitedAlone(Map.of("limit-right-login", "3/1h"));
        tenant.addUser("alice");
        tenant.addUser("bob");
        List<Supplier<Response>> ways = waysIn(tenant, "alice", TestServer.PASSWORD);
        List<Supplier<Response>> logins = List.of(ways.get(0), ways.get(1), ways.get(3));
        logins.forEach(login -> assertTrue(isIn(login.get())));
        logins.forEach(login -> assertEquals(429, login.get().statusCode()));
        tenant.login("bob", TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void itCountsThoughNoLoginComesOfIt() {
        Tenant tenant = limitedAlone(Map.of("limit-right-login", "3/1h"));
        tenant.register(Map.of("username", "pending", "email", "pending@example.com"));
        LoginForm form = new LoginForm(tenant);
        assertEquals(3, passing(5, () -> form.post("pending", TestServer.PASSWORD)));
        tenant.login("pending@example.com", TestServer.PASSWORD).then().statusCode(401);
        tenant.register(Map.of("username", "another", "email", "another@example.com"));
        assertEquals(3, passing(5, () -> tenant.login("another", TestServer.PASSWORD)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"authenticatorData", "error"})
    void aFieldOfAnotherWayInHidesNoPassword(String field) {
        Tenant tenant = limitedAlone(Map.of("limit-failed-login", "2/1h"));
        tenant.addUser("alice");
        LoginForm form = new LoginForm(tenant);
        assertEquals(
                2,
                passing(
                        4,
                        () -> form.postTo("authenticate", Map.of("username", "alice", "password", WRONG, field, "x"))));
    }

    /**
     * Tests a login without a password. Keycloak's own answer takes the time of a password hash if there is no such account, and
     * no time if there is one.
     */
    @Test
    void withoutAPasswordThePageLooksForNobody() {
        Tenant tenant = Tenant.on(server);
        tenant.addUser("boss", "admin");
        tenant.addUser("known");
        LoginForm form = new LoginForm(tenant);
        for (String name : List.of("known", "unknown")) {
            form.post(name, "").then().statusCode(200).body(containsString("Invalid username or password"));
        }
        tenant.api(tenant.session("boss").access())
                .queryParam("action", "login_failed")
                .get("/activity")
                .then()
                .statusCode(200)
                .body("size()", equalTo(2))
                .body("user_id", everyItem(nullValue()));
    }

    /**
     * Checks that calls from a page of another origin do not count. Otherwise any site could use up what its visitors, and the
     * office that they sit in, may do here.
     */
    @Test
    void whatAPageOfAnotherOriginSendsIsNoneOfWhatPeopleDo() {
        Tenant tenant = limitedAlone(Map.of("limit-login", "2/1h"));
        tenant.addUser("alice");
        for (int i = 0; i < 5; i++) {
            tenant.api()
                    .header("Origin", "https://elsewhere.example")
                    .contentType(ContentType.JSON)
                    .body(Map.of("identifier", "alice", "password", TestServer.PASSWORD))
                    .post("/login")
                    .then()
                    .statusCode(403);
        }
        assertEquals(2, passing(4, () -> tenant.login("alice", TestServer.PASSWORD)));
    }

    @Test
    void aRefreshThatShowsNoTokenCountsForItsAddress() {
        Tenant tenant = limitedAlone(Map.of("limit-anonymous", "3/1h"));
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        for (int i = 0; i < 8; i++) {
            Response refreshed = tenant.refresh(session.refresh());
            refreshed.then().statusCode(200);
            session = Tenant.Session.of(refreshed);
        }
        assertEquals(
                3,
                passing(
                        5,
                        () -> tenant.api()
                                .contentType(ContentType.JSON)
                                .body("{")
                                .post("/refresh")));
    }

    @Test
    void newPasswordsOfOnesOwnAreTriedSoOften() {
        Tenant tenant = limitedAlone(Map.of("limit-login", "2/1h"));
        tenant.addUser("alice");
        String alice = tenant.session("alice").access();
        Supplier<Response> change = () -> tenant.api(alice)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", "weak"))
                .put("/users/me/password");
        assertEquals(2, passing(4, change));
    }

    @Test
    void aLightweightTokenIsCountedByItsSession() {
        Tenant tenant = limited(Map.of("limit-caller", "2/1h"));
        ClientRepresentation client = tenant.addClient("lightweight", true);
        client.getAttributes().put("client.use.lightweight.access.token.enabled", "true");
        tenant.admin().clients().get(client.getId()).update(client);
        for (String name : List.of("alice", "bob")) {
            tenant.addUser(name);
            String token = tenant.passwordToken("lightweight", name).path("access_token");
            assertEquals(2, passing(4, () -> tenant.api(token).get("/users/me")), name);
        }
    }

    @Test
    void theRightPasswordCountsAsRightEvenIfItIsNotEnough() {
        Tenant tenant = limitedAlone(Map.of("limit-failed-login", "2/1h", "limit-failed-address", "2/1h"));
        tenant.register(Map.of("email", "pending@example.com"));
        String otto = tenant.addUser("otto");
        Totp.add(tenant, otto);
        for (int i = 0; i < 5; i++) {
            tenant.login("pending@example.com", TestServer.PASSWORD)
                    .then()
                    .statusCode(401)
                    .body("detail", equalTo("Account is inactive"));
            tenant.login("otto", TestServer.PASSWORD).then().statusCode(401).body("mfa_required", equalTo(true));
        }
    }

    @Test
    void aHundredGuessesAtOnceAreNotMoreThanFive() throws Exception {
        Tenant tenant = limited("limit-failed-login");
        tenant.addUser("alice");
        List<Response> answers = Concurrently.call(100, i -> tenant.login("alice", WRONG + i));
        assertEquals(
                5, answers.stream().filter(answer -> answer.statusCode() == 401).count());
        assertEquals(
                95,
                answers.stream().filter(answer -> answer.statusCode() == 429).count());
    }

    @Test
    void aLoginTakesBackTheFailuresBeforeItByWhateverWayIn() {
        Tenant tenant = limitedAlone(Map.of("limit-failed-login", "4/1h"));
        tenant.addUser("alice");
        LoginForm form = new LoginForm(tenant);
        for (Supplier<Response> way : List.<Supplier<Response>>of(
                () -> tenant.login("alice", TestServer.PASSWORD),
                () -> form.post("alice", TestServer.PASSWORD),
                () -> tenant.login("alice@example.com", TestServer.PASSWORD))) {
            assertEquals(3, passing(3, () -> tenant.login("alice", WRONG)));
            assertTrue(isIn(way.get()));
        }
    }

    @Test
    void whatHasNoPasswordIsNoGuessOfOne() {
        Tenant tenant = limited(Map.of("limit-failed-login", "2/1h"));
        tenant.addUser("alice");
        LoginForm form = new LoginForm(tenant);
        for (int i = 0; i < 3; i++) {
            form.post("alice", "").then().statusCode(200);
            form.postTo("authenticate", Map.of("username", "alice", "password", WRONG, "cancel", "x"))
                    .then()
                    .statusCode(302);
        }
        form.post("alice", TestServer.PASSWORD).then().statusCode(302);
    }

    @Test
    void aNewPasswordThatIsTooWeakIsNoFailure() {
        Tenant tenant = limitedAlone(Map.of("limit-failed-login", "2/1h"));
        tenant.addUser("alice");
        String alice = tenant.session("alice").access();
        for (int i = 0; i < 4; i++) {
            tenant.api(alice)
                    .contentType(ContentType.JSON)
                    .body(Map.of("current_password", TestServer.PASSWORD, "new_password", "weak"))
                    .put("/users/me/password")
                    .then()
                    .statusCode(400)
                    .body("errors.keySet()", equalTo(Set.of("new_password")));
        }
    }

    private static boolean isIn(Response answer) {
        return answer.statusCode() == 302
                || (answer.statusCode() == 200 && answer.contentType().startsWith("application/json"));
    }

    @Test
    void whatIsNoGuessIsNoFailure() {
        Tenant tenant = limited(Map.of("limit-failed-login", "2/1h"));
        tenant.addUser("alice");
        for (int i = 0; i < 4; i++) {
            tenant.api()
                    .contentType(ContentType.JSON)
                    .body(Map.of("identifier", "alice", "password", TestServer.PASSWORD, "scope", "no-such-scope"))
                    .post("/login")
                    .then()
                    .statusCode(400);
        }
        tenant.session("alice");
    }

    @Test
    void codesOnThePageAreCountedAsPasswordsAre() {
        Tenant tenant = limited(Map.of("limit-failed-login", "3/1h"));
        byte[] secret = Totp.add(tenant, tenant.addUser("otto"));
        LoginForm form = new LoginForm(tenant);
        Response page = form.post("otto", TestServer.PASSWORD);
        page.then().statusCode(200).body(containsString("name=\"otp\""));
        for (int i = 0; i < 3; i++) {
            page = form.next(page, Map.of("otp", "00000" + i));
            page.then().statusCode(200);
        }
        page = form.next(page, Map.of("otp", Totp.now(secret)));
        assertWait(1200, page);
        page.then().body(containsString("name=\"otp\""));
        form.post("otto", TestServer.PASSWORD).then().statusCode(429);
    }

    @Test
    void aTokenIsNoWayToGuessThePassword() {
        Tenant tenant = limited(Map.of("limit-failed-login", "3/1h"));
        tenant.addUser("alice");
        String alice = tenant.session("alice").access();
        Supplier<Response> guess = () -> tenant.api(alice)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", WRONG, "new_password", "Another-word-1!"))
                .put("/users/me/password");
        for (int i = 0; i < 3; i++) {
            guess.get().then().statusCode(400);
        }
        guess.get().then().statusCode(429);
        tenant.login("alice", TestServer.PASSWORD).then().statusCode(429);
    }

    @Test
    void aTokenThatIsNoRefreshTokenUsesUpNobodysRefreshes() {
        Tenant tenant = limited(Map.of("limit-refresh", "2/1h"));
        tenant.addUser("alice");
        Tenant.Session session = tenant.session("alice");
        for (int i = 0; i < 4; i++) {
            tenant.refresh(session.access()).then().statusCode(401);
        }
        tenant.refresh(session.refresh()).then().statusCode(200);
    }

    @Test
    void whatNamesNobodyOrNoKeyIsRefusedAsEver() {
        Tenant tenant = limited(Map.of("limit-anonymous", "600/1m"));
        int keys = tenant.admin().keys().getKeyMetadata().getKeys().size();
        for (String issuer : List.of("/realms/" + tenant.name(), "/realms/%FF", "/realms/")) {
            for (String header :
                    List.of("{\"alg\":\"RS512\"}", "{\"alg\":\"HS384\",\"kid\":\"x\"}", "{\"alg\":\"none\"}")) {
                String token = Stream.of(header, "{\"iss\":\"" + server.base() + issuer + "\",\"typ\":\"Bearer\"}", "x")
                        .map(part -> Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(part.getBytes(StandardCharsets.UTF_8)))
                        .collect(Collectors.joining("."));
                tenant.api(token).get("/users/me").then().statusCode(401);
            }
        }
        assertEquals(keys, tenant.admin().keys().getKeyMetadata().getKeys().size());
    }

    @Test
    void theStepOfADirectGrantCanHaveALimitOfItsOwn() {
        Tenant tenant = limited("limit-failed-login");
        tenant.addClient("app-2", true);
        AuthenticatorConfigRepresentation config = new AuthenticatorConfigRepresentation();
        config.setAlias("strict");
        config.setConfig(Map.of("limit-failed-login", "2/1h"));
        var flows = tenant.admin().flows();
        String step = flows.getExecutions("user-service direct grant").stream()
                .filter(execution -> "rate-limit".equals(execution.getProviderId()))
                .findFirst()
                .orElseThrow()
                .getId();
        flows.newExecutionConfig(step, config).close();
        Supplier<Response> grant =
                () -> tenant.token("app-2", Map.of("grant_type", "password", "username", "nobody", "password", WRONG));
        assertEquals(2, passing(4, grant));
        Response refused = grant.get();
        assertWait(1800, refused);
        refused.then().body("error", equalTo("slow_down"));
    }

    @Test
    void anAddressFailsAHundredTimesWhateverTheAccount() {
        Tenant tenant = limited(Map.of("limit-failed-address", "6/1h"));
        tenant.addUser("alice");
        String backEnd = tenant.serviceTokenOf("view-users");
        LoginForm form = new LoginForm(tenant);
        for (int i = 0; i < 3; i++) {
            tenant.login("nobody-" + i, WRONG).then().statusCode(401);
            form.post("somebody-" + i, WRONG).then().statusCode(200);
        }
        tenant.login("alice", TestServer.PASSWORD).then().statusCode(429);
        Response page = form.post("alice", TestServer.PASSWORD);
        assertWait(600, page);
        page.then().contentType(containsString("text/html")).body(matchesPattern("(?s).*Please wait (9|10) minutes.*"));
        // The address of a back end is that of many people, so this limit does not stop it.
        Tenant.retryWhileUnauthorized(() -> tenant.api(backEnd)
                        .contentType(ContentType.JSON)
                        .body(Map.of("identifier", "alice", "password", TestServer.PASSWORD))
                        .post("/login"))
                .then()
                .statusCode(200);
    }

    @Test
    void theFormsOfRegistrationAndOfAForgottenPasswordAreCountedByThemselves() {
        Tenant tenant =
                limited(Map.of("limit-form", "4/1h", "limit-register", "4/1h", "limit-failed-address", "100/1m"));
        LoginForm form = new LoginForm(tenant);
        for (String path : List.of("registration", "reset-credentials")) {
            for (int i = 0; i < 4; i++) {
                assertNotEquals(429, form.postTo(path, Map.of("username", "x")).statusCode());
            }
            assertWait(900, form.postTo(path, Map.of("username", "x")));
        }
        // The API and the page share this limit.
        tenant.registration(Map.of()).then().statusCode(429);
        form.post("x", WRONG).then().statusCode(200);
        assertEquals(200, form.open().statusCode(), "a page without its form is nothing to attack");
    }

    @Test
    void aMailboxIsRegisteredForAFewTimes() {
        Tenant tenant = limited(Map.of("limit-mailbox", "3/1h"));
        // A registration that is refused for another reason makes no account, so it does not count.
        tenant.registration(Map.of("email", "victim@example.com", "password", "short"))
                .then()
                .statusCode(400);
        for (String email : List.of("victim@example.com", "victim+1@example.com", "Victim+2@example.com")) {
            tenant.registration(Map.of("email", email)).then().statusCode(201);
        }
        assertWait(1200, tenant.registration(Map.of("email", "victim+3@example.com")));
        tenant.registration(Map.of("email", "other@example.com")).then().statusCode(201);
    }

    @Test
    void ofManyRegistrationsForOneMailboxAtOnceNoMoreAreMade() throws Exception {
        Tenant tenant = limited(Map.of("limit-mailbox", "3/1h"));
        List<Integer> answers =
                Concurrently.call(10, i -> tenant.registration(Map.of("email", "victim+" + i + "@example.com")))
                        .stream()
                        .map(Response::statusCode)
                        .toList();
        assertEquals(3, Collections.frequency(answers, 201), answers::toString);
        assertEquals(7, Collections.frequency(answers, 429), answers::toString);
    }

    @Test
    void theFirstRefusalInAMinuteIsInTheActivityLogAndAllAreCounted() {
        Tenant tenant = limited(Map.of("limit-failed-login", "5/1h"));
        tenant.addUser("alice");
        passing(5, () -> tenant.login("alice", WRONG));
        Instant start = Instant.now();
        for (int i = 0; i < 4; i++) {
            tenant.login("alice", WRONG).then().statusCode(429);
        }
        long minutes = Duration.between(start, Instant.now()).toMinutes();
        List<Map<String, Object>> rows = Activities.of(tenant).all(Map.of("action", "rate_limited"));
        assertTrue(!rows.isEmpty() && rows.size() <= 1 + minutes, rows::toString);
        assertEquals(
                Map.of("limit", "failed-login", "identifier", "alice", "address", "127.0.0.1"),
                rows.get(0).get("details"));
        assertEquals("127.0.0.1", rows.get(0).get("ip_address"));
        if (server.node() != null) {
            assertEquals(4, meter("rate_limited_total", "limit=\"failed-login\"", "realm=\"" + tenant.name() + "\""));
        }
    }

    @Test
    void whoIsLimitedByTheirTokenIsNamedInTheActivityLog() {
        Tenant tenant = limited(Map.of("limit-caller", "2/1h"));
        String alice = tenant.addUser("alice");
        String token = tenant.session("alice").access();
        passing(4, () -> tenant.api(token).get("/users/me"));
        List<Map<String, Object>> rows = Activities.of(tenant).all(Map.of("action", "rate_limited"));
        assertEquals(
                List.of(alice), rows.stream().map(row -> row.get("user_id")).toList());
    }

    private static double meter(String name, String... tags) {
        return RestAssured.get(server.node().management() + "/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + "{") && Stream.of(tags).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void noughtSwitchesALimitOff() {
        Tenant tenant = limited(Map.of("limit-forgot", "0"));
        Response answer = tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "nobody@example.com"))
                .post("/users/password/forgot");
        answer.then().statusCode(200).header("RateLimit", nullValue()).header("RateLimit-Policy", nullValue());
    }

    @Test
    void aRealmThatIsNotSwitchedOnIsLeftAlone() {
        Tenant tenant = Tenant.on(server, realm -> {
            Limits.with(Map.of("limit-failed-login", "1/1h", "limit-failed-address", "1/1h", "limit-refresh", "1/1h"))
                    .accept(realm);
            realm.withArray("/clients").forEach(client -> {
                if (client.path("clientId").asText().equals("user-service-api")) {
                    ((ObjectNode) client).put("enabled", false);
                }
            });
        });
        tenant.addClient("app-2", true);
        LoginForm form = new LoginForm(tenant);
        Map<String, String> grant = new HashMap<>(Map.of("grant_type", "password", "username", "x", "password", WRONG));
        for (int i = 0; i < 3; i++) {
            tenant.token("app-2", grant).then().statusCode(400);
            form.post("x", WRONG).then().statusCode(200);
        }
        assertFalse(form.open().asString().isEmpty());
    }
}
