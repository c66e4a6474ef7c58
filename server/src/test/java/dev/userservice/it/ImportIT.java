package dev.userservice.it;

import static dev.userservice.it.Import.line;
import static dev.userservice.it.Import.name;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests what an import makes of each line. */
@ExtendWith(ServerExtension.class)
final class ImportIT {
    private static final Map<String, Object> SKIP = Map.of("mode", "skip");
    private static final Map<String, Object> UPDATE = Map.of("mode", "update");

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
        tenant.addGroup("staff", "user");
    }

    private static Import.Answer run(Map<String, Object> parameters, Object... lines) {
        return Import.run(tenant, admin, parameters, lines);
    }

    private static Response get(String id) {
        return tenant.api(admin).get("/users/" + id);
    }

    private static boolean isThere(String username) {
        return !tenant.admin().users().searchByUsername(username, true).isEmpty();
    }

    @Test
    void everythingOfALineArrives() {
        String id = UUID.randomUUID().toString();
        String name = name();
        ObjectNode line = line(name)
                .put("id", id)
                .put("last_name", "Doe")
                .put("role", "admin")
                .put("is_email_verified", true)
                .put("gender", "Female")
                .put("created_at", "2019-04-01T12:00:00+02:00")
                .put("last_login", "2024-05-31T10:00:00.250Z")
                .put("password_hash", Import.HASH)
                .put("password_format", "werkzeug");
        line.putObject("preferences").put("theme", "dark");
        line.putArray("groups").add("/staff");
        line.putObject("totp").put("secret", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq");

        Import.Answer answer = run(Map.of(), line);

        assertEquals(List.of(), answer.refusals());
        assertTrue(answer.isDone());
        assertEquals(1, answer.count("created"));
        assertEquals(1, answer.count("resume_after"));
        get(id).then()
                .statusCode(200)
                .body("username", equalTo(name))
                .body("full_name", equalTo("Jane Doe"))
                .body("role", equalTo("admin"))
                .body("is_active", equalTo(true))
                .body("is_email_verified", equalTo(true))
                .body("mfa_enabled", equalTo(true))
                .body("gender", equalTo("Female"))
                .body("preferences.theme", equalTo("dark"))
                .body("created_at", equalTo("2019-04-01T10:00:00Z"))
                .body("last_login", equalTo("2024-05-31T10:00:00.250Z"));
        assertEquals(
                List.of("staff"),
                tenant.admin().users().get(id).groups().stream()
                        .map(GroupRepresentation::getName)
                        .toList());
        tenant.login(name, Import.PASSWORD).then().statusCode(401).body("mfa_required", equalTo(true));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username",
                        name,
                        "password",
                        Import.PASSWORD,
                        "totp",
                        Totp.now("12345678901234567890".getBytes(StandardCharsets.US_ASCII))))
                .post("/login")
                .then()
                .statusCode(200);
    }

    @Test
    void whatALineLeavesOutHasTheTenantsDefaults() {
        String name = name();
        run(Map.of(), Import.object().put("email", name + "@Example.com").put("first_name", "Jane"));
        UserRepresentation user = tenant.admin()
                .users()
                .searchByEmail(name + "@example.com", true)
                .get(0);
        assertEquals(name + "@example.com", user.getUsername());
        get(user.getId())
                .then()
                .body("role", equalTo("user"))
                .body("is_active", equalTo(true))
                .body("is_email_verified", equalTo(false));
        assertEquals(List.of(), user.getRequiredActions());
        assertEquals(0, tenant.inbox().count(name + "@example.com"), "An import sends no mail unless it is asked to");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colour | \"red\" | colour",
                "username | 7 | username",
                "is_active | \"yes\" | is_active",
                "id | \"me\" | id",
                "id | \"f:abc:1\" | id",
                "id | \"0123456789012345678901234567890123456\" | id",
                "email | \"no address\" | email",
                "username | \"somebody@else.example\" | username",
                "username | \"Service-account-importer\" | username",
                "gender | \"Unknown\" | gender",
                "created_at | \"yesterday\" | created_at",
                "created_at | \"2999-01-01T00:00:00Z\" | created_at",
                "created_at | \"+999999999-12-31T23:59:59Z\" | created_at",
                "last_login | \"1969-01-01T00:00:00Z\" | last_login",
                "role | \"vendor\" | role",
                "role | \"boss\" | role",
                "groups | [\"/nobody\"] | groups",
                "groups | [null] | groups",
                "required_actions | [\"UPDATE_EVERYTHING\"] | required_actions",
                "required_actions | [null] | required_actions",
                "totp | {\"secret\": \"0\"} | totp.secret",
                "totp | {} | totp.secret",
                "totp | {\"secret\": \"\"} | totp.secret",
                "totp | {\"secret\": \"GEZDGNBVGY3TQOJQ\", \"algorithm\": \"SHA1-or-something-else\"} | totp.algorithm",
                "totp | {\"secret\": \"GEZDGNBVGY3TQOJQ\", \"digits\": 7} | totp.digits",
                "totp | {\"secret\": \"GEZDGNBVGY3TQOJQ\", \"algorithm\": \"MD5\"} | totp.algorithm",
                "totp | {\"secret\": \"GEZDGNBVGY3TQOJQ\", \"period\": 0} | totp.period",
                "preferences | [] | preferences",
                "attributes | {\"shoe_size\": \"43\"} | attributes.shoe_size",
                "attributes | {\"email\": \"a@example.com\"} | attributes.email",
                "attributes | {\"gender\": 1} | attributes.gender",
                "password_hash | \"plain text\" | password_format",
                "password_salt | \"abc\" | password_hash",
                "password_format | \"enigma\" | ",
                "first_name | \"\" | first_name"
            })
    void aLineThatIsWrongNamesItsField(String field, String json, String named) throws Exception {
        ObjectNode wrong = line(name());
        wrong.set(field, new ObjectMapper().readTree(json));
        if (field.equals("password_format")) {
            wrong.put("password_hash", Import.HASH);
        }
        String right = name();
        Import.Answer answer = run(SKIP, line(right), wrong);
        assertEquals(List.of("2 " + (named == null ? "password_format" : named)), answer.refused());
        assertEquals(1, answer.count("created"));
        assertTrue(isThere(right), "A bad line stops no other");
    }

    @Test
    void aReservedIdIsCalledReserved() {
        Import.Answer answer = run(SKIP, line(name()).put("id", "export"));
        assertEquals(List.of("1 id"), answer.refused());
        assertEquals(
                "This id is reserved: it is a word in paths of the API",
                answer.refusals().get(0).get("message").textValue());
    }

    @Test
    void aSecretThatIsTooLongIsNamedByItsWholeName() {
        ObjectNode line = line(name());
        line.putObject("totp").put("secret", "A".repeat(257));
        Import.Answer answer = run(SKIP, line);
        assertEquals(List.of("1 totp.secret"), answer.refused());
        assertFalse(answer.refusals().get(0).has("errors"), "one error");
    }

    @Test
    void aNumberWithoutAnEndIsRefused() {
        ObjectNode line = line(name());
        line.putObject("preferences").put("size", 1);
        Import.Answer answer = run(SKIP, line.toString().replace("1}", "1e999999999}"));
        assertEquals(List.of("1 preferences.size"), answer.refused());
    }

    @Test
    void nothingIsImportedIfALineIsWrongAndTheModeIsFail() {
        List<String> names = IntStream.range(0, 5).mapToObj(i -> name()).toList();
        Object[] lines = names.stream().map(Import::line).toArray();
        lines[4] = line(names.get(4)).put("email", "no address");
        Import.Answer answer = run(Map.of("batch", 2), lines);
        assertFalse(answer.isDone());
        assertEquals(List.of("5 email"), answer.refused());
        assertEquals(0, answer.count("created"));
        assertEquals(0, answer.count("resume_after"));
        assertFalse(names.stream().anyMatch(ImportIT::isThere));
    }

    @Test
    void aDryRunSaysTheSameAndWritesNothing() {
        String known = name();
        run(Map.of(), line(known));
        String fresh = name();
        Object[] lines = {line(known), line(fresh), line(fresh), line(name()).put("role", "boss")};
        Import.Answer dry = run(Map.of("dry_run", true), lines);
        assertEquals(List.of("1 email", "3 ", "4 role"), dry.refused());
        assertTrue(dry.summary().get("dry_run").booleanValue());
        assertFalse(isThere(fresh));

        dry = run(Map.of("dry_run", true, "mode", "skip"), lines);
        Import.Answer real = run(SKIP, lines);
        for (String count : List.of("created", "updated", "unchanged", "skipped", "refused")) {
            assertEquals(real.count(count), dry.count(count), count);
        }
        assertEquals(1, real.count("created"));
        assertEquals(2, real.count("skipped"));
    }

    @Test
    void aDryRunChecksLinesAboutUsersOfEarlierLinesToo() {
        String name = name();
        Object[] lines = {
            line(name), line(name).put("created_at", "yesterday"), line(name).put("gender", "Other")
        };
        Import.Answer dry = run(Map.of("dry_run", true, "mode", "skip"), lines);
        Import.Answer real = run(SKIP, lines);
        assertEquals(List.of("2 created_at"), dry.refused());
        assertEquals(real.refused(), dry.refused());
        assertEquals(real.count("skipped"), dry.count("skipped"));
    }

    @Test
    void theSameFileTwiceChangesNothing() {
        Object[] lines = IntStream.range(0, 7)
                .mapToObj(i -> line(name())
                        .put("id", UUID.randomUUID().toString())
                        .put("role", i == 0 ? "admin" : "user")
                        .put("is_active", i != 1)
                        .put("is_email_verified", i != 2)
                        .put("created_at", "2019-04-01T10:00:00Z")
                        .put("last_login", "2024-05-31T10:00:00Z")
                        .put("password_hash", Import.HASH))
                .toArray();
        assertEquals(7, run(Map.of("batch", 3), lines).count("created"));

        Import.Answer again = run(UPDATE, lines);
        assertEquals(List.of(), again.refusals());
        assertEquals(7, again.count("unchanged"));
        assertEquals(7, run(SKIP, lines).count("skipped"));
        assertEquals(7, run(Map.of(), lines).count("refused"));
    }

    @Test
    void anUpdateChangesWhatALineSaysAndNoPassword() {
        String name = name();
        String id = UUID.randomUUID().toString();
        run(
                Map.of(),
                line(name)
                        .put("id", id)
                        .put("last_name", "Doe")
                        .put("is_email_verified", true)
                        .put("password_hash", Import.HASH));
        Import.Answer answer = run(
                UPDATE,
                line(name)
                        .put("first_name", "Joan")
                        .put("gender", "Other")
                        .put("role", "admin")
                        .put("is_email_verified", true)
                        .put("password_hash", Import.HASHES.get("phpass")));
        assertEquals(List.of(), answer.refusals());
        assertEquals(1, answer.count("updated"));
        get(id).then()
                .body("first_name", equalTo("Joan"))
                .body("last_name", equalTo("Doe"))
                .body("gender", equalTo("Other"))
                .body("role", equalTo("admin"))
                .body("is_email_verified", equalTo(true));
        tenant.login(name, Import.PASSWORD).then().statusCode(200);
    }

    @Test
    void aLineThatFitsTwoUsersOrOnlyHalfOfOneIsRefused() {
        String first = name();
        String second = name();
        String id = UUID.randomUUID().toString();
        run(Map.of(), line(first).put("id", id), line(second));
        Import.Answer answer = run(
                UPDATE,
                line(first).put("email", second + "@example.com"),
                line(first).put("id", UUID.randomUUID().toString()),
                line(name()).put("id", id),
                line(first).put("email", name() + "@example.com"),
                line(name()).put("email", first + "@example.com"));
        assertEquals(List.of("1 username", "2 id", "3 email", "4 email", "5 username"), answer.refused());
    }

    @Test
    void anIdOfAnotherTenantIsTaken() {
        String id = Tenant.on(tenant.server()).addUser("alice");
        assertEquals(List.of("1 id"), run(SKIP, line(name()).put("id", id)).refused());
    }

    @Test
    void anImportGoesOnBehindALine() {
        List<String> names = IntStream.range(0, 4).mapToObj(i -> name()).toList();
        Import.Answer answer = run(
                Map.of("mode", "skip", "resume_after", 2),
                names.stream().map(Import::line).toArray());
        assertEquals(2, answer.count("created"));
        assertEquals(4, answer.count("resume_after"));
        assertFalse(isThere(names.get(1)));
        assertTrue(isThere(names.get(2)));
    }

    @Test
    void whatIsNoLineOfJsonIsRefusedByItsNumber() {
        String name = name();
        byte[] body = ("\uFEFF" + line(name) + "\r\n\n  \n{\"username\": \n[]\n" + "x".repeat(70_000)
                        + "\n{\"username\": \"")
                .getBytes(StandardCharsets.UTF_8);
        byte[] broken = Arrays.copyOf(body, body.length + 5);
        broken[body.length] = (byte) 0xC3;
        broken[body.length + 1] = (byte) 0x28;
        broken[body.length + 2] = '"';
        broken[body.length + 3] = '}';
        broken[body.length + 4] = '\n';
        Response response = Import.post(tenant, admin, SKIP, broken);
        response.then().statusCode(200);
        Import.Answer answer = Import.Answer.of(response.asString());
        assertEquals(List.of("4 ", "5 ", "6 ", "7 "), answer.refused());
        for (JsonNode refusal : answer.refusals()) {
            String message = refusal.get("message").textValue();
            assertTrue(message.startsWith("The line "), message);
            assertFalse(message.contains(" line 1"), message);
        }
        assertTrue(isThere(name));
        assertTrue(answer.isDone());
    }

    @Test
    void theCallerIsRefusedBeforeTheBodyIsRead() {
        tenant.addUser("reader");
        byte[] body = line(name()).toString().getBytes(StandardCharsets.UTF_8);
        Import.post(tenant, tenant.session("reader").access(), Map.of(), body)
                .then()
                .statusCode(403);
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/users/import")
                .then()
                .statusCode(415);
        for (String wrong : List.of("mode", "dry_run", "batch", "resume_after", "colour")) {
            Import.post(tenant, admin, Map.of(wrong, "-x"), body)
                    .then()
                    .statusCode(400)
                    .body("errors.keySet()", contains(wrong));
        }
    }

    /** Nothing else would find such a mistake where no line has a hash, or before a login. */
    @ParameterizedTest
    @CsvSource({"password_format, enigma", "password_pepper, no_such_entry", "password_pepper, ../entry"})
    void whatIsGivenForAllHashesIsJudgedBeforeTheBodyIsRead(String parameter, String value) {
        String name = name();
        Import.post(
                        tenant,
                        admin,
                        Map.of("mode", "skip", parameter, value),
                        line(name).toString().getBytes(StandardCharsets.UTF_8))
                .then()
                .statusCode(400)
                .body("errors.keySet()", contains(parameter));
        assertFalse(isThere(name));
    }

    @Test
    void theFormatOfAllHashesMayBeAuto() {
        Import.Answer answer = run(
                Map.of("mode", "skip", "password_format", "auto"), line(name()).put("password_hash", Import.HASH));
        assertEquals(List.of(), answer.refusals());
    }

    @Test
    void nobodyGivesWhatTheyHaveNot() {
        tenant.addGroup("owners", "admin");
        String token = tenant.serviceTokenOf("manage-users");
        Import.Answer answer = Import.run(
                tenant,
                token,
                SKIP,
                line(name()).put("role", "admin"),
                with(line(name()), "/owners"),
                line(name()).put("role", "user"));
        assertEquals(List.of("1 role", "2 groups"), answer.refused());
    }

    private static ObjectNode with(ObjectNode line, String group) {
        line.putArray("groups").add(group);
        return line;
    }

    @Test
    void theActivityLogHasARowForEachBatch() {
        Object[] lines = IntStream.range(0, 5).mapToObj(i -> line(name())).toArray();
        run(Map.of("batch", 2), lines);
        tenant.awaitWholeLog();
        List<Map<String, Object>> rows = tenant.api(admin)
                .queryParam("action", "users_imported")
                .queryParam("limit", 3)
                .get("/activity")
                .jsonPath()
                .getList("$");
        assertEquals(
                List.of(1, 2, 2),
                rows.stream()
                        .map(row -> ((Map<?, ?>) row.get("details")).get("imported"))
                        .toList());
    }

    @Test
    void aRoleThatAnUpdateChangesIsInTheUsersLog() {
        String name = name();
        String id = UUID.randomUUID().toString();
        run(Map.of(), line(name).put("id", id).put("is_email_verified", true));
        ObjectNode promoted = line(name).put("role", "admin");
        assertEquals(1, run(Map.of("mode", "update", "dry_run", true), promoted).count("updated"));
        assertEquals(1, run(UPDATE, promoted).count("updated"));
        tenant.awaitWholeLog();
        tenant.api(admin)
                .queryParam("action", "role_changed")
                .get("/users/" + id + "/activity")
                .then()
                .statusCode(200)
                .body("size()", equalTo(1))
                .body("[0].details.to", equalTo("admin"));
    }

    @Test
    void weakHashesNeedTheTenantsConsent() {
        String name = name();
        // One round of MD5 of "password".
        ObjectNode line = line(name)
                .put("password_hash", "5f4dcc3b5aa765d61d8327deb882cf99")
                .put("password_format", "php");
        assertEquals(List.of("1 password_hash"), run(SKIP, line).refused());
    }

    @Test
    void aNewUserMayHaveToChangeThePasswordAndProveTheAddress() {
        String name = name();
        Import.Answer answer = run(
                Map.of("require_password_change", true, "send_activation", true),
                line(name).put("password_hash", Import.HASH));
        assertEquals(List.of(), answer.refusals());
        UserRepresentation user =
                tenant.admin().users().searchByUsername(name, true).get(0);
        assertTrue(user.getRequiredActions().containsAll(List.of("UPDATE_PASSWORD", "activate-account")));
        tenant.awaitAllSent(user.getId());
        assertEquals(1, tenant.inbox().count(name + "@example.com"));
    }

    @Test
    void anAccountWhoseAddressNobodyHasProvedIsGivenNothing() {
        String email = tenant.register(Map.of());
        String id = tenant.admin().users().searchByEmail(email, true).get(0).getId();
        for (ObjectNode more : List.of(
                Import.object().put("is_email_verified", true),
                Import.object().put("role", "admin"),
                with(Import.object(), "/staff"))) {
            assertEquals(
                    List.of("1 email"), run(UPDATE, more.put("email", email)).refused(), more::toString);
        }
        get(id).then().body("role", equalTo("user")).body("is_email_verified", equalTo(false));
    }

    @Test
    void aDryRunEndsNoSession() {
        String name = name();
        tenant.addUser(name);
        String token = tenant.session(name).access();
        ObjectNode line = Import.object().put("username", name).put("is_active", false);
        assertEquals(1, run(Map.of("mode", "update", "dry_run", true), line).count("updated"));
        tenant.api(token).get("/users/me").then().statusCode(200);
        assertEquals(1, run(UPDATE, line).count("updated"));
        tenant.api(token).get("/users/me").then().statusCode(401);
    }

    @Test
    void whereTheAddressIsTheUsernameTheSameFileTwiceChangesNothing() {
        Tenant emails = Tenant.on(tenant.server(), realm -> realm.put("registrationEmailAsUsername", true));
        emails.addUser("boss@example.com", "admin");
        String boss = emails.session("boss@example.com").access();
        ObjectNode line = line(name());
        assertEquals(1, Import.run(emails, boss, SKIP, line).count("created"));
        assertEquals(1, Import.run(emails, boss, SKIP, line).count("skipped"));
        assertEquals(1, Import.run(emails, boss, UPDATE, line).count("unchanged"));
    }

    @Test
    void aLineHasNoEndOfAttributes() {
        ObjectNode line = line(name());
        ObjectNode attributes = line.putObject("attributes");
        IntStream.range(0, 101).forEach(i -> attributes.put("a" + i, "b"));
        assertEquals(List.of("1 attributes"), run(SKIP, line).refused());
    }
}
