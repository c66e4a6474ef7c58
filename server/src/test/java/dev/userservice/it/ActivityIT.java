package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.FederatedIdentityRepresentation;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests what the activity log records for each way in which something can be done. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.LOST_ACTIVITIES)
@ResourceLock(Shared.TABLES)
final class ActivityIT {
    private static final String AGENT = "a test/1.0";

    private static Activities log;

    @BeforeEach
    void read(Tenant tenant) {
        if (log == null) {
            log = Activities.of(tenant);
        }
    }

    private static String someone() {
        return "u-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static Response login(Tenant tenant, String identifier, String password) {
        return tenant.api()
                .header("User-Agent", AGENT)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", identifier, "password", password))
                .post("/login");
    }

    private static Response put(Tenant tenant, String token, String path, Map<String, ?> body) {
        return tenant.api(token).contentType(ContentType.JSON).body(body).put(path);
    }

    private static void assertActor(Map<String, Object> row, String id, String kind) {
        assertEquals(Map.of("id", id, "kind", kind), row.get("actor"));
    }

    private static Map<?, ?> details(Map<String, Object> row) {
        return (Map<?, ?>) row.get("details");
    }

    private static Map<String, Object> change(String from, String to) {
        Map<String, Object> change = new HashMap<>();
        change.put("from", from);
        change.put("to", to);
        return change;
    }

    @DiffersByDatabase
    @Test
    void aLoginByTheApiSaysWhoAndFromWhere(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        login(tenant, username, TestServer.PASSWORD).then().statusCode(200);
        Map<String, Object> row = log.last(id, "login");
        assertActor(row, id, "user");
        assertEquals("127.0.0.1", row.get("ip_address"));
        assertEquals(AGENT, row.get("user_agent"));
        assertEquals("user-service-api", row.get("client_id"));
        assertNotNull(row.get("session_id"));
        assertEquals(List.of("user_created", "login"), log.actions(id));
    }

    @DiffersByDatabase
    @Test
    void severalFirstLoginsAtOnceAllSucceed(TestServer server) throws Exception {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        for (String name : List.of("ann", "bob", "cyd")) {
            tenant.addUser(name);
            for (Response answer : Concurrently.call(4, i -> tenant.login(name, TestServer.PASSWORD))) {
                answer.then().statusCode(200);
            }
        }
    }

    @DiffersByDatabase
    @Test
    void aFailedLoginNamesAKnownUserAndOnlyQuotesAnUnknownOne(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        login(tenant, username, "wrong").then().statusCode(401);
        Map<String, Object> row = log.last(id, "login_failed");
        assertNull(row.get("actor"));
        assertEquals("127.0.0.1", row.get("ip_address"));
        assertEquals(AGENT, row.get("user_agent"));
        assertEquals("invalid_user_credentials", details(row).get("reason"));
        assertFalse(details(row).containsKey("identifier"));

        String nobody = someone() + "\"}\n{<script>";
        login(tenant, nobody, "wrong").then().statusCode(401);
        List<Map<String, Object>> failed = log.all(Map.of("action", "login_failed"));
        Map<String, Object> last = failed.get(failed.size() - 1);
        assertNull(last.get("user_id"));
        assertNull(last.get("actor"));
        assertEquals(nobody.replace("\n", ""), ((String) details(last).get("identifier")).replace("\uFFFD", ""));
    }

    @Test
    void aLoginInTheBrowserIsOneAndSoIsTheLogout(TestServer server) {
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        Activities log = Activities.of(tenant);
        String username = someone();
        String id = tenant.addUser(username);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", username);
            browser.type("password", "wrong");
            browser.click("#kc-login");
            browser.awaitText("Invalid username or password.");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + username);
            Map<String, Object> row = log.last(id, "login");
            assertActor(row, id, "user");
            assertEquals(app.clientId(), row.get("client_id"));
            assertTrue(((String) row.get("user_agent")).contains("Chrome"));
            tenant.admin().users().get(id).logout();
            Map<String, Object> ended = log.last(id, "logout");
            assertEquals("server_admin", ((Map<?, ?>) ended.get("actor")).get("kind"));
            assertEquals("admin-cli", ended.get("client_id"));
        }
        assertEquals(List.of("user_created", "login_failed", "login", "logout"), log.actions(id));
    }

    @DiffersByDatabase
    @Test
    void registrationActivationAndResendAreThree(Tenant tenant) {
        Response registered = tenant.registration(Map.of());
        registered.then().statusCode(201);
        String id = registered.path("user.id");
        String email = registered.path("user.email");
        String code = tenant.inbox().next(email).code();
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", code))
                .patch("/users/activation")
                .then()
                .statusCode(200);
        assertEquals(List.of("register", "activated"), log.actions(id));
        assertActor(log.last(id, "activated"), id, "user");
    }

    @Test
    void refreshesAreNotedOnlyWhereATenantAsksAndReuseAlways(Tenant tenant, TestServer server) {
        Tenant curious = Tenant.on(
                server, realm -> realm.withObject("/attributes").put("user-service.activity-token-refreshes", "true"));
        Activities theirs = Activities.of(curious);
        String id = curious.addUser("alice");
        Tenant.Session session = curious.session("alice");
        curious.refresh(session.refresh()).then().statusCode(200);
        curious.refresh(session.refresh()).then().statusCode(401);
        assertEquals(List.of("user_created", "login", "token_refresh", "token_reuse"), theirs.actions(id));
        Map<String, Object> reuse = theirs.last(id, "token_reuse");
        assertNull(reuse.get("actor"));

        String username = someone();
        String other = tenant.addUser(username);
        Tenant.Session quiet = tenant.session(username);
        tenant.refresh(quiet.refresh()).then().statusCode(200);
        assertEquals(List.of("user_created", "login"), log.actions(other));
        assertEquals(List.of(), theirs.about(other));
    }

    @DiffersByDatabase
    @Test
    void anAdminsChangeSaysFromAndTo(Tenant tenant) {
        String adminName = someone();
        String adminId = tenant.addUser(adminName, "admin");
        String admin = tenant.session(adminName).access();
        String username = someone();
        String id = tenant.addUser(username);
        tenant.session(username);
        put(tenant, admin, "/users/" + id, Map.of("first_name", "Zoe", "is_active", false, "role", "admin"))
                .then()
                .statusCode(200);
        List<Map<String, Object>> rows = log.about(id);
        List<String> actions = log.actions(id);
        assertEquals(List.of("user_created", "login"), actions.subList(0, 2));
        assertEquals(4, actions.size(), actions.toString());
        Map<String, Object> update = rows.stream()
                .filter(row -> row.get("action").equals("update_user"))
                .findFirst()
                .orElseThrow();
        Map<?, ?> changes = (Map<?, ?>) details(update).get("changes");
        assertEquals("Zoe", ((Map<?, ?>) changes.get("first_name")).get("to"));
        assertEquals(change("true", "false"), changes.get("is_active"));
        assertEquals(1, details(update).get("sessions_ended"));
        assertActor(update, adminId, "user");
        Map<String, Object> role = rows.stream()
                .filter(row -> row.get("action").equals("role_changed"))
                .findFirst()
                .orElseThrow();
        assertEquals(Map.of("from", "user", "to", "admin"), role.get("details"));
    }

    @Test
    void keycloaksAdminRestNamesTheFields(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        UserRepresentation user = new UserRepresentation();
        user.setFirstName("Zoe");
        user.setEnabled(false);
        user.setAttributes(Map.of("gender", List.of("Other")));
        tenant.admin().users().get(id).update(user);
        Map<String, Object> row = log.last(id, "update_user");
        List<?> fields = (List<?>) details(row).get("fields");
        assertTrue(fields.containsAll(List.of("first_name", "is_active", "gender")), fields.toString());
        assertFalse(row.toString().contains("Zoe"));
        assertEquals("server_admin", ((Map<?, ?>) row.get("actor")).get("kind"));

        CredentialRepresentation password = new CredentialRepresentation();
        password.setType("password");
        password.setValue("Other-secret-1");
        tenant.admin().users().get(id).resetPassword(password);
        assertFalse(log.last(id, "update_password").toString().contains("Other-secret-1"));
        tenant.admin().users().get(id).remove();
        assertEquals(username, details(log.last(id, "user_deleted")).get("username"));
        assertEquals(List.of("user_created", "update_user", "update_password", "user_deleted"), log.actions(id));
    }

    @Test
    void whatPeopleDoToTheirOwnAccount(TestServer server) {
        // Otherwise Keycloak's lockout would refuse a password right after another one, and would add a row to the log.
        Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
        Activities log = Activities.of(tenant);
        String username = someone();
        String id = tenant.addUser(username);
        tenant.session(username);
        Tenant.Session own = tenant.session(username);
        put(tenant, own.access(), "/users/me", Map.of("last_name", "Doe", "gender", "Other"))
                .then()
                .statusCode(200);
        Map<?, ?> changes = (Map<?, ?>) details(log.last(id, "update_profile")).get("changes");
        assertEquals(change(null, "Other"), changes.get("gender"));
        assertEquals("Doe", ((Map<?, ?>) changes.get("last_name")).get("to"));
        put(
                        tenant,
                        own.access(),
                        "/users/me/password",
                        Map.of("current_password", "wrong", "new_password", "Other-secret-1"))
                .then()
                .statusCode(400);
        assertEquals(
                "invalid_user_credentials",
                details(log.last(id, "update_password_failed")).get("reason"));
        put(
                        tenant,
                        own.access(),
                        "/users/me/password",
                        Map.of("current_password", TestServer.PASSWORD, "new_password", "Other-secret-1"))
                .then()
                .statusCode(200);
        assertEquals(1, details(log.last(id, "update_password")).get("sessions_ended"));
        tenant.api(own.access()).post("/logout").then().statusCode(200);
        assertEquals(
                List.of(
                        "user_created",
                        "login",
                        "login",
                        "update_profile",
                        "update_password_failed",
                        "update_password",
                        "logout"),
                log.actions(id));
        assertFalse(log.about(id).toString().contains("secret"));
    }

    /** The account console calls these endpoints. */
    @Test
    void whatPeopleDoInTheAccountConsole(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        tenant.session(username);
        String client = "account-" + username;
        tenant.addClient(client, true);
        String token = tenant.passwordToken(client, username).path("access_token");
        RequestSpecification account = RestAssured.given()
                .baseUri(tenant.server().base() + "/realms/" + tenant.name() + "/account")
                .header("Authorization", "Bearer " + token)
                .accept(ContentType.JSON)
                .contentType(ContentType.JSON);
        Map<String, Object> profile = new HashMap<>(account.get("/").jsonPath().getMap("$"));
        profile.remove("userProfileMetadata");
        profile.put("firstName", "Zoe");
        account.body(profile).post("/").then().statusCode(204);
        Map<?, ?> changes = (Map<?, ?>) details(log.last(id, "update_profile")).get("changes");
        assertEquals("Zoe", ((Map<?, ?>) changes.get("first_name")).get("to"));
        account.delete("/sessions").then().statusCode(204);
        assertEquals("logout", log.last(id, "logout").get("action"));
    }

    @Test
    void aNewUserOfAnAdminIsOneWithTheRole(Tenant tenant) {
        String adminName = someone();
        String adminId = tenant.addUser(adminName, "admin");
        String email = someone() + "@example.com";
        Response made = tenant.api(tenant.session(adminName).access())
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "email",
                        email,
                        "first_name",
                        "Jane",
                        "password",
                        TestServer.PASSWORD,
                        "role",
                        "admin",
                        "is_active",
                        true))
                .post("/users");
        made.then().statusCode(201);
        Map<String, Object> row = log.last(made.path("id"), "user_created");
        assertEquals(Map.of("username", email, "role", "admin"), row.get("details"));
        assertActor(row, adminId, "user");
        assertEquals(List.of("user_created"), log.actions(made.path("id")));
    }

    @Test
    void servicesAndVendorsAreKnownAsSuch(Tenant tenant) {
        tenant.addClient("back-end", true);
        tenant.grantRealmManagement("back-end", "manage-users", "view-users");
        String account = tenant.admin()
                .clients()
                .get(tenant.admin().clients().findByClientId("back-end").get(0).getId())
                .getServiceAccountUser()
                .getId();
        String service = tenant.serviceToken("back-end");
        assertActor(log.last(account, "client_login"), account, "service_account");
        tenant.oidc()
                .formParam("client_id", "back-end")
                .formParam("client_secret", "wrong")
                .formParam("grant_type", "client_credentials")
                .post("/token")
                .then()
                .statusCode(401);
        List<Map<String, Object>> failed = log.all(Map.of("action", "client_login_failed"));
        assertEquals("back-end", failed.get(failed.size() - 1).get("client_id"));

        String id = tenant.addUser(someone());
        put(tenant, service, "/users/" + id, Map.of("first_name", "Zoe")).then().statusCode(200);
        Map<String, Object> row = log.last(id, "update_user");
        assertActor(row, account, "service_account");
        assertEquals("back-end", row.get("client_id"));
        Tenant platform = Tenant.platformOf(tenant.server());
        put(tenant, platform.session(TestServer.VENDOR).access(), "/users/" + id, Map.of("first_name", "Ann"))
                .then()
                .statusCode(200);
        Map<String, Object> second = log.last(id, "update_user", 2);
        assertEquals("vendor", ((Map<?, ?>) second.get("actor")).get("kind"));
        assertEquals(change("Zoe", "Ann"), ((Map<?, ?>) details(second).get("changes")).get("first_name"));
    }

    @Test
    void whatElseKeycloaksAdminRestDoes(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        var user = tenant.admin().users().get(id);
        String group = tenant.addGroup(someone(), "user");
        user.joinGroup(group);
        assertTrue(details(log.last(id, "group_joined")).containsKey("group"));
        user.leaveGroup(group);
        log.last(id, "group_left");
        var role = tenant.admin().roles().get("admin").toRepresentation();
        user.roles().realmLevel().add(List.of(role));
        assertEquals(
                Map.of("granted", List.of("admin"), "from", "user", "to", "admin"),
                log.last(id, "role_changed").get("details"));
        user.roles().realmLevel().remove(List.of(role));
        assertEquals(
                Map.of("revoked", List.of("admin"), "from", "admin", "to", "user"),
                log.last(id, "role_changed", 2).get("details"));
        tenant.server().admin().realm(tenant.name()).users().get(id).impersonate();
        Map<String, Object> impersonated = log.last(id, "impersonated");
        assertEquals("server_admin", ((Map<?, ?>) impersonated.get("actor")).get("kind"));
        assertEquals(
                List.of("user_created", "group_joined", "group_left", "role_changed", "role_changed", "impersonated"),
                log.actions(id));
        String secret = "a-secret-" + someone();
        ClientRepresentation client = new ClientRepresentation();
        client.setClientId(someone());
        client.setSecret(secret);
        tenant.admin().clients().create(client).close();
        List<Map<String, Object>> config = log.all(Map.of("action", "config_changed"));
        assertEquals("client", details(config.get(config.size() - 1)).get("resource"));
        assertFalse(config.toString().contains(secret));
        user.executeActionsEmail(List.of("UPDATE_PASSWORD"));
        log.last(id, "actions_requested");
    }

    @Test
    void aLockoutIsNotedWhenItComesAndWhenItIsLifted(TestServer server) {
        Tenant strict = Tenant.on(server, realm -> realm.put("failureFactor", 2).put("permanentLockout", true));
        Activities theirs = Activities.of(strict);
        String id = strict.addUser("alice");
        // Keycloak does not count an attempt that arrives while it counts the one before.
        Eventually.holds("the lockout", Duration.ofMinutes(1), () -> {
            strict.login("alice", "wrong").then().statusCode(401);
            return theirs.actions(id).contains("user_locked");
        });
        strict.login("alice", "wrong").then().statusCode(401);
        Map<String, Object> locked = theirs.about(id).stream()
                .filter(row -> row.get("action").equals("user_locked"))
                .findFirst()
                .orElseThrow();
        assertNull(locked.get("actor"));
        assertEquals(true, details(locked).get("permanent"));
        assertEquals("127.0.0.1", locked.get("ip_address"));
        strict.addUser("the-admin", "admin");
        String admin = strict.session("the-admin").access();
        put(strict, admin, "/users/" + id, Map.of("is_active", true)).then().statusCode(200);
        List<String> actions = theirs.actions(id);
        assertEquals("update_user", actions.get(actions.size() - 1));
        assertEquals(1, actions.stream().filter("user_locked"::equals).count(), actions.toString());
        strict.login("alice", "wrong").then().statusCode(401);
        strict.admin().attackDetection().clearBruteForceForUser(id);
        theirs.last(id, "user_unlocked");
    }

    @Test
    void aResentMailSaysWhoAskedThoughNobodyWaitedForIt(Tenant tenant, TestServer server) {
        Tenant impatient =
                Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
        Activities theirs = Activities.of(impatient);
        Response registered = impatient.registration(Map.of());
        String email = registered.path("user.email");
        impatient.inbox().next(email);
        impatient
                .api()
                .header("User-Agent", AGENT)
                .queryParam("identifier", email)
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        Map<String, Object> row = theirs.last(registered.path("user.id"), "activation_resent");
        assertEquals("127.0.0.1", row.get("ip_address"));
        assertEquals(AGENT, row.get("user_agent"));
        assertNull(row.get("actor"));
    }

    @Test
    void aPasswordThatIsOnlyCheckedFailsAsALoginDoes(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        tenant.api(log.token())
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", username, "password", "wrong"))
                .post("/users/auth/check")
                .then()
                .statusCode(401);
        assertEquals("auth_check", details(log.last(id, "login_failed")).get("method"));
    }

    @DiffersByDatabase
    @Test
    void whatWasOrIsEmptyIsNull(Tenant tenant) {
        String adminName = someone();
        tenant.addUser(adminName, "admin");
        String admin = tenant.session(adminName).access();
        String id = tenant.addUser(someone());
        Map<String, Object> body = new HashMap<>();
        body.put("last_name", null);
        body.put("gender", "Other");
        put(tenant, admin, "/users/" + id, body).then().statusCode(200);
        Map<?, ?> changes = (Map<?, ?>) details(log.last(id, "update_user")).get("changes");
        assertEquals(change("Person", null), changes.get("last_name"));
        assertEquals(change(null, "Other"), changes.get("gender"));
    }

    /** A database constraint that fails at the commit undoes the action and its row, but not the row of a failure. */
    @Test
    void whatIsRolledBackHasNoRow(Tenant tenant, TestServer server) throws Exception {
        Assumptions.assumeTrue(
                server.node() != null && server.node().database() != null,
                "the database is given a trigger, of PostgreSQL");
        String username = someone();
        String id = tenant.addUser(username);
        Tenant.Session own = tenant.session(username);
        server.node().database().execute("""
                create or replace function refuse() returns trigger language plpgsql as $$
                begin
                  if new.last_name = 'Refused' then raise exception 'refused'; end if;
                  return null;
                end $$;
                create constraint trigger refuse after update on user_entity
                  deferrable initially deferred for each row execute function refuse()""");
        try {
            put(tenant, own.access(), "/users/me", Map.of("last_name", "Refused"))
                    .then()
                    .statusCode(500);
        } finally {
            server.node().database().execute("drop trigger refuse on user_entity");
        }
        assertEquals(List.of("user_created", "login"), log.actions(id));
    }

    @Test
    void identitiesAndCredentialsThatAnAdminGivesAndTakes(Tenant tenant) {
        String id = tenant.addUser(someone());
        var user = tenant.admin().users().get(id);
        IdentityProviderRepresentation provider = new IdentityProviderRepresentation();
        provider.setAlias(someone());
        provider.setProviderId("oidc");
        provider.setConfig(Map.of(
                "clientId",
                "x",
                "clientSecret",
                "x",
                "tokenUrl",
                "https://idp.example/token",
                "authorizationUrl",
                "https://idp.example/auth"));
        tenant.admin().identityProviders().create(provider).close();
        FederatedIdentityRepresentation link = new FederatedIdentityRepresentation();
        link.setIdentityProvider(provider.getAlias());
        link.setUserId("their-id");
        link.setUserName("their-name");
        user.addFederatedIdentity(provider.getAlias(), link).close();
        assertEquals(
                Map.of("identity_provider", provider.getAlias()),
                log.last(id, "identity_linked").get("details"));
        user.removeFederatedIdentity(provider.getAlias());
        assertEquals(
                Map.of("identity_provider", provider.getAlias()),
                log.last(id, "identity_unlinked").get("details"));
        user.removeCredential(user.credentials().get(0).getId());
        assertEquals(
                Map.of("credential_type", "password"),
                log.last(id, "remove_credential").get("details"));
    }

    @Test
    void aConsentThatIsGivenAndTakenBackInTheAccountConsole(Tenant tenant) {
        String username = someone();
        String id = tenant.addUser(username);
        String application = someone();
        ClientRepresentation client = tenant.addClient(application, true);
        client.setConsentRequired(true);
        tenant.admin().clients().get(client.getId()).update(client);
        String own = someone();
        tenant.addClient(own, true);
        String scope = tenant.admin().clientScopes().findAll().stream()
                .filter(known -> known.getName().equals("profile"))
                .findFirst()
                .orElseThrow()
                .getId();
        RequestSpecification account = RestAssured.given()
                .baseUri(tenant.server().base() + "/realms/" + tenant.name() + "/account")
                .header(
                        "Authorization",
                        "Bearer " + tenant.passwordToken(own, username).<String>path("access_token"))
                .accept(ContentType.JSON)
                .contentType(ContentType.JSON);
        account.body(Map.of("grantedScopes", List.of(Map.of("id", scope))))
                .post("/applications/" + application + "/consent")
                .then()
                .statusCode(200);
        assertEquals(
                Map.of("client", application), log.last(id, "consent_granted").get("details"));
        account.body("")
                .delete("/applications/" + application + "/consent")
                .then()
                .statusCode(204);
        assertEquals(
                Map.of("client", application), log.last(id, "consent_revoked").get("details"));
    }

    @DiffersByDatabase
    @Test
    void anImportOfUsersIsARowForEach(Tenant tenant) {
        List<String> names = List.of(someone(), someone(), someone());
        tenant.importUsers(names);
        for (String name : names) {
            String id =
                    tenant.admin().users().searchByUsername(name, true).get(0).getId();
            assertEquals(List.of("user_created"), log.actions(id));
        }
    }

    /** When the log cannot be written, nobody can log in, no wrong guess stays uncounted, and a meter shows the problem. */
    @Test
    void aFailureCountsThoughItCannotBeNoted(Tenant tenant, TestServer server) throws Exception {
        Assumptions.assumeTrue(
                server.node() != null && server.node().database() != null,
                "the database is given a trigger, of PostgreSQL");
        String username = someone();
        String id = tenant.addUser(username);
        double before = dropped(server);
        server.node().database().execute("""
                create or replace function refuse_row() returns trigger language plpgsql as $$
                begin
                  if new.user_id = '%s' then raise exception 'refused'; end if;
                  return new;
                end $$;
                create trigger refuse before insert on us_activity for each row execute function refuse_row()""".formatted(id));
        try {
            tenant.login(username, "wrong").then().statusCode(401);
        } finally {
            server.node().database().execute("drop trigger refuse on us_activity");
        }
        Eventually.holds(
                "the count of the failure",
                Duration.ofMinutes(2),
                () -> Integer.valueOf(1)
                        .equals(tenant.admin()
                                .attackDetection()
                                .bruteForceUserStatus(id)
                                .get("numFailures")));
        assertEquals(List.of("user_created"), log.actions(id));
        assertEquals(before + 1, dropped(server));
    }

    private static double dropped(TestServer server) {
        return RestAssured.get(server.node().management() + "/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("user_service_activity_dropped_total{") && line.contains("\"row\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
