package dev.userservice.bench;

import java.net.http.HttpRequest;
import java.util.Map;

/** The requests of a {@link Storm} to Keycloak's own endpoints, each the nearest to one of the API. */
record KeycloakCalls(PlainRealm realm) implements Storm.Calls {
    /** Names Keycloak's endpoint for each of the probes. */
    static final Map<String, String> COUNTERPARTS = Map.of(
            Storm.HEALTH, "discovery",
            Storm.ME, "userinfo",
            Storm.REFRESH, "token endpoint, refresh grant",
            Storm.READY, "`/health/ready`");

    @Override
    public Server server() {
        return realm.server();
    }

    @Override
    public HttpRequest login(String user) {
        return realm.passwordGrant(user, "openid");
    }

    @Override
    public HttpRequest health() {
        return realm.server()
                .get("/realms/" + realm.name() + "/.well-known/openid-configuration")
                .build();
    }

    @Override
    public HttpRequest me(String accessToken) {
        return realm.userinfo(accessToken);
    }

    @Override
    public HttpRequest refresh(String refreshToken) {
        return realm.refreshGrant(refreshToken);
    }
}
