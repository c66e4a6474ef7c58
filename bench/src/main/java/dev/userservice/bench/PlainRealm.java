package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * A realm of Keycloak's own kind, for a server without the extension, which could not run the flows of the tenant template. It has the
 * settings of the template that cost time: the detection of brute force, and refresh tokens that work once.
 */
record PlainRealm(Server server, String name) {
    /** Is the name of the client of all logins; the API's client has the same one. */
    static final String CLIENT = "user-service-api";

    /** Returns the realm's JSON, without any user. */
    static ObjectNode json(String name) {
        ObjectNode realm = Server.JSON
                .createObjectNode()
                .put("realm", name)
                .put("enabled", true)
                .put("sslRequired", "none")
                .put("bruteForceProtected", true)
                .put("revokeRefreshToken", true);
        ObjectNode client = realm.withArray("clients")
                .addObject()
                .put("clientId", CLIENT)
                .put("secret", Tenants.SECRET)
                .put("publicClient", false)
                .put("directAccessGrantsEnabled", true);
        client.putArray("redirectUris").add(LoginPage.HOME);
        return realm;
    }

    /** Returns a login whose tokens the userinfo endpoint does not take. */
    HttpRequest passwordGrant(String user) {
        return grant("grant_type", "password", "username", user, "password", Tenants.PASSWORD);
    }

    HttpRequest passwordGrant(String user, String scope) {
        return grant("grant_type", "password", "username", user, "password", Tenants.PASSWORD, "scope", scope);
    }

    HttpRequest userinfo(String accessToken) {
        return server.get("/realms/" + name + "/protocol/openid-connect/userinfo")
                .header("Authorization", "Bearer " + accessToken)
                .build();
    }

    HttpRequest refreshGrant(String refreshToken) {
        return grant("grant_type", "refresh_token", "refresh_token", refreshToken);
    }

    private HttpRequest grant(String... fields) {
        Map<String, String> form = new HashMap<>(Map.of("client_id", CLIENT, "client_secret", Tenants.SECRET));
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        return server.postForm("/realms/" + name + "/protocol/openid-connect/token", form);
    }
}
