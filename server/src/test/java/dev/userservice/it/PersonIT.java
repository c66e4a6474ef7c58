package dev.userservice.it;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.FederatedIdentityRepresentation;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.idm.PartialImportRepresentation;
import org.keycloak.representations.idm.UserConsentRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests the document with all that is held about one person. */
@ExtendWith(ServerExtension.class)
final class PersonIT {
    private static Tenant tenant;
    private static String admin;
    private static String jane;

    @BeforeAll
    static void addJane(TestServer server) {
        tenant = Tenant.on(server, realm -> realm.put("organizationsEnabled", true))
                .withLongTokens();
        tenant.addUser("the-admin", "admin");
        tenant.addUser("somebody");
        tenant.addClient("shop", true);
        addIdentityProvider();
        importJane();
        jane = tenant.admin().users().searchByUsername("jane", true).get(0).getId();
        tenant.admin().users().get(jane).resetPassword(password());
        tenant.admin().users().get(jane).joinGroup(tenant.addGroup("staff", "admin"));
        Organizations organizations = Organizations.of(tenant);
        organizations.join(organizations.add("example"), jane);
        Totp.add(tenant, jane);
        admin = tenant.session("the-admin").access();
    }

    private static CredentialRepresentation password() {
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType("password");
        password.setValue(TestServer.PASSWORD);
        return password;
    }

    private static void addIdentityProvider() {
        IdentityProviderRepresentation provider = new IdentityProviderRepresentation();
        provider.setAlias("partner");
        provider.setProviderId("oidc");
        provider.setEnabled(true);
        provider.setConfig(Map.of(
                "authorizationUrl", "https://partner.example/auth",
                "tokenUrl", "https://partner.example/token",
                "clientId", "here",
                "clientSecret", "secret"));
        tenant.admin().identityProviders().create(provider).close();
    }

    private static void importJane() {
        UserRepresentation user = new UserRepresentation();
        user.setUsername("jane");
        user.setEmail("jane@example.com");
        user.setFirstName("Jane");
        user.setEnabled(true);
        user.setEmailVerified(true);
        user.setAttributes(Map.of("gender", List.of("Female")));
        user.setRealmRoles(List.of("default-roles-" + tenant.name()));
        FederatedIdentityRepresentation link = new FederatedIdentityRepresentation();
        link.setIdentityProvider("partner");
        link.setUserId("there-1");
        link.setUserName("jane-there");
        user.setFederatedIdentities(List.of(link));
        UserConsentRepresentation consent = new UserConsentRepresentation();
        consent.setClientId("shop");
        consent.setGrantedClientScopes(List.of("email"));
        user.setClientConsents(List.of(consent));
        PartialImportRepresentation people = new PartialImportRepresentation();
        people.setIfResourceExists("FAIL");
        people.setUsers(List.of(user));
        tenant.admin().partialImport(people).close();
    }

    private static Response get(String bearer, String id) {
        return tenant.api(bearer).get("/users/" + id + "/export");
    }

    /** Logs in with a one-time code, and returns the access token. */
    private static String login() {
        return Tenant.retryWhileUnauthorized(() -> tenant.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of(
                                "username",
                                "jane",
                                "password",
                                TestServer.PASSWORD,
                                "totp",
                                Totp.now("a-secret-of-20-bytes".getBytes(StandardCharsets.UTF_8))))
                        .post("/login"))
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
    }

    @Test
    void aPersonHasEverythingAndNoSecret() {
        String own = login();
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", "jane@example.com"))
                .post("/reset-password")
                .then()
                .statusCode(200);
        String code = tenant.inbox().nextCode("jane@example.com");
        tenant.awaitAllSent(jane);

        Response document = get(admin, jane);
        document.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("exported_at", notNullValue())
                .body("user.id", equalTo(jane))
                .body("user.role", equalTo("admin"))
                .body("user.last_login", notNullValue())
                .body("attributes.email", contains("jane@example.com"))
                .body("attributes.gender", contains("Female"))
                .body("roles.find { it.name == 'admin' }.is_direct", equalTo(false))
                .body("roles.find { it.name == 'default-roles-" + tenant.name() + "' }.is_direct", equalTo(true))
                .body("roles.find { it.name == 'view-profile' }.client_id", equalTo("account"))
                .body("groups", contains("/staff"))
                .body("organizations.alias", contains("example"))
                .body("organizations.is_managed", contains(false))
                .body("credentials.type", containsInAnyOrder("password", "otp"))
                .body("credentials.created_at", hasItem(notNullValue()))
                .body("required_actions", empty())
                .body("consents.client_id", contains("shop"))
                .body("consents[0].scopes", contains("email"))
                .body("identity_providers.alias", contains("partner"))
                .body("identity_providers.username", contains("jane-there"))
                .body("sessions.is_offline", hasItem(false))
                .body("sessions[0].clients", hasItem("user-service-api"))
                .body("sessions[0].ip_address", notNullValue())
                .body("activity.action", hasItems("login", "password_reset_requested"))
                .body("activity.user_id", everyItem(equalTo(jane)))
                .body("has_more_activity", equalTo(false))
                .body("pending_codes.kind", contains("password-reset"))
                .body("pending_codes.email", contains("jane@example.com"))
                .body("pending_mails", empty())
                .body("totp_setup_expires_at", nullValue());
        for (String secret :
                List.of(code, code.replace("-", ""), "a-secret", "pbkdf2", "secretData", TestServer.PASSWORD)) {
            assertFalse(document.asString().contains(secret), secret);
        }
        get(own, jane).then().statusCode(200).body("user.id", equalTo(jane));
        Map<String, Object> byId = new HashMap<>(get(own, jane).path("$"));
        Map<String, Object> asOneself = new HashMap<>(get(own, "me").path("$"));
        List.of(byId, asOneself).forEach(same -> same.remove("exported_at"));
        assertEquals(byId, asOneself);
        tenant.api(own)
                .get("/users/" + jane + "/activity")
                .then()
                .body("id", equalTo(get(own, jane).path("activity.id")));
    }

    @Test
    void onlyThePersonAndWhoMayViewThemReadIt() {
        String somebody =
                tenant.admin().users().searchByUsername("somebody", true).get(0).getId();
        String token = tenant.session("somebody").access();
        get(token, jane).then().statusCode(403);
        get(token, somebody).then().statusCode(200).body("user.username", equalTo("somebody"));
        get(token, "me").then().statusCode(200).body("user.username", equalTo("somebody"));
        get(tenant.serviceTokenOf("view-users"), "me").then().statusCode(403);
        get(tenant.serviceTokenOf("view-users"), somebody)
                .then()
                .statusCode(200)
                .body("sessions", not(empty()));
        get(Tenant.platformOf(tenant.server()).session(TestServer.VENDOR).access(), somebody)
                .then()
                .statusCode(200);
    }

    @Test
    void wrongPasswordsAreInTheDocument() {
        String id = tenant.addUser("clumsy");
        get(admin, id).then().body("failed_logins.count", equalTo(0)).body("directory", nullValue());
        tenant.login("clumsy", "wrong").then().statusCode(401);
        Eventually.holds(
                "a wrong password in the document",
                Duration.ofMinutes(1),
                () -> get(admin, id).<Integer>path("failed_logins.count") == 1);
        get(admin, id)
                .then()
                .body("failed_logins.count", equalTo(1))
                .body("failed_logins.last_ip_address", notNullValue())
                .body("failed_logins.last_at", notNullValue());
    }

    @Test
    void whatAnAdminHasTakenIsInThePersonsLog() {
        String id = tenant.addUser("watched");
        String own = tenant.session("watched").access();
        get(own, id).then().statusCode(200);
        get(own, "me").then().statusCode(200);
        get(admin, id).then().statusCode(200);
        tenant.awaitWholeLog();
        tenant.api(admin)
                .queryParam("action", "users_exported")
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .body("size()", equalTo(1))
                .body("[0].actor.id", equalTo(tenant.api(admin).get("/users/me").path("id")));
    }

    @Test
    void headAnswersAsGetAndIsNoReading() {
        String id = tenant.addUser("unread");
        tenant.api(admin)
                .head("/users/" + id + "/export")
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .header("Cache-Control", "no-store");
        tenant.api(admin).head("/users/nobody/export").then().statusCode(404);
        tenant.awaitWholeLog();
        tenant.api(admin)
                .queryParam("action", "users_exported")
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .body("size()", equalTo(0));
    }

    @Test
    void theDocumentIsJsonForWhoeverAcceptsIt() {
        String id = tenant.addUser("formal");
        for (String types : List.of("application/json", "application/*", "text/html, */*;q=0.1")) {
            tenant.api(admin)
                    .accept(types)
                    .get("/users/" + id + "/export")
                    .then()
                    .statusCode(200)
                    .contentType(ContentType.JSON)
                    .body("user.id", equalTo(id));
        }
        String other = tenant.addUser("informal");
        for (String types : List.of("text/html", "application/x-ndjson", "application/json;q=0", "nonsense")) {
            tenant.api(admin)
                    .accept(types)
                    .get("/users/" + other + "/export")
                    .then()
                    .statusCode(406)
                    .contentType("application/problem+json")
                    .body("status", equalTo(406));
        }
        tenant.awaitWholeLog();
        tenant.api(admin)
                .queryParam("action", "users_exported")
                .get("/users/" + other + "/activity")
                .then()
                .body("size()", equalTo(0));
    }

    @Test
    void aMailThatIsNotDeliveredIsInTheDocument(TestServer server) {
        Tenant mute = Tenant.on(server, realm -> ((ObjectNode) realm.get("smtpServer")).put("port", "1"));
        String id = mute.addUser("jane");
        mute.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", "jane@example.com"))
                .post("/reset-password")
                .then()
                .statusCode(200);
        String bearer = mute.session("jane").access();
        Eventually.holds(
                "a mail in the document",
                Duration.ofMinutes(1),
                () -> !mute.api(bearer)
                        .get("/users/" + id + "/export")
                        .path("pending_mails")
                        .equals(List.of()));
        mute.api(bearer)
                .get("/users/" + id + "/export")
                .then()
                .body("pending_mails.kind", contains("password-reset"))
                .body("pending_mails.created_at", contains(notNullValue()));
    }

    @Test
    void whoIsNoPersonHasNone() {
        var shop = tenant.admin().clients().findByClientId("shop").get(0);
        String account = tenant.admin()
                .clients()
                .get(shop.getId())
                .getServiceAccountUser()
                .getId();
        for (String id : List.of(account, "nobody")) {
            assertEquals(
                    tenant.api(admin).get("/users/" + id).statusCode(),
                    get(admin, id).statusCode());
            get(admin, id).then().statusCode(404);
        }
    }
}
