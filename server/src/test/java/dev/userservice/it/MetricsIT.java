package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Tests the figures for vendors. */
@DiffersByDatabase
@ExtendWith(ServerExtension.class)
@Isolated("the newest activities of all tenants are its own")
final class MetricsIT {
    private static TestServer server;
    private static Tenant platform;
    private String vendor;

    @BeforeAll
    static void start(TestServer ofTheSuite) {
        server = ofTheSuite;
        platform = Tenant.platformOf(server);
    }

    /** Logs in for each test. The platform's tokens live for minutes, as all tokens there do, and the class may take longer. */
    @BeforeEach
    void logIn() {
        vendor = platform.session(TestServer.VENDOR).access();
    }

    private static Map<String, Object> figures(Response answer, Tenant tenant) {
        return answer.then().statusCode(200).extract().path("by_tenant.find { it.tenant == '" + tenant.name() + "' }");
    }

    @Test
    void aTenantsFiguresAreThoseOfItsUsers() {
        Tenant tenant = Tenant.on(server);
        tenant.addUser("alice");
        tenant.addUser("bob");
        String off = tenant.addUser("off");
        tenant.addClient("back-end", true);
        var user = tenant.admin().users().get(off);
        var disabled = user.toRepresentation();
        disabled.setEnabled(false);
        user.update(disabled);
        tenant.register(Map.of("email", "pending@example.com"));
        var unproved = tenant.admin().users().get(tenant.addUser("unproved"));
        var unverified = unproved.toRepresentation();
        unverified.setEmailVerified(false);
        unproved.update(unverified);
        tenant.session("alice");
        tenant.session("alice");
        tenant.session("bob");
        tenant.login("bob", "Wrong-password-1!").then().statusCode(401);

        for (Tenant asked : List.of(tenant, platform)) {
            assertEquals(
                    Map.of("tenant", tenant.name(), "total", 5, "active", 3, "verified", 3, "logins_24h", 3),
                    figures(asked.api(vendor).get("/metrics"), tenant));
        }
        tenant.api(vendor)
                .get("/metrics")
                .then()
                .body("tenants", equalTo(1))
                .body("users", equalTo(Map.of("total", 5, "active", 3, "verified", 3)))
                .body("by_tenant", hasSize(1))
                .body("recent_activities", hasSize(10))
                .body("recent_activities[0].action", equalTo("login_failed"))
                .body("recent_activities.tenant", everyItem(equalTo(tenant.name())));
    }

    @Test
    void whoMustProveTheirAddressIsActiveOnceTheyHave() {
        Tenant tenant = Tenant.on(server, realm -> realm.put("verifyEmail", true));
        tenant.addUser("alice");
        String bob = tenant.addUser("bob");
        var user = tenant.admin().users().get(bob);
        var unproved = user.toRepresentation();
        unproved.setEmailVerified(false);
        user.update(unproved);
        assertEquals(
                Map.of("tenant", tenant.name(), "total", 2, "active", 1, "verified", 1, "logins_24h", 0),
                figures(platform.api(vendor).get("/metrics"), tenant));
    }

    @Test
    void onThePlatformAllTenantsAreTogether() {
        Tenant one = Tenant.on(server);
        one.addUser("alice");
        Tenant other = Tenant.on(server);
        String bob = other.addUser("bob");
        Response answer = platform.api(vendor).get("/metrics");
        answer.then()
                .statusCode(200)
                .body("tenants", greaterThanOrEqualTo(2))
                .body("by_tenant.tenant", hasItem(one.name()))
                .body("by_tenant.tenant", not(hasItem(TestServer.PLATFORM)))
                .body("by_tenant.tenant", not(hasItem("master")))
                .body("recent_activities", hasSize(10));
        List<Instant> times = answer.<List<String>>path("recent_activities.created_at").stream()
                .map(Instant::parse)
                .toList();
        assertEquals(times.stream().sorted(Comparator.reverseOrder()).toList(), times);
        Map<String, Object> made =
                answer.path("recent_activities.find { it.action == 'user_created' && it.user_id == '" + bob + "' }");
        assertEquals(other.name(), made.get("tenant"));
        int total = answer.path("by_tenant.total.sum()");
        assertEquals(total, answer.<Integer>path("users.total"));

        var client = other.admin().clients().findByClientId("user-service-api").get(0);
        client.setEnabled(false);
        other.admin().clients().get(client.getId()).update(client);
        platform.api(vendor).get("/metrics").then().body("by_tenant.tenant", not(hasItem(other.name())));
    }

    @Test
    void aTenantWithoutUsersIsATenant() {
        Tenant tenant = Tenant.on(server);
        Map<String, Object> figures = figures(platform.api(vendor).get("/metrics"), tenant);
        assertEquals(0, figures.get("total"));
        tenant.api(vendor).get("/metrics").then().statusCode(200).body("tenants", equalTo(1));
    }

    @Test
    void tenAreEnough() {
        // The limit is per hour. With the default, which is per minute, one permit would come back during ten requests
        // on a busy machine.
        Tenant tenant = Tenant.on(server, Limits.with(Map.of("limit-metrics", "10/1h", "limit-caller", "600/1h")));
        for (int i = 0; i < 10; i++) {
            tenant.api(vendor).get("/metrics").then().statusCode(200);
        }
        Response refused = tenant.api(vendor).get("/metrics");
        refused.then().statusCode(429);
        assertTrue(Integer.parseInt(refused.header("Retry-After")) <= 360);
        tenant.api(vendor).get("/users").then().statusCode(200);
    }
}
