package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tries each route by which an account can be handed over or ended with nothing but an access token whose login is a while
 * ago, as a thief does. The routes come from the {@linkplain ApiDocument document}, and the test fails if one that needs a
 * recent login is not tried.
 */
@ExtendWith(ServerExtension.class)
final class StolenTokenIT {
    /** In seconds. The tests wait until the logins are older, and never need one that is not. */
    private static final String RECENT = "1";

    private static final String WRONG = "Wrong-password-1!";
    private static final String NEXT = "Another-word-2!";

    private static Tenant tenant;
    private static final Map<String, Victim> VICTIMS = new TreeMap<>();

    /**
     * An attack by one route.
     *
     * @param route the method and the path
     * @param kind whom it is tried on
     * @param body what the thief sends
     * @param refused the status of the attack
     * @param proved the status with the right password; 0 for a route that takes none
     */
    private record Attack(String route, Kind kind, Map<String, String> body, int refused, int proved) {
        Attack(String route, Kind kind, Map<String, String> body, int proved) {
            this(route, kind, body, 401, proved);
        }

        String method() {
            return route.split(" ", -1)[0];
        }

        String path() {
            return route.split(" ", -1)[1];
        }
    }

    private enum Kind {
        PERSON,
        /** Somebody with a second factor. */
        WITH_CODES,
        /** Somebody who sets up a second factor at the moment. */
        SETTING_UP,
        ADMIN
    }

    private static final List<Attack> ATTACKS = List.of(
            new Attack("PUT /users/me", Kind.PERSON, Map.of("email", "thief-of-me@example.com"), 200),
            // The proof is asked for before the code is looked at.
            new Attack("POST /users/me/pending-email", Kind.PERSON, Map.of("code", "garbage"), 404),
            new Attack("DELETE /users/me", Kind.PERSON, Map.of(), 204),
            // The route asks for the password in any case.
            new Attack(
                    "PUT /users/me/password",
                    Kind.PERSON,
                    Map.of("current_password", WRONG, "new_password", NEXT),
                    400,
                    200),
            new Attack("DELETE /users/me/sessions", Kind.PERSON, Map.of(), 204),
            new Attack("DELETE /users/me/sessions/{session}", Kind.PERSON, Map.of(), 204),
            new Attack("PATCH /users/mfa/enable", Kind.PERSON, Map.of(), 200),
            new Attack("POST /users/mfa/verify", Kind.SETTING_UP, Map.of("code", "{code}"), 200),
            new Attack("GET /users/mfa/qr", Kind.SETTING_UP, Map.of(), 0),
            new Attack("PATCH /users/mfa/disable", Kind.WITH_CODES, Map.of("totp", "{code}"), 200),
            new Attack("PUT /users/{id}", Kind.ADMIN, Map.of("email", "thief-of-put@example.com"), 200),
            new Attack("PATCH /users/{id}", Kind.ADMIN, Map.of("email", "thief-of-patch@example.com"), 200),
            new Attack("DELETE /users/{id}", Kind.ADMIN, Map.of(), 0),
            new Attack("DELETE /users/id", Kind.ADMIN, Map.of("user_id", "{id}"), 0),
            new Attack("DELETE /users/identifier", Kind.ADMIN, Map.of("identifier", "{name}"), 0),
            new Attack("DELETE /users/{id}/sessions", Kind.ADMIN, Map.of(), 0),
            new Attack("DELETE /users/{id}/sessions/{session}", Kind.ADMIN, Map.of(), 0));

    /**
     * Somebody whose access token was stolen, and who is logged in elsewhere too.
     *
     * @param secret that of the one-time codes, a character for each byte; empty without them
     */
    private record Victim(String name, String id, String secret, Tenant.Session stolen, Tenant.Session other) {
        static Victim add(String name, Kind kind) {
            String id = kind == Kind.ADMIN ? tenant.addUser(name, "admin") : tenant.addUser(name);
            Tenant.Session other = tenant.session(name);
            Tenant.Session stolen = tenant.session(name);
            byte[] secret = {};
            if (kind == Kind.WITH_CODES) {
                secret = Totp.add(tenant, id);
            } else if (kind == Kind.SETTING_UP) {
                Response made = Tenant.retryUntil(
                        answer -> answer.statusCode() == 200,
                        () -> tenant.api(stolen.access())
                                .contentType(ContentType.JSON)
                                .body(Map.of("current_password", TestServer.PASSWORD))
                                .patch("/users/mfa/enable"));
                String uri = made.path("provisioning_uri");
                secret = Totp.base32(uri.replaceFirst(".*[?&]secret=([^&]*).*", "$1"));
            }
            return new Victim(name, id, new String(secret, StandardCharsets.ISO_8859_1), stolen, other);
        }

        String otherSession() {
            return tenant.api(other.access())
                    .get("/users/me/sessions")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("find { it.current }.id");
        }
    }

    @BeforeAll
    static void steal(TestServer server) {
        tenant = Tenant.on(
                        server,
                        realm -> realm.withObject("/attributes")
                                .put("user-service.recent-login", RECENT)
                                .put("user-service.self-deletion", "true"))
                .withLongTokens();
        tenant.addUser("another-admin", "admin");
        ATTACKS.forEach(attack -> VICTIMS.put(attack.route(), Victim.add("victim-" + VICTIMS.size(), attack.kind())));
        // The last login is old once this needs a new one.
        Victim last = VICTIMS.get(ATTACKS.get(ATTACKS.size() - 1).route());
        Tenant.retryUntil(
                        answer -> answer.statusCode() == 401,
                        () -> tenant.api(last.stolen().access()).get("/users/mfa/qr"))
                .then()
                .statusCode(401);
    }

    @Test
    void everyRouteThatNeedsARecentLoginIsTried() {
        Set<String> published = new TreeSet<>();
        ApiDocument.published(tenant.server(), tenant.name())
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (method.getValue().path("description").asText().contains("**Recent login:**")) {
                        published.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        assertEquals(published, VICTIMS.keySet());
    }

    @TestFactory
    Stream<DynamicTest> aStolenTokenAloneTakesNothingOver() {
        return ATTACKS.stream()
                .map(attack -> dynamicTest(attack.route(), () -> {
                    Victim victim = VICTIMS.get(attack.route());
                    requireRefusal(attack, send(attack, victim, Map.of()));
                    requireUnharmed(victim);
                    if (attack.proved() == 0) {
                        return;
                    }
                    Response guessed = Tenant.retryUntil(
                            answer -> answer.statusCode() == 400,
                            () -> send(attack, victim, Map.of("current_password", WRONG)));
                    guessed.then().statusCode(400).body("errors", hasKey("current_password"));
                    requireUnharmed(victim);
                    Tenant.retryUntil(
                                    answer -> answer.statusCode() == attack.proved(),
                                    () -> send(attack, victim, Map.of("current_password", TestServer.PASSWORD)))
                            .then()
                            .statusCode(attack.proved());
                }));
    }

    /** Keycloak's own API asks for no recent login, so that the thief gets as far as the code. */
    @Test
    void aStolenTokenProvesNoAddressThatTheAccountRestApiWasGiven() {
        Victim victim = Victim.add("victim-of-account", Kind.PERSON);
        Tenant.retryUntil(
                answer -> answer.statusCode() == 401,
                () -> tenant.api(victim.stolen().access()).get("/users/mfa/qr"));
        tenant.changeInAccountConsole(victim.stolen().access(), victim.name(), "thief-of-account@example.com");
        Map<String, String> code = Map.of("code", tenant.inbox().nextCode("thief-of-account@example.com"));
        Attack attack = new Attack("POST /users/me/pending-email", Kind.PERSON, code, 200);
        requireRefusal(attack, send(attack, victim, Map.of()));
        requireUnharmed(victim);
        send(attack, victim, Map.of("current_password", TestServer.PASSWORD))
                .then()
                .statusCode(200)
                .body("user.email", equalTo("thief-of-account@example.com"));
    }

    private static void requireRefusal(Attack attack, Response answer) {
        answer.then().statusCode(attack.refused());
        if (attack.refused() == 401) {
            String detail = "This needs a login that is at most " + RECENT + " s old, or the current password";
            answer.then()
                    .contentType("application/problem+json")
                    .body("detail", equalTo(detail))
                    .body("message", equalTo(detail))
                    .body("max_age", equalTo(Integer.valueOf(RECENT)))
                    .header(
                            "WWW-Authenticate",
                            "Bearer error=\"insufficient_user_authentication\", error_description=\"" + detail
                                    + "\", max_age=\"" + RECENT + "\"");
        }
    }

    /** Requires that the account is its owner's as before: the address, the password and the sessions. */
    private static void requireUnharmed(Victim victim) {
        tenant.api(victim.other().access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .body("email", equalTo(victim.name() + "@example.com"));
        tenant.api(victim.stolen().access()).get("/users/me").then().statusCode(200);
        boolean hasCodes = tenant.admin().users().get(victim.id()).credentials().stream()
                .anyMatch(credential -> credential.getType().equals("otp"));
        assertEquals(VICTIMS.get("PATCH /users/mfa/disable").equals(victim), hasCodes);
        assertEquals(
                1,
                tenant.admin().users().get(victim.id()).credentials().stream()
                        .filter(credential -> credential.getType().equals("password"))
                        .count());
        if (!hasCodes) {
            tenant.session(victim.name());
        }
    }

    private static Response send(Attack attack, Victim victim, Map<String, String> proof) {
        Map<String, String> body = new HashMap<>(attack.body());
        body.putAll(proof);
        body.replaceAll((field, value) -> switch (value) {
            case "{id}" -> victim.id();
            case "{name}" -> victim.name();
            case "{code}" -> Totp.now(victim.secret().getBytes(StandardCharsets.ISO_8859_1));
            default -> value;
        });
        RequestSpecification call = tenant.api(victim.stolen().access());
        if (!body.isEmpty()) {
            call.contentType(ContentType.JSON).body(body);
        }
        String path = attack.path().replace("{id}", victim.id());
        return call.request(
                attack.method(), path.contains("{session}") ? path.replace("{session}", victim.otherSession()) : path);
    }
}
