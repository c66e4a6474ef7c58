package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;

/** Tests the component behind the settings tab, through Keycloak's admin REST API as the admin console uses it. */
@ExtendWith(ServerExtension.class)
final class SettingsComponentIT {
    private static final String TYPE = "org.keycloak.services.ui.extend.UiTabProvider";
    private static final String ID = "user-service";

    private static Tenant tenant(TestServer server, Map<String, String> settings) {
        return Tenant.on(
                server,
                realm -> settings.forEach(
                        (name, value) -> realm.withObject("/attributes").put("user-service." + name, value)));
    }

    /** Starts a call of the admin REST API of this realm as the server's administrator. */
    private static RequestSpecification rest(Tenant tenant) {
        return rest(tenant, tenant.server().admin().tokenManager().getAccessTokenString());
    }

    private static RequestSpecification rest(Tenant tenant, String token) {
        return RestAssured.given()
                .baseUri(tenant.server().base() + "/admin/realms/" + tenant.name())
                .contentType(ContentType.JSON)
                .auth()
                .oauth2(token);
    }

    private static Response list(Tenant tenant) {
        return rest(tenant).queryParam("type", TYPE).get("/components");
    }

    private static Map<String, Object> component(Map<String, ?> config) {
        return Map.of("providerType", TYPE, "providerId", ID, "config", config);
    }

    /** Returns what the console sends for a form in which these fields are filled in. */
    private static Map<String, Object> form(Map<String, String> filled) {
        Map<String, List<String>> config = new HashMap<>();
        for (String empty : List.of("audience", "limit-login", "limit-register", "frontend-url")) {
            config.put(empty, List.of(""));
        }
        filled.forEach((name, value) -> config.put(name, List.of(value)));
        config.put("tab", List.of("user-service"));
        config.put("realm", List.of("whatever"));
        return component(config);
    }

    /** Saves the component as the console does the first time, and returns its id. */
    private static String create(Tenant tenant, Map<String, Object> component) {
        return rest(tenant)
                .body(component)
                .post("/components")
                .then()
                .statusCode(201)
                .extract()
                .header("Location")
                .replaceFirst(".*/", "");
    }

    private static void update(Tenant tenant, String id, Map<String, Object> component) {
        rest(tenant).body(component).put("/components/" + id).then().statusCode(204);
    }

    /** Returns our attributes of the realm by the names of their settings. */
    private static Map<String, String> settings(Tenant tenant) {
        return tenant.admin().toRepresentation().getAttributes().entrySet().stream()
                .filter(attribute -> attribute.getKey().startsWith("user-service."))
                .collect(Collectors.toMap(
                        attribute -> attribute.getKey().substring("user-service.".length()), Map.Entry::getValue));
    }

    private static void shows(Response component, String path, Map<String, String> values) {
        Map<String, List<String>> expected = new HashMap<>();
        values.forEach((name, value) -> expected.put(name, List.of(value)));
        component.then().statusCode(200).body(path + "config", equalTo(expected));
    }

    @Test
    void whereNoneIsStoredTheListHasOneWithoutAnIdThatSaysWhatTheAttributesSay(TestServer server) {
        Map<String, String> values = Map.of("limit-login", "7/1m", "audience", "mine", "activation-lifetime", "never");
        Tenant tenant = tenant(server, values);
        Response list = list(tenant);
        list.then().body("", hasSize(1)).body("[0].id", nullValue()).body("[0].providerId", equalTo(ID));
        shows(list, "[0].", values);
        // The console sends this id as the parent of the component.
        list.then()
                .body("[0].parentId", equalTo(tenant.admin().toRepresentation().getId()));
        rest(tenant).get("/components").then().body("providerId", not(hasItem(ID)));
        rest(tenant)
                .queryParam("type", TYPE)
                .queryParam("providerId", "another")
                .get("/components")
                .then()
                .body("", hasSize(0));
    }

    @Test
    void aRealmThatCannotSendMailIsTold(TestServer server) {
        Tenant tenant = tenant(server, Map.of("audience", "mine"));
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.setSmtpServer(Map.of());
        tenant.admin().update(realm);
        String problem = "this realm has no mail server: set one under Realm settings, Email";
        shows(list(tenant), "[0].", Map.of("audience", "mine", "mail-problem", problem));
        String id = create(tenant, form(Map.of("audience", "mine", "mail-problem", problem)));
        assertEquals(Map.of("audience", "mine"), settings(tenant));
        shows(rest(tenant).get("/components/" + id), "", Map.of("audience", "mine", "mail-problem", problem));
    }

    @Test
    void aRealmWhoseMailServerDoesNotTakeSomebodysAddressIsTold(TestServer server) {
        Tenant tenant = tenant(server, Map.of("audience", "mine"));
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.getSmtpServer().put("allowutf8", "true");
        tenant.admin().update(realm);
        tenant.addUser("jürgen@example.com");
        tenant.addUser("another@example.com");
        shows(list(tenant), "[0].", Map.of("audience", "mine"));
        realm.getSmtpServer().put("allowutf8", "false");
        tenant.admin().update(realm);
        list(tenant).then().body("[0].config.'mail-problem'[0]", startsWith("Accounts that cannot log in: 1. "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"master", "platform"})
    void everyRealmHasIt(String realm, TestServer server) {
        RestAssured.given()
                .auth()
                .oauth2(server.admin().tokenManager().getAccessTokenString())
                .get(server.base() + "/admin/realms/" + realm + "/components?type=" + TYPE)
                .then()
                .statusCode(200)
                .body("providerId", equalTo(List.of(ID)));
    }

    @Test
    void theFormIsMadeOfTheSettings(TestServer server) {
        var fields = server.admin().serverInfo().getInfo().getComponentTypes().get(TYPE).stream()
                .filter(type -> type.getId().equals(ID))
                .findFirst()
                .orElseThrow()
                .getProperties();
        var byName = fields.stream().collect(Collectors.toMap(field -> field.getName(), field -> field));
        assertEquals("mail-problem", fields.get(0).getName());
        assertEquals("audience", fields.get(1).getName());
        assertEquals("Logo URL (empty: none)", byName.get("logo-url").getLabel());
        assertEquals(
                "Activation lifetime in minutes (empty: 60)",
                byName.get("activation-lifetime").getLabel());
        assertEquals(
                "Limit login (empty: 0)",
                byName.get("limit-login").getLabel(),
                "the option that the suite's servers have");
        assertEquals("Integer", byName.get("activation-lifetime").getType());
        assertEquals("boolean", byName.get("activity-token-refreshes").getType());
        assertEquals("false", byName.get("activity-token-refreshes").getDefaultValue());
        assertFalse(byName.containsKey("tab"), "no field");
    }

    @Test
    void whatIsSavedIsInTheAttributesAlone(TestServer server) {
        Tenant tenant = tenant(server, Map.of("audience", "mine", "limit-register", "8/1m"));
        String id = create(
                tenant, form(Map.of("audience", "mine", "limit-login", " 9/1m ", "activity-token-refreshes", "false")));
        Map<String, String> saved = Map.of("audience", "mine", "limit-login", "9/1m");
        assertEquals(saved, settings(tenant), "emptied is gone; a switch that nobody touched is not written");
        shows(rest(tenant).get("/components/" + id), "", saved);

        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.getAttributes().put("user-service.limit-login", "10/1m");
        realm.getAttributes().remove("user-service.audience");
        tenant.admin().update(realm);
        shows(rest(tenant).get("/components/" + id), "", Map.of("limit-login", "10/1m"));
        shows(list(tenant), "[0].", Map.of("limit-login", "10/1m"));
        list(tenant).then().body("id", equalTo(List.of(id)));

        update(tenant, id, form(Map.of("limit-login", "11/1m", "activity-token-refreshes", "true")));
        assertEquals(Map.of("limit-login", "11/1m", "activity-token-refreshes", "true"), settings(tenant));
        update(tenant, id, form(Map.of("limit-login", "0", "activity-token-refreshes", "false")));
        assertEquals(
                Map.of("limit-login", "0", "activity-token-refreshes", "false"),
                settings(tenant),
                "a value in place of another is written, whatever it is");
        update(tenant, id, form(Map.of()));
        assertEquals(Map.of(), settings(tenant));
        update(tenant, id, form(Map.of("limit-login", "0", "activity-token-refreshes", "false")));
        assertEquals(Map.of("limit-login", "0"), settings(tenant), "what is written holds when the option changes");
    }

    @Test
    void anUpdateOfOneValueLeavesTheOthersAndBringsNoneBack(TestServer server) {
        Tenant tenant = tenant(server, Map.of("audience", "mine"));
        String id = create(tenant, component(Map.of("limit-login", List.of("9/1m"))));
        assertEquals(Map.of("audience", "mine", "limit-login", "9/1m"), settings(tenant));
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.getAttributes().put("user-service.limit-login", "10/1m");
        tenant.admin().update(realm);

        update(tenant, id, component(Map.of("limit-register", List.of("4/1m"))));
        assertEquals(Map.of("audience", "mine", "limit-login", "10/1m", "limit-register", "4/1m"), settings(tenant));
        rest(tenant).delete("/components/" + id).then().statusCode(204);
        assertEquals(3, settings(tenant).size(), "the component is not what holds");
    }

    @Test
    void aBadValueSavesNothing(TestServer server) {
        Tenant tenant = tenant(server, Map.of());
        rest(tenant)
                .body(form(Map.of("limit-login", "9/1m", "frontend-url", "{0} 'javascript:'")))
                .post("/components")
                .then()
                .statusCode(400)
                .body("errorMessage", startsWith("frontend-url must be http(s) URL without query"));
        assertEquals(Map.of(), settings(tenant));
        list(tenant).then().body("", hasSize(1)).body("[0].id", nullValue());

        String id = create(tenant, form(Map.of()));
        for (List<String> bad : List.of(List.of("often"), List.of("1/1m", "2/1m"))) {
            rest(tenant)
                    .body(component(Map.of("audience", List.of("mine"), "limit-login", bad)))
                    .put("/components/" + id)
                    .then()
                    .statusCode(400)
                    .body("errorMessage", startsWith("limit-login "));
        }
        assertEquals(Map.of(), settings(tenant));
        update(tenant, id, component(Map.of("limit-register", List.of("4/1m"))));
        assertEquals(Map.of("limit-register", "4/1m"), settings(tenant), "what was refused is forgotten");
    }

    @Test
    void aRoleThatIsNotThereIsRefusedByItsName(TestServer server) {
        Tenant tenant = tenant(server, Map.of("mfa-required-roles", "another"));
        String refusal = "mfa-required-roles names what is no role of this realm: admn, {0}";
        Map<String, Object> bad = form(Map.of("mfa-required-roles", "admin, {0}, admn", "limit-login", "9/1m"));
        rest(tenant).body(bad).post("/components").then().statusCode(400).body("errorMessage", equalTo(refusal));
        assertEquals(Map.of("mfa-required-roles", "another"), settings(tenant));
        list(tenant).then().body("", hasSize(1)).body("[0].id", nullValue());

        String id = create(tenant, form(Map.of("mfa-required-roles", "admin")));
        rest(tenant).body(bad).put("/components/" + id).then().statusCode(400).body("errorMessage", equalTo(refusal));
        assertEquals(Map.of("mfa-required-roles", "admin"), settings(tenant));
        update(tenant, id, component(Map.of("limit-login", List.of("9/1m"))));
        assertEquals(Map.of("mfa-required-roles", "admin", "limit-login", "9/1m"), settings(tenant));
    }

    @Test
    void anImportTakesTheAttributesAndNotTheComponents(TestServer server) {
        Tenant tenant = Tenant.on(server, realm -> {
            realm.withObject("/attributes").put("user-service.limit-login", "9/1m");
            ObjectNode component =
                    realm.withObject("/components").withArray(TYPE).addObject();
            component.put("name", "stale").put("providerId", ID);
            component.withObject("/config").withArray("limit-login").add("1/1m");
            component.withObject("/config").withArray("audience").add("stale");
            component.withObject("/config").withArray("tab").add(ID);
        });
        assertEquals(Map.of("limit-login", "9/1m"), settings(tenant));
        Response list = list(tenant);
        list.then().body("", hasSize(1)).body("[0].id", not(nullValue()));
        shows(list, "[0].", Map.of("limit-login", "9/1m"));
        var exported = tenant.admin()
                .partialExport(false, false)
                .getComponents()
                .get(TYPE)
                .get(0);
        assertEquals(Map.of(), exported.getConfig(), "an export says it once");
    }

    @Test
    void keycloakSaysWhoMayAndTheEventsTell(TestServer server) {
        Tenant tenant = tenant(server, Map.of("limit-login", "9/1m"));
        AdminLog.on(tenant);
        String viewer = tenant.serviceTokenOf("view-realm");
        shows(rest(tenant, viewer).queryParam("type", TYPE).get("/components"), "[0].", Map.of("limit-login", "9/1m"));
        rest(tenant, viewer).body(form(Map.of())).post("/components").then().statusCode(403);
        String stranger = tenant.serviceTokenOf("view-users");
        rest(tenant, stranger)
                .queryParam("type", TYPE)
                .get("/components")
                .then()
                .statusCode(403);
        assertEquals(Map.of("limit-login", "9/1m"), settings(tenant));

        String manager = tenant.serviceTokenOf("manage-realm");
        rest(tenant, manager)
                .body(form(Map.of("limit-register", "4/1m")))
                .post("/components")
                .then()
                .statusCode(201);
        assertEquals(Map.of("limit-register", "4/1m"), settings(tenant));
        assertTrue(tenant.admin().getAdminEvents().stream()
                .anyMatch(event -> event.getResourceType().equals("COMPONENT")
                        && event.getOperationType().equals("CREATE")
                        && event.getRepresentation().contains("4/1m")));
        assertTrue(Activities.of(tenant).all(Map.of("action", "config_changed")).stream()
                .anyMatch(row -> row.toString().contains("resource=component")));
    }

    @Test
    void aPageOfTheConsoleSendsBackWhatItOnceReadAndUndoesNothing(TestServer server) {
        Tenant tenant = tenant(server, Map.of("audience", "mine"));
        String admin = tenant.addUser("realm-admin");
        var management = tenant.admin()
                .clients()
                .findByClientId("realm-management")
                .get(0)
                .getId();
        tenant.admin()
                .users()
                .get(admin)
                .roles()
                .clientLevel(management)
                .add(List.of(tenant.admin()
                        .clients()
                        .get(management)
                        .roles()
                        .get("manage-realm")
                        .toRepresentation()));
        RealmRepresentation read = tenant.admin().toRepresentation();
        create(tenant, form(Map.of("limit-login", "9/1m")));

        read.setDisplayName("By the console");
        rest(tenant, tokenOf(tenant, "security-admin-console"))
                .body(read)
                .put("/")
                .then()
                .statusCode(204);
        assertEquals(Map.of("limit-login", "9/1m"), settings(tenant));
        assertEquals("By the console", tenant.admin().toRepresentation().getDisplayName());

        rest(tenant, tokenOf(tenant, "another-client"))
                .body(read)
                .put("/")
                .then()
                .statusCode(204);
        assertEquals(Map.of("audience", "mine"), settings(tenant), "who is not the console means what it sends");
    }

    /** Returns an access token of the realm's administrator from a public client, which is added if it does not exist. */
    private static String tokenOf(Tenant tenant, String clientId) {
        var clients = tenant.admin().clients();
        if (clients.findByClientId(clientId).isEmpty()) {
            ClientRepresentation made = new ClientRepresentation();
            made.setClientId(clientId);
            made.setPublicClient(true);
            clients.create(made).close();
        }
        ClientRepresentation client = clients.findByClientId(clientId).get(0);
        client.setDirectAccessGrantsEnabled(true);
        client.setFullScopeAllowed(true);
        clients.get(client.getId()).update(client);
        return Tenant.retryUntil(
                        answer -> answer.statusCode() == 200,
                        () -> tenant.oidc()
                                .formParam("client_id", clientId)
                                .formParam("grant_type", "password")
                                .formParam("username", "realm-admin")
                                .formParam("password", TestServer.PASSWORD)
                                .post("/token"))
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
    }
}
