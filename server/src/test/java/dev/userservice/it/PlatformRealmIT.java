package dev.userservice.it;

import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;

/**
 * Tests which realm is the platform realm, on a server whose option names a realm that does not exist yet. Each test continues
 * with the server as the previous test has left it, because a realm is the platform realm once and for all.
 */
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PlatformRealmIT {
    private static final String PLATFORM = TestServer.PLATFORM;
    private static final String IS_NOT = "has the name of the platform realm and is not the platform";

    private static TestServer server;
    private static Tenant acme;
    private static String alice;

    @BeforeAll
    static void start() throws SQLException {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only here are servers given options");
        server = TestServer.unpacked("platform");
        acme = Tenant.on(server);
        alice = acme.addUser("alice");
        // An import can bring such addresses, because it runs no validator.
        String named = acme.addUser("named");
        String mailed = acme.addUser("mailed");
        server.node()
                .database()
                .execute("update user_entity set username = 'somebody@else.example' where id = '" + named + "'");
        server.node().database().execute("update user_entity set email = 'ü@example.com' where id = '" + mailed + "'");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static void rename(String from, String to) {
        RealmRepresentation realm = server.admin().realm(from).toRepresentation();
        realm.setRealm(to);
        server.admin().realm(from).update(realm);
    }

    /**
     * Logs in a user of a realm who has its role {@code vendor}, and returns the access token. The tenant has the name that the
     * realm has at this time.
     */
    private static String vendorOf(Tenant tenant) {
        var roles = tenant.admin().roles();
        if (roles.list().stream().noneMatch(role -> role.getName().equals("vendor"))) {
            RoleRepresentation vendor = new RoleRepresentation();
            vendor.setName("vendor");
            roles.create(vendor);
        }
        tenant.addUser("vera", "vendor");
        return tenant.session("vera").access();
    }

    /** Returns a realm file that is made from the tenant template and has the name of the platform realm. */
    private static ObjectNode platformLike() {
        ObjectNode realm = server.tenantJson(PLATFORM);
        Keys.give(realm);
        withVendorsInScope(realm);
        return realm;
    }

    /** Gives the tokens of the API's client every role, as a realm's own administrator could do. */
    private static void withVendorsInScope(ObjectNode realm) {
        realm.withArray("/clients").forEach(client -> {
            if (client.path("clientId").asText().equals("user-service-api")) {
                ((ObjectNode) client).put("fullScopeAllowed", true);
            }
        });
    }

    private static void assertIsVendor(boolean isVendor, String token) {
        int status = isVendor ? 200 : 403;
        acme.api(token).get("/users").then().statusCode(status);
        acme.api(token).get("/users/" + alice).then().statusCode(status);
        acme.api(token).get("/metrics").then().statusCode(status);
        acme.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Alice"))
                .patch("/users/" + alice)
                .then()
                .statusCode(status);
    }

    @Test
    @Order(1)
    void whoRenamesTheirRealmIsNoVendor() {
        acme.awaitLogged("WARN", "of the option platform-realm does not exist");
        Tenant evil = Tenant.on(server, PlatformRealmIT::withVendorsInScope);
        rename(evil.name(), PLATFORM);
        Tenant renamed = evil.named(PLATFORM);
        assertIsVendor(false, vendorOf(renamed));
        renamed.awaitLogged("ERROR", IS_NOT);

        server.node().stop();
        server.node().start();
        assertIsVendor(false, renamed.session("vera").access());
        rename(PLATFORM, evil.name());
    }

    @Test
    @Order(2)
    void whoMayMakeRealmsMakesNoPlatform() {
        var master = server.admin().realm("master");
        String maker = server.addUser("master", "maker");
        master.users()
                .get(maker)
                .roles()
                .realmLevel()
                .add(List.of(master.roles().get("create-realm").toRepresentation()));
        makeRealm(maker(), platformLike()).then().statusCode(201);
        Tenant made = acme.named(PLATFORM);
        assertIsVendor(false, vendorOf(made));
        made.awaitLogged("ERROR", IS_NOT, "no administrator of the server");
        server.admin().realm(PLATFORM).remove();
    }

    private static String maker() {
        return RestAssured.given()
                .baseUri(server.base().toString())
                .contentType(ContentType.URLENC)
                .formParams(Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        "maker",
                        "password",
                        TestServer.PASSWORD))
                .post("/realms/master/protocol/openid-connect/token")
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
    }

    private static Response makeRealm(String token, ObjectNode realm) {
        return RestAssured.given()
                .baseUri(server.base().toString())
                .auth()
                .oauth2(token)
                .contentType(ContentType.JSON)
                .body(realm.toString())
                .post("/admin/realms");
    }

    @Test
    @Order(3)
    void whatTheServersAdministratorMakesIsThePlatformByWhateverNameItHas() {
        server.addRealm(platformLike());
        Tenant platform = acme.named(PLATFORM);
        String vendor = vendorOf(platform);
        assertIsVendor(true, vendor);

        rename(PLATFORM, "renamed");
        Tenant renamed = acme.named("renamed");
        assertIsVendor(true, renamed.session("vera").access());
        renamed.api(renamed.session("vera").access())
                .get("/metrics")
                .then()
                .statusCode(200)
                .body("by_tenant.tenant", hasItem(acme.name()))
                .body("by_tenant.tenant", not(hasItem("renamed")));
    }

    @Test
    @Order(4)
    void anotherRealmOfThatNameIsNotThePlatform() {
        server.addRealm(platformLike());
        Tenant other = acme.named(PLATFORM);
        assertIsVendor(false, vendorOf(other));
        other.awaitLogged("ERROR", IS_NOT, "Another realm was the platform before");

        String id = server.admin().realm("renamed").toRepresentation().getId();
        server.admin().realm("renamed").remove();
        ObjectNode heir = server.tenantJson("heir");
        heir.put("id", id);
        makeRealm(maker(), heir).then().statusCode(403);
        acme.awaitLogged("ERROR", "The realm heir was given the id of the platform realm");
        assertIsVendor(false, other.session("vera").access());
        server.admin().realm(PLATFORM).remove();
        ObjectNode namesake = platformLike();
        namesake.put("id", id);
        makeRealm(maker(), namesake).then().statusCode(403);
        acme.awaitLogged("ERROR", "The realm " + PLATFORM + " was given the id of the platform realm");
        server.addRealm(platformLike());
        vendorOf(other);
        server.node().stop();
        server.node().start();
        assertIsVendor(false, other.session("vera").access());
        other.awaitLogged("ERROR", "is gone: there are no vendors");
        assertEquals(1, platforms());
    }

    /** Tests what the server has logged at its starts in the tests before this one. */
    @Test
    @Order(5)
    void eachStartTellsOfWhatIsWrongWithAddresses() {
        String of = "In the realm " + acme.name() + " 1 accounts have ";
        acme.awaitLogged("WARN", of + "a username with an @");
        acme.awaitLogged("WARN", of + "an e-mail address that its mail server does not take");
        acme.awaitLogged("WARN", "hostname is not set");
    }

    private static long platforms() {
        try {
            return server.node().database().count("us_platform_realm where name = ?", PLATFORM);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
