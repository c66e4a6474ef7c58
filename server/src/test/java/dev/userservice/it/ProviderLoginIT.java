package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.representations.idm.AuthenticatorConfigRepresentation;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.FederatedIdentityRepresentation;
import org.keycloak.representations.idm.IdentityProviderMapperRepresentation;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests what another identity provider changes of a user at a login: the e-mail address, or the username. */
@ExtendWith(ServerExtension.class)
final class ProviderLoginIT {
    private static final String FORMER = "former@example.com";
    private static final String STRANGER = "stranger@example.com";
    private static final Duration SOON = Duration.ofMinutes(1);

    private static void addProvider(Tenant tenant, Tenant partner, String syncMode, boolean isTrusted) {
        ClientRepresentation client = partner.addClient("brokers-client", true);
        client.setRedirectUris(List.of("*"));
        partner.admin().clients().get(client.getId()).update(client);
        String oidc = partner.server().base() + "/realms/" + partner.name() + "/protocol/openid-connect/";
        IdentityProviderRepresentation provider = new IdentityProviderRepresentation();
        provider.setAlias("partner");
        provider.setProviderId("oidc");
        provider.setEnabled(true);
        provider.setTrustEmail(isTrusted);
        provider.setConfig(Map.of(
                "syncMode",
                syncMode,
                "authorizationUrl",
                oidc + "auth",
                "tokenUrl",
                oidc + "token",
                "userInfoUrl",
                oidc + "userinfo",
                "clientId",
                "brokers-client",
                "clientSecret",
                "secret",
                "clientAuthMethod",
                "client_secret_post",
                "defaultScope",
                "openid"));
        tenant.admin().identityProviders().create(provider).close();
    }

    private static void addMapper(Tenant tenant, String type, Map<String, String> config) {
        IdentityProviderMapperRepresentation mapper = new IdentityProviderMapperRepresentation();
        mapper.setName(type);
        mapper.setIdentityProviderAlias("partner");
        mapper.setIdentityProviderMapper(type);
        mapper.setConfig(new HashMap<>(config));
        tenant.admin().identityProviders().get("partner").addMapper(mapper).close();
    }

    private static void link(Tenant tenant, String id, String there, String username) {
        FederatedIdentityRepresentation link = new FederatedIdentityRepresentation();
        link.setIdentityProvider("partner");
        link.setUserId(there);
        link.setUserName(username);
        tenant.admin().users().get(id).addFederatedIdentity("partner", link).close();
    }

    /** Logs in by the other provider, and waits until the browser is so far. */
    private static void logIn(Tenant tenant, Consumer<Browser> expected) {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.click("#social-partner");
            browser.type("username", "pat");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            expected.accept(browser);
        }
    }

    private static UserRepresentation user(Tenant tenant, String id) {
        return tenant.admin().users().get(id).toRepresentation();
    }

    @ParameterizedTest
    @CsvSource({"FORCE, false, true", "FORCE, false, false", "IMPORT, true, true"})
    void theOldAddressNamesNobodyAnyMore(String mode, boolean isByMapper, boolean isTrusted, TestServer server) {
        Tenant tenant = Tenant.on(server);
        Tenant partner = Tenant.on(server);
        String there = partner.addUser("pat");
        addProvider(tenant, partner, mode, isTrusted);
        if (isByMapper) {
            addMapper(
                    tenant,
                    "oidc-user-attribute-idp-mapper",
                    Map.of("syncMode", "FORCE", "claim", "email", "user.attribute", "email"));
        }
        String id = tenant.addUser(FORMER);
        link(tenant, id, there, "pat");
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", FORMER))
                .post("/reset-password")
                .then()
                .statusCode(200);
        String code = tenant.inbox().nextWithCode(FORMER).code();

        logIn(tenant, browser -> {
            if (isTrusted) {
                browser.awaitText("Logged in as pat@example.com");
            } else {
                // Keycloak asks for the proof of the new address before the login is complete.
                Eventually.holds(
                        "the new address",
                        SOON,
                        () -> "pat@example.com".equals(user(tenant, id).getEmail()));
            }
        });

        UserRepresentation pat = user(tenant, id);
        assertEquals(List.of("pat@example.com", "pat@example.com"), List.of(pat.getEmail(), pat.getUsername()));
        // A mapper writes the address and leaves alone whether the user has proved it.
        assertEquals(isTrusted, pat.isEmailVerified());
        tenant.registration(Map.of("email", FORMER)).then().statusCode(201);
        tenant.login(FORMER, TestServer.PASSWORD).then().statusCode(401);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code, "new_password", "Another-horse-2"))
                .post("/users/password/reset")
                .then()
                .statusCode(404);
        Map<String, Object> told = Activities.of(tenant).about(id).stream()
                .filter(row -> row.get("action").equals("update_profile"))
                .findFirst()
                .orElseThrow();
        assertTrue(told.toString().contains(FORMER), told.toString());
        assertTrue(told.toString().contains("pat@example.com"), told.toString());
        tenant.inbox().next("pat@example.com");
    }

    /** A mapper may write any username that the other provider tells, such as a stranger's address. */
    @Test
    void aMapperGivesNobodyAStrangersAddressAsUsername(TestServer server) {
        Tenant tenant = Tenant.on(server);
        Tenant partner = Tenant.on(server);
        String there = partner.addUser("pat");
        addProvider(tenant, partner, "FORCE", true);
        addMapper(
                tenant,
                "oidc-username-idp-mapper",
                Map.of("syncMode", "FORCE", "template", STRANGER, "target", "LOCAL"));
        String id = tenant.addUser("wanda");
        link(tenant, id, there, "pat");
        logIn(tenant, browser -> browser.awaitText("Logged in as wanda"));
        assertEquals("wanda", user(tenant, id).getUsername());
        tenant.registration(Map.of("email", STRANGER)).then().statusCode(201);
    }

    /** The same of a user who is new, if nobody reviews the profile. */
    @Test
    void norDoesAFirstLoginWithoutReview(TestServer server) {
        Tenant tenant = Tenant.on(server);
        Tenant partner = Tenant.on(server);
        partner.addUser("pat");
        addProvider(tenant, partner, "IMPORT", true);
        addMapper(
                tenant,
                "oidc-username-idp-mapper",
                Map.of("syncMode", "IMPORT", "template", STRANGER, "target", "LOCAL"));
        var flows = tenant.admin().flows();
        flows.getExecutions("first broker login").stream()
                .filter(step -> "idp-review-profile".equals(step.getProviderId()))
                .forEach(step -> {
                    AuthenticatorConfigRepresentation review =
                            flows.getAuthenticatorConfig(step.getAuthenticationConfig());
                    review.setConfig(Map.of("update.profile.on.first.login", "off"));
                    flows.updateAuthenticatorConfig(review.getId(), review);
                });
        logIn(tenant, browser -> browser.awaitText("Logged in as pat@example.com"));
        tenant.registration(Map.of("email", STRANGER)).then().statusCode(201);
    }
}
