package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.representations.idm.authorization.ScopePermissionRepresentation;
import org.keycloak.representations.idm.authorization.UserPolicyRepresentation;

/** Tests who may change whose role, and which users at all: nobody gains rights by it, and no tenant is left without an admin. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.VENDORS)
final class UserRoleIT {
    private static Tenant tenant;
    private static AdminLog log;
    private static String admin;
    private String name;
    private String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        log = AdminLog.on(tenant);
        tenant.addUser("the-admin", "admin");
        tenant.addUser("another-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    @BeforeEach
    void addSomebody() {
        name = "u" + UUID.randomUUID().toString().substring(0, 8);
        id = tenant.addUser(name);
    }

    private static Response put(Tenant where, String token, String id, Map<String, Object> body) {
        return where.api(token).contentType(ContentType.JSON).body(body).put("/users/" + id);
    }

    private static Response give(String token, String id, String role) {
        return put(tenant, token, id, Map.of("role", role));
    }

    private static List<String> directRoles(String id) {
        return tenant.admin().users().get(id).roles().realmLevel().listAll().stream()
                .map(RoleRepresentation::getName)
                .filter(role -> !role.startsWith("default-roles"))
                .sorted()
                .toList();
    }

    private static void addRole(Tenant where, String role, String... realmManagement) {
        RoleRepresentation made = new RoleRepresentation();
        made.setName(role);
        where.admin().roles().create(made);
        contain(where, role, realmManagement);
    }

    /** Makes a role contain permissions of realm-management. */
    private static void contain(Tenant where, String role, String... permissions) {
        var clients = where.admin().clients();
        String management = clients.findByClientId("realm-management").get(0).getId();
        if (permissions.length > 0) {
            where.admin()
                    .roles()
                    .get(role)
                    .addComposites(List.of(permissions).stream()
                            .map(name ->
                                    clients.get(management).roles().get(name).toRepresentation())
                            .toList());
        }
    }

    private static void map(Tenant where, String id, String role) {
        where.admin()
                .users()
                .get(id)
                .roles()
                .realmLevel()
                .add(List.of(where.admin().roles().get(role).toRepresentation()));
    }

    private static String group(Tenant where, String role, String member) {
        GroupRepresentation group = new GroupRepresentation();
        group.setName("g" + UUID.randomUUID());
        where.admin().groups().add(group).close();
        String id = where.admin().groups().groups(group.getName(), 0, 1).get(0).getId();
        where.admin()
                .groups()
                .group(id)
                .roles()
                .realmLevel()
                .add(List.of(where.admin().roles().get(role).toRepresentation()));
        where.admin().users().get(member).joinGroup(id);
        return id;
    }

    @DiffersByDatabase
    @Test
    void oneRoleReplacesAnotherAndLeavesTheRestAlone() {
        addRole(tenant, "editor-" + name);
        map(tenant, id, "editor-" + name);
        give(admin, id, "admin").then().statusCode(200).body("user.role", equalTo("admin"));
        assertEquals(List.of("admin", "editor-" + name), directRoles(id));
        log.holds(id, "CREATE REALM_ROLE_MAPPING /role-mappings/realm");
        give(admin, id, "admin").then().statusCode(200);
        assertEquals(1, log.about(id).size());
        give(admin, id, "user").then().statusCode(200).body("user.role", equalTo("user"));
        // Every user has this role by default, so it needs no mapping.
        assertEquals(List.of("editor-" + name), directRoles(id));
        log.holds(
                id, "CREATE REALM_ROLE_MAPPING /role-mappings/realm", "DELETE REALM_ROLE_MAPPING /role-mappings/realm");
        assertTrue(log.about(id).get(0).getRepresentation().contains("\"admin\""));
    }

    @DiffersByDatabase
    @Test
    void aHigherRoleThatAGroupGivesStays() {
        group(tenant, "admin", id);
        put(tenant, admin, id, Map.of("role", "user", "first_name", "Jane"))
                .then()
                .statusCode(409)
                .body("detail", containsString("by a group"))
                .body("errors", hasKey("role"));
        assertEquals("Test", tenant.admin().users().get(id).toRepresentation().getFirstName());
        give(admin, id, "admin").then().statusCode(200);
        assertEquals(List.of(), directRoles(id));
    }

    @Test
    void onlyTheRolesThatTheApiKnowsAreGiven() {
        for (String role : List.of("", "Admin", "offline_access", "no-such-role", "realm-management")) {
            give(admin, id, role).then().statusCode(400).body("errors", hasKey("role"));
        }
    }

    @Test
    void aVendorIsMadeByVendorsAlone(TestServer server) {
        give(admin, id, "vendor").then().statusCode(403);
        Tenant platform = Tenant.platformOf(server);
        String vendor = platform.session(TestServer.VENDOR).access();
        String paul = platform.addUser("paul-" + name);
        put(platform, vendor, paul, Map.of("role", "vendor"))
                .then()
                .statusCode(200)
                .body("user.role", equalTo("vendor"));
        String service = platform.serviceTokenOf("manage-users", "view-users");
        put(platform, service, paul, Map.of("email", "mine@example.com")).then().statusCode(403);
        platform.api(service).delete("/users/" + paul).then().statusCode(403);
        String plain = platform.addUser("plain-" + name);
        put(platform, service, plain, Map.of("role", "vendor")).then().statusCode(403);
        put(platform, service, plain, Map.of("first_name", "Jane")).then().statusCode(200);
        platform.api(vendor).delete("/users/" + paul).then().statusCode(204);
    }

    @Test
    void nobodyGivesWhatTheyHaveNot() {
        String service = tenant.serviceTokenOf("manage-users");
        give(service, id, "admin").then().statusCode(403);
        String strong = tenant.serviceTokenOf("manage-users", "view-users", "query-users");
        give(strong, id, "admin").then().statusCode(200);
        String own = tenant.admin().users().search("the-admin", true).get(0).getId();
        put(tenant, service, own, Map.of("email", "mine@example.com")).then().statusCode(403);
        tenant.api(service).delete("/users/" + id).then().statusCode(403);

        Tenant mighty = Tenant.on(tenant.server());
        contain(mighty, "admin", "manage-realm");
        String paul = mighty.addUser("paul");
        put(mighty, mighty.serviceTokenOf("manage-users", "view-users", "query-users"), paul, Map.of("role", "admin"))
                .then()
                .statusCode(403);
        mighty.addUser("the-admin", "admin");
        put(mighty, mighty.session("the-admin").access(), paul, Map.of("role", "admin"))
                .then()
                .statusCode(200);
    }

    @Test
    void nobodyRaisesThemselves() {
        addRole(tenant, "manager-" + name, "manage-users", "view-users", "query-users");
        map(tenant, id, "manager-" + name);
        tenant.addClient("tool-" + name, true);
        String token = tenant.passwordToken("tool-" + name, name).path("access_token");
        put(tenant, token, id, Map.of("first_name", "Jane")).then().statusCode(200);
        give(token, id, "admin").then().statusCode(403);
        String paul = tenant.addUser("paul-" + name);
        give(token, paul, "admin").then().statusCode(200);
    }

    @Test
    void aClientThatLacksTheScopeOfAPermissionLacksThePermission() {
        tenant.addClient("narrow-" + name, false);
        var clients = tenant.admin().clients();
        String narrow = clients.findByClientId("narrow-" + name).get(0).getId();
        String management = clients.findByClientId("realm-management").get(0).getId();
        clients.get(narrow)
                .getScopeMappings()
                .clientLevel(management)
                .add(List.of(clients.get(management).roles().get("manage-users").toRepresentation()));
        String token = tenant.passwordToken("narrow-" + name, "the-admin").path("access_token");
        put(tenant, token, id, Map.of("first_name", "Jane")).then().statusCode(200);
        String other =
                tenant.admin().users().search("another-admin", true).get(0).getId();
        put(tenant, token, other, Map.of("first_name", "Jane")).then().statusCode(403);
    }

    @Test
    void whoeverHoldsMoreIsLeftAlone() {
        addRole(tenant, "owner-" + name, "manage-realm");
        group(tenant, "owner-" + name, id);
        put(tenant, admin, id, Map.of("email", "mine@example.com")).then().statusCode(403);
        put(tenant, admin, id, Map.of("is_active", false)).then().statusCode(403);
        tenant.api(admin).delete("/users/" + id).then().statusCode(403);
        String vendor =
                Tenant.platformOf(tenant.server()).session(TestServer.VENDOR).access();
        put(tenant, vendor, id, Map.of("first_name", "Jane")).then().statusCode(200);
    }

    @DiffersByDatabase
    @Test
    void theLastOneStays() {
        Tenant small = Tenant.on(tenant.server());
        String last = small.addUser("the-admin", "admin");
        String pending = small.addUser("pending", "admin");
        UserRepresentation waits = small.admin().users().get(pending).toRepresentation();
        waits.setRequiredActions(List.of("activate-account"));
        waits.setEmailVerified(false);
        small.admin().users().get(pending).update(waits);
        String disabled = small.addUser("disabled", "admin");
        UserRepresentation off = small.admin().users().get(disabled).toRepresentation();
        off.setEnabled(false);
        small.admin().users().get(disabled).update(off);
        small.addClient("robot", true);
        String token = small.session("the-admin").access();
        String vendor =
                Tenant.platformOf(tenant.server()).session(TestServer.VENDOR).access();
        for (String caller : List.of(token, vendor)) {
            put(small, caller, last, Map.of("role", "user")).then().statusCode(409);
            put(small, caller, last, Map.of("is_active", false)).then().statusCode(409);
            small.api(caller).delete("/users/" + last).then().statusCode(409);
        }
        put(small, token, last, Map.of("first_name", "Still", "role", "admin", "is_active", true))
                .then()
                .statusCode(200)
                .body("user.role", equalTo("admin"))
                .body("user.is_active", equalTo(true));
        small.api(token).delete("/users/" + disabled).then().statusCode(204);
        String member = small.addUser("member");
        group(small, "admin", member);
        put(small, vendor, last, Map.of("role", "user")).then().statusCode(200);
        put(small, vendor, member, Map.of("is_active", false)).then().statusCode(409);
    }

    @Test
    void theLastOneDoesNotWaitForTheProofOfANewAddress() {
        Tenant small = Tenant.on(tenant.server(), realm -> realm.put("verifyEmail", true));
        String last = small.addUser("the-admin", "admin");
        String token = small.session("the-admin").access();
        String vendor =
                Tenant.platformOf(tenant.server()).session(TestServer.VENDOR).access();
        Map<String, Object> moved = Map.of("email", "moved@example.com");
        put(small, token, last, moved).then().statusCode(200).body("user.is_active", equalTo(true));
        put(small, vendor, last, moved).then().statusCode(409);
        small.api(token)
                .contentType(ContentType.JSON)
                .body(moved)
                .put("/users/me")
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true))
                .body("user.pending_email", equalTo("moved@example.com"));
        put(small, token, last, Map.of("email", "THE-ADMIN@example.com", "first_name", "Jane"))
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true));
        put(small, vendor, last, Map.of("email", "vouched@example.com", "is_active", true))
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true));
        put(small, token, last, Map.of("is_email_verified", false)).then().statusCode(400);
        put(small, vendor, last, Map.of("is_email_verified", false)).then().statusCode(409);
        Map<String, Object> proved = Map.of("email", "proved@example.com", "is_email_verified", true);
        put(small, vendor, last, proved).then().statusCode(200).body("user.is_active", equalTo(true));
        small.addUser("another", "admin");
        put(small, vendor, last, moved).then().statusCode(200).body("user.is_active", equalTo(false));
    }

    @DiffersByDatabase
    @Test
    void ofTwoWhoDemoteEachOtherOneStays() throws Exception {
        for (int round = 0; round < 2; round++) {
            Tenant small = Tenant.on(tenant.server());
            List<String> ids = List.of(small.addUser("one", "admin"), small.addUser("two", "admin"));
            List<String> tokens =
                    List.of(small.session("one").access(), small.session("two").access());
            Map<String, Object> demoted = Map.of("role", "user");
            Map<String, Object> second = round == 1 ? Map.of("is_active", false) : demoted;
            List<Integer> answers =
                    Concurrently.patiently(2, i -> put(small, tokens.get(i), ids.get(1 - i), i == 0 ? demoted : second))
                            .stream()
                            .map(Response::statusCode)
                            .toList();
            long done = answers.stream().filter(status -> status == 200).count();
            // The other call is refused for what the first one has done by then: either it is about the last admin, or
            // its caller is no longer an admin.
            assertEquals(1, done, answers.toString());
            assertTrue(
                    answers.stream().anyMatch(status -> List.of(409, 403, 401).contains(status)), answers.toString());
        }
    }

    @Test
    void keycloaksFineGrainedPermissionsCount() {
        Tenant fine = Tenant.on(tenant.server());
        String helper = fine.addUser("helper");
        String hers = fine.addUser("hers");
        String seen = fine.addUser("seen");
        String hidden = fine.addUser("hidden");
        RealmRepresentation realm = fine.admin().toRepresentation();
        realm.setAdminPermissionsEnabled(true);
        fine.admin().update(realm);
        var clients = fine.admin().clients();
        String management = clients.findByClientId("realm-management").get(0).getId();
        fine.admin()
                .users()
                .get(helper)
                .roles()
                .clientLevel(management)
                .add(List.of(clients.get(management).roles().get("query-users").toRepresentation()));
        var authorization = clients.get(
                        clients.findByClientId("admin-permissions").get(0).getId())
                .authorization();
        UserPolicyRepresentation policy = new UserPolicyRepresentation();
        policy.setName("helper");
        policy.addUser(helper);
        authorization.policies().user().create(policy).close();
        for (Map.Entry<String, String> grant : List.of(Map.entry("view", seen), Map.entry("view,manage", hers))) {
            ScopePermissionRepresentation permission = new ScopePermissionRepresentation();
            permission.setName(grant.getKey());
            permission.setResourceType("Users");
            permission.addResource(grant.getValue());
            List.of(grant.getKey().split(",", -1)).forEach(permission::addScope);
            permission.addPolicy("helper");
            try (var made = authorization.permissions().scope().create(permission)) {
                assertEquals(201, made.getStatus());
            }
        }
        fine.addClient("tool", true);
        String token = fine.passwordToken("tool", "helper").path("access_token");
        put(fine, token, hers, Map.of("first_name", "Jane")).then().statusCode(200);
        put(fine, token, hers, Map.of("role", "admin")).then().statusCode(403);
        put(fine, token, seen, Map.of("first_name", "Jane")).then().statusCode(403);
        put(fine, token, hidden, Map.of("first_name", "Jane")).then().statusCode(404);
        fine.api(token).delete("/users/" + seen).then().statusCode(403);
        fine.api(token).delete("/users/" + hidden).then().statusCode(404);
        fine.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("email", "made@example.com", "password", TestServer.PASSWORD, "first_name", "Made"))
                .post("/users")
                .then()
                .statusCode(403);
        Function<String, Response> check = whom -> fine.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", whom, "password", TestServer.PASSWORD))
                .post("/users/auth/check");
        check.apply("hidden").then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> check.apply("seen")).then().statusCode(200);
        fine.api(token).delete("/users/" + hers).then().statusCode(204);
    }
}
