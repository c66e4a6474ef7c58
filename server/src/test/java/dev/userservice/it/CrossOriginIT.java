package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.ClientRepresentation;

@ExtendWith(ServerExtension.class)
final class CrossOriginIT {
    private static final String SHOP = "https://shop.example";
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

    private static Tenant tenant;

    @BeforeAll
    static void allowTheShop(Tenant fresh) {
        tenant = fresh;
        tenant.addUser("alice");
        tenant.addClient("app-1", true);
        var clients = tenant.admin().clients();
        ClientRepresentation api = clients.findByClientId("user-service-api").get(0);
        api.setWebOrigins(List.of(SHOP));
        clients.get(api.getId()).update(api);
    }

    private static Response login(String origin, String password) {
        return tenant.api()
                .header("Origin", origin)
                .contentType(ContentType.JSON)
                .body(Map.of("username", "alice", "password", password))
                .post("/login");
    }

    @Test
    void aPreflightIsAnswered() {
        tenant.api()
                .header("Origin", SHOP)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type")
                .options("/login")
                .then()
                .statusCode(200)
                .header(ALLOW_ORIGIN, equalTo(SHOP))
                .header("Access-Control-Allow-Methods", containsString("POST"))
                .header("Access-Control-Allow-Headers", containsString("Content-Type"));
        tenant.api().options("/no-such-path").then().statusCode(404);
    }

    @Test
    void publicRoutesAnswerTheApisOwnOrigins() {
        Tenant.retryWhileUnauthorized(() -> login(SHOP, TestServer.PASSWORD))
                .then()
                .statusCode(200)
                .header(ALLOW_ORIGIN, equalTo(SHOP))
                .header("Access-Control-Expose-Headers", containsString("WWW-Authenticate"));
        login(SHOP, "Wrong-horse-1").then().statusCode(401).header(ALLOW_ORIGIN, equalTo(SHOP));
    }

    @Test
    void anotherOriginIsRefusedBeforeAnythingHappens() {
        login("https://evil.example", TestServer.PASSWORD)
                .then()
                .statusCode(403)
                .header(ALLOW_ORIGIN, nullValue());
    }

    @Test
    void aTokensRoutesAnswerTheOriginsOfItsClient() {
        String token = tenant.passwordToken("app-1", "alice").path("access_token");
        tenant.api(token)
                .header("Origin", "https://app-1.example")
                .get("/users/me")
                .then()
                .statusCode(200)
                .header(ALLOW_ORIGIN, equalTo("https://app-1.example"));
        tenant.api(token).header("Origin", SHOP).get("/users/me").then().statusCode(403);
    }

    @Test
    void anAppsOriginMayEndItsSessionWithBothTokens() {
        String token = tenant.passwordToken("app-1", "alice").path("access_token");
        tenant.api(token)
                .header("Origin", "https://app-1.example")
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", tenant.session("alice").refresh()))
                .post("/logout")
                .then()
                .statusCode(200)
                .header(ALLOW_ORIGIN, equalTo("https://app-1.example"));
    }

    @Test
    void aBearerDoesNotOpenAPublicRouteToItsOrigin() {
        String token = tenant.passwordToken("app-1", "alice").path("access_token");
        tenant.api(token)
                .header("Origin", "https://app-1.example")
                .get("/users/health")
                .then()
                .statusCode(403);
        tenant.api(token).header("Origin", SHOP).get("/users/health").then().statusCode(200);
    }

    @Test
    void aPageMayReadWhyItsCallWasRefused() {
        String anywhere = "https://app-1.example";
        tenant.api("garbage")
                .header("Origin", anywhere)
                .get("/users/me")
                .then()
                .statusCode(401)
                .header(ALLOW_ORIGIN, equalTo(anywhere));
        tenant.api()
                .header("Origin", anywhere)
                .get("/nothing")
                .then()
                .statusCode(404)
                .header(ALLOW_ORIGIN, equalTo(anywhere));
        tenant.api()
                .header("Origin", anywhere)
                .get("/login")
                .then()
                .statusCode(405)
                .header(ALLOW_ORIGIN, equalTo(anywhere));
    }

    @Test
    void aPageMayReadWhyItsTokenWasRefused() {
        tenant.api("garbage")
                .header("Origin", SHOP)
                .get("/users/me")
                .then()
                .statusCode(401)
                .header(ALLOW_ORIGIN, equalTo(SHOP));
    }
}
