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
import java.util.function.IntFunction;

/** Measures a registration through the API, including its mail, against a user that an admin creates with Keycloak's own REST API. */
final class RegistrationBench {
    private static final String TENANT = "bench-tenant";
    private static final String HEAP = "-Xms512m -Xmx512m";
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
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        RealmSettings settings = RealmSettings.withMailTo(
                SmtpServer.plain("127.0.0.1", mail.getSmtp().getPort()));
        server.addRealm(new RealmFiles(Layout.ofBuild().realmConfig(), settings)
                .tenant(TENANT)
                .toString());

        Comparison comparison = Comparison.of(
                server,
                "registration",
                ROUNDS,
                REGISTRATIONS_A_ROUND,
                Duration.ofMinutes(4),
                new Creating(item -> server.post(
                                "/realms/" + TENANT + "/api/register",
                                "application/json",
                                person("ours-" + item)
                                        .put("full_name", "Test Person")
                                        .put("password", Tenants.PASSWORD)
                                        .toString())
                        .build()),
                new Creating(item -> server.asAdmin(server.post(
                        "/admin/realms/" + TENANT + "/users", "application/json", adminsUser("theirs-" + item)))));

        OptionalDouble none = OptionalDouble.empty();
        new Results("Registration")
                .requests("`POST /register`", "admin REST, user with a password", comparison, none, none)
                .write(
                        ("%d connections; %d rounds of %d registrations; the mails, for which some of the CPU is, go to an"
                                        + " SMTP server on this machine.")
                                .formatted(
                                        Comparison.CONNECTIONS,
                                        comparison.ours().size(),
                                        REGISTRATIONS_A_ROUND),
                        HEAP,
                        database);
    }

    private static ObjectNode person(String name) {
        return Server.JSON.createObjectNode().put("username", name).put("email", name + "@example.com");
    }

    private static String adminsUser(String name) {
        ObjectNode user =
                person(name).put("enabled", true).put("firstName", "Test").put("lastName", "Person");
        user.putArray("requiredActions").add("activate-account");
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

        private Nobody() {
            super("nobody@example.com", "nobody", "", null);
        }

        @Override
        public void deliver(MovingMessage message) {}
    }
}
