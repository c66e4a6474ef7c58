package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measures login and refresh through the API against Keycloak's own token endpoint, and what it costs to record a login or a failed one.
 */
final class TokenBench {
    private static final String TENANT = "bench-tenant";
    private static final String PLAIN = "bench-plain";
    private static final String CLIENT = "user-service-api";
    private static final String PLAIN_CLIENT = "bench-api";
    private static final String WRONG_PASSWORD = "Wrong-horse-1";

    private static final String HEAP = "-Xms512m -Xmx512m";

    /**
     * Is a multiple of {@link Comparison#CONNECTIONS}, as are the sizes of rounds, so that no user or session is in two requests at once.
     */
    private static final int USERS = 200;

    private static final int LOGINS_A_ROUND = 60;
    private static final int REFRESHES_A_ROUND = 600;

    /** Is the number of rounds. They are many and short, so that other work of the machine affects both sides of a pair. */
    private static final int ROUNDS = 24;

    private final Server server;
    private final String[] refreshTokens = new String[USERS];

    private TokenBench(Server server) {
        this.server = server;
    }

    static void run(Path folder) throws Exception {
        Database database = Database.open();
        Server server = Server.build(folder, database, HEAP, true);
        server.start();
        Bench.say("adding two realms of %d users", USERS);
        server.addRealm(tenant(TENANT).toString());
        server.addRealm(withoutTheApi(tenant(PLAIN)));
        new TokenBench(server).measure(database);
    }

    private void measure(Database database) throws Exception {
        Bench.say("warming up: every user logs in");
        Comparison.round(server, 0, USERS, apiLogin());
        Comparison.round(server, 0, USERS, keycloakLogin(TENANT, CLIENT));
        Comparison.round(server, 0, USERS, keycloakLogin(PLAIN, PLAIN_CLIENT));

        // This comparison comes before the others, while both realms hold about the same number of sessions.
        Comparison noted = Comparison.of(
                server,
                "noted login",
                ROUNDS,
                LOGINS_A_ROUND,
                Duration.ofMinutes(2),
                keycloakLogin(TENANT, CLIENT),
                keycloakLogin(PLAIN, PLAIN_CLIENT));
        Comparison notedFailure = Comparison.of(
                server,
                "noted failed login",
                ROUNDS,
                LOGINS_A_ROUND,
                Duration.ofMinutes(2),
                failedLogin(TENANT, CLIENT),
                failedLogin(PLAIN, PLAIN_CLIENT));
        Comparison login = Comparison.of(
                server,
                "login",
                ROUNDS,
                LOGINS_A_ROUND,
                Duration.ofMinutes(2),
                apiLogin(),
                keycloakLogin(TENANT, CLIENT));
        Comparison.round(server, 0, USERS, remembering(keycloakLogin(TENANT, CLIENT)));
        Comparison.round(server, 0, 5 * USERS, apiRefresh());
        Comparison.round(server, 0, 5 * USERS, keycloakRefresh());
        Comparison refresh = Comparison.of(
                server, "refresh", ROUNDS, REFRESHES_A_ROUND, Duration.ofSeconds(75), apiRefresh(), keycloakRefresh());

        Results results = new Results("Tokens");
        OptionalDouble least = OptionalDouble.of(0.95);
        OptionalDouble none = OptionalDouble.empty();
        String nothing = "the same where nothing is noted";
        results.requests("`POST /login`", "token endpoint, password grant", login, least, OptionalDouble.of(1.1))
                .requests("`POST /refresh`", "token endpoint, refresh grant, rotation on", refresh, least, none)
                .requests(
                        "login at the token endpoint, noted in the activity log and as the last one",
                        nothing,
                        noted,
                        least,
                        none)
                .requests(
                        "failed login at the token endpoint, noted in the activity log",
                        nothing,
                        notedFailure,
                        least,
                        none);
        results.write(
                "%d connections, %d users; %d rounds of %d logins, %d of %d refreshes, %d of %d logins, %d of %d failed ones."
                        .formatted(
                                Comparison.CONNECTIONS,
                                USERS,
                                login.ours().size(),
                                LOGINS_A_ROUND,
                                refresh.ours().size(),
                                REFRESHES_A_ROUND,
                                noted.ours().size(),
                                LOGINS_A_ROUND,
                                notedFailure.ours().size(),
                                LOGINS_A_ROUND),
                HEAP,
                database);
    }

    private Comparison.Side apiLogin() {
        return item -> server.post(
                        "/realms/" + TENANT + "/api/login",
                        "application/json",
                        Server.JSON
                                .createObjectNode()
                                .put("identifier", user(item))
                                .put("password", Tenants.PASSWORD)
                                .toString())
                .build();
    }

    private Comparison.Side keycloakLogin(String realm, String client) {
        return item -> passwordGrant(realm, client, user(item), Tenants.PASSWORD);
    }

    /** Returns logins that fail. Each user fails too rarely to be locked. */
    private Comparison.Side failedLogin(String realm, String client) {
        return new Comparison.Side() {
            @Override
            public HttpRequest request(int item) {
                return passwordGrant(realm, client, user(item), WRONG_PASSWORD);
            }

            @Override
            public int status() {
                return 400;
            }
        };
    }

    private HttpRequest passwordGrant(String realm, String client, String user, String password) {
        return server.postForm(
                tokenEndpoint(realm),
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        client,
                        "client_secret",
                        Tenants.SECRET,
                        "username",
                        user,
                        "password",
                        password));
    }

    /** Returns refreshes with each session's newest token, whichever side received it, because all tokens belong to the same client. */
    private Comparison.Side apiRefresh() {
        return remembering(item -> server.post(
                        "/realms/" + TENANT + "/api/refresh",
                        "application/json",
                        Server.JSON
                                .createObjectNode()
                                .put("refresh_token", refreshTokens[item % USERS])
                                .toString())
                .build());
    }

    private Comparison.Side keycloakRefresh() {
        return remembering(item -> server.postForm(
                tokenEndpoint(TENANT),
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        CLIENT,
                        "client_secret",
                        Tenants.SECRET,
                        "refresh_token",
                        refreshTokens[item % USERS])));
    }

    private Comparison.Side remembering(Comparison.Side side) {
        return new Comparison.Side() {
            @Override
            public HttpRequest request(int item) {
                return side.request(item);
            }

            @Override
            public void answer(int item, String body) throws IOException {
                String newest = Server.JSON.readTree(body).path("refresh_token").asText();
                if (newest.equals(refreshTokens[item % USERS])) {
                    throw new IllegalStateException("The refresh token is still the same: rotation is off");
                }
                refreshTokens[item % USERS] = newest;
            }
        };
    }

    private static String tokenEndpoint(String realm) {
        return "/realms/" + realm + "/protocol/openid-connect/token";
    }

    private static String user(int item) {
        return "user-" + item % USERS;
    }

    /** Returns a tenant with users. */
    private static ObjectNode tenant(String name) {
        ObjectNode tenant = Tenants.tenant(name);
        for (int i = 0; i < USERS; i++) {
            Tenants.addUser(tenant, user(i));
        }
        return tenant;
    }

    /** Returns the same realm, which is not a tenant: its client has another name, and the API's own client exists but is disabled. */
    private static String withoutTheApi(ObjectNode tenant) throws IOException {
        String renamed = tenant.toString().replace("\"" + CLIENT + "\"", "\"" + PLAIN_CLIENT + "\"");
        ObjectNode plain = (ObjectNode) Server.JSON.readTree(renamed);
        plain.withArray("clients").addObject().put("clientId", CLIENT).put("enabled", false);
        return plain.toString();
    }
}
