package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests people who come from another identity provider. */
@ExtendWith(ServerExtension.class)
final class BrokerIT {
    /** Keycloak's events report the profile that these people fill in before the user exists. */
    @Test
    void whoBringsNoAddressFillsItInAndIsAUserLikeOthers(TestServer server, Tenant partner) {
        Tenant tenant = Tenant.on(server);
        partner.addUser("pat");
        addProvider(tenant, partner, false);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.click("#social-partner");
            browser.type("username", "pat");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitElement("#kc-idp-review-profile-form");
            browser.screenshot("broker-review-profile");
            browser.type("email", "pat@tenant.example");
            browser.click("#kc-idp-review-profile-form [type='submit']");
            browser.awaitText("Logged in as pat");
        }
        UserRepresentation pat =
                tenant.admin().users().searchByUsername("pat", true).get(0);
        assertEquals("pat@tenant.example", pat.getEmail());
        assertEquals(
                List.of("pat@tenant.example"),
                List.of(tenant.api(tenant.serviceTokenOf("view-users"))
                        .get("/users/" + pat.getId())
                        .<String>path("email")));
    }

    /** Keycloak says that an account with this address exists, and sends it a mail. The link in the mail makes the account theirs. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoProvesTheAddressOfAnAccountThatIsSomebodyElsesHasItAlone(boolean isRegistered, TestServer server) {
        Tenant tenant = Tenant.on(server);
        Tenant partner = Tenant.on(server);
        partner.addUser("olga");
        addProvider(tenant, partner, true);
        if (isRegistered) {
            tenant.register(Map.of("username", "squatter", "email", "olga@example.com"));
            tenant.inbox().next("olga@example.com");
        } else {
            tenant.changeAddressUnproved(tenant.addUser("squatter"), "olga@example.com");
        }
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.click("#social-partner");
            browser.type("username", "olga");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.click("#linkAccount");
            browser.goTo(tenant.inbox().next("olga@example.com").link());
            browser.awaitText("Logged in as squatter");
        }
        String id = tenant.admin()
                .users()
                .searchByEmail("olga@example.com", true)
                .get(0)
                .getId();
        assertEquals(List.of(), tenant.admin().users().get(id).credentials());
        assertEquals(1, tenant.admin().users().get(id).getFederatedIdentity().size());
        tenant.login("squatter", TestServer.PASSWORD).then().statusCode(401);
    }

    private static void addProvider(Tenant tenant, Tenant partner, boolean tellsAddresses) {
        ClientRepresentation client = partner.addClient("brokers-client", true);
        client.setRedirectUris(List.of("*"));
        partner.admin().clients().get(client.getId()).update(client);
        partner.admin().clients().get(client.getId()).getDefaultClientScopes().stream()
                .filter(scope -> scope.getName().equals("email") && !tellsAddresses)
                .forEach(
                        scope -> partner.admin().clients().get(client.getId()).removeDefaultClientScope(scope.getId()));
        String oidc = partner.server().base() + "/realms/" + partner.name() + "/protocol/openid-connect/";
        IdentityProviderRepresentation provider = new IdentityProviderRepresentation();
        provider.setAlias("partner");
        provider.setProviderId("oidc");
        provider.setEnabled(true);
        provider.setConfig(Map.of(
                "authorizationUrl", oidc + "auth",
                "tokenUrl", oidc + "token",
                "userInfoUrl", oidc + "userinfo",
                "clientId", "brokers-client",
                "clientSecret", "secret",
                "clientAuthMethod", "client_secret_post",
                "defaultScope", "openid"));
        tenant.admin().identityProviders().create(provider).close();
    }
}
