package dev.userservice.bench;

import java.net.http.HttpRequest;
import java.util.Map;

/** The requests of a {@link Storm} to Keycloak's own endpoints, each the nearest to one of the API. */
record KeycloakCalls(Server server, String realm, String client) implements Storm.Calls {
    /** Names Keycloak's endpoint for each of the probes. */
    static final Map<String, String> COUNTERPARTS = Map.of(
            Storm.HEALTH, "discovery",
            Storm.ME, "userinfo",
            Storm.REFRESH, "token endpoint, refresh grant",
            Storm.READY, "`/health/ready`");

    private String path(String endpoint) {
        return "/realms/" + realm + "/protocol/openid-connect" + endpoint;
    }

    @Override
    public HttpRequest login(String user) {
        return server.postForm(
                path("/token"),
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        client,
                        "client_secret",
                        Tenants.SECRET,
                        "scope",
                        "openid",
                        "username",
                        user,
                        "password",
                        Tenants.PASSWORD));
    }

    @Override
    public HttpRequest health() {
        return server.get("/realms/" + realm + "/.well-known/openid-configuration")
                .build();
    }

    @Override
    public HttpRequest me(String accessToken) {
        return server.get(path("/userinfo"))
                .header("Authorization", "Bearer " + accessToken)
                .build();
    }

    @Override
    public HttpRequest refresh(String refreshToken) {
        return server.postForm(
                path("/token"),
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        client,
                        "client_secret",
                        Tenants.SECRET,
                        "refresh_token",
                        refreshToken));
    }
}
