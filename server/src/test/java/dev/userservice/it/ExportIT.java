package dev.userservice.it;

import static dev.userservice.it.Import.line;
import static dev.userservice.it.Import.name;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests the export of all users of a tenant. */
@ExtendWith(ServerExtension.class)
final class ExportIT {
    private static final Map<String, Object> SECRETS = Map.of("secrets", true);

    /** More than two pages. */
    private static final int MANY = 1200;

    /** How many users with long lines are more than the buffers of a connection hold on both sides, some ten megabytes. */
    private static final int MORE_THAN_FIT = 3000;

    private static final String LONG = "x".repeat(7000);

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    private static String vendor() {
        return Tenant.platformOf(tenant.server()).session(TestServer.VENDOR).access();
    }

    private static Response export(Tenant of, String bearer, Map<String, Object> parameters) {
        return of.api(bearer).queryParams(parameters).get("/users/export");
    }

    private static List<String> lines(Tenant of, String bearer, Map<String, Object> parameters) {
        Response answer = export(of, bearer, parameters);
        answer.then().statusCode(200).contentType(Import.NDJSON).header("Cache-Control", "no-store");
        return answer.asString().lines().toList();
    }

    private static JsonNode tree(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("This line is not JSON: " + line, e);
        }
    }

    private static Map<String, JsonNode> byUsername(List<String> lines) {
        return lines.stream()
                .map(ExportIT::tree)
                .collect(Collectors.toMap(line -> line.get("username").textValue(), line -> line));
    }

    private static void addGroups(Tenant to) {
        String staff = to.addGroup("staff", "user");
        GroupRepresentation night = new GroupRepresentation();
        night.setName("night/shift");
        to.admin().groups().group(staff).subGroup(night).close();
    }

    /** Gives a user a one-time password of Keycloak's other kind, which counts logins (HOTP). */
    private static void addCounter(Tenant to, String userId) {
        CredentialRepresentation credential = new CredentialRepresentation();
        credential.setType("otp");
        credential.setSecretData("{\"value\":\"a-secret-that-counts\"}");
        credential.setCredentialData(
                "{\"subType\":\"hotp\",\"digits\":6,\"counter\":0,\"period\":30,\"algorithm\":\"HmacSHA1\"}");
        UserRepresentation user = to.admin().users().get(userId).toRepresentation();
        user.setCredentials(List.of(credential));
        to.admin().users().get(userId).update(user);
    }

    @Test
    void usersMoveToAnotherTenantWithTheirPasswords(TestServer server) {
        Tenant source = Tenant.on(server, Tenant::withRealHashes);
        addGroups(source);
        source.addUser("own", "admin");
        byte[] secret = Totp.add(source, source.addUser("coded"));
        addCounter(source, source.addUser("counting"));
        ObjectNode full = line("werkzeug")
                .put("last_name", "Doe")
                .put("is_email_verified", true)
                .put("gender", "Female")
                .put("created_at", "2019-04-01T10:00:00.123Z")
                .put("last_login", "2024-05-31T10:00:00.250Z")
                .put("password_hash", Import.HASH);
        full.putObject("preferences").put("theme", "dark");
        full.putArray("groups").add("/staff").add("/staff/night/shift");
        ObjectNode peppered = line("pepper")
                .put("is_active", false)
                .put("password_hash", "$2b$04$5T6TXCCHGkcF3Ysf1hJSQ.ogZhnKaZ5781U9HGkUdZrvgsiE5YRnW")
                .put("password_format", "devise")
                .put("password_pepper", "devise_pepper");
        // The password is "password".
        ObjectNode bcrypt = line("bcrypt")
                .put("password_hash", "$2b$04$5T6TXCCHGkcF3Ysf1hJSQ.ogZhnKaZ5781U9HGkUdZrvgsiE5YRnW")
                .put("password_format", "npm-bcrypt");
        assertEquals(
                List.of(),
                Import.run(source, vendor(), Map.of(), full, bcrypt, peppered).refusals());

        List<String> lines = lines(source, vendor(), SECRETS);
        Map<String, JsonNode> users = byUsername(lines);
        assertEquals(6, users.size());
        assertTrue(users.get("own").get("password_hash").textValue().startsWith("$argon2id$v=19$"));
        assertEquals("admin", users.get("own").get("role").textValue());
        assertEquals("passlib", users.get("werkzeug").get("password_format").textValue());
        full.fieldNames().forEachRemaining(field -> {
            if (!field.equals("password_hash")) {
                assertEquals(full.get(field), users.get("werkzeug").get(field), field);
            }
        });
        peppered.fieldNames()
                .forEachRemaining(field ->
                        assertEquals(peppered.get(field), users.get("pepper").get(field), field));
        assertFalse(users.get("counting").has("totp"));

        // An id is there once on a server.
        source.admin().remove();
        Tenant target = Tenant.on(server);
        addGroups(target);
        Import.Answer answer = Import.run(target, vendor(), Map.of(), lines.toArray());
        assertEquals(List.of(), answer.refusals());
        assertEquals(6, answer.count("created"));
        assertEquals(lines, lines(target, vendor(), SECRETS), "The same users have the same lines");

        target.login("own", TestServer.PASSWORD).then().statusCode(200);
        target.login("werkzeug", Import.PASSWORD).then().statusCode(200);
        target.login("bcrypt", "password").then().statusCode(200);
        target.loginWithoutCode("coded", TestServer.PASSWORD).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> target.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("username", "coded", "password", TestServer.PASSWORD, "totp", Totp.now(secret)))
                        .post("/login"))
                .then()
                .statusCode(200);
    }

    @Test
    void whatIsStillToBeDoneMovesAndTheRoleOfAGroupStaysTheGroups(TestServer server) {
        Tenant source = Tenant.on(server, Tenant::withRealHashes);
        String owners = source.addGroup("owners", "admin");
        String owner = source.addUser("owner");
        source.admin().users().get(owner).joinGroup(owners);
        String hasty = source.addUser("hasty");
        UserRepresentation user = source.admin().users().get(hasty).toRepresentation();
        user.setRequiredActions(List.of("UPDATE_PASSWORD"));
        source.admin().users().get(hasty).update(user);
        String pending =
                source.registration(Map.of()).then().statusCode(201).extract().path("user.id");
        List<String> lines = lines(source, vendor(), SECRETS);

        source.admin().remove();
        Tenant target = Tenant.on(server);
        String there = target.addGroup("owners", "admin");
        Import.Answer answer = Import.run(target, vendor(), Map.of(), lines.toArray());
        assertEquals(List.of(), answer.refusals());
        var users = target.admin().users();
        assertEquals(
                List.of("UPDATE_PASSWORD"), users.get(hasty).toRepresentation().getRequiredActions());
        assertEquals(
                List.of("activate-account"),
                users.get(pending).toRepresentation().getRequiredActions());
        target.api(vendor()).get("/users/" + pending).then().body("is_active", equalTo(false));
        target.api(vendor()).get("/users/" + owner).then().body("role", equalTo("admin"));
        users.get(owner).leaveGroup(there);
        target.api(vendor()).get("/users/" + owner).then().body("role", equalTo("user"));
    }

    @Test
    void usersWhoShareAnAddressMoveToo(TestServer server) {
        Tenant shared = Tenant.on(
                        server,
                        realm -> realm.put("loginWithEmailAllowed", false).put("duplicateEmailsAllowed", true))
                .withLongTokens();
        shared.addUser("boss", "admin");
        String boss = shared.session("boss").access();
        Object[] lines = Stream.of(name(), name())
                .map(name -> line(name).put("email", "family@example.com"))
                .toArray();
        for (String mode : List.of("fail", "skip", "update")) {
            Import.Answer answer = Import.run(shared, boss, Map.of("mode", mode), lines);
            assertEquals(List.of(), answer.refusals(), mode);
            assertEquals(mode.equals("fail") ? 2 : 0, answer.count("created"), mode);
        }
    }

    /** Otherwise the server would read all users for nobody. */
    @Test
    void whoGoesInTheMiddleEndsTheExport(TestServer server) throws Exception {
        Tenant own = Tenant.on(server).withLongTokens();
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        importMany(own, boss, MORE_THAN_FIT, LONG);
        HttpRequest call = HttpRequest.newBuilder(
                        URI.create(server.base() + "/realms/" + own.name() + "/api/users/export"))
                .header("Authorization", "Bearer " + boss)
                .build();
        HttpResponse<InputStream> answer = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(call, HttpResponse.BodyHandlers.ofInputStream());
        assertTrue(answer.body().read() >= 0);
        answer.body().close();
        own.awaitLogged("The client of an export of " + own.name() + " has gone");
    }

    /** A client that reads nothing keeps a thread of the server, but not for ever. */
    @Test
    void whoReadsNothingLosesThePlace(TestServer server) throws Exception {
        Tenant own = Tenant.on(server).withLongTokens();
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        importMany(own, boss, MORE_THAN_FIT, LONG);
        URI base = server.base();
        byte[] call = ("GET " + base.getPath() + "/realms/" + own.name() + "/api/users/export HTTP/1.1\r\nHost: "
                        + base.getAuthority() + "\r\nAuthorization: Bearer " + boss + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        Activities log = Activities.of(own);
        try (Socket one = new Socket();
                Socket another = new Socket()) {
            for (Socket silent : List.of(one, another)) {
                silent.setReceiveBufferSize(4096);
                silent.connect(new InetSocketAddress(base.getHost(), base.getPort()));
                silent.getOutputStream().write(call);
            }
            // The call that asks for a place takes one itself for a moment, and must not be before these.
            Eventually.holds(
                    "both exports to begin",
                    Duration.ofMinutes(1),
                    () -> log.all(Map.of("action", "users_exported")).size() == 2);
            Eventually.holds(
                    "all places of the tenant to be taken",
                    Duration.ofMinutes(1),
                    () -> behindAll(own, boss).statusCode() == 503);
            behindAll(own, boss)
                    .then()
                    .header("Retry-After", "60")
                    .body("detail", equalTo("Too many exports are running, of this tenant or on this server"));
            export(tenant, admin, Map.of()).then().statusCode(200);
            Eventually.holds(
                    "a place", Duration.ofMinutes(4), () -> behindAll(own, boss).statusCode() == 200);
        }
    }

    @Test
    void withoutSecretsThereIsNothingOfThemAndTheImportTakesTheLines() {
        Tenant own = Tenant.on(tenant.server()).withLongTokens();
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        addGroups(own);
        Totp.add(own, own.addUser("coded"));
        ObjectNode more = line("more").put("password_hash", Import.HASH);
        more.putArray("groups").add("/staff");
        Import.run(own, boss, Map.of(), more);
        own.serviceTokenOf("view-users");

        Response answer = export(own, boss, Map.of());
        for (String secret : List.of("password", "pbkdf2", "totp", "a-secret", "service-account")) {
            assertFalse(answer.asString().contains(secret), secret);
        }
        List<String> lines = answer.asString().lines().toList();
        assertEquals(3, lines.size());
        assertEquals(lines, lines(own, boss, Map.of("secrets", false)));
        Import.Answer again = Import.run(own, boss, Map.of("mode", "update"), lines.toArray());
        assertEquals(List.of(), again.refusals());
        assertEquals(3, again.count("unchanged"));
    }

    @Test
    void onlyAVendorHasSecretsAndOnlyWhoManagesAllUsersHasAny() {
        export(tenant, admin, SECRETS).then().statusCode(403);
        tenant.addUser("somebody");
        export(tenant, tenant.session("somebody").access(), Map.of()).then().statusCode(403);
        export(tenant, tenant.serviceTokenOf("view-users"), Map.of()).then().statusCode(403);
        String manager = tenant.serviceTokenOf("manage-users");
        export(tenant, manager, Map.of()).then().statusCode(200);
        export(tenant, manager, SECRETS).then().statusCode(403);
        export(tenant, admin, Map.of("secrets", "maybe")).then().statusCode(400).body("errors", hasKey("secrets"));
        export(tenant, admin, Map.of("after", "x".repeat(37)))
                .then()
                .statusCode(400)
                .body("errors", hasKey("after"));
    }

    @Test
    void everyExportHasOneRowInTheLogAndARefusedOneHasNone() {
        Tenant own = Tenant.on(tenant.server());
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        export(own, boss, SECRETS).then().statusCode(403);
        export(own, boss, Map.of()).then().statusCode(200);
        export(own, vendor(), SECRETS).then().statusCode(200);
        List<Map<String, Object>> rows = Activities.of(own).all(Map.of("action", "users_exported"));
        assertEquals(
                List.of(Map.of(), SECRETS),
                rows.stream().map(row -> row.get("details")).toList());
        assertEquals(
                List.of("user", "vendor"),
                rows.stream()
                        .map(row -> ((Map<?, ?>) row.get("actor")).get("kind"))
                        .toList());
    }

    @Test
    void theLinesAreForWhoeverAcceptsThem() {
        for (String types : List.of("application/x-ndjson", "application/*", "application/json, */*;q=0.1")) {
            tenant.api(admin)
                    .accept(types)
                    .get("/users/export")
                    .then()
                    .statusCode(200)
                    .contentType(Import.NDJSON);
        }
        for (String types : List.of("application/json", "text/csv", "application/x-ndjson;q=0", "nonsense")) {
            tenant.api(admin)
                    .accept(types)
                    .get("/users/export")
                    .then()
                    .statusCode(406)
                    .contentType("application/problem+json")
                    .body("status", equalTo(406));
        }
    }

    @Test
    void headAnswersAsGetAndIsNoExport() {
        Tenant own = Tenant.on(tenant.server());
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        own.api(boss)
                .head("/users/export")
                .then()
                .statusCode(200)
                .contentType(Import.NDJSON)
                .header("Cache-Control", "no-store");
        own.api(boss).head("/users/export?secrets=true").then().statusCode(403);
        own.api(boss).head("/users/export?secrets=yes").then().statusCode(400);
        own.awaitWholeLog();
        assertEquals(List.of(), Activities.of(own).all(Map.of("action", "users_exported")));
    }

    @Test
    void manyUsersComeOnceEachAndAnExportGoesOnBehindAnId(TestServer server) {
        Tenant own = Tenant.on(server).withLongTokens();
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        importMany(own, boss, MANY, "dark");

        List<String> ids = ids(lines(own, boss, Map.of()));
        assertEquals(MANY + 1, ids.size());
        assertEquals(ids.size(), new HashSet<>(ids).size());

        int sent = 700;
        List<String> rest = ids(lines(own, boss, Map.of("after", ids.get(sent - 1))));
        assertEquals(ids.subList(sent, ids.size()), rest);
        behindAll(own, boss).then().statusCode(200).body(emptyString());
    }

    /** The lines are so long that the server cannot send them all before they are read. */
    @Test
    void anExportBreaksOffOnceTheCallerHasLostTheRight(TestServer server) throws Exception {
        Tenant own = Tenant.on(server).withLongTokens();
        String id = own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        importMany(own, boss, MORE_THAN_FIT, LONG);

        HttpRequest call = HttpRequest.newBuilder(
                        URI.create(server.base() + "/realms/" + own.name() + "/api/users/export"))
                .header("Authorization", "Bearer " + boss)
                .build();
        List<String> arrived = new ArrayList<>();
        HttpResponse<InputStream> answer = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(call, HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        try (BufferedReader body = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            arrived.add(body.readLine());
            UserRepresentation disabled = own.admin().users().get(id).toRepresentation();
            disabled.setEnabled(false);
            own.admin().users().get(id).update(disabled);
            assertThrows(
                    UncheckedIOException.class,
                    () -> body.lines().forEach(arrived::add),
                    () -> "An answer that is not whole must not look so, after " + arrived.size());
        }
        assertTrue(arrived.size() < MORE_THAN_FIT);
    }

    /** Exports nobody. The validator of answers takes none without a body, which is what no line is. */
    private static Response behindAll(Tenant of, String bearer) {
        return RestAssured.given()
                .baseUri(of.server().base() + "/realms/" + of.name() + "/api")
                .header("Authorization", "Bearer " + bearer)
                .get("/users/export?after=zzzz");
    }

    private static void importMany(Tenant to, String bearer, int users, String theme) {
        Object[] lines = IntStream.range(0, users)
                .mapToObj(i -> {
                    ObjectNode line = line(name());
                    line.putObject("preferences").put("theme", theme);
                    return line;
                })
                .toArray();
        assertEquals(
                users, Import.run(to, bearer, Map.of("mode", "skip"), lines).count("created"));
    }

    private static List<String> ids(List<String> lines) {
        return lines.stream().map(line -> tree(line).get("id").textValue()).toList();
    }
}
