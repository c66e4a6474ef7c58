package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;

/** The requests of one person who is an administrator of a tenant, and of the server's own administrator about the same realm. */
final class AdminCalls {
    private final Server server;
    private final String tenant;
    private final String admin;
    private String token;

    /**
     * Makes no request yet.
     *
     * @param admin the name of a user of the tenant who has the role admin, and the password of all
     */
    AdminCalls(Server server, String tenant, String admin) {
        this.server = server;
        this.tenant = tenant;
        this.admin = admin;
    }

    String tenant() {
        return tenant;
    }

    /** Logs both of them in again, so that no request of the next 30 seconds has to. */
    void renewTokens() throws Exception {
        server.renewAdminToken();
        token = Tenants.login(server, tenant, admin);
    }

    /** Returns a request to the API. */
    HttpRequest request(String path) {
        return server.get("/realms/" + tenant + "/api/" + path)
                .header("Authorization", "Bearer " + token)
                .build();
    }

    /** Returns the API's answer. */
    JsonNode api(String path) throws Exception {
        return json(request(path));
    }

    /** Returns the answer of Keycloak's admin REST API about the realm. */
    JsonNode keycloak(String path) throws Exception {
        return json(server.asAdmin(server.get("/admin/realms/" + tenant + "/" + path)));
    }

    private static JsonNode json(HttpRequest request) throws Exception {
        return Server.JSON.readTree(Server.send(request, 200));
    }
}
