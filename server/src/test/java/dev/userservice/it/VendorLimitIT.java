package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Tests the rate limits of the platform realm. */
@ExtendWith(ServerExtension.class)
@Isolated("it limits the logins to the platform's realm, which is everybody's")
final class VendorLimitIT {
    private static final String WRONG = "Wrong-password-1!";

    @Test
    void vendorsAreLimitedAsEverybodyIs(TestServer server) {
        Tenant platform = Tenant.platformOf(server);
        platform.addClient("limited-app", true);
        List<Supplier<Response>> ways = List.of(
                () -> new LoginForm(platform).post("no-vendor", WRONG),
                () -> platform.token(
                        "limited-app", Map.of("grant_type", "password", "username", "no-vendor", "password", WRONG)),
                () -> platform.login("no-vendor", WRONG));
        setLimit(platform, "2/1h");
        try {
            for (int i = 0; i < 2; i++) {
                assertNotEquals(429, ways.get(i).get().statusCode());
            }
            ways.forEach(way -> assertEquals(429, way.get().statusCode()));
        } finally {
            setLimit(platform, "0");
            var clients = platform.admin().clients();
            clients.findByClientId("limited-app")
                    .forEach(client -> clients.get(client.getId()).remove());
        }
    }

    private static void setLimit(Tenant tenant, String rate) {
        var realm = tenant.admin().toRepresentation();
        realm.getAttributes().put("user-service.limit-failed-login", rate);
        tenant.admin().update(realm);
    }
}
