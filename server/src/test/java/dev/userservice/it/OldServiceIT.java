package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests logins of users whom only the tenant's old service knows. The test has a server of its own. */
@Order(1)
@ResourceLock(Shared.THIRD_SERVER)
final class OldServiceIT {
    private static final String WRONG = "Wrong-password-1!";
    private static final String KEY = "old_service";

    @TempDir
    private static Path folder;

    @TempDir
    private static Path vault;

    private static TestServer server;
    private static OldService old;
    private static Tenant tenant;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only here are servers given options");
        SelfSigned certificate = SelfSigned.in(folder);
        old = OldService.start(folder);
        server = TestServer.unpacked(
                "old-service",
                Map.of(
                        "KC_TRUSTSTORE_PATHS",
                        certificate.certificate().toString(),
                        "KC_VAULT_DIR",
                        vault.toString(),
                        "KC_SPI_REALM_RESTAPI_EXTENSION__API__OLD_SERVICE_HOSTS",
                        "localhost:" + old.port() + ",another-tenant=127.0.0.1:" + old.port(),
                        "KC_SPI_REALM_RESTAPI_EXTENSION__API__OLD_SERVICE_PRIVATE_ADDRESSES",
                        "true"));
        tenant = tenantOf(old.address());
        tenant.addUser("boss", "admin");
    }

    private static Tenant tenantOf(String address) {
        return tenantOf(address, realm -> {});
    }

    private static Tenant tenantOf(String address, Consumer<ObjectNode> more) {
        return Tenant.on(
                server,
                ((Consumer<ObjectNode>)
                                realm -> realm.withObject("/attributes").put("user-service.old-service-url", address))
                        .andThen(Tenant::withoutBruteForceProtection)
                        .andThen(more));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (old != null) {
            old.close();
        }
    }

    private static void nameOldService(Tenant where, String address) {
        RealmRepresentation realm = where.admin().toRepresentation();
        realm.getAttributes().put("user-service.old-service-url", address);
        where.admin().update(realm);
    }

    private static boolean isHere(Tenant where, String name) {
        return !where.admin().users().searchByUsername(name, true).isEmpty();
    }

    private static String idOf(Tenant where, String name) {
        return where.admin().users().searchByUsername(name, true).get(0).getId();
    }

    /** Returns how many logins of a tenant had each outcome. */
    private static Map<String, Double> outcomes(Tenant where) {
        return Scrape.of(server)
                .of(where)
                .only(series -> series.startsWith("user_service_old_service_requests_total"))
                .values();
    }

    private static String series(String outcome) {
        return "user_service_old_service_requests_total{outcome=\"" + outcome + "\"}";
    }

    private static long rows(Tenant where) throws Exception {
        return server.node()
                .database()
                .count(
                        "us_former_name where realm_id = ?",
                        where.admin().toRepresentation().getId());
    }

    @Test
    void whoTheOldServiceKnowsLogsInAndIsHereFromThenOn() {
        String name = old.user();
        tenant.login(name, WRONG).then().statusCode(401);
        assertFalse(isHere(tenant, name), "A wrong password creates nobody");
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
        UserRepresentation user =
                tenant.admin().users().searchByUsername(name, true).get(0);
        assertEquals("Doe", user.getLastName());
        assertEquals(
                List.of("password"),
                tenant.admin().users().get(user.getId()).credentials().stream()
                        .map(credential -> credential.getType())
                        .toList());
        assertEquals(2, old.asked(name));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(200);
        tenant.login(name, WRONG).then().statusCode(401);
        assertEquals(2, old.asked(name), "Who is here is not asked for any more");
        tenant.awaitLogged("The realm " + tenant.name() + " has an old service and lets anybody register");
    }

    @Test
    void theTokenEndpointAndThePageLetThemInToo() {
        String ofToken = old.user();
        tenant.addClient("app-of-old", true);
        tenant.passwordToken("app-of-old", ofToken).then().statusCode(200);
        String ofPage = old.user();
        new LoginForm(tenant).post(ofPage, TestServer.PASSWORD).then().statusCode(302);
        assertTrue(isHere(tenant, ofPage));
    }

    @Test
    void anEmptyPasswordIsNotSent() {
        String name = old.user();
        tenant.addClient("app-without-password", true);
        tenant.token(
                        "app-without-password",
                        Map.of("grant_type", "password", "username", name, "password", "", "scope", "openid"))
                .then()
                .body("error", equalTo("invalid_grant"));
        assertEquals(0, old.asked(name));
    }

    private static Response loginBy(String field, String name) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of(field, name, "password", TestServer.PASSWORD))
                .post("/login");
    }

    @Test
    void aUsernameThatIsAnAddressIsAskedForAsItIs() {
        String address = Import.name() + "@example.com";
        ObjectNode line = Import.line(address).put("email", address).put("is_email_verified", true);
        old.put(address, line);
        loginBy("username", address).then().statusCode(200);
        assertEquals(1, old.asked(address));
        String other = Import.name() + "@example.com";
        old.put(other, Import.line(Import.name()).put("email", other));
        loginBy("username", other).then().statusCode(401);
        assertEquals(1, old.asked(other));
        assertEquals(0, old.asked(other + " (as username)"));
        assertTrue(tenant.admin().users().searchByEmail(other, true).isEmpty(), "this is no username");
        loginBy("email", "no-address").then().statusCode(401);
        assertEquals(0, old.asked("no-address (as email)"));
    }

    @Test
    void eightFirstLoginsAtOnceMakeOneUser() throws Exception {
        String name = old.user();
        for (Response answer : Concurrently.patiently(8, i -> tenant.login(name, TestServer.PASSWORD))) {
            answer.then().statusCode(200);
        }
        assertEquals(1, tenant.admin().users().searchByUsername(name, true).size());
    }

    @Test
    void sixteenFirstLoginsAreAskedForAtOnce() throws Exception {
        CountDownLatch together = new CountDownLatch(16);
        Tenant busy = tenantOf(old.address("together", identifier -> {
            together.countDown();
            // The time is a part of what the server waits for an answer.
            together.await(3, TimeUnit.SECONDS);
            return old.right(identifier);
        }));
        List<Response> answers = Concurrently.call(16, i -> busy.login(old.user(), TestServer.PASSWORD));
        assertEquals(0, together.getCount());
        answers.forEach(answer -> answer.then().statusCode(200));
    }

    @Test
    void aUserOtherThanTheOneWhoWasAskedForIsNotTaken() {
        String name = Import.name();
        String stranger = Import.name();
        old.put(name, Import.line(stranger));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        assertFalse(isHere(tenant, stranger));
        old.put(name, Import.line(name).put("role", "vendor"));
        tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
        assertFalse(isHere(tenant, name));
    }

    @Test
    void aUserWhomTheTypedNameDoesNotFindIsNotTaken() {
        Tenant byName = tenantOf(old.address(), realm -> realm.put("loginWithEmailAllowed", false));
        String name = old.user();
        String address = name + "@example.com";
        old.put(address, Import.line(name));
        byName.login(address, TestServer.PASSWORD).then().statusCode(401);
        assertEquals(1, old.asked(address));
        assertFalse(isHere(byName, name));
        byName.login(name, TestServer.PASSWORD).then().statusCode(200);

        Tenant byAddress = tenantOf(old.address(), realm -> realm.put("registrationEmailAsUsername", true));
        String other = old.user();
        byAddress.login(other, TestServer.PASSWORD).then().statusCode(401);
        assertTrue(byAddress
                .admin()
                .users()
                .searchByEmail(other + "@example.com", true)
                .isEmpty());
        assertEquals(Map.of(series("refused"), 1.0), outcomes(byAddress));
    }

    @Test
    void theCountsOfATenantGoWithIt() {
        Tenant closing = tenantOf(old.address(), realm -> {});
        closing.login(old.user(), WRONG).then().statusCode(401);
        assertEquals(Map.of(series("wrong"), 1.0), outcomes(closing));
        closing.admin().remove();
        Eventually.holds(
                "the end of the series",
                Duration.ofMinutes(2),
                () -> outcomes(closing).isEmpty());
    }

    @Test
    void nobodyGetsMoreThanAnAdminOfTheTenantHas() {
        tenant.addGroup("helpers", "admin");
        GroupRepresentation group = new GroupRepresentation();
        group.setName("owners");
        tenant.admin().groups().add(group).close();
        String owners = tenant.admin().getGroupByPath("/owners").getId();
        String management = tenant.admin()
                .clients()
                .findByClientId("realm-management")
                .get(0)
                .getId();
        tenant.admin()
                .groups()
                .group(owners)
                .roles()
                .clientLevel(management)
                .add(List.of(tenant.admin()
                        .clients()
                        .get(management)
                        .roles()
                        .get("manage-realm")
                        .toRepresentation()));
        String owner = Import.name();
        ObjectNode line = Import.line(owner).put("is_email_verified", true);
        line.putArray("groups").add("/owners");
        old.put(owner, line);
        tenant.login(owner, TestServer.PASSWORD).then().statusCode(401);
        assertFalse(isHere(tenant, owner));
        String helper = Import.name();
        ObjectNode allowed = Import.line(helper).put("is_email_verified", true).put("role", "admin");
        allowed.putArray("groups").add("/helpers");
        old.put(helper, allowed);
        tenant.login(helper, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void thePlatformHasNoOldService() {
        server.addPlatform();
        Tenant platform = Tenant.platformOf(server);
        nameOldService(platform, old.address());
        platform.addClient("app-of-platform", true);
        String name = old.user();
        platform.token(
                        "app-of-platform",
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                name,
                                "password",
                                TestServer.PASSWORD,
                                "scope",
                                "openid"))
                .then()
                .body("error", equalTo("invalid_grant"));
        assertEquals(0, old.asked(name));
        assertFalse(isHere(platform, name));
        platform.awaitLogged("The old service of realm platform is not asked: only a tenant may have one");
    }

    @Test
    void anAddressThatTheOperatorDoesNotAllowIsNotAsked() {
        for (String address :
                List.of("https://127.0.0.1:" + old.port() + "/login", "http://localhost:" + old.port() + "/login")) {
            String name = old.user();
            Tenant curious = tenantOf(address);
            curious.login(name, TestServer.PASSWORD).then().statusCode(401);
            assertEquals(0, old.asked(name), address);
            assertEquals(Map.of(series("not_asked"), 1.0), outcomes(curious));
        }
    }

    @Test
    void whoWasDeletedOrRenamedIsNotAskedForAgain() throws Exception {
        String boss = tenant.session("boss").access();
        String deleted = old.user();
        tenant.login(deleted, TestServer.PASSWORD).then().statusCode(200);
        tenant.admin().users().delete(idOf(tenant, deleted)).close();
        String erased = old.user();
        tenant.addUser(erased);
        tenant.api(boss)
                .queryParam("erase", true)
                .delete("/users/" + idOf(tenant, erased))
                .then()
                .statusCode(204);
        String moved = old.user();
        tenant.addUser(moved);
        tenant.api(boss)
                .contentType(ContentType.JSON)
                .body(Map.of("email", Import.name() + "@example.com"))
                .patch("/users/" + idOf(tenant, moved))
                .then()
                .statusCode(200);
        long askedBefore = old.asked(deleted);
        for (String name : List.of(
                deleted,
                deleted.toUpperCase(Locale.ROOT) + " ",
                deleted + "@example.com",
                erased,
                erased + "@example.com",
                moved + "@example.com")) {
            old.put(name, Import.line(Import.name()).put("email", name));
            tenant.login(name, TestServer.PASSWORD).then().statusCode(401);
            assertEquals(name.equals(deleted) ? askedBefore : 0, old.asked(name.strip()), name);
        }

        String again = Import.name();
        old.put(again, Import.line(again).put("email", erased + "@example.com"));
        tenant.login(again, TestServer.PASSWORD).then().statusCode(401);
        assertEquals(1, old.asked(again), "only the answer shows who this was");
        assertFalse(isHere(tenant, again));
    }

    @Test
    void onlyARealmWithAnOldServiceKeepsNamesAndOnlyWhileItIsThere() throws Exception {
        Tenant leaving = tenantOf(old.address());
        leaving.login(old.user(), TestServer.PASSWORD).then().statusCode(200);
        leaving.admin().users().delete(leaving.addUser("carla")).close();
        assertEquals(2 + 3, rows(leaving), "two names of each, and the id of who is gone");
        String id = leaving.admin().toRepresentation().getId();
        leaving.admin().remove();
        assertEquals(0, server.node().database().count("us_former_name where realm_id = ?", id));

        Tenant without = Tenant.on(server);
        String dave = without.addUser("dave");
        UserRepresentation user = without.admin().users().get(dave).toRepresentation();
        user.setEmail("david@example.com");
        without.admin().users().get(dave).update(user);
        without.admin().users().delete(dave).close();
        assertEquals(0, rows(without));
    }

    @Test
    void theTokenIsSentAndAnUnusableOneIsNot() throws Exception {
        Tenant known = tenantOf(
                old.address(), realm -> realm.withObject("/attributes").put("user-service.old-service-token", KEY));
        Path entry = vault.resolve(known.name() + "_" + KEY.replace("_", "__"));
        String without = old.user();
        known.login(without, TestServer.PASSWORD).then().statusCode(401);
        assertEquals(0, old.asked(without));
        Files.writeString(entry, "made-up-7c1e4d\n");
        String name = old.user();
        known.login(name, TestServer.PASSWORD).then().statusCode(200);
        assertEquals("Bearer made-up-7c1e4d", old.authorization(name));
        Files.writeString(entry, "made-up\n7c1e4d");
        String other = old.user();
        known.login(other, TestServer.PASSWORD).then().statusCode(401);
        assertEquals(0, old.asked(other));
        assertEquals(Map.of(series("failed"), 2.0, series("right"), 1.0), outcomes(known));
        known.awaitLogged("The old service of realm " + known.name(), "its token is unusable");
        known.awaitWholeLog();
        assertFalse(server.node().log().contains("7c1e4d"));
    }

    @Test
    void anOddAnswerStopsNobodyElse() {
        Iterator<OldService.Answer> odd = List.of(
                        new OldService.Answer(302, "{}"),
                        new OldService.Answer(403, "{}"),
                        new OldService.Answer(404, "{}"),
                        new OldService.Answer(429, "{}"),
                        new OldService.Answer(200, "no JSON"),
                        new OldService.Answer(200, "{}"),
                        new OldService.Answer(200, "\"" + "x".repeat(70_000) + "\""))
                .iterator();
        Tenant strange = tenantOf(
                old.address("odd", identifier -> odd.hasNext() ? odd.next() : old.right(identifier)),
                Limits.with(Map.of("limit-failed-login", "2/1h")));
        String name = old.user();
        for (int i = 1; i <= 7; i++) {
            strange.login(name, TestServer.PASSWORD).then().statusCode(401);
            assertEquals(i, old.asked(name));
        }
        assertEquals(Map.of(series("refused"), 7.0), outcomes(strange));
        strange.login(name, TestServer.PASSWORD).then().statusCode(200);
        strange.awaitLogged("The old service of realm " + strange.name() + " has an odd answer. It answered 302");
        strange.awaitWholeLog();
        assertEquals(
                1,
                server.node()
                        .log()
                        .lines()
                        .filter(line -> line.contains("realm " + strange.name() + " has an odd answer"))
                        .count(),
                "one line a minute");
    }

    @Test
    void anOldServiceThatFailsIsLeftAloneForAWhileAndNobodysAttemptsCount() {
        Tenant failing = tenantOf(
                old.address("failing", identifier -> new OldService.Answer(503, "{}")),
                Limits.with(Map.of("limit-failed-login", "2/1h", "limit-failed-address", "4/1h")));
        String name = old.user();
        for (int i = 0; i < 6; i++) {
            failing.login(name, TestServer.PASSWORD)
                    .then()
                    .statusCode(401)
                    .body("detail", equalTo("Invalid credentials"));
        }
        assertEquals(3, old.asked(name));
        assertEquals(Map.of(series("failed"), 3.0, series("not_asked"), 3.0), outcomes(failing));
        failing.awaitLogged("The old service of realm " + failing.name() + " does not answer; it is left alone");
        failing.awaitLogged("The old service of realm " + failing.name() + " does not answer; it is asked again");
        nameOldService(failing, old.address());
        failing.login(name, TestServer.PASSWORD).then().statusCode(200);

        String other = old.user();
        failing.login(other, WRONG).then().statusCode(401);
        failing.login(other, WRONG).then().statusCode(401);
        failing.login(other, WRONG).then().statusCode(429);
    }

    @Test
    void aNameIsAskedForOnlySoOften() {
        Tenant limited = tenantOf(old.address(), Limits.with(Map.of("limit-old-service", "2/1h")));
        String name = old.user();
        for (int i = 0; i < 4; i++) {
            limited.login(i % 2 == 0 ? name : name.toUpperCase(Locale.ROOT), WRONG)
                    .then()
                    .statusCode(401);
        }
        assertEquals(2, old.asked(name) + old.asked(name.toUpperCase(Locale.ROOT)));
        limited.login(old.user(), TestServer.PASSWORD).then().statusCode(200);
        assertEquals(Map.of(series("wrong"), 2.0, series("not_asked"), 2.0, series("right"), 1.0), outcomes(limited));
    }
}
