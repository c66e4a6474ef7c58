package dev.userservice.it;

import static dev.userservice.it.Import.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests an import whose server or database dies in the middle. The test has its own server and database. */
@Order(1)
@ResourceLock(Shared.SECOND_SERVER)
final class ImportCrashIT {
    private static final int BATCH = 20;
    private static final int USERS = 400;

    private static TestServer server;
    private static Database database;
    private static Tenant tenant;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                "unpacked".equals(System.getProperty("server", "unpacked")), "only an unpacked server can be killed");
        server = TestServer.durable("import-crash");
        database = server.node().database();
        tenant = Tenant.on(server).withLongTokens();
        tenant.addUser("the-admin", "admin");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static String admin() {
        return tenant.session("the-admin").access();
    }

    private static List<String> users(String prefix) throws Exception {
        return database.texts("select username from user_entity where username like '" + prefix + "-%'");
    }

    private static void send(ImportClient client, String prefix, int from, int to) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append(line(prefix + "-" + i)).append('\n');
        }
        client.send(lines.toString());
    }

    /** Reads progress up to a line, and returns the line that was told last. */
    private static int readUpTo(ImportClient client, int line) {
        int told = 0;
        while (told < line) {
            String next = client.nextLine();
            assertTrue(next != null && next.contains("progress"), "There was no more progress than " + told);
            told = Import.Answer.of(next).lastLine();
        }
        return told;
    }

    @Test
    void aServerThatIsKilledHasWholeBatchesAndNoneThatItToldOfIsLost() throws Exception {
        String prefix = Import.name();
        int told;
        try (ImportClient client = ImportClient.open(tenant, admin(), "?mode=skip&batch=" + BATCH)) {
            send(client, prefix, 0, USERS / 2);
            told = readUpTo(client, 3 * BATCH);
            server.node().kill();
        }
        int left = users(prefix).size();
        assertTrue(left >= told && left % BATCH == 0, left + " users are left, " + told + " were told of");
        server.node().start();

        Object[] all =
                IntStream.range(0, USERS).mapToObj(i -> line(prefix + "-" + i)).toArray();
        Import.Answer rest =
                Import.run(tenant, admin(), Map.of("mode", "skip", "batch", BATCH, "resume_after", told), all);
        assertEquals(List.of(), rest.refusals());
        assertEquals(USERS - left, rest.count("created"));
        assertEquals(USERS, users(prefix).size());
    }

    @Test
    void aDatabaseThatIsKilledAndComesBackIsWaitedFor() throws Exception {
        String prefix = Import.name();
        try (ImportClient client = ImportClient.open(tenant, admin(), "?mode=skip&batch=" + BATCH)) {
            send(client, prefix, 0, USERS / 2);
            readUpTo(client, 3 * BATCH);
            database.crash();
            send(client, prefix, USERS / 2, USERS);
            client.end();
            Import.Answer answer = client.answer();
            assertTrue(answer.isDone(), answer.summary()::toString);
            assertEquals(List.of(), answer.refusals());
            assertEquals(USERS, answer.count("created"));
        }
        assertEquals(USERS, users(prefix).size());
    }
}
