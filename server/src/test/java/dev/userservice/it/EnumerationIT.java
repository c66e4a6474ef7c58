package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests that a caller who asks for a mail, to activate an account or to choose a new password, learns nothing about the account: neither
 * from the answer nor from its time, whatever the mail server does.
 */
@ExtendWith(ServerExtension.class)
@Isolated("times are compared")
final class EnumerationIT {
    private static final int ROUNDS = 50;

    /** Is the p-value below which a comparison fails. If all kinds are alike, one run in a thousand has a comparison that fails. */
    private static final double SUSPICIOUS = 0.001 / 40;

    private static Tenant tenant;
    private static Tenant unlucky;
    private static SmtpProxy proxy;
    private static Map<String, String> identifiers;

    /** A public route whose answer says nothing about the account. */
    private enum Asking {
        RESEND {
            @Override
            Response of(Tenant tenant, String identifier) {
                return tenant.api().queryParam("identifier", identifier).get("/users/activation/resend");
            }
        },
        FORGOT {
            @Override
            Response of(Tenant tenant, String identifier) {
                return tenant.api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("email", identifier))
                        .post("/reset-password");
            }
        };

        abstract Response of(Tenant tenant, String identifier);
    }

    /** What a mail server can do instead of accepting a mail. */
    private enum Mishap {
        DEAD,
        SLOW,
        REFUSING
    }

    @BeforeAll
    static void add(Tenant fresh) {
        tenant = fresh;
        identifiers = everyKindOf(tenant);
        proxy = SmtpProxy.before(tenant.inbox());
        // Each request causes a mail here, and none of the mails arrives.
        unlucky = Tenant.on(tenant.server(), realm -> {
            realm.withObject("/attributes").put("user-service.resend-cool-down", "0");
            realm.set("smtpServer", proxy.smtp().json());
        });
    }

    /** Removes the tenant with everything that is still in its outbox, which would show in the meters that other tests read. */
    @AfterAll
    static void removeTheUnlucky() {
        if (unlucky != null) {
            unlucky.admin().remove();
            proxy.close();
        }
    }

    private static Map<String, String> everyKindOf(Tenant tenant) {
        String pending = tenant.register(Map.of());
        String active = tenant.register(Map.of());
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", tenant.inbox().next(active).code()))
                .post("/verify-email")
                .then()
                .statusCode(200);
        String disabled = tenant.register(Map.of());
        UserRepresentation user =
                tenant.admin().users().searchByEmail(disabled, true).get(0);
        user.setEnabled(false);
        tenant.admin().users().get(user.getId()).update(user);
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("pending", pending);
        kinds.put("active", active);
        kinds.put("disabled", disabled);
        kinds.put("unknown", UUID.randomUUID() + "@example.com");
        return kinds;
    }

    @ParameterizedTest
    @EnumSource
    void theAnswersAreOne(Asking asking) {
        List<String> answers = identifiers.values().stream()
                .map(identifier -> everythingOf(asking.of(tenant, identifier)))
                .distinct()
                .toList();
        assertEquals(1, answers.size(), answers.toString());
    }

    private static String everythingOf(Response answer) {
        Map<String, String> headers = new TreeMap<>();
        for (Header header : answer.headers()) {
            headers.put(header.getName(), header.getValue());
        }
        // This header differs for each request, whichever account it is about.
        headers.replace("X-Request-ID", "made anew");
        return answer.statusCode() + " " + headers + " " + answer.asString();
    }

    /** The time may differ, until the users have logged in; see the chapter about imported hashes in docs/security.md. */
    @Test
    void norDoesTheAnswerToAWrongPasswordWhateverTheHash() {
        Tenant mixed = Tenant.on(tenant.server(), Tenant::withoutBruteForceProtection);
        mixed.addUser("the-admin", "admin");
        Map<String, String> names =
                Import.oneOfEachHash(mixed, mixed.session("the-admin").access());
        names.put("the realm's own", "the-admin");
        names.put("unknown", UUID.randomUUID() + "@example.com");
        mixed.addClient("app", true);
        String backEnd = mixed.serviceTokenOf("view-users");
        List<Function<String, Response>> ways = List.of(
                name -> mixed.login(name, "Wrong-horse-1"),
                name -> mixed.token(
                        "app", Map.of("grant_type", "password", "username", name, "password", "Wrong-horse-1")),
                name -> mixed.api(backEnd)
                        .contentType(ContentType.JSON)
                        .body(Map.of("identifier", name, "password", "Wrong-horse-1"))
                        .post("/users/auth/check"));
        for (Function<String, Response> way : ways) {
            List<String> answers = names.values().stream()
                    .map(name -> everythingOf(way.apply(name)))
                    .distinct()
                    .toList();
            assertEquals(1, answers.size(), answers.toString());
            assertTrue(answers.get(0).startsWith("40"), answers.get(0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theirTimesAreOfOneKind(Asking asking) {
        assertOneKind(identifiers, ROUNDS, identifier -> asking.of(tenant, identifier));
    }

    @ParameterizedTest
    @EnumSource
    void norDoesAMailServerInTroubleTell(Mishap mishap) {
        String known = "known-" + UUID.randomUUID() + "@example.com";
        unlucky.addUser(known.replace("@example.com", ""));
        switch (mishap) {
            case DEAD -> proxy.down();
            case SLOW -> proxy.delay(Duration.ofMillis(500));
            case REFUSING -> proxy.refuse(known);
        }
        try {
            Map<String, String> two = Map.of("known", known, "unknown", UUID.randomUUID() + "@example.com");
            assertOneKind(two, ROUNDS, identifier -> Asking.FORGOT.of(unlucky, identifier));
        } finally {
            proxy.delay(Duration.ZERO);
            proxy.up();
        }
    }

    /** This test does the same with the form on the login page, and opens a new form for each request. */
    @Test
    void norDoesTheForm() {
        try (RelyingParty app = RelyingParty.of(tenant)) {
            assertOneKind(identifiers, ROUNDS / 2, identifier -> form(app, identifier));
        }
    }

    private static final Pattern FORGOT_PASSWORD = Pattern.compile("href=\"([^\"]*reset-credentials[^\"]*)\"");
    private static final Pattern ACTION = Pattern.compile("action=\"([^\"]*reset-credentials[^\"]*)\"");

    private static Response form(RelyingParty app, String identifier) {
        Map<String, String> cookies = new HashMap<>();
        String login = get(cookies, app.login().toString());
        String form = get(
                cookies,
                tenant.server().base().resolve("/")
                        + first(FORGOT_PASSWORD, login).substring(1));
        return RestAssured.given()
                .urlEncodingEnabled(false)
                .redirects()
                .follow(false)
                .cookies(cookies)
                .contentType(ContentType.URLENC)
                .formParam("username", identifier)
                .post(first(ACTION, form));
    }

    /** Opens a page with all cookies, as a browser does, which considers this host secure enough for them. */
    private static String get(Map<String, String> cookies, String address) {
        Response page =
                RestAssured.given().urlEncodingEnabled(false).cookies(cookies).get(address);
        page.then().statusCode(200);
        cookies.putAll(page.getCookies());
        return page.asString();
    }

    private static String first(Pattern pattern, String page) {
        Matcher matcher = pattern.matcher(page);
        assertTrue(matcher.find(), page);
        return matcher.group(1).replace("&amp;", "&");
    }

    private static void assertOneKind(
            Map<String, String> identifiers, int rounds, Function<String, Response> question) {
        Map<String, double[]> times = new LinkedHashMap<>();
        identifiers.keySet().forEach(kind -> times.put(kind, new double[rounds]));
        int status = identifiers.values().stream()
                .mapToInt(identifier -> question.apply(identifier).statusCode())
                .max()
                .orElseThrow();
        assertTrue(status < 400, "status " + status);
        List<String> questions = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            questions.addAll(identifiers.keySet());
        }
        // All questions are shuffled together. Shuffled round by round, each kind would more often follow the others
        // and bear the work that they leave behind.
        Collections.shuffle(questions);
        Map<String, Integer> asked = new HashMap<>();
        for (String kind : questions) {
            Response answer = question.apply(identifiers.get(kind));
            assertEquals(status, answer.statusCode());
            times.get(kind)[asked.merge(kind, 1, Integer::sum) - 1] = answer.timeIn(TimeUnit.MICROSECONDS);
        }
        Set<String> kinds = identifiers.keySet();
        kinds.forEach(one -> kinds.stream()
                .filter(other -> one.compareTo(other) < 0)
                .forEach(other -> {
                    double p = Ranks.pValue(times.get(one), times.get(other));
                    assertTrue(p > SUSPICIOUS, one + " and " + other + " differ in time: p = " + p);
                }));
    }
}
