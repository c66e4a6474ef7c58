package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.admin.client.resource.RealmResource;
import org.keycloak.representations.idm.EventRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.RequiredActionProviderRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.representations.userprofile.config.UPAttributePermissions;
import org.keycloak.representations.userprofile.config.UPAttributeRequired;
import org.keycloak.representations.userprofile.config.UPConfig;

/** Tests {@code POST /register} and {@code POST /users}, by which people make their own account. */
@ExtendWith(ServerExtension.class)
final class RegistrationIT {
    private static Tenant tenant;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        RealmRepresentation realm = tenant.admin().toRepresentation();
        realm.setEventsEnabled(true);
        tenant.admin().update(realm);
    }

    private static String newEmail() {
        return UUID.randomUUID() + "@example.com";
    }

    private static Map<String, Object> body(String email) {
        Map<String, Object> body = new HashMap<>();
        body.put("email", email);
        body.put("password", TestServer.PASSWORD);
        body.put("full_name", "Jane Mary Doe");
        return body;
    }

    private static Map<String, Object> with(String field, Object value) {
        Map<String, Object> body = body(newEmail());
        body.put(field, value);
        return body;
    }

    private static Response post(String path, Map<String, Object> body) {
        return tenant.api().contentType(ContentType.JSON).body(body).post(path);
    }

    private static Response register(Map<String, Object> body) {
        return post("/register", body);
    }

    private static UserRepresentation found(String email) {
        List<UserRepresentation> users = tenant.admin().users().searchByEmail(email, true);
        assertEquals(1, users.size());
        return users.get(0);
    }

    @Test
    void aNewUserIsInactiveAndFindable() {
        String email = newEmail();
        Map<String, Object> body = body(email);
        body.put("gender", "Female");
        body.put("preferences", Map.of("theme", "dark", "mails", List.of("news")));
        body.put("tenant_name", tenant.name());
        body.put("role", "user");
        Response answer = register(body);
        answer.then()
                .statusCode(201)
                .header("Cache-Control", equalTo("no-store"))
                .body("message", equalTo("User registered successfully"))
                .body("user.username", equalTo(email))
                .body("user.email", equalTo(email))
                .body("user.first_name", equalTo("Jane Mary"))
                .body("user.last_name", equalTo("Doe"))
                .body("user.gender", equalTo("Female"))
                .body("user.preferences.theme", equalTo("dark"))
                .body("user.preferences.mails[0]", equalTo("news"))
                .body("user.role", equalTo("user"))
                .body("user.tenant", equalTo(tenant.name()))
                .body("user.is_active", equalTo(false))
                .body("user.is_email_verified", equalTo(false))
                .body("user.mfa_enabled", equalTo(false))
                .body("user.last_login", nullValue());
        String id = answer.path("user.id");
        assertEquals(
                tenant.server().base() + "/realms/" + tenant.name() + "/api/users/" + id, answer.header("Location"));
        UserRepresentation user = found(email);
        assertEquals(List.of("activate-account"), user.getRequiredActions());
        assertTrue(user.isEnabled());
        tenant.login(email, TestServer.PASSWORD).then().statusCode(401).body("message", equalTo("Account is inactive"));
    }

    @Test
    void theShapeOfTheOtherServiceAnswersTheUserAlone() {
        String email = newEmail();
        Map<String, Object> body = new HashMap<>(Map.of(
                "username",
                "johndoe",
                "first_name",
                "John",
                "last_name",
                "Doe",
                "email",
                email,
                "password",
                "Password1!",
                "password_confirmation",
                "Password1!",
                "gender",
                "Male",
                "role",
                "user"));
        post("/users/", body)
                .then()
                .statusCode(201)
                .header("Location", notNullValue())
                .body("username", equalTo("johndoe"))
                .body("first_name", equalTo("John"))
                .body("is_active", equalTo(false));
        post("/users", body).then().statusCode(409);
        body.remove("password_confirmation");
        body.remove("username");
        post("/users", body)
                .then()
                .statusCode(400)
                .body("errors.password_confirmation", hasSize(1))
                .body("errors.username", hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_name", "preferences", "tenant_name", "is_active", "enabled"})
    void itTakesOnlyWhatItIsListedToTake(String field) {
        post(
                        "/users",
                        Map.of(
                                "username",
                                "unlisted",
                                "first_name",
                                "John",
                                "email",
                                newEmail(),
                                "password",
                                "Password1!",
                                "password_confirmation",
                                "Password1!",
                                field,
                                "true"))
                .then()
                .statusCode(400)
                .body("errors", hasKey(field));
    }

    @Test
    void anAddressThatIsSomebodysUsernameIsTakenWhereKeycloakSaysSo() {
        String email = newEmail();
        // Only an import can make a username that is an e-mail address but not the address of the account.
        tenant.importUsers(List.of(email));
        register(body(email)).then().statusCode(409).body("errors.email", hasSize(1));

        Tenant byUsernameAlone = Tenant.on(tenant.server(), realm -> realm.put("loginWithEmailAllowed", false));
        byUsernameAlone.importUsers(List.of(email));
        byUsernameAlone
                .api()
                .contentType(ContentType.JSON)
                .body(body(email))
                .post("/register")
                .then()
                .statusCode(201)
                .body("user.email", equalTo(email))
                .body("user.username", not(equalTo(email)));
    }

    @Test
    void anEndlessTextIsRefusedUnread() {
        for (String field : List.of("email", "username", "password", "full_name", "gender")) {
            register(with(field, "x".repeat(60_000)))
                    .then()
                    .statusCode(400)
                    .body("errors." + field, hasSize(1))
                    .body("errors.size()", equalTo(1));
        }
    }

    @Test
    void nothingIsAsGoodAsAbsent() {
        Map<String, Object> body = body(newEmail());
        for (String field : List.of(
                "username",
                "first_name",
                "last_name",
                "gender",
                "preferences",
                "role",
                "tenant_name",
                "password_confirmation")) {
            body.put(field, null);
        }
        register(body).then().statusCode(201);
    }

    @Test
    void whoHasATokenDoesNotRegister() {
        tenant.addUser("somebody");
        tenant.api(tenant.session("somebody").access())
                .contentType(ContentType.JSON)
                .body(body(newEmail()))
                .post("/users")
                .then()
                .statusCode(403);
    }

    @Test
    void allThatIsWrongIsSaidTogether() {
        Response answer = register(Map.of(
                "email", "no-address",
                "password", "short",
                "password_confirmation", "other",
                "first_name", "x".repeat(65),
                "gender", "Unknown",
                "preferences", "dark",
                "tenant_name", "another"));
        answer.then().statusCode(400).contentType("application/problem+json");
        Map<String, List<String>> errors = answer.path("errors");
        assertEquals(
                List.of(
                        "email",
                        "first_name",
                        "gender",
                        "password",
                        "password_confirmation",
                        "preferences",
                        "tenant_name"),
                List.copyOf(new TreeMap<>(errors).keySet()));
        assertEquals(4, errors.get("password").size(), "length, upper case, digit and special: " + errors);
        assertEquals(List.of("Invalid email address."), errors.get("email"));
    }

    @Test
    void whatIsMissingIsNamed() {
        register(Map.of())
                .then()
                .statusCode(400)
                .body("errors.email", hasItem("This field is required"))
                .body("errors.password", hasItem("This field is required"))
                .body("errors", hasKey("first_name"));
    }

    @Test
    void namesAreTakenAsPeopleHaveThem() {
        register(with("full_name", "Madonna"))
                .then()
                .statusCode(201)
                .body("user.first_name", equalTo("Madonna"))
                .body("user.last_name", nullValue())
                .body("user.full_name", equalTo("Madonna"));
        register(with("full_name", "x".repeat(65) + " Doe"))
                .then()
                .statusCode(400)
                .body("errors", hasKey("full_name"));
        Map<String, Object> both = with("first_name", "Jane");
        register(both).then().statusCode(400).body("errors", hasKey("full_name"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"enabled", "emailVerified", "id", "realm_roles", "attributes", "is_active", "required_actions"})
    void anUnlistedFieldIsRefused(String field) {
        String email = newEmail();
        Map<String, Object> body = body(email);
        body.put(field, "true");
        register(body).then().statusCode(400).body("errors", hasKey(field));
        assertTrue(tenant.admin().users().searchByEmail(email, true).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "vendor", "", "User"})
    void nobodyGivesThemselvesARole(String role) {
        register(with("role", role)).then().statusCode(403);
    }

    @Test
    void aTakenNameIsAConflict() {
        String email = newEmail();
        register(body(email)).then().statusCode(201);
        register(body(email.toUpperCase(Locale.ROOT))).then().statusCode(409).body("errors.email", not(hasSize(0)));
        String name = "n" + UUID.randomUUID().toString().substring(0, 8);
        register(with("username", name)).then().statusCode(201);
        register(with("username", name)).then().statusCode(409).body("errors.username", hasSize(1));
        Map<String, Object> badToo = body(email);
        badToo.put("password", "short");
        register(badToo).then().statusCode(400).body("errors", hasKey("email")).body("errors", hasKey("password"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"o'brien", "a/b", "user#1", "x.0123456789012345678901234567890123456789012345678901234567"})
    void anAddressThatIsNoUsernameIsAnAddressStill(String local) {
        String email = local + "@e" + UUID.randomUUID().toString().substring(0, 8) + ".example.com";
        register(body(email))
                .then()
                .statusCode(201)
                .body("user.email", equalTo(email))
                .body("user.username", not(equalTo(email)));
        tenant.login(email, TestServer.PASSWORD).then().statusCode(401).body("message", equalTo("Account is inactive"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Tab\tulator-1!", "Percent-%0a-1!"})
    void aPasswordThatNoLoginCouldSendIsRefused(String password) {
        register(with("password", password)).then().statusCode(400).body("errors", hasKey("password"));
    }

    @Test
    void aPasswordThatIsTheUsernameOrTheAddressIsRefused() {
        register(with("username", "Username-1!")).then().statusCode(400);
        Map<String, Object> body = body("Jane-1!@example.com");
        body.put("password", "Jane-1!@example.com");
        register(body)
                .then()
                .statusCode(400)
                .body("errors.password", hasItem("Invalid password: must not be equal to the email."));
    }

    @Test
    void whatTheTenantsProfileDoesNotTakeIsNamed() {
        Tenant strict = Tenant.on(tenant.server());
        var profile = strict.admin().users().userProfile();
        UPConfig config = profile.getConfiguration();
        config.getAttribute("gender").getPermissions().setEdit(Set.of("admin"));
        config.removeAttribute("preferences");
        profile.update(config);
        strict.registration(Map.of("gender", "Other", "preferences", Map.of("a", 1)))
                .then()
                .statusCode(400)
                .body("errors.gender", hasSize(1))
                .body("errors.preferences", hasSize(1));
        strict.api()
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username", "jane",
                        "email", "jane@example.com",
                        "password", TestServer.PASSWORD,
                        "password_confirmation", TestServer.PASSWORD,
                        "first_name", "Jane",
                        "gender", "Other"))
                .post("/users")
                .then()
                .statusCode(400)
                .body("errors.gender", hasSize(1));
        strict.registration(Map.of()).then().statusCode(201);
    }

    @Test
    void anAttributeOfTheTenantsOwnIsNamedWithThePlaceToGiveIt() {
        Tenant strict = Tenant.on(tenant.server());
        strict.addUser("jane");
        String jane = strict.session("jane").access();
        var profile = strict.admin().users().userProfile();
        UPConfig config = profile.getConfiguration();
        UPAttribute department = new UPAttribute("department");
        department.setPermissions(new UPAttributePermissions(Set.of("user"), Set.of("user")));
        department.setRequired(new UPAttributeRequired(Set.of("user"), Set.of()));
        config.addOrReplaceAttribute(department);
        profile.update(config);
        for (Response answer : List.of(
                strict.registration(Map.of()),
                strict.api(jane)
                        .contentType(ContentType.JSON)
                        .body(Map.of("gender", "Other"))
                        .put("/users/me"))) {
            answer.then()
                    .statusCode(400)
                    .body("errors.department", hasSize(1))
                    .body("errors.department[0]", containsString("The API has no field for this attribute"));
        }
    }

    /** Checks that a username is accepted, because a caller of {@code POST /users} must name one. */
    @Test
    void aUsernameMayBeNamedWhereTheAddressIsTheUsername() {
        Tenant byAddress = Tenant.on(tenant.server(), realm -> realm.put("registrationEmailAsUsername", true));
        byAddress
                .registration(Map.of("username", "jane", "email", "jane@example.com"))
                .then()
                .statusCode(201)
                .body("user.username", equalTo("jane@example.com"));
    }

    @Test
    void preferencesHaveABound() {
        register(with("preferences", Map.of("x", "y".repeat(8_192))))
                .then()
                .statusCode(400)
                .body("errors", hasKey("preferences"));
        register(with("preferences", List.of())).then().statusCode(400);
    }

    @Test
    void theSwitchOfTheRealmIsObeyed() {
        Tenant closed = Tenant.on(tenant.server(), realm -> realm.put("registrationAllowed", false));
        closed.api()
                .contentType(ContentType.JSON)
                .body(body(newEmail()))
                .post("/register")
                .then()
                .statusCode(403);
    }

    @Test
    void aTenantThatDisablesTheActionGetsActiveUsersAtOnce() {
        Tenant trusting = Tenant.on(tenant.server(), RegistrationIT::disableActivation);
        String email = newEmail();
        trusting.api()
                .contentType(ContentType.JSON)
                .body(body(email))
                .post("/register")
                .then()
                .statusCode(201)
                .body("user.is_active", equalTo(true));
        trusting.login(email, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void aTenantThatVerifiesAddressesInKeycloaksWayGetsOurMail() {
        Tenant verifying = Tenant.on(tenant.server(), realm -> {
            realm.put("verifyEmail", true);
            disableActivation(realm);
        });
        String email = verifying.register(Map.of());
        verifying
                .api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", verifying.inbox().next(email).code()))
                .patch("/users/activation")
                .then()
                .statusCode(200)
                .body("is_active", equalTo(true));
        verifying.login(email, TestServer.PASSWORD).then().statusCode(200);
    }

    @Test
    void ofTwentyEqualOnesOneIsMade() throws Exception {
        String email = newEmail();
        Map<Integer, Long> answers = Concurrently.call(20, i -> register(body(email))).stream()
                .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(201, 1L, 409, 19L), answers);
        assertEquals(email, tenant.inbox().next(email).to());
        found(email);
    }

    @Test
    void ofTwentyOfOneAddressAndDifferentNamesOneIsMade() throws Exception {
        String email = newEmail();
        Map<Integer, Long> answers = Concurrently.call(20, i -> {
                    Map<String, Object> body = body(email);
                    body.put(
                            "username",
                            "name-" + i + "-" + UUID.randomUUID().toString().substring(0, 8));
                    return register(body);
                })
                .stream()
                .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(201, 1L, 409, 19L), answers);
        found(email);
    }

    @Test
    void keycloaksEventIsThere() {
        String email = newEmail();
        String id = register(body(email)).path("user.id");
        List<EventRepresentation> events =
                tenant.admin().getEvents(List.of("REGISTER"), null, id, null, null, null, null, null);
        assertEquals(1, events.size());
        EventRepresentation event = events.get(0);
        assertEquals("user-service-api", event.getClientId());
        assertEquals(Map.of("register_method", "api", "username", email, "email", email), event.getDetails());
        assertNull(event.getError());
        register(body(email)).then().statusCode(409);
        assertTrue(
                tenant.admin().getEvents(List.of("REGISTER_ERROR"), null, null, null, null, null, null, null).stream()
                        .anyMatch(error -> "email_in_use".equals(error.getError())
                                && email.equals(error.getDetails().get("email"))));
    }

    @Test
    void theRealmFilesHaveAllRequiredActionsThatKeycloakHas() {
        RealmRepresentation bare = new RealmRepresentation();
        bare.setRealm("bare-" + UUID.randomUUID());
        bare.setEnabled(true);
        tenant.server().admin().realms().create(bare);
        List<String> theirs =
                new ArrayList<>(requiredActions(tenant.server().admin().realm(bare.getRealm())));
        theirs.add("user-service-mfa-policy");
        assertEquals(
                new TreeSet<>(theirs),
                new TreeSet<>(requiredActions(tenant.server().admin().realm(TestServer.PLATFORM))));
        theirs.add("activate-account");
        assertEquals(new TreeSet<>(theirs), new TreeSet<>(requiredActions(tenant.admin())));
        tenant.server().admin().realm(bare.getRealm()).remove();
    }

    private static void disableActivation(ObjectNode realm) {
        realm.withArray("requiredActions").forEach(action -> {
            if (action.path("alias").asText().equals("activate-account")) {
                ((ObjectNode) action).put("enabled", false);
            }
        });
    }

    private static List<String> requiredActions(RealmResource realm) {
        return realm.flows().getRequiredActions().stream()
                .map(RequiredActionProviderRepresentation::getAlias)
                .toList();
    }
}
