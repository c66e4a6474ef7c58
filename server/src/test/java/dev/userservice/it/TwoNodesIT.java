package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.Response;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two nodes of one cluster. They are servers of this test's own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
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
        // The second one first: the database is the first one's.
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
    void ofAHundredRefreshesOverBothNodesAtMostOneSucceeds() throws Exception {
        Tenant.Session session = here.session("alice");
        List<Response> answers = Together.call(100, i -> (i % 2 == 0 ? here : there).refresh(session.refresh()));
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
    @Order(3)
    void aNodeThatDiesSignsNobodyOut() {
        Tenant.Session session = there.session("alice");
        nodes.get(1).node().kill();
        here.api(session.access()).get("/users/me").then().statusCode(200);
        here.refresh(session.refresh()).then().statusCode(200);
    }
}
