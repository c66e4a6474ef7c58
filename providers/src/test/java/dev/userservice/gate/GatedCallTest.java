package dev.userservice.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.userservice.gate.GatedCall.Kind;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GatedCallTest {
    private static Optional<Kind> kind(String method, String path) {
        return GatedCall.of(method, path).map(GatedCall::kind);
    }

    @Test
    void routesOfTheApiThatHash() {
        assertEquals(Optional.of(new GatedCall("demo", Kind.API)), GatedCall.of("POST", "/realms/demo/api/login"));
        assertEquals(Optional.of(Kind.API), kind("POST", "realms/demo/api/login/"));
        assertEquals(Optional.of(Kind.API), kind("PUT", "/realms/demo/api/users/me/password"));
        assertEquals(Optional.of(Kind.API), kind("POST", "/realms/demo/api/reset-password/AAAA-BBBB"));
    }

    @Test
    void routesOfTheApiThatHashIfTheBodyHasAPassword() {
        for (String route : new String[] {
            "PUT users/me",
            "DELETE users/me",
            "DELETE users/me/sessions",
            "DELETE users/me/sessions/some",
            "PATCH users/mfa/enable",
            "POST users/mfa/verify",
            "PATCH users/mfa/disable",
            "PATCH users/some"
        }) {
            String[] parts = route.split(" ", -1);
            assertEquals(Optional.of(Kind.API_BY_BODY), kind(parts[0], "/realms/demo/api/" + parts[1]), route);
        }
    }

    @Test
    void keycloaksOwn() {
        assertEquals(Optional.of(Kind.TOKEN), kind("POST", "/realms/demo/protocol/openid-connect/token"));
        assertEquals(Optional.of(Kind.TOKEN), kind("POST", "/realms/demo/protocol/openid-connect/token/"));
        for (String form : new String[] {
            "authenticate",
            "registration",
            "reset-credentials",
            "required-action",
            "first-broker-login",
            "post-broker-login",
            "action-token"
        }) {
            assertEquals(Optional.of(Kind.PAGE), kind("POST", "/realms/demo/login-actions/" + form), form);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /realms/demo/login-actions/authenticate",
                "HEAD /realms/demo/api/login",
                "OPTIONS /realms/demo/api/login",
                "OPTIONS /realms/demo/protocol/openid-connect/token",
                "POST /realms/demo/api/refresh",
                "GET /realms/demo/api/users/me",
                "GET /realms/demo/api/users/mfa/qr",
                "DELETE /realms/demo/api/users/some",
                "DELETE /realms/demo/protocol/openid-connect/token",
                "POST /realms/demo/api/users/import",
                "POST /realms/demo/api",
                "POST /realms/demo/protocol/openid-connect/token/introspect",
                "POST /realms/demo/protocol/openid-connect/logout",
                "PUT /realms/demo/login-actions/authenticate",
                "POST /realms/demo",
                "POST /realms",
                "POST /",
                "POST ",
                "POST /admin/realms/demo/users",
                "POST /resources/realms/demo/api/login",
                "GET /health/ready",
            })
    void everythingElsePasses(String request) {
        String[] parts = request.split(" ", -1);
        assertEquals(Optional.empty(), GatedCall.of(parts[0], parts[1]));
    }

    @Test
    void nothingHidesAPath() {
        assertEquals(Optional.of(Kind.PAGE), kind("POST", "/realms/demo/login-actions;a=b/authenticate;c"));
        assertEquals(Optional.of(Kind.TOKEN), kind("POST", "/realms/demo;x/protocol/openid-connect/token;y=z"));
        assertEquals(Optional.of(Kind.API), kind("POST", "/realms/demo/api;x/login"));
    }

    @Test
    void aRealmHasOneNameHoweverItIsEncoded() {
        for (String encoded : new String[] {"a!b c+d", "a%21b%20c+d", "a!b%20c%2bd", "a%21b%20c%2Bd"}) {
            assertEquals(
                    Optional.of("a!b c+d"),
                    GatedCall.of("POST", "/realms/" + encoded + "/api/login").map(GatedCall::realm));
        }
        assertEquals(
                Optional.of("a%zz"),
                GatedCall.of("POST", "/realms/a%zz/api/login").map(GatedCall::realm));
    }
}
