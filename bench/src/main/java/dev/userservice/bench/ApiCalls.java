package dev.userservice.bench;

import java.net.http.HttpRequest;

/** The requests of a {@link Storm} to the API of a tenant. */
record ApiCalls(Server server, String realm) implements Storm.Calls {
    private static final String JSON = "application/json";

    private String path(String route) {
        return "/realms/" + realm + "/api" + route;
    }

    @Override
    public HttpRequest login(String user) {
        String body = Server.JSON
                .createObjectNode()
                .put("identifier", user)
                .put("password", Tenants.PASSWORD)
                .toString();
        return server.post(path("/login"), JSON, body).build();
    }

    @Override
    public HttpRequest health() {
        return server.get(path("/users/health")).build();
    }

    @Override
    public HttpRequest me(String accessToken) {
        return server.get(path("/users/me"))
                .header("Authorization", "Bearer " + accessToken)
                .build();
    }

    @Override
    public HttpRequest refresh(String refreshToken) {
        String body = Server.JSON
                .createObjectNode()
                .put("refresh_token", refreshToken)
                .toString();
        return server.post(path("/refresh"), JSON, body).build();
    }
}
