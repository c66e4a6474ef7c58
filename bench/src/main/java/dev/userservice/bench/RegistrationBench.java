package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.UserImpl;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.userservice.server.Layout;
import dev.userservice.server.RealmFiles;
import dev.userservice.server.RealmSettings;
import dev.userservice.server.SmtpServer;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Measures a registration through the API, including its mail, against a user that an admin creates with the REST API of a Keycloak without the extension. */
final class RegistrationBench {
    private static final String TENANT = "bench-tenant";
    private static final String HEAP = "-Xms512m -Xmx512m";
    private static final String PLAIN = "bench-registration-plain";
    private static final int WARM_UPS = 60;
    private static final int ROUNDS = 20;
    private static final int REGISTRATIONS_A_ROUND = 60;

    private RegistrationBench() {}

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        // The mails are accepted and thrown away, because the benchmark measures the sender.
        mail.getManagers().getUserManager().setMessageDeliveryHandler((message, address) -> Nobody.AT_ALL);
        mail.start();
        Bench.onClose(mail::stop);
        Server with = Server.build(folder.resolve("with"), database, HEAP, true);
        Server bare = Server.build(folder.resolve("bare"), database, HEAP, false);
        with.start();
        RealmSettings settings = RealmSettings.withMailTo(
                SmtpServer.plain("127.0.0.1", mail.getSmtp().getPort()));
        // The realms are added before another server starts, because each server has caches of its own.
        with.addRealm(new RealmFiles(Layout.ofBuild().realmConfig(), settings)
                .tenant(TENANT)
                .toString());
        with.addRealm(PlainRealm.json(PLAIN).toString());
        bare.start();

        Comparison comparison = Comparison.inTurns(
                "registration",
                WARM_UPS,
                ROUNDS,
                Duration.ofMinutes(6),
                untilMailed(
                        with,
                        round(
                                with,
                                new Creating(item -> with.post(
                                                "/realms/" + TENANT + "/api/register",
                                                "application/json",
                                                person("ours-" + item)
                                                        .put("full_name", "Test Person")
                                                        .put("password", Tenants.PASSWORD)
                                                        .toString())
                                        .build()))),
                round(
                        bare,
                        new Creating(item -> bare.asAdmin(bare.post(
                                "/admin/realms/" + PLAIN + "/users",
                                "application/json",
                                adminsUser("theirs-" + item))))));

        OptionalDouble none = OptionalDouble.empty();
        new Results("Registration")
                .requests("`POST /register`", "bare admin REST, a user with a password", comparison, none, none)
                .atMost(
                        OptionalDouble.of(1),
                        "`POST /register`, its mail included: CPU of the server",
                        "bare admin REST, a user with a password",
                        comparison.cpuRatio(),
                        Comparison.cpu(comparison.ours()),
                        Comparison.cpu(comparison.theirs()))
                .write(
                        ("%d connections; %d rounds of %d registrations. The mails go to an SMTP server on this machine, and the"
                                        + " CPU counts until the last one has arrived.")
                                .formatted(
                                        Comparison.CONNECTIONS,
                                        comparison.ours().size(),
                                        REGISTRATIONS_A_ROUND),
                        HEAP,
                        database);
    }

    private static Comparison.Turn round(Server server, Comparison.Side side) {
        return number -> Comparison.round(server, number * REGISTRATIONS_A_ROUND, REGISTRATIONS_A_ROUND, side);
    }

    /** Returns the same, with the CPU time until the last mail has arrived. */
    private static Comparison.Turn untilMailed(Server server, Comparison.Turn registrations) {
        return number -> {
            double cpu = server.cpuSeconds();
            Comparison.Round round = registrations.take(number);
            while (Nobody.MAILS.get() < (number + 1) * REGISTRATIONS_A_ROUND) {
                Thread.sleep(10);
            }
            return new Comparison.Round(round.seconds(), server.cpuSeconds() - cpu, round.millis());
        };
    }

    private static ObjectNode person(String name) {
        return Server.JSON.createObjectNode().put("username", name).put("email", name + "@example.com");
    }

    private static String adminsUser(String name) {
        ObjectNode user =
                person(name).put("enabled", true).put("firstName", "Test").put("lastName", "Person");
        user.putArray("credentials").addObject().put("type", "password").put("value", Tenants.PASSWORD);
        return user.toString();
    }

    /** A side whose requests create something. */
    private record Creating(IntFunction<HttpRequest> requests) implements Comparison.Side {
        @Override
        public HttpRequest request(int item) {
            return requests.apply(item);
        }

        @Override
        public int status() {
            return 201;
        }
    }

    /** The recipient of every mail. */
    private static final class Nobody extends UserImpl {
        static final Nobody AT_ALL = new Nobody();
        static final AtomicInteger MAILS = new AtomicInteger();

        private Nobody() {
            super("nobody@example.com", "nobody", "", null);
        }

        @Override
        public void deliver(MovingMessage message) {
            MAILS.incrementAndGet();
        }
    }
}
