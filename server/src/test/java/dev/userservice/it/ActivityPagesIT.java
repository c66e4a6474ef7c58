package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.openqa.selenium.By;

/** Tests in a browser what the activity log records of the things that people do on Keycloak's own pages. */
@ExtendWith(ServerExtension.class)
final class ActivityPagesIT {
    private static Tenant tenant;
    private static Activities log;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        log = Activities.of(tenant);
    }

    private static String someone() {
        return "u-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static void logIn(Browser browser, RelyingParty app, String username, Map<String, String> more) {
        browser.goTo(app.login(more));
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.click("#kc-login");
    }

    private static void demand(String userId, String... actions) {
        UserRepresentation user = tenant.admin().users().get(userId).toRepresentation();
        user.setRequiredActions(List.of(actions));
        tenant.admin().users().get(userId).update(user);
    }

    @Test
    void aForgottenPasswordIsAskedForAndResetInKeycloaksOwnFlowToo() {
        Tenant stock = Tenant.on(tenant.server(), realm -> realm.put("resetCredentialsFlow", "reset credentials"));
        Activities stockLog = Activities.of(stock);
        String username = someone();
        String id = stock.addUser(username);
        stock.session(username);
        String email = stock.admin().users().get(id).toRepresentation().getEmail();
        try (RelyingParty app = RelyingParty.of(stock);
                Browser browser = Browser.open()) {
            browser.goTo(app.login());
            browser.click("a[href*='reset-credentials']");
            browser.type("username", username);
            browser.click("[type='submit']");
            // Keycloak sends this mail before it has stored the login that the link continues.
            browser.awaitText("You should receive an email shortly");
            browser.goTo(stock.inbox().next(email).link());
            browser.type("password-new", "Other-secret-1");
            browser.type("password-confirm", "Other-secret-1");
            browser.click("#logout-sessions");
            browser.click("[type='submit']");
            browser.awaitText("Logged in as " + username);
        }
        assertEquals(
                List.of("user_created", "login", "password_reset_requested", "password_reset", "login"),
                stockLog.actions(id));
        assertFalse(stockLog.about(id).toString().contains("Other-secret-1"));
        assertTold(stock, email, "The password of your ");
    }

    @Test
    void aNewPasswordThatEndsOtherSessionsIsOne() {
        String username = someone();
        String id = tenant.addUser(username);
        tenant.session(username);
        demand(id, "UPDATE_PASSWORD");
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            logIn(browser, app, username, Map.of());
            browser.type("password-new", "Other-secret-1");
            browser.type("password-confirm", "Other-secret-2");
            browser.click("[type='submit']");
            browser.awaitText("match");
            browser.type("password-new", "Other-secret-1");
            browser.type("password-confirm", "Other-secret-1");
            if (!browser.driver().findElement(By.id("logout-sessions")).isSelected()) {
                browser.click("#logout-sessions");
            }
            browser.click("[type='submit']");
            browser.awaitText("Logged in as " + username);
        }
        assertEquals(List.of("user_created", "login", "update_user", "update_password", "login"), log.actions(id));
        assertEquals(Map.of("sessions_ended", 1), log.about(id).get(3).get("details"));
        assertTold(tenant, username + "@example.com", "The password of your ");
    }

    @Test
    void aSecondFactorIsOneWhenItComesAndOneWhenItGoes() {
        String username = someone();
        String id = tenant.addUser(username);
        demand(id, "CONFIGURE_TOTP");
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            logIn(browser, app, username, Map.of());
            browser.click("#mode-manual");
            browser.awaitElement("#kc-totp-secret-key");
            String secret = browser.driver()
                    .findElement(By.id("kc-totp-secret-key"))
                    .getText()
                    .replace(" ", "");
            browser.type("totp", Totp.now(Totp.base32(secret)));
            browser.click("[type='submit']");
            browser.awaitText("Logged in as " + username);
            assertFalse(log.about(id).toString().toUpperCase(Locale.ROOT).contains(secret));
        }
        assertEquals(List.of("user_created", "update_user", "mfa_enabled", "login"), log.actions(id));
        String credential = tenant.admin().users().get(id).credentials().stream()
                .filter(one -> one.getType().equals("otp"))
                .findFirst()
                .orElseThrow()
                .getId();
        tenant.admin().users().get(id).removeCredential(credential);
        assertEquals(
                Map.of("credential_type", "otp"), log.last(id, "mfa_disabled").get("details"));
        String email = username + "@example.com";
        String enabled = assertTold(tenant, email, "Two-factor authentication was enabled for your ");
        assertTrue(enabled.contains("The change came from the address "), enabled);
        // The mail must not tell the user the address of the administrator.
        String disabled = assertTold(tenant, email, "Two-factor authentication was disabled for your ");
        assertFalse(disabled.contains("The change came"), disabled);
    }

    /** Asserts that the next mail has this subject, and returns its text. */
    private static String assertTold(Tenant tenant, String email, String subject) {
        Inbox.Mail mail = tenant.inbox().next(email);
        assertTrue(mail.subject().startsWith(subject), mail.subject());
        return mail.text();
    }

    @Test
    void whoRegistersAndWaitsForTheCode() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            browser.goTo(app.registration());
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            String code = nora.mail().code();
            nora.enters(code, browser);
            browser.awaitText("Logged in as " + nora.username());
            String id = tenant.admin()
                    .users()
                    .searchByUsername(nora.username(), true)
                    .get(0)
                    .getId();
            assertEquals(List.of("register", "activated", "login"), log.actions(id));
            assertFalse(log.about(id).toString().contains(code));
        }
    }

    @Test
    void aConsentIsOneAndSoIsItsEnd() {
        String username = someone();
        String id = tenant.addUser(username);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            ClientRepresentation client =
                    tenant.admin().clients().findByClientId(app.clientId()).get(0);
            client.setConsentRequired(true);
            tenant.admin().clients().get(client.getId()).update(client);
            logIn(browser, app, username, Map.of());
            browser.click("[name='accept']");
            browser.awaitText("Logged in as " + username);
            Map<?, ?> details = (Map<?, ?>) log.last(id, "login").get("details");
            assertEquals(true, details.get("consent_granted"));
            tenant.admin().users().get(id).revokeConsent(app.clientId());
            assertEquals(
                    Map.of("client", app.clientId()),
                    log.last(id, "consent_revoked").get("details"));
        }
    }

    @Test
    void whoDeletesTheirOwnAccountIsNoted() {
        String username = someone();
        String id = tenant.addUser(username);
        String account =
                tenant.admin().clients().findByClientId("account").get(0).getId();
        tenant.admin()
                .users()
                .get(id)
                .roles()
                .clientLevel(account)
                .add(List.of(tenant.admin()
                        .clients()
                        .get(account)
                        .roles()
                        .get("delete-account")
                        .toRepresentation()));
        var action = tenant.admin().flows().getRequiredAction("delete_account");
        action.setEnabled(true);
        tenant.admin().flows().updateRequiredAction("delete_account", action);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            logIn(browser, app, username, Map.of("kc_action", "delete_account"));
            browser.click("[type='submit']");
            Map<String, Object> row = log.last(id, "user_deleted");
            assertEquals(Map.of("id", id, "kind", "user"), row.get("actor"));
            assertEquals(Map.of("username", username), row.get("details"));
        }
    }
}
