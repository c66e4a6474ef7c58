package dev.userservice.it;

import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

@DiffersByDatabase
@ExtendWith(ServerExtension.class)
@ResourceLock(value = Shared.VENDORS, mode = ResourceAccessMode.READ)
final class UserListIT {
    private static Tenant tenant;
    private static String admin;

    /** Adds users who each differ in something that a list shows or that Keycloak keeps in a table of its own. */
    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
        tenant.addUser("plain");
        tenant.session("plain");
        change("disabled", user -> user.setEnabled(false));
        change("unverified", user -> user.setEmailVerified(false));
        change("pending", user -> {
            user.setRequiredActions(List.of("activate-account"));
            user.setEmailVerified(false);
        });
        change("proved", user -> user.setRequiredActions(List.of("activate-account")));
        change("hurried", user -> user.setRequiredActions(List.of("UPDATE_PASSWORD")));
        change(
                "gerda",
                user -> user.setAttributes(Map.of(
                        "gender",
                        List.of("Female"),
                        "preferences",
                        List.of("{\"long\":\"" + "x".repeat(3_000) + "\"}"))));
        change("short-of-names", user -> {
            user.setFirstName("Cher");
            user.setLastName(null);
        });
        Totp.add(tenant, tenant.addUser("with-totp"));
        tenant.addRole("boss", "admin");
        tenant.addUser("by-a-composite", "boss");
        member("by-a-group", "admins", "boss");
        tenant.addClient("a-service", false);
        odd("100%-sure", "O_Neil", "O'Hara");
    }

    private static String change(String name, java.util.function.Consumer<UserRepresentation> change) {
        String id = tenant.addUser(name);
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        change.accept(user);
        tenant.admin().users().get(id).update(user);
        return id;
    }

    /** Adds a user to a new group whose parent group has the role. */
    private static void member(String name, String group, String role) {
        String parentId = tenant.addGroup(group, role);
        GroupRepresentation child = new GroupRepresentation();
        child.setName("below");
        String childId;
        try (var created = tenant.admin().groups().group(parentId).subGroup(child)) {
            childId = created.readEntity(GroupRepresentation.class).getId();
        }
        tenant.admin().users().get(tenant.addUser(name)).joinGroup(childId);
    }

    private static void odd(String username, String first, String last) {
        change("odd", user -> {
            user.setFirstName(first);
            user.setLastName(last);
            user.setEmail(username + "@example.com");
        });
    }

    private static ValidatableResponse list(Object... parameters) {
        return get(parameters).then().statusCode(200);
    }

    private static Response get(Object... parameters) {
        var call = tenant.api(admin);
        for (int i = 0; i < parameters.length; i += 2) {
            call.queryParam((String) parameters[i], parameters[i + 1]);
        }
        return call.get("/users");
    }

    @Test
    void allAreListedWithATotal() {
        list("limit", 100)
                .body("total", equalTo(13))
                .body("total_is_exact", equalTo(true))
                .body("users", hasSize(13))
                .body("users.username", not(hasItem("service-account-a-service")))
                .body("$", not(hasKey("next_cursor")));
    }

    @Test
    void eachIsTheSameAsByItself() {
        List<Map<String, Object>> listed = list("limit", 100).extract().path("users");
        for (Map<String, Object> user : listed) {
            Map<String, Object> single = tenant.api(admin)
                    .get("/users/" + user.get("id"))
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("$");
            assertEquals(single, user);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "role=admin|by-a-composite by-a-group the-admin",
                "role=vendor|",
                "role=no-such|",
                "is_active=false|disabled pending",
                "is_email_verified=false|pending unverified",
                "is_active=true&is_email_verified=false|unverified",
                "role=admin&q=by-a-g|by-a-group",
                "q=CHER|short-of-names",
                "q=cher|short-of-names",
                "q=test p&role=admin|by-a-composite by-a-group the-admin",
                "q=Unverified@EXAMPLE|unverified",
                "q=o_n|odd",
                "q=o_neil o'h|odd",
                "q=100%|odd",
                "q=%|",
                "q=_|",
                "q=\\|",
                "q=*|",
                "q=person' or '1'='1|",
                "q=erda|",
                "q=*erda|gerda",
                "q=*ERDA*|gerda",
                "q=*eil o'h|odd",
                "q=*O_Neil|odd",
                "q=*0%-s|odd",
                "q=*rified@EXAM|unverified",
                "q=*erda&role=admin|",
                "mfa_enabled=true|with-totp",
                "mfa_enabled=true&q=with|with-totp",
                "mfa_enabled=true&is_active=false|",
                "mfa_enabled=false&is_active=false|disabled pending",
                "never_logged_in=false&role=user|plain",
                "never_logged_in=true&role=admin|by-a-composite by-a-group",
                "never_logged_in=true&is_email_verified=false|pending unverified",
                "last_login_after=2020-01-01T00:00:00Z&role=user|plain",
                "last_login_before=2020-01-01T00:00:00Z|",
                "last_login_after=2020-01-01T00:00:00+01:00&last_login_before=2999-01-01T00:00:00Z&q=pl|plain",
                "created_after=2999-01-01T00:00:00Z|",
                "created_before=2020-01-01T00:00:00Z|",
                "created_after=2020-01-01T00:00:00Z&created_before=2999-01-01T00:00:00Z&q=gerda|gerda",
                "attribute.gender=Female|gerda",
                "attribute.gender=female|",
                "attribute.gender=Female&attribute.username=GERDA|gerda",
                "attribute.gender=Female&attribute.email=plain@example.com|",
                "attribute.firstName=Cher|short-of-names",
                "attribute.lastName=O'Hara|odd"
            })
    void filtersAreJoined(String query, String expected) {
        Object[] parameters = Stream.of(query.split("&"))
                .flatMap(part -> Stream.of(part.split("=", 2)))
                .toArray();
        List<String> names = list(parameters).extract().path("users.username");
        Set<String> wanted = expected == null ? Set.of() : new TreeSet<>(List.of(expected.split(" ")));
        assertEquals(wanted, new TreeSet<>(names));
    }

    @Test
    void aUserThatIsHeldByEverybodyIsTheRoleOfThoseWhoHoldNoHigher() {
        list("role", "user", "limit", 100).body("total", equalTo(10)).body("users.role", everyItem(equalTo("user")));
    }

    /** Tests pages of one user, since a page with a member of a group looks the roles up in another way. */
    @ParameterizedTest
    @ValueSource(strings = {"by-a-composite", "by-a-group"})
    void aRoleThatIsHeldIndirectlyShows(String name) {
        list("q", name).body("users.username", equalTo(List.of(name))).body("users[0].role", equalTo("admin"));
    }

    /** Where no group gives the role, its holders are counted by the mappings of the role. */
    @Test
    void adminsAreCountedWhereNoGroupGivesTheRole(TestServer server) {
        Tenant own = Tenant.on(server);
        own.addRole("chief", "admin");
        own.addUser("boss", "admin");
        own.addUser("third", "chief");
        own.addUser("thorough", "chief", "admin");
        own.addUser("plain");
        String disabled = own.addUser("away", "admin");
        UserRepresentation user = own.admin().users().get(disabled).toRepresentation();
        user.setEnabled(false);
        own.admin().users().get(disabled).update(user);
        String client = own.addClient("a-service", false).getId();
        String service =
                own.admin().clients().get(client).getServiceAccountUser().getId();
        own.admin()
                .users()
                .get(service)
                .roles()
                .realmLevel()
                .add(List.of(own.admin().roles().get("admin").toRepresentation()));
        String token = own.session("boss").access();
        Map.of(
                        Map.of("role", "admin"), 4,
                        Map.of("role", "admin", "q", "th"), 2,
                        Map.of("role", "admin", "is_active", "true"), 3,
                        Map.of("role", "admin", "is_active", "false"), 1,
                        Map.of("role", "user"), 1)
                .forEach((query, total) -> own.api(token)
                        .queryParams(query)
                        .get("/users")
                        .then()
                        .statusCode(200)
                        .body("total", equalTo(total))
                        .body("users", hasSize(total)));
    }

    @Test
    void aPageByOffsetLeadsToOneByCursor() {
        Response first = get("limit", 5);
        first.then()
                .statusCode(200)
                .header("Cache-Control", notNullValue())
                .body("total", equalTo(13))
                .body("next_cursor", notNullValue());
        String next = first.getHeader("Link").replaceFirst("<(.*)>; rel=\"next\"", "$1");
        assertTrue(next.startsWith(tenant.server().base() + "/realms/" + tenant.name() + "/api/users?limit=5&"), next);
        List<String> followed = io.restassured.RestAssured.given()
                .urlEncodingEnabled(false)
                .header("Authorization", "Bearer " + admin)
                .get(next)
                .then()
                .statusCode(200)
                .body("$", not(hasKey("total")))
                .extract()
                .path("users.id");
        assertEquals(get("limit", 5, "offset", 5).path("users.id"), followed);
        list("limit", 5, "cursor", "*")
                .body("$", not(hasKey("total")))
                .body("$", not(hasKey("total_is_exact")))
                .body("users.id", equalTo(first.path("users.id")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "-username", "email", "-email", "created_at", "-created_at"})
    void anOrderIsAnOrder(String sort) {
        List<String> keys = list("limit", 100, "sort", sort).extract().path("users." + sort.replace("-", ""));
        Comparator<String> order = sort.startsWith("-") ? Comparator.reverseOrder() : Comparator.naturalOrder();
        if (sort.endsWith("created_at")) {
            order = sort.startsWith("-")
                    ? Comparator.comparing(java.time.Instant::parse, Comparator.reverseOrder())
                    : Comparator.comparing(java.time.Instant::parse);
        }
        List<String> sorted = new ArrayList<>(keys);
        sorted.sort(order);
        assertEquals(sorted, keys);
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, 101",
        "limit, abc",
        "limit, 99999999999999999999",
        "limit, -1",
        "offset, -1",
        "offset, 1.5",
        "cursor, garbage",
        "cursor, e30",
        "cursor, eyJzb3J0IjoidXNlcm5hbWUiLCJrZXkiOm51bGwsImlkIjpudWxsfQ",
        "is_active, yes",
        "is_email_verified, 1",
        "sort, password",
        "mfa_enabled, 1",
        "never_logged_in, maybe",
        "created_after, yesterday",
        "created_before, 2026-11-21",
        "last_login_after, 2026-11-21T20:54:34",
        "last_login_before, 5",
        "q, *ab",
        "q, *a*",
        "cursor, eyJzb3J0IjoibGFzdF9sb2dpbiIsImtleSI6Im5ldmVyOngiLCJpZCI6IngifQ"
    })
    void whatIsNoParameterIsRefused(String name, String value) {
        io.restassured.RestAssured.given()
                .baseUri(tenant.server().base() + "/realms/" + tenant.name() + "/api")
                .header("Authorization", "Bearer " + admin)
                .queryParam(name, value)
                .get("/users")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors." + name, notNullValue());
    }

    @Test
    void contradictionsAreRefused() {
        get("never_logged_in", true, "last_login_after", "2020-01-01T00:00:00Z")
                .then()
                .statusCode(400)
                .body("errors", hasKey("never_logged_in"));
        for (String what : List.of("created", "last_login")) {
            get(what + "_after", "2021-01-01T00:00:00Z", what + "_before", "2020-01-01T00:00:00Z")
                    .then()
                    .statusCode(400)
                    .body("errors", hasKey(what + "_before"));
        }
    }

    @Test
    void onlyAttributesOfTheProfileAreFilters() {
        for (String name : List.of("attribute.no-such", "attribute.locale", "attribute.a.b")) {
            get(name, "x").then().statusCode(400).body("errors", hasKey(name));
        }
        get("attribute.gender", "").then().statusCode(400).body("errors", hasKey("attribute.gender"));
        get("attribute.gender", "x".repeat(256)).then().statusCode(400).body("errors", hasKey("attribute.gender"));
        get("attribute", "x").then().statusCode(400).body("errors", hasKey("attribute"));
    }

    /** Those who never have logged in come last in both directions, by the time of creation. */
    @Test
    void anOrderByTheLastLoginHasTheOthersAtItsEnd(TestServer server) {
        Tenant own = Tenant.on(server);
        for (String name : List.of("c-never", "a-first", "b-second", "a-never")) {
            own.addUser(name);
        }
        own.addUser("the-admin", "admin");
        own.session("a-first");
        own.session("b-second");
        String token = own.session("the-admin").access();
        for (int limit : new int[] {1, 2, 3, 10}) {
            assertEquals(
                    List.of("a-first", "b-second", "the-admin", "c-never", "a-never"),
                    pages(own, token, "last_login", limit));
            assertEquals(
                    List.of("the-admin", "b-second", "a-first", "a-never", "c-never"),
                    pages(own, token, "-last_login", limit));
        }
        for (int offset = 0; offset <= 5; offset++) {
            own.api(token)
                    .queryParam("sort", "last_login")
                    .queryParam("offset", offset)
                    .get("/users")
                    .then()
                    .statusCode(200)
                    .body("total", equalTo(5))
                    .body(
                            "users.username",
                            equalTo(List.of("a-first", "b-second", "the-admin", "c-never", "a-never")
                                    .subList(offset, 5)));
        }
        own.api(token)
                .queryParams(Map.of("sort", "-last_login", "never_logged_in", "true"))
                .get("/users")
                .then()
                .statusCode(200)
                .body("users.username", equalTo(List.of("a-never", "c-never")));
    }

    /** Two users with the same address, and users without one, have their places too. */
    @Test
    void anOrderByTheAddressIsTotal(TestServer server) {
        Tenant own = Tenant.on(server);
        var realm = own.admin().toRepresentation();
        realm.setLoginWithEmailAllowed(false);
        realm.setDuplicateEmailsAllowed(true);
        own.admin().update(realm);
        own.addUser("the-admin", "admin");
        for (String name : List.of("one", "two", "three", "without-a", "without-b")) {
            String id = own.addUser(name);
            UserRepresentation user = own.admin().users().get(id).toRepresentation();
            user.setEmail(name.startsWith("without") ? "" : "same@example.com");
            own.admin().users().get(id).update(user);
        }
        String token = own.session("the-admin").access();
        List<String> all = pages(own, token, "email", 10);
        assertEquals(Set.of("without-a", "without-b"), Set.copyOf(all.subList(0, 2)));
        assertEquals(Set.of("one", "two", "three"), Set.copyOf(all.subList(2, 5)));
        assertEquals(all, pages(own, token, "email", 1));
        List<String> reversed = new ArrayList<>(all);
        java.util.Collections.reverse(reversed);
        assertEquals(reversed, pages(own, token, "-email", 1));
    }

    private static List<String> pages(Tenant of, String token, String sort, int limit) {
        List<String> seen = new ArrayList<>();
        String cursor = "*";
        while (cursor != null) {
            Response page = of.api(token)
                    .queryParams(Map.of("sort", sort, "limit", limit, "cursor", cursor))
                    .get("/users");
            page.then().statusCode(200);
            seen.addAll(page.path("users.username"));
            cursor = page.path("next_cursor");
        }
        return seen;
    }

    @Test
    void endlessParametersAreRefused() {
        for (String name : List.of("q", "role", "cursor")) {
            get(name, "x".repeat(3_000)).then().statusCode(400).body("errors." + name, notNullValue());
        }
    }

    /** Tests unusual times of creation, because an import may set any time, such as one before 1970. */
    @Test
    void anOddTimeOfCreationHasItsPlace(TestServer server) {
        Tenant odd = Tenant.on(server);
        odd.addUser("the-admin", "admin");
        for (long time : new long[] {-5, 253_402_300_799_000L}) {
            UserRepresentation user = new UserRepresentation();
            user.setUsername("made-at" + time);
            user.setEmail(user.getUsername() + "@example.com");
            user.setFirstName("Test");
            user.setCreatedTimestamp(time);
            try (var created = odd.admin().users().create(user)) {
                assertEquals(201, created.getStatus());
            }
        }
        String token = odd.session("the-admin").access();
        List<String> seen = new ArrayList<>();
        String cursor = "*";
        while (cursor != null) {
            Response page = odd.api(token)
                    .queryParam("sort", "created_at")
                    .queryParam("limit", 1)
                    .queryParam("cursor", cursor)
                    .get("/users");
            page.then().statusCode(200);
            seen.addAll(page.path("users.username"));
            cursor = page.path("next_cursor");
        }
        assertEquals(List.of("made-at-5", "the-admin", "made-at253402300799000"), seen);
    }

    @Test
    void aCursorIsOfOneOrder() {
        String cursor = get("limit", 1).path("next_cursor");
        get("cursor", cursor, "sort", "created_at").then().statusCode(400).body("errors.sort", notNullValue());
        get("cursor", cursor, "offset", 1).then().statusCode(400).body("errors.cursor", notNullValue());
        list("cursor", cursor, "sort", "username");
    }

    @Test
    void whatAnAdminMayNotSeeIsNotInAList(TestServer server) {
        Tenant discreet = Tenant.on(server);
        discreet.addUser("the-admin", "admin");
        String id = discreet.addUser("gerda");
        UserRepresentation user = discreet.admin().users().get(id).toRepresentation();
        user.setAttributes(Map.of("gender", List.of("Female")));
        discreet.admin().users().get(id).update(user);
        var profile = discreet.admin().users().userProfile().getConfiguration();
        profile.getAttribute("gender").getPermissions().setView(Set.of("user"));
        profile.getAttribute("gender").getPermissions().setEdit(Set.of("user"));
        discreet.admin().users().userProfile().update(profile);
        discreet.api(discreet.session("the-admin").access())
                .queryParam("attribute.gender", "Female")
                .get("/users")
                .then()
                .statusCode(400)
                .body("errors", hasKey("attribute.gender"));
        discreet.api(discreet.session("the-admin").access())
                .queryParam("q", "gerda")
                .get("/users")
                .then()
                .statusCode(200)
                .body("users[0].username", equalTo("gerda"))
                .body("users[0].gender", nullValue());
    }

    @Test
    void anUnverifiedAddressIsInactiveWhereKeycloakVerifiesThem(TestServer server) {
        Tenant verifying = Tenant.on(server, realm -> realm.put("verifyEmail", true));
        verifying.addUser("the-admin", "admin");
        String id = verifying.addUser("una");
        UserRepresentation user = verifying.admin().users().get(id).toRepresentation();
        user.setEmailVerified(false);
        verifying.admin().users().get(id).update(user);
        String token = verifying.session("the-admin").access();
        verifying
                .api(token)
                .queryParam("is_active", false)
                .get("/users")
                .then()
                .body("users.username", equalTo(List.of("una")))
                .body("users.is_active", equalTo(List.of(false)));
        verifying
                .api(token)
                .queryParam("is_active", true)
                .get("/users")
                .then()
                .body("users.username", equalTo(List.of("the-admin")));
    }

    /** Checks that a user who is there all the time is on exactly one page, while other users come and go between the pages. */
    @ParameterizedTest
    @ValueSource(strings = {"username", "-username", "created_at", "-created_at"})
    void pagesNeitherPassOverNorRepeat(String sort, TestServer server) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Tenant busy = Tenant.on(server);
        busy.addUser("the-admin", "admin");
        String token = busy.session("the-admin").access();
        busy.importUsers(IntStream.range(0, 60).mapToObj(i -> name(random)).toList());
        Set<String> staying = new HashSet<>(ids(busy));

        List<String> seen = new ArrayList<>();
        String cursor = "*";
        while (cursor != null) {
            Response page = busy.api(token)
                    .queryParam("sort", sort)
                    .queryParam("limit", 1 + random.nextInt(9))
                    .queryParam("cursor", cursor)
                    .get("/users");
            page.then().statusCode(200);
            seen.addAll(page.path("users.id"));
            cursor = page.path("next_cursor");
            busy.importUsers(List.of(name(random)));
            String leaving = new ArrayList<>(staying).get(random.nextInt(staying.size()));
            if (!busy.admin()
                    .users()
                    .get(leaving)
                    .toRepresentation()
                    .getUsername()
                    .equals("the-admin")) {
                busy.admin().users().delete(leaving).close();
                staying.remove(leaving);
            }
            assertTrue(seen.size() < 1_000, "no end; seed " + seed);
        }
        assertEquals(new HashSet<>(seen).size(), seen.size(), "one twice; seed " + seed);
        Set<String> missing = new HashSet<>(staying);
        missing.removeAll(seen);
        assertEquals(Set.of(), missing, "one passed over; seed " + seed);
    }

    private static String name(Random random) {
        return random.ints(12, 0, 5).mapToObj(i -> "aö_-é".substring(i, i + 1)).reduce("", String::concat)
                + random.nextInt(1_000_000);
    }

    private static List<String> ids(Tenant of) {
        return of.admin().users().list(0, 1_000).stream()
                .map(UserRepresentation::getId)
                .toList();
    }

    @Test
    void oneIsFoundByParameters() {
        String plain = tenant.admin().users().search("plain", true).get(0).getId();
        String own = tenant.session("plain").access();
        for (String token : List.of(admin, own)) {
            tenant.api(token)
                    .queryParam("user_id", plain)
                    .get("/users/id")
                    .then()
                    .statusCode(200)
                    .body("id", equalTo(plain));
            for (String identifier : List.of("plain", "PLAIN", "plain@example.com", "Plain@Example.com")) {
                tenant.api(token)
                        .queryParam("identifier", identifier)
                        .get("/users/identifier")
                        .then()
                        .statusCode(200)
                        .body("id", equalTo(plain));
            }
        }
        tenant.api(own).queryParam("user_id", "no-such").get("/users/id").then().statusCode(403);
        tenant.api(own)
                .queryParam("identifier", "gerda")
                .get("/users/identifier")
                .then()
                .statusCode(403);
        tenant.api(own)
                .queryParam("identifier", "nobody")
                .get("/users/identifier")
                .then()
                .statusCode(403);
        tenant.api(admin)
                .queryParam("user_id", "no-such")
                .get("/users/id")
                .then()
                .statusCode(404)
                .body("detail", equalTo("User not found"));
        for (String identifier :
                List.of("nobody", "disabled", "pending", "disabled@example.com", "%", "service-account-a-service")) {
            tenant.api(admin)
                    .queryParam("identifier", identifier)
                    .get("/users/identifier")
                    .then()
                    .statusCode(404)
                    .body("detail", equalTo("Active user not found"));
        }
        tenant.api(admin).get("/users/id").then().statusCode(400).body("errors", hasKey("user_id"));
        tenant.api(admin).get("/users/identifier").then().statusCode(400).body("errors", hasKey("identifier"));
    }

    @Test
    void aServiceAccountIsNoUser() {
        String id = tenant.admin()
                .clients()
                .get(tenant.admin().clients().findByClientId("a-service").get(0).getId())
                .getServiceAccountUser()
                .getId();
        tenant.api(admin)
                .queryParam("q", "service-account")
                .get("/users")
                .then()
                .body("users", empty());
        tenant.api(admin).get("/users/" + id).then().statusCode(404);
    }

    @Test
    void aVendorListsEveryTenant(TestServer server) {
        String vendor = Tenant.platformOf(server).session(TestServer.VENDOR).access();
        tenant.api(vendor).get("/users").then().statusCode(200).body("total", equalTo(13));
        Tenant.platformOf(server)
                .api(vendor)
                .queryParam("role", "vendor")
                .get("/users")
                .then()
                .body("users.username", containsInAnyOrder(TestServer.VENDOR));
    }
}
