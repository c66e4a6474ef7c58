package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests that users log in with the passwords of their old system, and what becomes of the old hashes. */
@ExtendWith(ServerExtension.class)
final class ImportedPasswordIT {
    private static final String WRONG = "Corr3ct-horse!";
    private static final String NEW = "Another-h0rse!";
    private static final int AT_ONCE = 8;

    private static Tenant tenant;
    private static String admin;
    private static String backEnd;
    private static LoginForm page;

    /** A hash that an old system has made for {@link Import#PASSWORD}; see the vectors of the unit tests. */
    private enum Old {
        BCRYPT("npm-bcrypt", "imported", "$2b$10$/udh4RUW7qt9H82GZq5T9.Bke3GpgDWwIcSmI0Rbh2BcnTCv/om6u"),
        SCRYPT(
                "werkzeug",
                "imported",
                "scrypt:32768:8:1$j8NvbUGRVsUTQyX0T9N6PQ$3361e94a0ac801c5e323fec879f2a5eeff6a0f08d9d8ebb7d8180e8ce568182d5f6371ac7c8ac3740778f0c5adbe92c1b909d0f731867132d07ad69cae89e419"),
        SHA512_CRYPT(
                "libcrypt",
                "imported",
                "$6$2E4d/R71qV4zuItU$h1GyGeaW6rnUTWFgrGs1ZpYf/u5nqpfeM9C6i.4nbGv4ktVkjxz9sd/iR5xX9cm6zBG3KAorpUYBuIIG5rmOw0"),
        PHPASS("wordpress", "imported", "$P$BZGFwGgXK.G7qgaHd.7mVGCgufXhnv."),
        BCRYPT_SHA256(
                "django", "imported", "bcrypt_sha256$$2b$12$LGoousK6gwqRYtdk7SUeeug5c7fRyFw60lqoZQYNehCFSm2.D62P."),
        FIREBASE(
                "firebase",
                "imported",
                "BtupI2VnmLowGjnFvk8GoETM0eo+6pxiAS7Ntq9UFiKAWVC3iwPlQGyfzxWbGnFEd76mjfg7clcXEHPYBmd9ag=="),
        PBKDF2(
                "django",
                "pbkdf2-sha256",
                "pbkdf2_sha256$260000$krZMBXhIzp4LvZZWe0o1Tq$THnkp+F2gAZeMCafCeXSex/5eEbqPOw4QOyxBDMAuCo="),
        ARGON2(
                "npm-node-rs-argon2",
                "argon2",
                "$argon2id$v=19$m=19456,t=2,p=1$2wlZ0Epp2UBW/MO69N4qIg$SzX50UiTkyJVT6pL7dOKv58TFMGHxIQnNqcGIA1MxW4");

        private final String format;
        private final String stored;
        private final String hash;

        Old(String format, String stored, String hash) {
            this.format = format;
            this.stored = stored;
            this.hash = hash;
        }

        ObjectNode on(ObjectNode line) {
            line.put("password_format", format).put("password_hash", hash);
            if (this == FIREBASE) {
                line.put("password_salt", "yi01qHj9HYYlAJWB")
                        .putObject("password_params")
                        .put("memCost", 14)
                        .put("rounds", 8)
                        .put("saltSeparator", "Bw==")
                        .put(
                                "signerKey",
                                "ZEqQ36jW7+QfrmoXqONL0hY9745jA4w/TrlOjg9jlNGvqYRmlnPQ33VYaY+M22olg1UIbwv4aVvnpnOzfn0bwg==");
            }
            return line;
        }
    }

    /** A place where a password is given. */
    private enum Way {
        API,
        TOKEN_ENDPOINT,
        LOGIN_PAGE,
        AUTH_CHECK;

        private boolean lets(String username, String password) {
            return switch (this) {
                case API -> isLet(200, 401, tenant.login(username, password));
                case TOKEN_ENDPOINT ->
                    isLet(
                            200,
                            400,
                            tenant.token(
                                    "old-app",
                                    Map.of("grant_type", "password", "username", username, "password", password)));
                case LOGIN_PAGE -> isLet(302, 200, page.post(username, password));
                case AUTH_CHECK ->
                    isLet(
                            200,
                            401,
                            tenant.api(backEnd)
                                    .contentType(ContentType.JSON)
                                    .body(Map.of("identifier", username, "password", password))
                                    .post("/users/auth/check"));
            };
        }

        private static boolean isLet(int let, int refused, Response answer) {
            assertTrue(List.of(let, refused).contains(answer.statusCode()), answer.asString());
            return answer.statusCode() == let;
        }
    }

    @BeforeAll
    static void take(TestServer server) {
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection).withLongTokens();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
        backEnd = tenant.serviceTokenOf("view-users");
        tenant.addClient("old-app", true);
        page = new LoginForm(tenant);
    }

    /** Imports a user who can log in, and returns the user's id. */
    private static String imported(Tenant where, String bearer, String username, Old old) {
        String id = UUID.randomUUID().toString();
        ObjectNode line = old.on(Import.line(username).put("id", id)).put("is_email_verified", true);
        assertEquals(
                List.of(),
                Import.run(where, bearer, Map.of("mode", "update"), line).refused());
        return id;
    }

    private static String imported(String username, Old old) {
        return imported(tenant, admin, username, old);
    }

    private static List<CredentialRepresentation> passwords(String id) {
        return tenant.admin().users().get(id).credentials().stream()
                .filter(credential -> credential.getType().equals(CredentialRepresentation.PASSWORD))
                .toList();
    }

    private static String onlyPassword(String id) {
        List<CredentialRepresentation> all = passwords(id);
        assertEquals(1, all.size());
        return all.get(0).getCredentialData();
    }

    /** Tenants of the tests hash with PBKDF2, in one iteration. */
    private static boolean isOfThePolicy(String id) {
        String data = onlyPassword(id);
        return data.contains("\"algorithm\":\"pbkdf2-sha256\"") && data.contains("\"hashIterations\":1,");
    }

    private static List<String> secrets(String id) throws SQLException {
        Node node = tenant.server().node();
        return node == null || node.database() == null
                ? List.of()
                : node.database().texts("select secret_data from credential where user_id = '" + id + "'");
    }

    @DiffersByDatabase
    @ParameterizedTest
    @EnumSource
    void theOldPasswordWorksAtEveryWayInAndIsHashedAnewOnce(Old old) throws SQLException {
        for (Way way : Way.values()) {
            String name = Import.name();
            String id = imported(name, old);
            String before = onlyPassword(id);
            assertTrue(before.contains("\"algorithm\":\"" + old.stored + "\""), before);
            List<String> secret = secrets(id);

            assertFalse(way.lets(name, WRONG), way + " before");
            assertEquals(before, onlyPassword(id), "A wrong password changes nothing");
            assertTrue(way.lets(name, Import.PASSWORD), way + " at first");
            Eventually.holds("a new hash after " + way, Duration.ofSeconds(30), () -> isOfThePolicy(id));
            List<String> renewed = secrets(id);
            assertTrue(renewed.isEmpty() || !renewed.equals(secret));
            assertFalse(way.lets(name, WRONG), way + " after");
            assertTrue(way.lets(name, Import.PASSWORD), way + " again");
            assertEquals(renewed, secrets(id), "Keycloak's own hash stays");
        }
    }

    @Test
    void inABrowserToo() {
        String name = Import.name();
        imported(name, Old.BCRYPT);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.type("username", name);
            browser.type("password", WRONG);
            browser.click("#kc-login");
            browser.awaitText("Invalid username or password.");
            browser.type("password", Import.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + name);
        }
    }

    @DiffersByDatabase
    @ParameterizedTest
    @EnumSource(names = {"BCRYPT", "SCRYPT", "PBKDF2"})
    void loginsAtOnceLeaveOneNewHash(Old old) throws Exception {
        String name = Import.name();
        String id = imported(name, old);
        List<Response> answers = Concurrently.call(AT_ONCE, i -> tenant.login(name, Import.PASSWORD));
        assertEquals(
                List.of(200),
                answers.stream().map(Response::statusCode).distinct().toList());
        Eventually.holds("a new hash", Duration.ofSeconds(30), () -> isOfThePolicy(id));
        assertTrue(secrets(id).stream().noneMatch(secret -> secret.contains(old.hash)));
        tenant.login(name, Import.PASSWORD).then().statusCode(200);
        tenant.login(name, WRONG).then().statusCode(401);
    }

    @Test
    void guessesLockTheAccountAsEver(TestServer server) {
        Tenant strict = Tenant.on(server, realm -> realm.put("failureFactor", 3));
        strict.addUser("the-admin", "admin");
        String id = imported(strict, strict.session("the-admin").access(), "paul", Old.BCRYPT);
        Eventually.holds("a lockout", Duration.ofMinutes(1), () -> {
            strict.login("paul", WRONG).then().statusCode(401);
            return Boolean.TRUE.equals(
                    strict.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
        assertEquals(
                3, strict.admin().attackDetection().bruteForceUserStatus(id).get("numFailures"));
        strict.login("paul", Import.PASSWORD).then().statusCode(401);

        strict.admin().attackDetection().clearBruteForceForUser(id);
        Tenant.retryWhileUnauthorized(() -> strict.login("paul", Import.PASSWORD))
                .then()
                .statusCode(200);
    }

    private static Response change(String token, String from, String to) {
        return tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", from, "new_password", to))
                .put("/users/me/password");
    }

    private static void hasOnly(String name, String password, String before) {
        tenant.login(name, before).then().statusCode(401);
        tenant.login(name, password).then().statusCode(200);
    }

    @Test
    void theUserChangesThePassword() {
        String name = Import.name();
        imported(name, Old.SHA512_CRYPT);
        String token = Tenant.Session.of(tenant.login(name, Import.PASSWORD)).access();
        change(token, Import.PASSWORD, NEW).then().statusCode(200);
        hasOnly(name, NEW, Import.PASSWORD);
    }

    /**
     * Keycloak hashes a password anew after the request that has checked it. In this request, that must not bring back the password
     * which the request has replaced.
     */
    @DiffersByDatabase
    @ParameterizedTest
    @EnumSource(names = {"BCRYPT", "PBKDF2", "ARGON2"})
    void aChangeThatChecksTheOldHashIsNotUndone(Old old) {
        String name = Import.name();
        String id = tenant.addUser(name);
        String token = tenant.session(name).access();
        passwords(id).forEach(credential -> tenant.admin().users().get(id).removeCredential(credential.getId()));
        Import.run(tenant, admin, Map.of("mode", "update"), old.on(Import.line(name)));
        assertTrue(onlyPassword(id).contains("\"algorithm\":\"" + old.stored + "\""));

        change(token, WRONG, NEW).then().statusCode(400);
        change(token, Import.PASSWORD, NEW).then().statusCode(200);
        assertTrue(isOfThePolicy(id));
        hasOnly(name, NEW, Import.PASSWORD);
    }

    @Test
    void anAdminResetsThePassword() {
        String name = Import.name();
        String id = imported(name, Old.SCRYPT);
        CredentialRepresentation reset = new CredentialRepresentation();
        reset.setType(CredentialRepresentation.PASSWORD);
        reset.setValue(NEW);
        tenant.admin().users().get(id).resetPassword(reset);
        assertTrue(isOfThePolicy(id));
        hasOnly(name, NEW, Import.PASSWORD);
    }

    @Test
    void aHashAboveTheCapsIsAFailedLoginAndNotAnEndlessOne() throws SQLException {
        Node node = tenant.server().node();
        Assumptions.assumeTrue(node != null && node.database() != null, "only PostgreSQL can be reached from here");
        String name = Import.name();
        String id = imported(name, Old.BCRYPT);
        // Cost 31 would take two days.
        node.database()
                .execute(
                        "update credential set secret_data = replace(secret_data, '$2b$10$', '$2b$31$') where user_id = '"
                                + id + "'");
        assertNotEquals(
                List.of(),
                secrets(id).stream().filter(secret -> secret.contains("$31$")).toList());
        tenant.admin().clearUserCache();
        long start = System.nanoTime();
        tenant.login(name, Import.PASSWORD).then().statusCode(401);
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 30);
        tenant.awaitLogged("WARN", passwords(id).get(0).getId(), "cannot be checked");
    }

    /** A password that an admin gives a user by Keycloak's admin API, in a form that Keycloak stores without a look at its cost. */
    private enum TooDear {
        /** It would end a server whose heap is smaller. */
        ARGON2_OF_FOUR_GIBIBYTES(argon2(4 << 20, 5)),
        ARGON2_OF_MANY_PASSES(argon2(256 << 10, 30)),
        /** It would hold a processor for ten minutes and more. */
        PBKDF2("{\"algorithm\": \"pbkdf2-sha256\", \"hashIterations\": 2000000000}");

        private final String data;

        TooDear(String data) {
            this.data = data;
        }

        private static String argon2(int memory, int passes) {
            return """
                    {"algorithm": "argon2", "hashIterations": %d, "additionalParameters": {"version": ["1.3"],
                    "type": ["id"], "hashLength": ["32"], "memory": ["%d"], "parallelism": ["1"]}}""".formatted(passes, memory);
        }

        String algorithm() {
            return this == PBKDF2 ? "(pbkdf2-sha256)" : "(argon2)";
        }

        void giveTo(String username) {
            CredentialRepresentation password = new CredentialRepresentation();
            password.setType(CredentialRepresentation.PASSWORD);
            password.setCredentialData(data);
            password.setSecretData(
                    "{\"value\": \"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\", \"salt\": \"MDEyMzQ1Njc4OWFiY2RlZg==\"}");
            UserRepresentation user = new UserRepresentation();
            user.setUsername(username);
            user.setEmail(username + "@example.com");
            user.setFirstName("Test");
            user.setLastName("Person");
            user.setEmailVerified(true);
            user.setEnabled(true);
            user.setCredentials(List.of(password));
            try (var created = tenant.admin().users().create(user)) {
                assertEquals(201, created.getStatus());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHashOfKeycloaksOwnAboveTheCapsIsAFailedLoginAndTheServerLives(TooDear dear) {
        String name = Import.name();
        dear.giveTo(name);
        String other = Import.name();
        tenant.addUser(other);
        for (Way way : Way.values()) {
            long start = System.nanoTime();
            assertFalse(way.lets(name, Import.PASSWORD), way::name);
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 30, way::name);
            assertTrue(way.lets(other, TestServer.PASSWORD), way::name);
        }
        tenant.awaitLogged("WARN", dear.algorithm(), "cannot be checked", "above the cap of");
    }
}
