package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests the meters of what is done in a tenant: each action counts exactly once, however it is done. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.LOST_ACTIVITIES)
@ResourceLock(Shared.TABLES)
final class AccountMetersIT {
    private static final Pattern FAMILY = Pattern.compile("(auth_attempts|failed_logins|token_refreshes|password_resets"
            + "|email_verifications|user_actions|user_role_changes)_total.*");

    private static final String LOGIN = "auth_attempts_total{status=\"success\",type=\"login\"}";
    private static final String LOGIN_FAILED = "auth_attempts_total{status=\"failure\",type=\"login\"}";

    @BeforeEach
    void needsItsManagementPort(TestServer server) {
        Assumptions.assumeTrue(server.node() != null, "the management port of this server is not known");
    }

    private static String someone() {
        return "u-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static String action(String type) {
        return "user_actions_total{action_type=\"" + type + "\"}";
    }

    private static String failed(String reason) {
        return "failed_logins_total{reason=\"" + reason + "\"}";
    }

    private static String roleChange(String from, String to) {
        return "user_role_changes_total{from_role=\"" + from + "\",to_role=\"" + to + "\"}";
    }

    private static Scrape family(Tenant tenant) {
        return Scrape.of(tenant.server())
                .of(tenant)
                .only(series -> FAMILY.matcher(series).matches());
    }

    /** Does something, and asserts that in the end exactly these series have grown, by one each. */
    private static void assertCounts(Tenant tenant, Runnable what, String... series) {
        Scrape before = family(tenant);
        what.run();
        Map<String, Double> expected =
                new TreeMap<>(Stream.of(series).collect(Collectors.toMap(name -> name, name -> 1.0)));
        AtomicReference<Map<String, Double>> grown = new AtomicReference<>();
        try {
            Eventually.holds("the count", Duration.ofMinutes(1), () -> {
                grown.set(family(tenant).since(before));
                return expected.equals(grown.get());
            });
        } catch (AssertionError e) {
            assertEquals(expected, grown.get());
        }
        // A count too many would be visible by the time that a later request is counted.
        String later = "http_requests_total{method=\"GET\",route=\"/users/health\",status=\"200\"}";
        Scrape sofar = Scrape.of(tenant.server()).of(tenant);
        tenant.api().get("/users/health").then().statusCode(200);
        Eventually.holds(
                "the count of a later request",
                Duration.ofMinutes(1),
                () -> Scrape.of(tenant.server()).of(tenant).since(sofar).containsKey(later));
        assertEquals(expected, family(tenant).since(before));
    }

    private static Response post(Tenant tenant, String path, Map<String, ?> body) {
        return tenant.api().contentType(ContentType.JSON).body(body).post(path);
    }

    @Test
    void aLoginAndAFailedOneByTheApi(TestServer server) {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        String username = someone();
        tenant.addUser(username);
        assertCounts(tenant, () -> tenant.session(username), LOGIN, action("login"));
        assertCounts(
                tenant,
                () -> tenant.login(username, "wrong").then().statusCode(401),
                LOGIN_FAILED,
                failed("invalid_user_credentials"),
                action("login_failed"));
        assertCounts(
                tenant,
                () -> tenant.login(someone(), "wrong").then().statusCode(401),
                LOGIN_FAILED,
                failed("user_not_found"),
                action("login_failed"));
    }

    @Test
    void theSameAtTheTokenEndpointAndTheLoginsOfClients(TestServer server) {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        String username = someone();
        tenant.addUser(username);
        String client = "client-" + username;
        tenant.addClient(client, true);
        assertCounts(
                tenant, () -> tenant.passwordToken(client, username).then().statusCode(200), LOGIN, action("login"));
        assertCounts(
                tenant,
                () -> tenant.token(client, Map.of("grant_type", "password", "username", username, "password", "wrong"))
                        .then()
                        .statusCode(400),
                LOGIN_FAILED,
                failed("invalid_user_credentials"),
                action("login_failed"));
        assertCounts(
                tenant,
                () -> tenant.serviceToken(client),
                "auth_attempts_total{status=\"success\",type=\"client_login\"}",
                action("client_login"));
        assertCounts(
                tenant,
                () -> tenant.oidc()
                        .formParams(Map.of(
                                "grant_type", "client_credentials", "client_id", client, "client_secret", "wrong"))
                        .post("/token")
                        .then()
                        .statusCode(401),
                "auth_attempts_total{status=\"failure\",type=\"client_login\"}",
                action("client_login_failed"));
    }

    @Test
    void theSameOnTheLoginPage(TestServer server) {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        String username = someone();
        tenant.addUser(username);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            assertCounts(
                    tenant,
                    () -> {
                        browser.goTo(app.login());
                        browser.type("username", username);
                        browser.type("password", "wrong");
                        browser.click("#kc-login");
                        browser.awaitText("Invalid username or password.");
                    },
                    LOGIN_FAILED,
                    failed("invalid_user_credentials"),
                    action("login_failed"));
            assertCounts(
                    tenant,
                    () -> {
                        browser.type("password", TestServer.PASSWORD);
                        browser.click("#kc-login");
                        browser.awaitText("Logged in as " + username);
                    },
                    LOGIN,
                    action("login"));
        }
    }

    /** The first of the two steps does not count as a failed login, although its answer is 401. */
    @Test
    void aLoginWithACodeIsOne(TestServer server) {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        String username = someone();
        String id = tenant.addUser(username);
        byte[] secret = Totp.add(tenant, id);
        assertCounts(
                tenant,
                () -> tenant.login(username, TestServer.PASSWORD)
                        .then()
                        .statusCode(401)
                        .body("mfa_required", equalTo(true)),
                action("login_failed"));
        assertCounts(
                tenant,
                () -> Tenant.retryWhileUnauthorized(() -> post(
                                tenant,
                                "/login",
                                Map.of(
                                        "identifier",
                                        username,
                                        "password",
                                        TestServer.PASSWORD,
                                        "totp",
                                        Totp.now(secret))))
                        .then()
                        .statusCode(200),
                LOGIN,
                action("login"));
    }

    /** A visitor who opens Keycloak's pages without a cookie has neither tried to register nor to reset a password. */
    @Test
    void aVisitOfAPageIsNoFailure(Tenant tenant) {
        String pages = tenant.server().base() + "/realms/" + tenant.name() + "/login-actions/";
        assertCounts(tenant, () -> {
            RestAssured.get(pages + "registration");
            RestAssured.get(pages + "reset-credentials?session_code=x&execution=y&client_id=account&tab_id=z");
        });
    }

    /** The activity log has no row for a refresh, unless the tenant asks for one. */
    @Test
    void aRefreshAndOneThatFails(Tenant tenant) {
        String username = someone();
        tenant.addUser(username);
        Tenant.Session session = tenant.session(username);
        assertCounts(
                tenant,
                () -> tenant.refresh(session.refresh()).then().statusCode(200),
                "token_refreshes_total{status=\"success\"}");
        assertCounts(
                tenant,
                () -> tenant.refresh(session.refresh()).then().statusCode(401),
                "token_refreshes_total{status=\"failure\"}",
                action("token_reuse"));
    }

    @Test
    void anAnswerToARefreshThatIsGivenAgain(TestServer server) {
        Tenant gracious = Tenant.on(server, Limits.with(Map.of("refresh-grace", "60")));
        String username = someone();
        gracious.addUser(username);
        Tenant.Session session = gracious.session(username);
        gracious.refresh(session.refresh()).then().statusCode(200);
        assertCounts(
                gracious,
                () -> gracious.refresh(session.refresh()).then().statusCode(200),
                "token_refreshes_total{status=\"repeated\"}",
                action("token_refresh"));
    }

    @Test
    void aRegistrationAndTheProofOfItsAddress(Tenant tenant) {
        String email = someone() + "@example.com";
        assertCounts(
                tenant,
                () -> tenant.register(Map.of("email", email)),
                "auth_attempts_total{status=\"success\",type=\"register\"}",
                action("register"));
        assertCounts(
                tenant,
                () -> tenant.registration(Map.of("email", email)).then().statusCode(409),
                "auth_attempts_total{status=\"failure\",type=\"register\"}");
        assertCounts(
                tenant,
                () -> post(tenant, "/verify-email", Map.of("token", "AAAA-AAAA"))
                        .then()
                        .statusCode(404),
                "email_verifications_total{status=\"failure\"}");
        String code = tenant.inbox().next(email).code();
        assertCounts(
                tenant,
                () -> post(tenant, "/verify-email", Map.of("token", code))
                        .then()
                        .statusCode(200),
                "email_verifications_total{status=\"success\"}",
                action("activated"));
    }

    @Test
    void aMailThatIsAskedForIsCountedWhenItIsWished(TestServer server) {
        Tenant impatient =
                Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
        String email = impatient.register(Map.of());
        impatient.inbox().next(email);
        assertCounts(
                impatient,
                () -> impatient.api().queryParam("identifier", email).get("/users/activation/resend"),
                "email_verifications_total{status=\"requested\"}",
                action("activation_resent"));
    }

    @Test
    void aForgottenPassword(Tenant tenant) {
        String username = someone();
        tenant.addUser(username);
        assertCounts(
                tenant,
                () -> post(tenant, "/reset-password", Map.of("identifier", username))
                        .then()
                        .statusCode(200),
                "password_resets_total{status=\"requested\"}",
                action("password_reset_requested"));
        assertCounts(
                tenant,
                () -> post(tenant, "/reset-password/AAAA-AAAA", Map.of("password", "Other-secret-1"))
                        .then()
                        .statusCode(404),
                "password_resets_total{status=\"failure\"}");
        String code = tenant.inbox().next(username + "@example.com").code();
        assertCounts(
                tenant,
                () -> post(tenant, "/reset-password/" + code, Map.of("password", "Other-secret-1"))
                        .then()
                        .statusCode(200),
                "password_resets_total{status=\"success\"}",
                action("password_reset"));
    }

    @Test
    void aChangeOfTheRoleByTheApi(Tenant tenant) {
        String admin = someone();
        tenant.addUser(admin, "admin");
        String token = tenant.session(admin).access();
        String id = tenant.addUser(someone());
        assertCounts(
                tenant,
                () -> tenant.api(token)
                        .contentType(ContentType.JSON)
                        .body(Map.of("role", "admin"))
                        .patch("/users/" + id)
                        .then()
                        .statusCode(200),
                roleChange("user", "admin"),
                action("role_changed"));
        assertCounts(
                tenant,
                () -> tenant.api(token)
                        .contentType(ContentType.JSON)
                        .body(Map.of("role", "admin"))
                        .patch("/users/" + id)
                        .then()
                        .statusCode(200));
    }

    /** The admin console calls these. A role that does not change what the API shows counts as an action, but not as a role change. */
    @Test
    void aChangeOfTheRoleByKeycloaksAdminRest(Tenant tenant) {
        var user = tenant.admin().users().get(tenant.addUser(someone()));
        var roles = tenant.admin().roles();
        assertCounts(
                tenant,
                () -> user.roles().realmLevel().add(List.of(roles.get("admin").toRepresentation())),
                roleChange("user", "admin"),
                action("role_changed"));
        assertCounts(
                tenant,
                () -> user.roles().realmLevel().add(List.of(roles.get("admin").toRepresentation())),
                action("role_changed"));
        assertCounts(
                tenant,
                () -> user.roles()
                        .realmLevel()
                        .remove(List.of(roles.get("admin").toRepresentation())),
                roleChange("admin", "user"),
                action("role_changed"));
        String group = tenant.addGroup(someone(), "admin");
        assertCounts(tenant, () -> user.joinGroup(group), roleChange("user", "admin"), action("group_joined"));
        assertCounts(tenant, () -> user.leaveGroup(group), roleChange("admin", "user"), action("group_left"));
        assertCounts(
                tenant,
                () -> user.roles()
                        .realmLevel()
                        .add(List.of(roles.get("offline_access").toRepresentation())),
                action("role_changed"));
    }

    @Test
    void whoHasNoRoleLeftIsCountedAsSuch(Tenant tenant) {
        var user = tenant.admin().users().get(tenant.addUser(someone()));
        var all = user.roles().realmLevel().listAll();
        assertCounts(
                tenant,
                () -> user.roles().realmLevel().remove(all),
                roleChange("user", "none"),
                action("role_changed"));
    }

    @Test
    void whatIsRolledBackAtTheCommitIsNotCounted(TestServer server) throws Exception {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        Database database = tenant.server().node().database();
        Assumptions.assumeTrue(database != null, "the database is given a trigger, of PostgreSQL");
        String admin = someone();
        tenant.addUser(admin, "admin");
        String token = tenant.session(admin).access();
        String username = someone();
        String id = tenant.addUser(username);
        Tenant.Session session = tenant.session(username);
        String realm = tenant.admin().toRepresentation().getId();
        database.execute("""
                create or replace function refuse_all() returns trigger language plpgsql as $$
                begin raise exception 'refused'; end $$""");
        database.execute("""
                create constraint trigger refuse_roles after insert on user_role_mapping
                  deferrable initially deferred for each row when (new.user_id = '%s') execute function refuse_all()""".formatted(id));
        database.execute("""
                create constraint trigger refuse_activity after insert on us_activity
                  deferrable initially deferred for each row when (new.realm_id = '%s') execute function refuse_all()""".formatted(realm));
        try {
            assertCounts(
                    tenant,
                    () -> tenant.api(token)
                            .contentType(ContentType.JSON)
                            .body(Map.of("role", "admin"))
                            .patch("/users/" + id)
                            .then()
                            .statusCode(500));
            assertCounts(
                    tenant,
                    () -> tenant.login(username, TestServer.PASSWORD).then().statusCode(500));
        } finally {
            database.execute("drop trigger refuse_roles on user_role_mapping");
            database.execute("drop trigger refuse_activity on us_activity");
        }
        assertCounts(tenant, () -> tenant.api(session.access()).post("/logout"), action("logout"));
    }

    @Test
    void theGaugesFollowTheTenantsAndForgetThoseThatAreGone(TestServer server) {
        Tenant tenant = Tenant.on(server);
        tenant.addUser("alice");
        String bob = tenant.addUser("bob");
        var user = tenant.admin().users().get(bob);
        var disabled = user.toRepresentation();
        disabled.setEnabled(false);
        user.update(disabled);
        tenant.register(Map.of());
        tenant.session("alice");
        Eventually.holds(
                "the gauges of the tenant",
                Duration.ofMinutes(2),
                () -> Scrape.of(server)
                        .of(tenant)
                        .only(series -> series.matches("(tenant|active|verified)_.*"))
                        .values()
                        .equals(Map.of(
                                "tenant_user_count", 3.0, "active_users_total", 1.0, "verified_users_total", 2.0)));
        double tenants = Scrape.of(server).values().get("tenants_total");
        assertTrue(tenants >= 1, () -> tenants + " tenants");
        assertFalse(family(tenant).values().isEmpty());

        tenant.admin().remove();
        awaitNoSeries(tenant);
    }

    private static void awaitNoSeries(Tenant tenant) {
        Eventually.holds(
                "the end of the series",
                Duration.ofMinutes(2),
                () -> Scrape.of(tenant.server())
                        .of(tenant)
                        .only(series -> !series.startsWith("keycloak_"))
                        .values()
                        .isEmpty());
    }

    @Test
    void aTenantThatWasNoneForAWhileIsCountedAgain(TestServer server) {
        Tenant tenant = Tenant.on(server);
        tenant.api().get("/users/health").then().statusCode(200);
        String username = someone();
        tenant.addUser(username);
        tenant.session(username);
        enable(tenant, false);
        awaitNoSeries(tenant);

        enable(tenant, true);
        String requests = "http_requests_total{method=\"GET\",route=\"/users/health\",status=\"200\"}";
        Eventually.holds("the series of the requests and of the logins", Duration.ofMinutes(2), () -> {
            tenant.api().get("/users/health").then().statusCode(200);
            tenant.session(username);
            return Scrape.of(tenant.server()).of(tenant).values().keySet().containsAll(List.of(requests, LOGIN));
        });
    }

    /** Makes the realm a tenant, or none. */
    private static void enable(Tenant tenant, boolean isEnabled) {
        var clients = tenant.admin().clients();
        var client = clients.findByClientId("user-service-api").get(0);
        client.setEnabled(isEnabled);
        clients.get(client.getId()).update(client);
    }
}
