package dev.userservice.it;

import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.keycloak.representations.idm.UserRepresentation;

/** A person who is new to a tenant, and who registers and activates the account in a browser. */
final class Newcomer {
    private final Tenant tenant;
    private final String username = "new-" + UUID.randomUUID().toString().substring(0, 8);

    private Newcomer(Tenant tenant) {
        this.tenant = tenant;
    }

    static Newcomer to(Tenant tenant) {
        return new Newcomer(tenant);
    }

    String username() {
        return username;
    }

    String email() {
        return username + "@example.com";
    }

    /** Returns the e-mail address in the form that pages show, with most letters hidden. */
    String maskedEmail() {
        return "n***@e***.com";
    }

    Newcomer registersByTheApi() {
        tenant.register(Map.of("username", username, "email", email()));
        return this;
    }

    void registersAt(RelyingParty app, Browser browser) {
        browser.goTo(app.registration());
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.type("password-confirm", TestServer.PASSWORD);
        browser.type("email", email());
        browser.type("firstName", "Nora");
        browser.type("lastName", "Newcomer");
        browser.click("#kc-register-form input[type=submit]");
        browser.awaitText(maskedEmail());
    }

    void logsInTo(RelyingParty app, Browser browser) {
        browser.goTo(app.login());
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.click("#kc-login");
    }

    void enters(String code, Browser browser) {
        browser.type("code", code);
        browser.click("#user-service-activate");
    }

    void asksForANewMail(Browser browser) {
        browser.click("#user-service-resend");
    }

    /** Waits for the next mail to this person and returns it. */
    Inbox.Mail mail() {
        return tenant.inbox().next(email());
    }

    int mails() {
        return tenant.inbox().count(email());
    }

    /** Makes this person's codes expire at once, by a change of their expiry times in the database. */
    void letsTheCodeExpire() {
        String ofUser = " where user_id = '" + user().getId() + "'";
        execute("update us_code set expires_at = 0 where request_id in (select id from us_code_request" + ofUser + ")");
        execute("update us_code_request set expires_at = 0" + ofUser);
    }

    private void execute(String sql) {
        Assumptions.assumeTrue(tenant.server().node() != null, "the database of this server is not at hand");
        try {
            tenant.server().node().database().execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns true if the account is active and its e-mail address is verified, or false if neither is the case. Fails if only
     * one of them is the case.
     */
    boolean isActive() {
        UserRepresentation user = user();
        boolean isActive = user.getRequiredActions().isEmpty();
        if (isActive != user.isEmailVerified()) {
            throw new AssertionError("Neither active nor not: " + user.getRequiredActions());
        }
        return isActive;
    }

    void enabledIs(boolean isEnabled) {
        UserRepresentation user = user();
        user.setEnabled(isEnabled);
        tenant.admin().users().get(user.getId()).update(user);
    }

    UserRepresentation user() {
        return tenant.admin().users().searchByEmail(email(), true).get(0);
    }
}
