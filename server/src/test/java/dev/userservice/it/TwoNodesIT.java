package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests two nodes of one cluster, which are servers of this test's own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class TwoNodesIT {
    private static List<TestServer> nodes = List.of();
    private static Tenant here;
    private static Tenant there;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only unpacked servers make a cluster");
        nodes = TestServer.twoNodes();
        here = Tenant.on(nodes.get(0));
        here.addUser("alice");
        there = here.at(nodes.get(1));
    }

    @AfterAll
    static void stop() throws Exception {
        // The second node is closed first, because the database belongs to the first one.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
    }

    @Test
    @Order(1)
    void aSessionIsOneOnBothNodes() {
        Tenant.Session session = here.session("alice");
        there.api(session.access()).get("/users/me").then().statusCode(200).body("username", equalTo("alice"));
        Response renewed = there.refresh(session.refresh());
        renewed.then().statusCode(200);
        here.api(renewed.<String>path("access_token")).get("/users/me").then().statusCode(200);

        there.api(renewed.<String>path("access_token")).post("/logout").then().statusCode(200);
        here.api(renewed.<String>path("access_token")).get("/users/me").then().statusCode(401);
        here.refresh(renewed.path("refresh_token")).then().statusCode(401);
    }

    @Test
    @Order(2)
    void aSessionThatIsEndedAtOneNodeIsDeadAtTheOther() {
        String id = here.addUser("frida");
        here.addUser("the-admin", "admin");
        Tenant.Session one = here.session("frida");
        Tenant.Session two = there.session("frida");
        Tenant.Session three = there.session("frida");
        for (Tenant.Session session : List.of(one, two, three)) {
            for (Tenant node : List.of(here, there)) {
                node.api(session.access()).get("/users/me").then().statusCode(200);
            }
        }
        String ofTwo = there.api(two.access()).get("/users/me/sessions").path("find { it.current }.id");
        here.api(one.access()).delete("/users/me/sessions/" + ofTwo).then().statusCode(204);
        assertDead(there, two);
        there.api(here.session("the-admin").access())
                .delete("/users/" + id + "/sessions")
                .then()
                .statusCode(204);
        assertDead(here, one);
        assertDead(here, three);
        assertDead(there, three);
    }

    private static void assertDead(Tenant at, Tenant.Session session) {
        at.api(session.access()).get("/users/me").then().statusCode(401);
        at.refresh(session.refresh()).then().statusCode(401);
    }

    @Test
    @Order(3)
    void ofAHundredRefreshesOverBothNodesAtMostOneSucceeds() throws Exception {
        Tenant.Session session = here.session("alice");
        List<Response> answers = Concurrently.call(100, i -> (i % 2 == 0 ? here : there).refresh(session.refresh()));
        List<Response> successes =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertTrue(successes.size() <= 1, successes.size() + " succeeded");
        for (Response answer : answers) {
            assertTrue(List.of(200, 401, 503).contains(answer.statusCode()), answer.statusLine() + answer.asString());
        }
        for (Tenant node : List.of(here, there)) {
            Stream.concat(Stream.of(session.refresh()), successes.stream().map(answer -> answer.path("refresh_token")))
                    .forEach(token -> assertEquals(401, node.refresh(token).statusCode()));
        }
    }

    @Test
    @Order(4)
    void ofAHundredRedemptionsOverBothNodesOneSucceeds() throws Exception {
        String code = nodes.get(0).inbox().next(here.register(Map.of())).code();
        Map<Integer, Long> answers = Concurrently.patiently(100, i -> verify(i % 2 == 0 ? here : there, code)).stream()
                .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(200, 1L, 404, 99L), answers);
    }

    private static Response verify(Tenant at, String code) {
        return at.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code))
                .post("/verify-email");
    }

    /** Also checks that the sessions of the other node end, and that its cache knows the new password. */
    @Test
    @Order(5)
    void ofAHundredNewPasswordsOverBothNodesOneIsSet() throws Exception {
        here.addUser("carol");
        Tenant.Session elsewhere = there.session("carol");
        here.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", "carol"))
                .post("/users/password/forgot")
                .then()
                .statusCode(200);
        String code = nodes.get(0).inbox().next("carol@example.com").code();
        List<Response> answers = Concurrently.call(
                100,
                i -> (i % 2 == 0 ? here : there)
                        .api()
                        .contentType(ContentType.JSON)
                        .body(Map.of("password", "Another-horse-" + i))
                        .post("/reset-password/" + code));
        List<Integer> winners = IntStream.range(0, answers.size())
                .filter(i -> answers.get(i).statusCode() == 200)
                .boxed()
                .toList();
        assertEquals(1, winners.size());
        for (Response answer : answers) {
            // A call that waits too long for the successful one is answered with 503, which tells the caller to try
            // again.
            assertTrue(List.of(200, 404, 503).contains(answer.statusCode()), answer.statusLine() + answer.asString());
        }
        for (Tenant node : List.of(here, there)) {
            assertEquals(401, node.refresh(elsewhere.refresh()).statusCode());
            assertEquals(401, node.login("carol", TestServer.PASSWORD).statusCode());
            Tenant.retryWhileUnauthorized(() -> node.login("carol", "Another-horse-" + winners.get(0)))
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    @Order(6)
    void theWorkersOfTwoNodesSendEachMailOnce() throws Exception {
        List<Response> answers = Concurrently.call(40, i -> (i % 2 == 0 ? here : there).registration(Map.of()));
        Inbox inbox = nodes.get(0).inbox();
        for (Response answer : answers) {
            String email = answer.then().statusCode(201).extract().path("user.email");
            verify(there, inbox.next(email).code()).then().statusCode(200);
        }
        for (Response answer : answers) {
            assertEquals(1, inbox.count(answer.path("user.email")));
        }
    }

    @Test
    @Order(7)
    void ofTwentyEqualRegistrationsOverBothNodesOneIsMade() throws Exception {
        Map<String, String> body = Map.of(
                "email", UUID.randomUUID() + "@example.com", "password", TestServer.PASSWORD, "first_name", "Test");
        Map<Integer, Long> answers = Concurrently.call(
                        20,
                        i -> (i % 2 == 0 ? here : there)
                                .api()
                                .contentType(ContentType.JSON)
                                .body(body)
                                .post("/register"))
                .stream()
                .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(201, 1L, 409, 19L), answers);
    }

    /** Checks that what a node has read before does not hide a login that the caller's own session tells of. */
    @Test
    @Order(8)
    void aLoginAtTheOtherNodeIsTheLastOneOfItsOwnSessionAtOnce() {
        here.addUser("dora");
        Instant before = lastLogin(here, here.session("dora"));
        // A session tells in whole seconds when it began.
        LockSupport.parkNanos(Duration.ofMillis(1_100).toNanos());
        Tenant.Session second = there.session("dora");
        Instant after = lastLogin(here, second);
        assertTrue(after.isAfter(before), after + " is not after " + before);
        assertEquals(after, lastLogin(there, second));
    }

    private static Instant lastLogin(Tenant at, Tenant.Session session) {
        return Instant.parse(at.api(session.access())
                .get("/users/me")
                .then()
                .statusCode(200)
                .extract()
                .path("last_login"));
    }

    @Test
    @Order(9)
    void aNewAddressIsOneOnBothNodes() {
        here.addUser("erna");
        Tenant.Session session = here.session("erna");
        here.api(session.access())
                .contentType(ContentType.JSON)
                .body(Map.of("email", "erna-new@example.com"))
                .put("/users/me")
                .then()
                .statusCode(200);
        there.api(session.access()).get("/users/me").then().body("pending_email", equalTo("erna-new@example.com"));
        Inbox inbox = nodes.get(0).inbox();
        String code = inbox.nextCode("erna-new@example.com");
        List<Integer> answers = Stream.of(there, here)
                .map(node -> node.api(session.access())
                        .contentType(ContentType.JSON)
                        .body(Map.of("code", code))
                        .post("/users/me/pending-email")
                        .statusCode())
                .toList();
        assertEquals(List.of(200, 404), answers);
        here.api(session.access()).get("/users/me").then().body("email", equalTo("erna-new@example.com"));
        Inbox.Mail stop = inbox.next("erna@example.com");
        while (!stop.subject().contains("is to be changed")) {
            stop = inbox.next("erna@example.com");
        }
        LinkScanner.sendsTheFormOf(LinkScanner.looksAt(stop.link()), stop.link(), Map.of())
                .then()
                .statusCode(200);
        for (Tenant node : List.of(here, there)) {
            node.api(session.access()).get("/users/me").then().statusCode(401);
        }
        there.api(there.session("erna").access()).get("/users/me").then().body("email", equalTo("erna@example.com"));
    }

    /** Checks that an invitation that is revoked at one node is of no use at the other, whose cache knew its user. */
    @Test
    @Order(10)
    void anInvitationIsAcceptedOnceOverBothNodesOrRevokedOnBoth() throws Exception {
        String boss = here.serviceTokenOf("realm-admin");
        Invitee guest = new Invitee(here, boss);
        guest.invited(Map.of());
        String code = nodes.get(0).inbox().next(guest.email()).code();
        Map<Integer, Long> answers =
                Concurrently.patiently(20, i -> Invitee.accept(i % 2 == 0 ? here : there, code, "Another-horse-" + i))
                        .stream()
                        .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(200, 1L, 404, 19L), answers);

        Invitee other = new Invitee(here, boss);
        String id = other.invited(Map.of());
        String second = nodes.get(0).inbox().next(other.email()).code();
        Invitee.accept(there, second, "weak").then().statusCode(400);
        other.revoke(id).then().statusCode(204);
        Invitee.accept(there, second, Invitee.PASSWORD).then().statusCode(404);
        there.login(other.email(), Invitee.PASSWORD).then().statusCode(401);
        there.api(boss).post("/users/invitations/" + id + "/resend").then().statusCode(409);
    }

    @Test
    @Order(11)
    void ofLoginsAtBothNodesByANewDeviceOneIsTold() throws Exception {
        Tenant watched = Tenant.on(nodes.get(0), NewDeviceIT::watch);
        watched.addUser("gerd");
        watched.session("gerd").access();
        Concurrently.call(
                        8,
                        i -> (i % 2 == 0 ? watched : watched.at(nodes.get(1)))
                                .api()
                                .header("User-Agent", "another-program/1.0")
                                .contentType(ContentType.JSON)
                                .body(Map.of("username", "gerd", "password", TestServer.PASSWORD))
                                .post("/login"))
                .forEach(answer -> answer.then().statusCode(200));
        // What each node looks at after these logins is told after them.
        for (Tenant node : List.of(watched, watched.at(nodes.get(1)))) {
            String witness = "w" + UUID.randomUUID().toString().substring(0, 8);
            watched.addUser(witness);
            node.session(witness);
            node.api()
                    .header("User-Agent", "another-program/1.0")
                    .contentType(ContentType.JSON)
                    .body(Map.of("username", witness, "password", TestServer.PASSWORD))
                    .post("/login")
                    .then()
                    .statusCode(200);
            nodes.get(0).inbox().next(witness + "@example.com");
        }
        assertEquals(1, nodes.get(0).inbox().count("gerd@example.com"));
    }

    @Test
    @Order(12)
    void anAnswerIsGivenOnceMoreByEitherNode() throws Exception {
        Tenant gracious = Tenant.on(nodes.get(0), Limits.with(Map.of("refresh-grace", "60")));
        Tenant elsewhere = gracious.at(nodes.get(1));
        gracious.addUser("alice");
        Tenant.Session session = gracious.session("alice");
        Response first = gracious.refresh(session.refresh());
        first.then().statusCode(200);
        Response second = elsewhere.refresh(session.refresh());
        second.then().statusCode(200);
        assertEquals(first.asString(), second.asString());
        gracious.refresh(session.refresh()).then().statusCode(401);
        elsewhere.refresh(first.path("refresh_token")).then().statusCode(401);

        for (int round = 0; round < 10; round++) {
            Tenant.Session other = elsewhere.session("alice");
            List<Response> both = Concurrently.call(2, i -> (i == 0 ? gracious : elsewhere).refresh(other.refresh()));
            both.forEach(answer -> answer.then().statusCode(200));
            assertEquals(both.get(0).asString(), both.get(1).asString());
            elsewhere.refresh(both.get(0).path("refresh_token")).then().statusCode(200);
        }
    }

    @Test
    @Order(13)
    void aNodeThatDiesSignsNobodyOut() {
        Tenant.Session session = there.session("alice");
        nodes.get(1).node().kill();
        here.api(session.access()).get("/users/me").then().statusCode(200);
        here.refresh(session.refresh()).then().statusCode(200);
    }
}
