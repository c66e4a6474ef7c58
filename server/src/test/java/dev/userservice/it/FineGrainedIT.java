package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.GroupRepresentation;

/** Tests fine-grained admin permissions (version 2): a caller sees the same users here as in Keycloak's own list. */
@ExtendWith(ServerExtension.class)
final class FineGrainedIT {
    private Tenant tenant;
    private String alice;
    private String bob;
    private String carol;
    private String caller;

    @BeforeEach
    void addPeople(TestServer server) {
        tenant = Tenant.on(server, realm -> realm.put("adminPermissionsEnabled", true));
        tenant.addUser("the-admin", "admin");
        alice = tenant.addUser("alice");
        bob = tenant.addUser("bob");
        carol = tenant.addUser("carol");
        caller = tenant.addUser("caller");
    }

    private void mayAsk() {
        var clients = tenant.admin().clients();
        String management = clients.findByClientId("realm-management").get(0).getId();
        tenant.admin()
                .users()
                .get(caller)
                .roles()
                .clientLevel(management)
                .add(List.of(clients.get(management).roles().get("query-users").toRepresentation()));
    }

    private String group(String name, String... members) {
        GroupRepresentation group = new GroupRepresentation();
        group.setName(name);
        tenant.admin().groups().add(group).close();
        String id = tenant.admin().groups().groups().get(0).getId();
        for (String member : members) {
            tenant.admin().users().get(member).joinGroup(id);
        }
        return id;
    }

    private String policy(String name, String logic, String... users) {
        return add("/policy/user", Map.of("name", name, "users", List.of(users), "logic", logic));
    }

    private void permission(String name, String type, String resource, String scope, String policy) {
        add(
                "/permission/scope",
                Map.of(
                        "name",
                        name,
                        "resourceType",
                        type,
                        "resources",
                        resource == null ? List.of() : List.of(resource),
                        "scopes",
                        List.of(scope),
                        "policies",
                        List.of(policy)));
    }

    private String add(String path, Map<String, Object> body) {
        String permissions = tenant.admin()
                .clients()
                .findByClientId("admin-permissions")
                .get(0)
                .getId();
        return RestAssured.given()
                .auth()
                .oauth2(tenant.server().admin().tokenManager().getAccessTokenString())
                .contentType(ContentType.JSON)
                .body(body)
                .post(tenant.server().base() + "/admin/realms/" + tenant.name() + "/clients/" + permissions
                        + "/authz/resource-server" + path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** Returns the users that Keycloak's own list shows to the same token. */
    private Set<String> keycloaksList(String token) {
        List<String> names = RestAssured.given()
                .auth()
                .oauth2(token)
                .get(tenant.server().base() + "/admin/realms/" + tenant.name() + "/users?max=100")
                .then()
                .statusCode(200)
                .extract()
                .path("username");
        return new TreeSet<>(names);
    }

    /** Returns the users of a list, which has the same ones in each order, and by a filter that all of them pass. */
    private Set<String> list(String token) {
        Set<String> names = list(token, Map.of());
        for (Map<String, String> query : List.of(
                Map.of("sort", "last_login"),
                Map.of("sort", "-email"),
                Map.of("mfa_enabled", "false"),
                Map.of("attribute.firstName", "Test"),
                Map.of("created_after", "2020-01-01T00:00:00Z", "sort", "-last_login"))) {
            assertEquals(names, list(token, query), query::toString);
        }
        return names;
    }

    private Set<String> list(String token, Map<String, String> query) {
        var page = tenant.api(token)
                .queryParam("limit", 100)
                .queryParams(query)
                .get("/users")
                .then()
                .statusCode(200);
        List<String> names = page.extract().path("users.username");
        page.body("total", equalTo(names.size()));
        return new TreeSet<>(names);
    }

    private void assertSees(String token, String id, boolean does, int otherwise) {
        RestAssured.given()
                .auth()
                .oauth2(token)
                .get(tenant.server().base() + "/admin/realms/" + tenant.name() + "/users/" + id)
                .then()
                .statusCode(does ? 200 : 403);
        tenant.api(token).get("/users/" + id).then().statusCode(does ? 200 : otherwise);
        tenant.api(token).queryParam("user_id", id).get("/users/id").then().statusCode(does ? 200 : otherwise);
    }

    @Test
    void whoMaySeeSomeSeesThese() {
        mayAsk();
        String isCaller = policy("is-caller", "POSITIVE", caller);
        permission("alice", "Users", alice, "view", isCaller);
        permission("team", "Groups", group("team", bob, carol), "view-members", isCaller);
        permission("not-carol", "Users", carol, "view", policy("is-not-caller", "NEGATIVE", caller));
        String token = tenant.session("caller").access();
        assertEquals(Set.of("alice", "bob"), list(token));
        assertEquals(keycloaksList(token), list(token));
        assertSees(token, alice, true, 200);
        assertSees(token, bob, true, 200);
        assertSees(token, carol, false, 404);
        tenant.api(token)
                .queryParam("identifier", "alice")
                .get("/users/identifier")
                .then()
                .statusCode(200);
        tenant.api(token)
                .queryParam("identifier", "carol")
                .get("/users/identifier")
                .then()
                .statusCode(404);
        tenant.api(token)
                .queryParam("q", "c")
                .get("/users")
                .then()
                .statusCode(200)
                .body("total", equalTo(0));
        String next = tenant.api(token).queryParam("limit", 1).get("/users").path("next_cursor");
        tenant.api(token)
                .queryParam("cursor", next)
                .get("/users")
                .then()
                .body("users.username", equalTo(List.of("bob")));
    }

    @Test
    void whoMaySeeAllButOneSeesAllButOne() {
        mayAsk();
        permission("all", "Users", null, "view", policy("is-caller", "POSITIVE", caller));
        permission("not-carol", "Users", carol, "view", policy("is-not-caller", "NEGATIVE", caller));
        String token = tenant.session("caller").access();
        assertEquals(Set.of("alice", "bob", "caller", "the-admin"), list(token));
        assertEquals(keycloaksList(token), list(token));
        assertSees(token, alice, true, 200);
        assertSees(token, carol, false, 404);
    }

    @Test
    void whoMayAskAndSeeNobodySeesNobody() {
        mayAsk();
        String token = tenant.session("caller").access();
        assertEquals(Set.of(), list(token));
        assertEquals(keycloaksList(token), list(token));
        assertSees(token, alice, false, 404);
    }

    @Test
    void whoMaySeeOneAndNotAskForAnySeesThatOne() {
        permission("alice", "Users", alice, "view", policy("is-caller", "POSITIVE", caller));
        String token = tenant.session("caller").access();
        tenant.api(token).get("/users").then().statusCode(403);
        assertSees(token, alice, true, 200);
        assertSees(token, bob, false, 403);
        tenant.api(token).get("/users/no-such-id").then().statusCode(403);
    }

    @Test
    void theRoleSeesAll() {
        permission("not-alice", "Users", alice, "view", policy("is-not-admin", "NEGATIVE", caller));
        String admin = tenant.session("the-admin").access();
        assertEquals(5, list(admin).size());
        assertEquals(keycloaksList(admin), list(admin));
    }

    /** Keycloak's own list considers only the role of the user, but here a right counts only if the token carries it. */
    @Test
    void aTokenWithoutTheRoleOfItsUserSeesNobody() {
        tenant.addClient("query-only", false);
        var clients = tenant.admin().clients();
        String client = clients.findByClientId("query-only").get(0).getId();
        String management = clients.findByClientId("realm-management").get(0).getId();
        clients.get(client)
                .getScopeMappings()
                .clientLevel(management)
                .add(List.of(clients.get(management).roles().get("query-users").toRepresentation()));
        String token = tenant.passwordToken("query-only", "the-admin").path("access_token");
        tenant.api(token).get("/users").then().statusCode(403);
    }

    /** A lightweight access token does not say whose it is, and Keycloak's filter would let it see everybody. */
    @Test
    void aLightweightTokenSeesWhatItsUserMaySee() {
        mayAsk();
        permission("alice", "Users", alice, "view", policy("is-caller", "POSITIVE", caller));
        var client = tenant.addClient("lightweight", true);
        client.getAttributes().put("client.use.lightweight.access.token.enabled", "true");
        tenant.admin().clients().get(client.getId()).update(client);
        String token = tenant.passwordToken("lightweight", "caller").path("access_token");
        assertEquals(Set.of("alice"), list(token));
    }

    /** No role expresses what a policy allows a user, so the token must be as its client would give it to the user. */
    @Test
    void aTokenForAnotherServiceSeesNobody() {
        permission("alice", "Users", alice, "view", policy("is-caller", "POSITIVE", caller));
        tenant.addClient("front", true);
        tenant.addClient("svc", true);
        tenant.letExchange("svc", "front");
        tenant.addAudience("reports", caller);
        String whole = tenant.passwordToken("front", "caller").path("access_token");
        tenant.api(tenant.exchangedToken("svc", whole, Map.of()))
                .get("/users/" + alice)
                .then()
                .statusCode(200);
        tenant.api(tenant.exchangedToken("svc", whole, Map.of("audience", "reports")))
                .get("/users/" + alice)
                .then()
                .statusCode(403);
    }

    @Test
    void whoMaySeeNobodyMayNotAskWhosePasswordItIs() {
        tenant.api(tenant.session("caller").access())
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "alice", "password", TestServer.PASSWORD))
                .post("/users/auth/check")
                .then()
                .statusCode(403);
    }
}
