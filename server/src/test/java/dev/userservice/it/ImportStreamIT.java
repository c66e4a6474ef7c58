package dev.userservice.it;

import static dev.userservice.it.Import.line;
import static dev.userservice.it.Import.name;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests an import as a stream: bodies of any length, clients that stop in the middle, and several imports at once. */
@ExtendWith(ServerExtension.class)
final class ImportStreamIT {
    private static final String SKIP = "?mode=skip";

    /** The server's limit of all other bodies. */
    private static final int LIMIT = 10 * 1024 * 1024;

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    private static int users(String prefix) {
        return tenant.admin().users().search(prefix, 0, 10_000, true).size();
    }

    private static String lines(String prefix, int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append(line(prefix + "-" + i)).append('\n');
        }
        return lines.toString();
    }

    @Test
    void aBodyMayBeLongerThanTheServersLimit() {
        String name = name();
        String blank = (" ".repeat(1023) + "\n").repeat(LIMIT / 1024 + 1);
        Response declared = Import.post(
                tenant, admin, Map.of("mode", "skip"), (blank + line(name)).getBytes(StandardCharsets.UTF_8));
        declared.then().statusCode(200);
        assertEquals(1, Import.Answer.of(declared.asString()).count("created"));
        Import.post(tenant, "garbage", Map.of(), blank.getBytes(StandardCharsets.UTF_8))
                .then()
                .statusCode(401);
    }

    @Test
    void tenMillionBlankLinesAreNothing() throws Exception {
        String name = name();
        byte[] blank = "\n".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
        try (ImportClient client = ImportClient.open(tenant, admin, SKIP)) {
            for (int i = 0; i < 10; i++) {
                client.send(blank);
            }
            client.send(line(name).toString());
            client.end();
            Import.Answer answer = client.answer();
            assertEquals(1, answer.count("created"));
            assertEquals(10_000_001, answer.count("resume_after"));
        }
    }

    @Test
    void aLineWithoutAnEndEndsTheImport() throws Exception {
        String name = name();
        byte[] part = "x".repeat(1024 * 1024).getBytes(StandardCharsets.UTF_8);
        try (ImportClient client = ImportClient.open(tenant, admin, SKIP + "&batch=1")) {
            client.send(line(name) + "\n");
            sendAsLongAsTheServerReads(client, part, 64);
            Import.Answer answer = client.answer();
            assertFalse(answer.isDone());
            assertEquals(1, answer.count("created"));
            assertEquals(1, answer.count("resume_after"));
        }
    }

    private static void sendAsLongAsTheServerReads(ImportClient client, byte[] part, int times) {
        try {
            for (int i = 0; i < times; i++) {
                client.send(part);
            }
        } catch (IOException e) {
            // The server has read enough.
        }
    }

    @Test
    void aClientThatStopsSendingLosesNothingAndGoesOnLater() throws Exception {
        String prefix = name();
        try (ImportClient client = ImportClient.open(tenant, admin, SKIP + "&batch=10")) {
            client.send(lines(prefix, 0, 25) + "{\"username\": \"half");
            assertTrue(client.nextLine().contains("\"line\":10"));
            assertTrue(client.nextLine().contains("\"line\":20"));
        }
        assertEquals(20, users(prefix), "What was told stays, and no batch is half done");
        Import.Answer rest = Import.run(tenant, admin, Map.of("mode", "skip", "resume_after", 20), (Object[])
                lines(prefix, 0, 30).split("\n", -1));
        assertEquals(10, rest.count("created"));
        assertEquals(30, users(prefix));
    }

    @Test
    void clientsThatDoNotReadKeepNobodyElseFromImporting() throws Exception {
        List<ImportClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                ImportClient client = ImportClient.open(tenant, admin, SKIP);
                clients.add(client);
                // Each of these lines is refused by a line of the answer that nobody reads.
                Thread sender = new Thread(() -> sendAsLongAsTheServerReads(
                        client, "{}x\n".repeat(250_000).getBytes(StandardCharsets.UTF_8), 20));
                sender.setDaemon(true);
                sender.start();
            }
            // The rest of the API answers meanwhile.
            tenant.api(admin).get("/users/me").then().statusCode(200);
        } finally {
            for (ImportClient client : clients) {
                client.close();
            }
        }
        Eventually.holds("a place for another import", Duration.ofMinutes(2), () -> {
            Response answer = Import.post(
                    tenant,
                    admin,
                    Map.of("mode", "skip"),
                    line(name()).toString().getBytes(StandardCharsets.UTF_8));
            return answer.statusCode() == 200;
        });
    }

    @Test
    void aTenantHasTwoPlacesAndLeavesTheOthersFree() throws Exception {
        Tenant own = Tenant.on(tenant.server());
        own.addUser("boss", "admin");
        String boss = own.session("boss").access();
        try (ImportClient one = ImportClient.open(own, boss, SKIP + "&batch=1");
                ImportClient another = ImportClient.open(own, boss, SKIP + "&batch=1")) {
            for (ImportClient client : List.of(one, another)) {
                client.send(line(name()) + "\n");
                assertTrue(client.nextLine().contains("progress"));
            }
            byte[] body = line(name()).toString().getBytes(StandardCharsets.UTF_8);
            Import.post(own, boss, Map.of(), body)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "60")
                    .body("detail", equalTo("Too many imports are running, into this tenant or on this server"));
            Import.post(tenant, admin, Map.of(), body).then().statusCode(200);
            one.end();
            assertTrue(one.answer().isDone());
            Eventually.holds(
                    "the place of the import that has ended",
                    Duration.ofMinutes(1),
                    () -> Import.post(own, boss, Map.of("mode", "skip"), body).statusCode() == 200);
        }
    }

    /** As many lines as a client likes are one batch, but they are in memory together. */
    @Test
    void aBatchOfLongLinesIsCutByItsBytes() {
        Object[] lines = IntStream.range(0, 200)
                .mapToObj(i -> {
                    ObjectNode line = line(name());
                    line.putObject("preferences").put("text", "x".repeat(7_000));
                    return line;
                })
                .toArray();
        Import.Answer answer = Import.run(tenant, admin, Map.of("mode", "skip", "batch", 1000), lines);
        assertEquals(200, answer.count("created"));
        assertEquals(2, answer.progress().size());
    }

    @Test
    void oneFileTwiceAtOnceMakesEachUserOnce() throws Exception {
        String prefix = name();
        List<Response> answers = Concurrently.call(
                2,
                i -> Import.post(
                        tenant,
                        admin,
                        Map.of("mode", "skip", "batch", 7),
                        lines(prefix, 0, 60).getBytes(StandardCharsets.UTF_8)));
        int created = 0;
        for (Response response : answers) {
            Import.Answer answer = Import.Answer.of(response.asString());
            assertEquals(List.of(), answer.refusals());
            assertTrue(answer.isDone());
            assertEquals(60, answer.count("created") + answer.count("skipped"));
            created += answer.count("created");
        }
        assertEquals(60, created);
        assertEquals(60, users(prefix));
        // A row that another import has stored before makes the driver's batch fail.
        Node node = tenant.server().node();
        assertTrue(node == null || node.log().lines().noneMatch(line -> line.contains(prefix)), "names in the log");
    }

    /** Of two imports that lock the same rows in different orders, one would fail again and again. */
    @Test
    void oneFileForwardsAndBackwardsAtOnceUpdatesEachUser() throws Exception {
        String prefix = name();
        List<String> users = IntStream.range(0, 100)
                .mapToObj(i -> line(prefix + "-" + i).put("is_email_verified", true))
                .map(ObjectNode::toString)
                .toList();
        Import.run(tenant, admin, Map.of("mode", "skip"), users.toArray());
        List<String> reversed = new ArrayList<>(users);
        Collections.reverse(reversed);
        List<Response> answers = Concurrently.call(
                2,
                i -> Import.post(
                        tenant,
                        admin,
                        Map.of("mode", "update", "batch", 100),
                        String.join("\n", i == 0 ? users : reversed)
                                .replace("Jane", "Name " + i)
                                .getBytes(StandardCharsets.UTF_8)));
        for (Response response : answers) {
            Import.Answer answer = Import.Answer.of(response.asString());
            assertEquals(List.of(), answer.refusals());
            assertTrue(answer.isDone());
            assertEquals(100, answer.count("updated"));
        }
        Node node = tenant.server().node();
        assertTrue(
                node == null || node.log().lines().noneMatch(line -> line.contains("deadlock")),
                "a deadlock in the log");
    }

    @Test
    void afterTheEndTheConnectionHasNoMore() throws Exception {
        try (ImportClient client = ImportClient.open(tenant, admin, SKIP)) {
            client.end();
            assertTrue(client.nextLine().contains("summary"));
            assertNull(client.nextLine());
        }
    }

    @Test
    void aCheckThatStopsHasImportedNothing() throws Exception {
        String prefix = name();
        byte[] part = "x".repeat(1024 * 1024).getBytes(StandardCharsets.UTF_8);
        try (ImportClient client = ImportClient.open(tenant, admin, "?batch=10")) {
            client.send(lines(prefix, 0, 30));
            sendAsLongAsTheServerReads(client, part, 64);
            Import.Answer answer = client.answer();
            assertFalse(answer.isDone());
            assertEquals(0, answer.count("created"));
            assertEquals(0, answer.count("resume_after"), "Whoever goes on must begin at the beginning");
        }
        assertEquals(0, users(prefix));
    }

    @Test
    void anImportEndsWithTheSessionOfItsCaller() throws Exception {
        String prefix = name();
        tenant.addUser("leaving", "admin");
        Tenant.Session session = tenant.session("leaving");
        try (ImportClient client = ImportClient.open(tenant, session.access(), SKIP + "&batch=10")) {
            client.send(lines(prefix, 0, 10));
            assertTrue(client.nextLine().contains("progress"));
            tenant.api(session.access()).post("/logout").then().statusCode(200);
            client.send(lines(prefix, 10, 20));
            client.end();
            Import.Answer answer = client.answer();
            assertFalse(answer.isDone());
            assertEquals(10, answer.count("resume_after"));
        }
        assertEquals(10, users(prefix));
    }
}
