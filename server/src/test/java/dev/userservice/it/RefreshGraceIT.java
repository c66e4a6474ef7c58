package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests tenants whose setting {@code refresh-grace} lets the answer to a refresh be given once more. */
@ExtendWith(ServerExtension.class)
final class RefreshGraceIT {
    private static final String API_CLIENT = "user-service-api";

    private static TestServer server;
    private static Tenant tenant;

    @BeforeAll
    static void addPeople(TestServer running) {
        server = running;
        tenant = gracious("60");
        tenant.addUser("alice");
    }

    private static Tenant gracious(String seconds) {
        return Tenant.on(server, Limits.with(Map.of("refresh-grace", seconds)));
    }

    /** Lets time pass, because Keycloak compares the issue times of refresh tokens in whole seconds. */
    private static void pass(double seconds) {
        LockSupport.parkNanos(Duration.ofMillis((long) (seconds * 1_000)).toNanos());
    }

    private static Response refreshed(Tenant of, String refreshToken) {
        Response answer = of.refresh(refreshToken);
        answer.then().statusCode(200);
        return answer;
    }

    private static void assertOver(Tenant of, String refreshToken, Response answer) {
        of.refresh(refreshToken).then().statusCode(401);
        of.refresh(answer.path("refresh_token")).then().statusCode(401);
        of.api(answer.<String>path("access_token")).get("/users/me").then().statusCode(401);
    }

    @Test
    void theSameTokenGetsTheSameAnswerOnceAndThenEndsTheSession() {
        Tenant.Session session = tenant.session("alice");
        Tenant.Session other = tenant.session("alice");
        pass(1.1);
        Response first = refreshed(tenant, session.refresh());
        Response second = tenant.api(session.refresh()).post("/refresh");
        second.then().statusCode(200);
        assertArrayEquals(first.asByteArray(), second.asByteArray());
        tenant.api(second.<String>path("access_token")).get("/users/me").then().statusCode(200);

        assertOver(tenant, session.refresh(), first);
        refreshed(tenant, other.refresh());
        tenant.awaitLogged("A used refresh token came back", tenant.name());
    }

    @Test
    void theRepeatedAnswerRefreshesAsTheFirstOneWould() {
        Tenant.Session session = tenant.session("alice");
        pass(1.1);
        refreshed(tenant, session.refresh());
        String next = refreshed(tenant, session.refresh()).path("refresh_token");
        pass(1.1);
        Response later = refreshed(tenant, next);
        later.then().body("refresh_token", not(equalTo(next)));
        assertArrayEquals(later.asByteArray(), refreshed(tenant, next).asByteArray());
    }

    @Test
    void afterTheWindowASecondUseEndsTheSession() {
        Tenant strict = gracious("2");
        strict.addUser("alice");
        Tenant.Session session = strict.session("alice");
        pass(1.1);
        Response first = refreshed(strict, session.refresh());
        pass(2.5);
        assertOver(strict, session.refresh(), first);
    }

    @Test
    void anAnswerWhoseAccessTokenHasExpiredIsNotGivenAgain() {
        Tenant brief = gracious("60");
        RealmRepresentation realm = brief.admin().toRepresentation();
        realm.setAccessTokenLifespan(2);
        brief.admin().update(realm);
        brief.addUser("alice");
        Tenant.Session session = brief.session("alice");
        pass(1.1);
        Response first = refreshed(brief, session.refresh());
        pass(2.5);
        assertOver(brief, session.refresh(), first);
    }

    /** Otherwise a thief could come after the client has gone on. */
    @Test
    void onceTheNewTokenIsUsedTheOldOneEndsTheSession() {
        Tenant.Session session = tenant.session("alice");
        pass(1.1);
        Response first = refreshed(tenant, session.refresh());
        pass(1.1);
        Response second = refreshed(tenant, first.path("refresh_token"));
        pass(1.1);
        assertOver(tenant, session.refresh(), second);
    }

    /** What a person or an admin does between the two uses of a token, and what makes the tokens worthless. */
    enum Ending {
        LOGOUT {
            @Override
            void happen(String userId, Response tokens) {
                tenant.api(tokens.<String>path("access_token"))
                        .post("/logout")
                        .then()
                        .statusCode(200);
            }
        },
        SESSION_DELETED {
            @Override
            void happen(String userId, Response tokens) {
                tenant.admin().deleteSession(tokens.path("session_state"), false);
            }
        },
        REVOKED_FOR_THE_USER {
            @Override
            void happen(String userId, Response tokens) {
                tenant.admin().users().get(userId).logout();
            }
        },
        USER_DISABLED {
            @Override
            void happen(String userId, Response tokens) {
                UserRepresentation user = tenant.admin().users().get(userId).toRepresentation();
                user.setEnabled(false);
                tenant.admin().users().get(userId).update(user);
            }
        },
        USER_DELETED {
            @Override
            void happen(String userId, Response tokens) {
                tenant.admin().users().get(userId).remove();
            }
        };

        abstract void happen(String userId, Response tokens);
    }

    @ParameterizedTest
    @EnumSource
    void deadTokensAreNotGivenAgain(Ending ending) {
        String username = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username);
        Tenant.Session session = tenant.session(username);
        Response first = refreshed(tenant, session.refresh());
        ending.happen(id, first);
        assertOver(tenant, session.refresh(), first);
    }

    @Test
    void tokensFromBeforeARevocationOfTheRealmAreNotGivenAgain() {
        Tenant revoking = gracious("60");
        revoking.addUser("alice");
        Tenant.Session session = revoking.session("alice");
        Response first = refreshed(revoking, session.refresh());
        RealmRepresentation realm = revoking.admin().toRepresentation();
        realm.setNotBefore((int) (System.currentTimeMillis() / 1_000) + 1);
        revoking.admin().update(realm);
        assertOver(revoking, session.refresh(), first);
    }

    @Test
    void noOtherClientAndNoWrongSecretGetsOrSpendsTheAnswer() {
        tenant.addClient("somebody-else", true);
        Tenant.Session session = tenant.session("alice");
        pass(1.1);
        Response first = refreshed(tenant, session.refresh());
        Map<String, String> grant = Map.of("grant_type", "refresh_token", "refresh_token", session.refresh());
        tenant.token("somebody-else", grant).then().statusCode(400);
        tenant.token(API_CLIENT, grant).then().statusCode(401);
        String changed = session.refresh().substring(0, session.refresh().length() - 2) + "xx";
        tenant.refresh(changed).then().statusCode(401);
        assertArrayEquals(
                first.asByteArray(), refreshed(tenant, session.refresh()).asByteArray());

        String theirs = tenant.passwordToken("somebody-else", "alice").path("refresh_token");
        tenant.refresh(theirs).then().statusCode(401);
        tenant.refresh(theirs).then().statusCode(401);
    }

    @Test
    void keycloaksTokenEndpointGivesNoGrace() {
        String secret =
                tenant.admin().clients().findByClientId(API_CLIENT).get(0).getSecret();
        Tenant.Session session = tenant.session("alice");
        pass(1.1);
        Response first = refreshed(tenant, session.refresh());
        tenant.oidc()
                .formParam("client_id", API_CLIENT)
                .formParam("client_secret", secret)
                .formParam("grant_type", "refresh_token")
                .formParam("refresh_token", session.refresh())
                .post("/token")
                .then()
                .statusCode(400);
        tenant.refresh(session.refresh()).then().statusCode(401);
        tenant.refresh(first.path("refresh_token")).then().statusCode(401);
    }

    @Test
    void twoAtTheSameMomentGetTheSameAnswer() throws Exception {
        for (int round = 0; round < 5; round++) {
            Tenant.Session session = tenant.session("alice");
            pass(1.1);
            List<Response> answers = Concurrently.call(2, i -> tenant.refresh(session.refresh()));
            answers.forEach(answer -> answer.then().statusCode(200));
            assertArrayEquals(answers.get(0).asByteArray(), answers.get(1).asByteArray());
            String next = answers.get(0).path("refresh_token");
            refreshed(tenant, next);
        }
    }

    @Test
    void ofAHundredAtOnceAtMostTwoSucceedAndWithTheSameAnswer() throws Exception {
        Tenant.Session session = tenant.session("alice");
        List<Response> answers = Concurrently.call(100, i -> tenant.refresh(session.refresh()));
        List<Response> successes =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertTrue(successes.size() <= 2, successes.size() + " succeeded");
        assertTrue(successes.stream().map(Response::asString).distinct().count() <= 1);
        answers.forEach(
                answer -> assertTrue(List.of(200, 401, 503).contains(answer.statusCode()), answer.statusLine()));
        Stream.concat(
                        Stream.of(session.refresh()),
                        successes.stream().map(answer -> answer.<String>path("refresh_token")))
                .forEach(token -> tenant.refresh(token).then().statusCode(401));
    }

    @Test
    void anAnswerThatIsGivenAgainCountsAsARefreshForTheLimit() {
        Tenant limited = Tenant.on(server, Limits.with(Map.of("refresh-grace", "60", "limit-refresh", "2/1h")));
        limited.addUser("alice");
        Tenant.Session session = limited.session("alice");
        Response first = refreshed(limited, session.refresh());
        refreshed(limited, session.refresh());
        limited.refresh(session.refresh()).then().statusCode(429);
        limited.api(first.<String>path("access_token")).get("/users/me").then().statusCode(200);
    }

    @Test
    void theLogTellsOfAnAnswerThatWasGivenAgain() {
        Activities log = Activities.of(tenant);
        String username = "u-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(username);
        Tenant.Session session = tenant.session(username);
        refreshed(tenant, session.refresh());
        assertEquals(List.of("user_created", "login"), log.actions(id));
        refreshed(tenant, session.refresh());
        assertEquals(List.of("user_created", "login", "token_refresh"), log.actions(id));
        assertEquals(Map.of("repeated", true), log.last(id, "token_refresh").get("details"));
        tenant.refresh(session.refresh()).then().statusCode(401);
        assertEquals(List.of("user_created", "login", "token_refresh", "token_reuse"), log.actions(id));
    }

    @Test
    void byDefaultThereIsNoGrace(Tenant usual) {
        usual.addUser("alice");
        Tenant.Session session = usual.session("alice");
        pass(1.1);
        assertOver(usual, session.refresh(), refreshed(usual, session.refresh()));
    }

    @Test
    void whereTokensMayBeUsedAgainEachUseGetsItsOwnAnswer() {
        Tenant lax = gracious("60");
        RealmRepresentation realm = lax.admin().toRepresentation();
        realm.setRevokeRefreshToken(false);
        lax.admin().update(realm);
        lax.addUser("alice");
        Tenant.Session session = lax.session("alice");
        assertNotEquals(
                refreshed(lax, session.refresh()).asString(),
                refreshed(lax, session.refresh()).asString());
    }
}
