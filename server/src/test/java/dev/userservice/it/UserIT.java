package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;

@ExtendWith(ServerExtension.class)
final class UserIT {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";

    private static Tenant tenant;
    private static String alice;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh;
        alice = tenant.addUser("alice");
        tenant.addUser("the-admin", "admin");
    }

    @Test
    void oneSeesOneself() {
        tenant.api(tenant.session("alice").access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .body("id", equalTo(alice))
                .body("username", equalTo("alice"))
                .body("first_name", equalTo("Test"))
                .body("last_name", equalTo("Person"))
                .body("full_name", equalTo("Test Person"))
                .body("email", equalTo("alice@example.com"))
                .body("$", hasKey("gender"))
                .body("gender", nullValue())
                .body("role", equalTo("user"))
                .body("tenant", equalTo(tenant.name()))
                .body("is_active", equalTo(true))
                .body("is_email_verified", equalTo(true))
                .body("mfa_enabled", equalTo(false))
                .body("preferences", equalTo(Map.of()))
                .body("created_at", matchesPattern(TIME))
                .body("last_login", matchesPattern(TIME));
    }

    /**
     * Tests a vendor who calls a tenant. Keycloak finds a user whom it has loaded for the token by the id, even if another realm
     * is asked for that user.
     */
    @Test
    void aVendorIsNobodyInATenant() {
        Tenant platform = Tenant.platformOf(tenant.server());
        String vendor = platform.session(TestServer.VENDOR).access();
        String id = platform.api(vendor).get("/users/me").path("id");
        platform.api(vendor).get("/users/" + id).then().statusCode(200);
        tenant.api(vendor).get("/users/" + id).then().statusCode(404);
        tenant.api(vendor).get("/users/" + id + "/activity").then().statusCode(404);
        tenant.api(vendor).delete("/users/" + id).then().statusCode(404);
    }

    @Test
    void theProfilesAttributesAreInIt() {
        String id = tenant.addUser("gerda");
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setAttributes(
                Map.of("gender", List.of("Female"), "preferences", List.of("{\"theme\":\"dark\",\"n\":[1]}")));
        user.setLastName(null);
        tenant.admin().users().get(id).update(user);
        Totp.add(tenant, id);

        tenant.api(tenant.session("the-admin").access())
                .get("/users/" + id)
                .then()
                .statusCode(200)
                .body("gender", equalTo("Female"))
                .body("preferences.theme", equalTo("dark"))
                .body("last_name", nullValue())
                .body("full_name", equalTo("Test"))
                .body("mfa_enabled", equalTo(true))
                .body("last_login", nullValue());
    }

    @Test
    void preferencesThatAreNoJsonObjectAreEmpty() {
        String id = tenant.addUser("paul");
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setAttributes(Map.of("preferences", List.of("not json")));
        tenant.admin().users().get(id).update(user);
        tenant.api(tenant.session("paul").access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .body("preferences", equalTo(Map.of()));
    }

    @Test
    void theHighestRoleIsTheOneThatShows(TestServer server) {
        tenant.api(tenant.session("the-admin").access()).get("/users/me").then().body("role", equalTo("admin"));
        Tenant platform = Tenant.platformOf(server);
        platform.api(platform.session(TestServer.VENDOR).access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .body("role", equalTo("vendor"))
                .body("tenant", equalTo("platform"));
    }

    @Test
    void aRoleOfTheVendorsNameMeansNothingInATenant(TestServer server) {
        var role = new org.keycloak.representations.idm.RoleRepresentation();
        role.setName("vendor");
        tenant.admin().roles().create(role);
        tenant.addUser("victor", "vendor");
        tenant.addClient("wide-open", true);
        String token = tenant.passwordToken("wide-open", "victor").path("access_token");
        tenant.api(token).get("/users/me").then().statusCode(200).body("role", equalTo("user"));
        tenant.api(token).get("/users/" + alice).then().statusCode(403);
        Tenant other = Tenant.on(server);
        other.api(token).get("/users/me").then().statusCode(403);
    }

    @Test
    void aDisabledOrPendingUserIsNotActive(TestServer server) {
        Tenant verifying = Tenant.on(server, realm -> realm.put("verifyEmail", true));
        verifying.addUser("the-admin", "admin");
        String id = verifying.addUser("penny");
        String admin = verifying.session("the-admin").access();
        UserRepresentation user = verifying.admin().users().get(id).toRepresentation();
        user.setRequiredActions(List.of("VERIFY_EMAIL"));
        user.setEmailVerified(false);
        verifying.admin().users().get(id).update(user);
        verifying.api(admin).get("/users/" + id).then().statusCode(200).body("is_active", equalTo(false));
        // Once the address is verified, this required action demands nothing any more.
        user.setEmailVerified(true);
        verifying.admin().users().get(id).update(user);
        verifying.api(admin).get("/users/" + id).then().statusCode(200).body("is_active", equalTo(true));
        user.setRequiredActions(List.of("UPDATE_PASSWORD"));
        verifying.admin().users().get(id).update(user);
        verifying.api(admin).get("/users/" + id).then().statusCode(200).body("is_active", equalTo(true));
        user.setEnabled(false);
        verifying.admin().users().get(id).update(user);
        verifying.api(admin).get("/users/" + id).then().statusCode(200).body("is_active", equalTo(false));
    }

    @Test
    void nobodyLearnsOfForeignIds(TestServer server) {
        Tenant other = Tenant.on(server);
        String stranger = other.addUser("stranger");
        String user = tenant.session("alice").access();
        tenant.api(user).get("/users/" + stranger).then().statusCode(403);
        tenant.api(user).get("/users/no-such-id").then().statusCode(403);
        String admin = tenant.session("the-admin").access();
        tenant.api(admin).get("/users/" + stranger).then().statusCode(404).body("detail", equalTo("User not found"));
        tenant.api(admin).get("/users/no-such-id").then().statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "%F0%9F%98%80", "'%20or%201=1--", "%25", "f:abc", "f:", "f::", "..%5c"})
    void aHostileIdIsNobodys(String id) {
        String admin = tenant.session("the-admin").access();
        int status = io.restassured.RestAssured.given()
                .urlEncodingEnabled(false)
                .header("Authorization", "Bearer " + admin)
                .get(tenant.server().base() + "/realms/" + tenant.name() + "/api/users/" + id)
                .statusCode();
        assertTrue(status == 404 || status == 400, "answered " + status);
    }

    @Test
    void aClientWithoutTheScopeDoesNotSpeakForItsUser() {
        tenant.addClient("stranger-app", false);
        String token = tenant.passwordToken("stranger-app", "the-admin").path("access_token");
        tenant.api(token).get("/users/me").then().statusCode(403);
        tenant.api(token).get("/users/" + alice).then().statusCode(403);
    }

    @Test
    void anAdminSeesThemselvesAsAdminsDo() {
        tenant.addClient("admin-tool", false);
        var clients = tenant.admin().clients();
        String tool = clients.findByClientId("admin-tool").get(0).getId();
        String management = clients.findByClientId("realm-management").get(0).getId();
        clients.get(tool)
                .getScopeMappings()
                .clientLevel(management)
                .add(List.of(clients.get(management).roles().get("view-users").toRepresentation()));
        String own = tenant.admin().users().search("the-admin", true).get(0).getId();
        String token = tenant.passwordToken("admin-tool", "the-admin").path("access_token");
        tenant.api(token).get("/users/" + own).then().statusCode(200);
        tenant.api(token).get("/users/me").then().statusCode(403);
    }

    @Test
    void aVendorIsKnownWhereATenantHasAnAddressOfItsOwn(TestServer server) {
        Tenant named = Tenant.on(
                server, realm -> realm.withObject("/attributes").put("frontendUrl", "https://login.tenant.example"));
        String id = named.addUser("alice");
        String vendor = Tenant.platformOf(server).session(TestServer.VENDOR).access();
        named.api(vendor).get("/users/" + id).then().statusCode(200);
        named.api(tenant.session("alice").access()).get("/users/me").then().statusCode(403);
        named.api(named.session("alice").access()).get("/users/me").then().statusCode(200);
    }

    @Test
    void aLoginInKeycloaksOwnWayCountsAsLastLogin() {
        String id = tenant.addUser("larry");
        tenant.addClient("another-way-in", true);
        tenant.passwordToken("another-way-in", "larry").then().statusCode(200);
        tenant.api(tenant.session("the-admin").access())
                .get("/users/" + id)
                .then()
                .body("last_login", notNullValue());
    }

    @Test
    void aRemovedUserLeavesNoTrace() throws Exception {
        String id = tenant.addUser("rita");
        Tenant.Session session = tenant.session("rita");
        assertLastLogins(1, "user_id", id);
        tenant.admin().users().delete(id).close();
        tenant.api(session.access()).get("/users/me").then().statusCode(401);
        tenant.api(tenant.session("the-admin").access())
                .get("/users/" + id)
                .then()
                .statusCode(404);
        assertLastLogins(0, "user_id", id);
    }

    @Test
    void aRemovedTenantLeavesNoTrace(TestServer server) throws Exception {
        Tenant leaving = Tenant.on(server);
        leaving.addUser("alice");
        leaving.session("alice");
        String id = leaving.admin().toRepresentation().getId();
        assertLastLogins(1, "realm_id", id);
        leaving.admin().remove();
        assertLastLogins(0, "realm_id", id);
        leaving.api().get("/users/health").then().statusCode(404);
    }

    /** Checks the rows of the table itself, if the database is at hand. */
    private static void assertLastLogins(long expected, String column, String value) throws Exception {
        if (tenant.server().node() != null) {
            assertEquals(
                    expected, tenant.server().node().database().count("us_last_login where " + column + " = ?", value));
        }
    }
}
