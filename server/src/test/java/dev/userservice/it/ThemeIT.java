package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ServerExtension.class)
final class ThemeIT {
    @Test
    void theJarBringsTheThemes(TestServer server) {
        var themes = server.admin().serverInfo().getInfo().getThemes();
        for (String type : List.of("login", "email")) {
            assertTrue(
                    themes.get(type).stream().anyMatch(theme -> theme.getName().equals("user-service")), type);
        }
    }

    @Test
    void aTenantHasItAndABadLogoIsNone(TestServer server) {
        Tenant tenant = Tenant.on(
                server, realm -> realm.withObject("/attributes").put("user-service.logo-url", "javascript:alert(1)"));
        RestAssured.given()
                .queryParam("client_id", "account-console")
                .queryParam("response_type", "code")
                .queryParam("redirect_uri", server.base() + "/realms/" + tenant.name() + "/account/")
                .queryParam("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
                .queryParam("code_challenge_method", "S256")
                .get(server.base() + "/realms/" + tenant.name() + "/protocol/openid-connect/auth")
                .then()
                .statusCode(200)
                .contentType("text/html")
                .body(containsString("/css/styles.css"))
                .body(containsString("/css/user-service.css"))
                .body(not(containsString("<img")))
                .body(not(containsString("alert(1)")));
    }
}
