package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.PartialImportRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests that a username with an {@code @} is the account's own e-mail address, in whatever way it is set. */
@ExtendWith(ServerExtension.class)
final class OwnAddressIT {
    private static final String VICTIM = "victim@example.com";
    private static final String REFUSAL = "must be the e-mail address of the same account";

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void start(TestServer server) {
        tenant = Tenant.on(server, realm -> {
            realm.put("editUsernameAllowed", true);
            Tenant.withoutBruteForceProtection(realm);
        });
        tenant.addUser("boss", "admin");
        admin = tenant.withLongTokens().session("boss").access();
    }

    private static Response post(String bearer, String path, Map<String, Object> body) {
        return (bearer == null ? tenant.api() : tenant.api(bearer))
                .contentType(ContentType.JSON)
                .body(body)
                .post(path);
    }

    private static Map<String, Object> named(String username, String email) {
        return new HashMap<>(
                Map.of("username", username, "email", email, "password", TestServer.PASSWORD, "first_name", "Mallory"));
    }

    /** Adds a user through Keycloak's admin REST API, as the admin console does. */
    private static Response adminRest(UserRepresentation user) {
        return RestAssured.given()
                .baseUri(tenant.server().base() + "/admin/realms/" + tenant.name())
                .auth()
                .oauth2(tenant.server().admin().tokenManager().getAccessTokenString())
                .contentType(ContentType.JSON)
                .body(user)
                .post("/users");
    }

    private static UserRepresentation user(String username, String email) {
        UserRepresentation user = new UserRepresentation();
        user.setUsername(username);
        user.setEmail(email);
        user.setFirstName("Somebody");
        user.setEnabled(true);
        user.setEmailVerified(true);
        return user;
    }

    private static void importAnyway(UserRepresentation user) {
        PartialImportRepresentation one = new PartialImportRepresentation();
        one.setIfResourceExists("FAIL");
        one.setUsers(List.of(user));
        tenant.admin().partialImport(one).close();
    }

    @Test
    void noWayInTakesAStrangersAddressAsUsername() {
        for (String path : List.of("/register", "/users")) {
            post(null, path, named(VICTIM, "mallory@example.net"))
                    .then()
                    .statusCode(400)
                    .body("errors.username[0]", containsString(REFUSAL));
        }
        post(admin, "/users", named("VICTIM@example.com", "mallory@example.net"))
                .then()
                .statusCode(400)
                .body("errors.username[0]", containsString(REFUSAL));
        adminRest(user(VICTIM, "mallory@example.net")).then().statusCode(400).body("field", equalTo("username"));
        adminRest(user(VICTIM, null)).then().statusCode(400);

        String mallory = tenant.addUser("mallory");
        Map<String, Object> change = Map.of("username", VICTIM);
        tenant.api(tenant.session("mallory").access())
                .contentType(ContentType.JSON)
                .body(change)
                .put("/users/me")
                .then()
                .statusCode(400)
                .body("errors.username[0]", containsString(REFUSAL));
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(change)
                .patch("/users/" + mallory)
                .then()
                .statusCode(400)
                .body("errors.username[0]", containsString(REFUSAL));
        RestAssured.given()
                .baseUri(tenant.server().base() + "/realms/" + tenant.name())
                .auth()
                .oauth2(tenant.session("mallory").access())
                .contentType(ContentType.JSON)
                .body(Map.of("username", VICTIM, "email", "mallory@example.com", "firstName", "M"))
                .post("/account")
                .then()
                .statusCode(400)
                .body(containsString("userServiceUsernameIsAddress"));
        assertEquals(
                "mallory",
                tenant.admin().users().get(mallory).toRepresentation().getUsername());

        // The owner of the address can still register.
        tenant.registration(Map.of("email", VICTIM, "username", VICTIM))
                .then()
                .statusCode(201)
                .body("user.username", equalTo(VICTIM));
    }

    /** Tests a username that an import has brought, because an import runs no validator. */
    @Test
    void anAddressFindsNobodyWhoOnlyHasItAsUsername() {
        UserRepresentation squatter = user("squatted@example.com", "squatter@example.net");
        squatter.setRealmRoles(List.of("default-roles-" + tenant.name()));
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue(TestServer.PASSWORD);
        squatter.setCredentials(List.of(password));
        importAnyway(squatter);

        tenant.api(admin)
                .get("/users/identifier?identifier=squatted@example.com")
                .then()
                .statusCode(404);
        tenant.api(admin)
                .delete("/users/identifier?identifier=squatted@example.com")
                .then()
                .statusCode(404);
        post(admin, "/users/auth/check", Map.of("identifier", "squatted@example.com", "password", TestServer.PASSWORD))
                .then()
                .statusCode(401);
        for (String field : List.of("identifier", "email")) {
            post(null, "/login", Map.of(field, "squatted@example.com", "password", TestServer.PASSWORD))
                    .then()
                    .statusCode(401)
                    .body("detail", equalTo("Invalid credentials"));
        }
        post(null, "/login", Map.of("username", "squatted@example.com", "password", TestServer.PASSWORD))
                .then()
                .statusCode(200);
        post(null, "/reset-password", Map.of("email", "squatted@example.com"))
                .then()
                .statusCode(200);
        post(null, "/users/password/forgot", Map.of("identifier", "squatted@example.com"))
                .then()
                .statusCode(200);
        // This request does send a mail, and when it arrives, the requests before it have been worked on too.
        post(null, "/users/password/forgot", Map.of("identifier", "boss"))
                .then()
                .statusCode(200);
        tenant.inbox().next("boss@example.com");
        assertEquals(0, tenant.inbox().count("squatter@example.net"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"me", "admin", "admin REST", "account"})
    void theUsernameFollowsTheAddress(String way) {
        String tag = way.replace(" ", "-").toLowerCase(Locale.ROOT);
        String old = tag + "-old@example.com";
        String next = tag + "-new@example.com";
        String id = tenant.addUser(old);
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.setEditUsernameAllowed(false);
        tenant.admin().update(realm);
        try {
            change(way, id, old, next);
        } finally {
            realm.setEditUsernameAllowed(true);
            tenant.admin().update(realm);
        }
        UserRepresentation after = tenant.admin().users().get(id).toRepresentation();
        assertEquals(List.of(next, next), List.of(after.getEmail(), after.getUsername()));
        tenant.api(admin).get("/users/identifier?identifier=" + old).then().statusCode(404);
        tenant.registration(Map.of("email", old)).then().statusCode(201);
    }

    private static void change(String way, String id, String old, String next) {
        switch (way) {
            case "me" -> {
                String token = tenant.session(old).access();
                tenant.api(token)
                        .contentType(ContentType.JSON)
                        .body(Map.of("email", next))
                        .put("/users/me")
                        .then()
                        .statusCode(200)
                        .body("user.username", equalTo(old));
                prove(token, next);
            }
            case "admin" ->
                tenant.api(admin)
                        .contentType(ContentType.JSON)
                        .body(Map.of("email", next))
                        .patch("/users/" + id)
                        .then()
                        .statusCode(200)
                        .body("user.username", equalTo(next));
            case "admin REST" -> {
                UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
                user.setEmail(next);
                tenant.admin().users().get(id).update(user);
            }
            default -> {
                String token = tenant.session(old).access();
                tenant.changeInAccountConsole(token, old, next);
                prove(token, next);
            }
        }
    }

    private static void prove(String token, String next) {
        tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("code", tenant.inbox().nextCode(next)))
                .post("/users/me/pending-email")
                .then()
                .statusCode(200)
                .body("user.username", equalTo(next));
    }

    /** Tests a rule of Keycloak's own, without which the username could not follow the address. */
    @Test
    void anAddressThatIsSomebodysUsernameIsTaken() {
        importAnyway(user("taken@example.com", "other@example.net"));
        String id = tenant.addUser("mine@example.com");
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("email", "taken@example.com"))
                .patch("/users/" + id)
                .then()
                .statusCode(409);
    }

    @Test
    void aFieldFindsByWhatItIsCalled() {
        tenant.addUser("carol");
        for (Map<String, Object> body : List.<Map<String, Object>>of(
                Map.of("email", "carol@example.com"),
                Map.of("username", "carol"),
                Map.of("identifier", "carol"),
                Map.of("identifier", "carol@example.com"))) {
            Map<String, Object> login = new HashMap<>(body);
            login.put("password", TestServer.PASSWORD);
            post(null, "/login", login).then().statusCode(200);
        }
        for (Map<String, Object> body :
                List.<Map<String, Object>>of(Map.of("email", "carol"), Map.of("username", "carol@example.com"))) {
            Map<String, Object> login = new HashMap<>(body);
            login.put("password", TestServer.PASSWORD);
            post(null, "/login", login).then().statusCode(401).body("detail", equalTo("Invalid credentials"));
        }
    }

    @Test
    void blanksAroundAnIdentifierDoNotMatter() {
        tenant.addUser("dora");
        for (String name : List.of(" dora@example.com", "dora@example.com ", "\tdora ")) {
            post(null, "/login", Map.of("identifier", name, "password", TestServer.PASSWORD))
                    .then()
                    .statusCode(200);
            post(admin, "/users/auth/check", Map.of("identifier", name, "password", TestServer.PASSWORD))
                    .then()
                    .statusCode(200);
            tenant.api(admin)
                    .queryParam("identifier", name)
                    .get("/users/identifier")
                    .then()
                    .statusCode(200);
        }
        post(null, "/reset-password", Map.of("email", " dora@example.com "))
                .then()
                .statusCode(200);
        tenant.inbox().next("dora@example.com");

        tenant.register(Map.of("email", "pending@example.com"));
        tenant.inbox().next("pending@example.com");
        tenant.api()
                .queryParam("identifier", "pending@example.com ")
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        tenant.api(admin)
                .queryParam("identifier", " dora@example.com")
                .delete("/users/identifier")
                .then()
                .statusCode(204);
    }
}
