package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.ClientScopeRepresentation;
import org.keycloak.representations.idm.ProtocolMapperRepresentation;

/**
 * Tests tokens that carry less than their user holds. A token that a client has exchanged for use at another service (RFC 8693),
 * and which that service holds now, gives access to nothing here.
 */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.VENDORS)
final class NarrowedTokenIT {
    private static Tenant tenant;
    private static String alice;
    private static String narrowedOfAdmin;
    private static String narrowedOfAlice;

    @BeforeAll
    static void addClients(Tenant fresh) {
        tenant = fresh.withLongTokens();
        alice = tenant.addUser("alice");
        String boss = tenant.addUser("boss", "admin");
        tenant.addClient("front", true);
        tenant.addClient("svc", true);
        tenant.letExchange("svc", "front");
        tenant.addAudience("reports", alice, boss);
        narrowedOfAdmin = narrowed(tenant, "boss", "svc", "reports");
        narrowedOfAlice = narrowed(tenant, "alice", "svc", "reports");
    }

    private static String narrowed(Tenant of, String username, String by, String audience) {
        String whole = of.passwordToken("front", username).path("access_token");
        return of.exchangedToken(by, whole, Map.of("audience", audience));
    }

    private record Right(String name, String token, Function<RequestSpecification, Response> call) {}

    private static RequestSpecification json(RequestSpecification call, Map<String, ?> body) {
        return call.contentType(ContentType.JSON).body(body);
    }

    private static Stream<Right> rights() {
        Map<String, String> newcomer = Map.of(
                "username",
                "new-" + UUID.randomUUID().toString().substring(0, 8),
                "email",
                UUID.randomUUID() + "@example.com",
                "password",
                TestServer.PASSWORD,
                "first_name",
                "New");
        return Stream.of(
                new Right("see oneself", narrowedOfAlice, call -> call.get("/users/me")),
                new Right("see oneself by id", narrowedOfAlice, call -> call.get("/users/" + alice)),
                new Right("one's own activity", narrowedOfAlice, call -> call.get("/users/me/activity")),
                new Right(
                        "change oneself",
                        narrowedOfAlice,
                        call -> json(call, Map.of("gender", "Other")).put("/users/me")),
                new Right("set up codes", narrowedOfAlice, call -> call.patch("/users/mfa/enable")),
                new Right("list users", narrowedOfAdmin, call -> call.get("/users")),
                new Right("see somebody", narrowedOfAdmin, call -> call.get("/users/" + alice)),
                new Right("the activity log", narrowedOfAdmin, call -> call.get("/activity")),
                new Right(
                        "make somebody",
                        narrowedOfAdmin,
                        call -> json(call, newcomer).post("/users")),
                new Right(
                        "change somebody",
                        narrowedOfAdmin,
                        call -> json(call, Map.of("gender", "Other")).put("/users/" + alice)),
                new Right(
                        "check a password",
                        narrowedOfAdmin,
                        call -> json(call, Map.of("identifier", "alice", "password", TestServer.PASSWORD))
                                .post("/users/auth/check")),
                new Right(
                        "give codes to somebody",
                        narrowedOfAdmin,
                        call -> json(call, Map.of("user_id", alice)).patch("/users/mfa/enable")),
                new Right("delete somebody", narrowedOfAdmin, call -> call.delete("/users/" + alice)));
    }

    @TestFactory
    Stream<DynamicTest> aTokenForAnotherServiceGivesNoRight() {
        return rights().map(right -> dynamicTest(
                right.name(),
                () -> right.call().apply(tenant.api(right.token())).then().statusCode(403)));
    }

    @Test
    void suchATokenIsAGoodOneOfItsUserAllTheSame() throws IOException {
        JsonNode claims = claims(narrowedOfAdmin);
        assertEquals("reports", claims.path("aud").asText());
        assertEquals(List.of("reports"), names(claims.path("resource_access")));
        tenant.api(narrowedOfAdmin).get("/users/health").then().statusCode(200);
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static JsonNode claims(String token) throws IOException {
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
    }

    @Test
    void anExchangeThatNarrowsNothingTakesNoRightAway() {
        String whole = tenant.passwordToken("front", "boss").path("access_token");
        String exchanged = tenant.exchangedToken("svc", whole, Map.of());
        tenant.api(exchanged).get("/users").then().statusCode(200);
        tenant.api(exchanged).get("/users/me").then().statusCode(200);
    }

    @Test
    void aLightweightTokenGivesWhatItsUserAndClientHave() {
        var client = tenant.addClient("lightweight", true);
        client.getAttributes().put("client.use.lightweight.access.token.enabled", "true");
        tenant.admin().clients().get(client.getId()).update(client);
        String token = tenant.passwordToken("lightweight", "boss").path("access_token");
        tenant.api(token).get("/users/me").then().statusCode(200);
        tenant.api(token).get("/users").then().statusCode(200);
    }

    @Test
    void aClientWithoutTheScopeOfRolesGivesNoRight() {
        var client = tenant.addClient("bare", true);
        ClientScopeRepresentation roles = tenant.admin().clients().get(client.getId()).getDefaultClientScopes().stream()
                .filter(scope -> scope.getName().equals("roles"))
                .findFirst()
                .orElseThrow();
        tenant.admin().clients().get(client.getId()).removeDefaultClientScope(roles.getId());
        String token = tenant.passwordToken("bare", "boss").path("access_token");
        tenant.api(token).get("/users/me").then().statusCode(403);
        tenant.api(token).get("/users").then().statusCode(403);
    }

    /** Tests a vendor's token for another service. The role {@code vendor} is a realm role, which stays in such a token. */
    @Test
    void aVendorsTokenForAnotherServiceIsNoVendors(TestServer server) {
        Tenant platform = Tenant.platformOf(server);
        String vendor =
                platform.admin().users().search(TestServer.VENDOR, true).get(0).getId();
        platform.addClient("front", true);
        platform.addClient("svc", true);
        platform.letExchange("svc", "front");
        platform.addAudience("reports", vendor);
        String whole = platform.passwordToken("front", TestServer.VENDOR).path("access_token");
        tenant.api(whole).get("/users").then().statusCode(200);
        tenant.api(platform.exchangedToken("svc", whole, Map.of()))
                .get("/users")
                .then()
                .statusCode(200);
        String narrowed = platform.exchangedToken("svc", whole, Map.of("audience", "reports"));
        tenant.api(narrowed).get("/users").then().statusCode(403);
        platform.api(narrowed).get("/users").then().statusCode(403);
        platform.api(narrowed).get("/metrics").then().statusCode(403);
    }

    /** Such a token does not show what the exchange has removed. */
    @Test
    void aLightweightTokenThatWasExchangedGivesNoRight() {
        tenant.addClient("light-svc", true);
        tenant.letExchange("light-svc", "front");
        var client = tenant.admin().clients().findByClientId("light-svc").get(0);
        client.getAttributes().put("client.use.lightweight.access.token.enabled", "true");
        tenant.admin().clients().get(client.getId()).update(client);
        ProtocolMapperRepresentation audience = new ProtocolMapperRepresentation();
        audience.setName("for-reports");
        audience.setProtocol("openid-connect");
        audience.setProtocolMapper("oidc-audience-mapper");
        audience.setConfig(Map.of(
                "included.client.audience", "reports", "access.token.claim", "true", "lightweight.claim", "true"));
        tenant.admin()
                .clients()
                .get(client.getId())
                .getProtocolMappers()
                .createMapper(audience)
                .close();
        String whole = tenant.passwordToken("front", "boss").path("access_token");
        for (Map<String, String> more : List.of(Map.<String, String>of(), Map.of("audience", "reports"))) {
            String exchanged = tenant.exchangedToken("light-svc", whole, more);
            tenant.api(exchanged).get("/users").then().statusCode(403);
            tenant.api(exchanged).get("/users/me").then().statusCode(403);
        }
        String own = tenant.passwordToken("light-svc", "boss").path("access_token");
        tenant.api(own).get("/users").then().statusCode(200);
    }

    /** Tests a vendor's token of a client that may use the role {@code vendor} and no role of the client {@code account}. */
    @Test
    void norIsOneOfAClientThatMayUseNothingElse(TestServer server) {
        Tenant platform = Tenant.platformOf(server);
        platform.addClient("whole-front", true);
        String narrow = vendorOnly(platform, "vendor-svc", "whole-front");
        platform.addClient("invoices", false);
        platform.letExchange("invoices", "vendor-svc");
        String whole = platform.passwordToken("whole-front", TestServer.VENDOR).path("access_token");
        String forInvoices = platform.exchangedToken("vendor-svc", whole, Map.of("audience", "invoices"));
        tenant.api(forInvoices).get("/users").then().statusCode(403);
        platform.api(forInvoices).get("/metrics").then().statusCode(403);

        // A token that a refresh token of the exchange brings is for the same service.
        var clients = platform.admin().clients();
        var client = clients.get(narrow).toRepresentation();
        client.getAttributes().put("standard.token.exchange.enableRefreshRequestedTokenType", "SAME_SESSION");
        clients.get(narrow).update(client);
        String refresh = platform.token(
                        "vendor-svc",
                        Map.of(
                                "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                                "subject_token", whole,
                                "subject_token_type", "urn:ietf:params:oauth:token-type:access_token",
                                "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token",
                                "audience", "invoices"))
                .then()
                .statusCode(200)
                .extract()
                .path("refresh_token");
        String refreshed = platform.token("vendor-svc", Map.of("grant_type", "refresh_token", "refresh_token", refresh))
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
        tenant.api(refreshed).get("/users").then().statusCode(403);

        // The vendor's own token of such a client is whole, and so is one that was exchanged for no service.
        String own = platform.passwordToken("vendor-svc", TestServer.VENDOR).path("access_token");
        tenant.api(own).get("/users").then().statusCode(200);
        vendorOnly(platform, "vendor-plain", "whole-front");
        String again = platform.passwordToken("whole-front", TestServer.VENDOR).path("access_token");
        tenant.api(platform.exchangedToken("vendor-plain", again, Map.of()))
                .get("/users")
                .then()
                .statusCode(200);
    }

    /** Adds a client that exchanges tokens and has the role {@code vendor} alone in its scope; returns its id. */
    private static String vendorOnly(Tenant platform, String clientId, String tokensOf) {
        String id = platform.addClient(clientId, false).getId();
        platform.admin()
                .clients()
                .get(id)
                .getScopeMappings()
                .realmLevel()
                .add(List.of(platform.admin().roles().get("vendor").toRepresentation()));
        platform.letExchange(clientId, tokensOf);
        return id;
    }

    /** Removes the clients, because all tests share the platform realm. */
    @AfterAll
    static void removeClients(TestServer server) {
        var clients = server.admin().realm(TestServer.PLATFORM).clients();
        for (String name :
                List.of("front", "svc", "reports", "whole-front", "vendor-svc", "vendor-plain", "invoices")) {
            clients.findByClientId(name)
                    .forEach(client -> clients.get(client.getId()).remove());
        }
    }
}
