package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests what people see in our theme, in Keycloak's own pages and mails too: in light and in dark colours, in a window and on a
 * phone.
 */
@ExtendWith(ServerExtension.class)
@Order(2)
final class PagesIT {
    private static final String NAME = "Bread & Butter";
    private static final byte[] LOGO = """
            <svg xmlns="http://www.w3.org/2000/svg" width="160" height="64"><rect width="160" height="64" fill="#d9480f"/></svg>
            """.getBytes(StandardCharsets.UTF_8);

    private static HttpServer logoHost;
    private static String logo;
    private static Tenant tenant;

    @BeforeAll
    static void start(TestServer server) throws IOException {
        logoHost = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        logoHost.createContext("/logo.svg", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "image/svg+xml");
            exchange.sendResponseHeaders(200, LOGO.length);
            exchange.getResponseBody().write(LOGO);
            exchange.close();
        });
        logoHost.start();
        logo = "http://localhost:" + logoHost.getAddress().getPort() + "/logo.svg?a=1&b=2";
        tenant = Tenant.on(server, PagesIT::brand);
    }

    private static void brand(ObjectNode realm) {
        realm.put("displayName", NAME);
        realm.withObject("/attributes").put("user-service.logo-url", logo);
    }

    /**
     * Creates a tenant with the same brand and another default language, which is the language of the mails that an admin causes.
     */
    private static Tenant speaking(String language) {
        return Tenant.on(tenant.server(), realm -> {
            brand(realm);
            realm.put("defaultLocale", language);
        });
    }

    @AfterAll
    static void stop() {
        logoHost.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void everyPageAndMailIsTheTenantsOwnAndForEverybody(String language) {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open(language)) {
            browser.goTo(app.login());
            assertFine("login", "#kc-form-login", language, browser);
            browser.type("username", "nobody");
            browser.type("password", "wrong");
            browser.click("#kc-login");
            assertFine("login-wrong", "#input-error-username", language, browser);
            browser.click("a[href*='reset-credentials']");
            assertFine("forgot-password", "#kc-reset-password-form", language, browser);

            browser.goTo(app.registration());
            browser.click("#kc-register-form input[type=submit]");
            assertFine("registration-errors", "#input-error-email", language, browser);
            assertFalse(browser.shows("#preferences"), "JSON is nothing to fill in here");
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, browser);
            assertFine("activation", "#user-service-activate-form", language, browser);
            Inbox.Mail mail = nora.mail();
            browser.goTo(mail.link());
            assertFine("activation-link", "#user-service-confirm-form", language, browser);
            browser.click("#user-service-confirm");
            assertFine("activated", "#kc-info-message", language, browser);
            browser.goTo(Newcomer.to(tenant).registersByTheApi().mail().link());
            assertFine("activation-password", "#user-service-take-over-form", language, browser);
            assertFine(mail, "activation", language, browser);

            browser.goTo(URI.create(
                    tenant.server().base() + "/realms/" + tenant.name() + "/login-actions/action-token?key=garbage"));
            assertFine("error", "#kc-error-message", language, browser);

            logIn("CONFIGURE_TOTP", language, app, browser);
            assertFine("otp", "#kc-totp-settings-form", language, browser);
            UserRepresentation user = logIn("UPDATE_PASSWORD", language, app, browser);
            assertFine("update-password", "#kc-passwd-update-form", language, browser);
            tenant.admin().users().get(user.getId()).executeActionsEmail(List.of("UPDATE_PASSWORD"));
            assertFine(tenant.inbox().next(user.getEmail()), "keycloak", language, browser);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void soAreThoseOfAForgottenPassword(String language) {
        String name = language + "-forgetful";
        String email = name + "@example.com";
        tenant.addUser(name);
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open(language)) {
            browser.goTo(app.login());
            browser.click("a[href*='reset-credentials']");
            browser.type("username", name);
            browser.click("#kc-reset-password-form [type='submit']");
            assertFine("forgot-password-sent", ".pf-v5-c-alert", language, browser);
            Inbox.Mail mail = tenant.inbox().next(email);
            browser.goTo(mail.link());
            assertFine("reset-password", "#user-service-reset-form", language, browser);
            browser.type("password-new", "weak");
            browser.type("password-confirm", "weak");
            browser.click("#user-service-reset");
            assertFine("reset-password-errors", "#input-error-password-new", language, browser);
            browser.type("password-new", "Another-horse-2");
            browser.type("password-confirm", "Another-horse-2");
            browser.click("#user-service-reset");
            assertFine("reset-password-done", "#kc-info-message", language, browser);
            browser.goTo(app.login());
            browser.type("username", name);
            browser.type("password", "Another-horse-2");
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + name);
            browser.goTo(URI.create(tenant.server().base() + "/realms/" + tenant.name()
                    + "/protocol/openid-connect/logout?ui_locales=" + language));
            assertFine("logout", "#kc-logout-confirm", language, browser);
            browser.goTo(mail.link());
            assertFine("reset-password-used", "#kc-error-message", language, browser);
            assertFine(mail, "password-reset", language, browser);
            assertFine(tenant.inbox().next(email), "password-changed", language, browser);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void soAreTheMailsOfWhatAnAdminDoes(String language) {
        Tenant ours = speaking(language);
        String back = ours.serviceTokenOf("view-users", "manage-users");
        String guest = language + "-guest";
        String id = ours.api(back)
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username",
                        guest,
                        "email",
                        guest + "@example.com",
                        "first_name",
                        "Gail",
                        "password",
                        TestServer.PASSWORD))
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        UserRepresentation user = ours.admin().users().get(id).toRepresentation();
        user.singleAttribute("locale", language);
        ours.admin().users().get(id).update(user);
        Totp.add(ours, id);
        ours.admin().users().get(id).credentials().stream()
                .filter(credential -> credential.getType().equals("otp"))
                .forEach(credential -> ours.admin().users().get(id).removeCredential(credential.getId()));
        ours.api(back)
                .contentType(ContentType.JSON)
                .body(Map.of("email", guest + "-2@example.com"))
                .patch("/users/" + id)
                .then()
                .statusCode(200);
        Invitee invited = new Invitee(ours, back);
        invited.invited(Map.of());
        try (Browser browser = Browser.open(language)) {
            Inbox.Mail invite = invited.mail();
            assertFine(invite, "invite", language, browser);
            browser.goTo(invite.link());
            assertFine("accept-invitation", "#user-service-invite", language, browser);
            assertFine(ours.inbox().next(guest + "@example.com"), "invitation", language, browser);
            assertFine(ours.inbox().next(guest + "@example.com"), "mfa-disabled", language, browser);
            assertFine(ours.inbox().next(guest + "@example.com"), "email-changed-old", language, browser);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void soAreThoseOfANewAddressAndANewDevice(String language) {
        Tenant ours = Tenant.on(tenant.server(), realm -> {
            brand(realm);
            NewDeviceIT.watch(realm);
        });
        String name = language + "-mover";
        String email = name + "@example.com";
        String id = ours.addUser(name);
        UserRepresentation user = ours.admin().users().get(id).toRepresentation();
        user.singleAttribute("locale", language);
        ours.admin().users().get(id).update(user);
        ours.api(ours.session(name).access())
                .contentType(ContentType.JSON)
                .body(Map.of("email", "new-" + email))
                .put("/users/me")
                .then()
                .statusCode(200);
        Inbox.Mail proof = ours.inbox().next("new-" + email);
        Inbox.Mail stop = ours.inbox().next(email);
        try (RelyingParty app = RelyingParty.of(ours);
                Browser browser = Browser.open(language)) {
            browser.goTo(proof.link());
            assertFine("confirm-email", "#user-service-email-form", language, browser);
            browser.click("#user-service-email");
            assertFine("confirm-email-without-password", "#input-error-password", language, browser);
            browser.type("password", TestServer.PASSWORD);
            browser.click("#user-service-email");
            assertFine("confirm-email-done", "#kc-info-message", language, browser);
            browser.goTo(stop.link());
            assertFine("stop-email", "#user-service-email-form", language, browser);
            browser.click("#user-service-email");
            assertFine("stop-email-done", "#kc-info-message", language, browser);
            browser.goTo(stop.link());
            assertFine("stop-email-used", "#kc-error-message", language, browser);
            assertEquals(email, ours.admin().users().get(id).toRepresentation().getEmail());

            browser.goTo(app.login());
            browser.type("username", name);
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            browser.awaitText("Logged in as " + name);
            Inbox.Mail device = ours.inbox().next(email);
            while (!device.text().contains("device-activity")) {
                device = ours.inbox().next(email);
            }
            assertTrue(device.text().contains("Chrom"), device.text());
            assertFine(proof, "email-proof", language, browser);
            assertFine(stop, "email-stop", language, browser);
            assertFine(device, "new-device", language, browser);
        }
    }

    /** Logs in a new user who has a required action to do first. */
    private static UserRepresentation logIn(String requiredAction, String language, RelyingParty app, Browser browser) {
        String username = language + "-" + requiredAction.toLowerCase(Locale.ROOT);
        String id = tenant.addUser(username);
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setRequiredActions(List.of(requiredAction));
        user.singleAttribute("locale", language);
        tenant.admin().users().get(id).update(user);
        browser.goTo(app.login());
        browser.type("username", username);
        browser.type("password", TestServer.PASSWORD);
        browser.click("#kc-login");
        return user;
    }

    private static void assertFine(String page, String element, String language, Browser browser) {
        browser.awaitElement(element);
        assertEquals(language, browser.run("return document.documentElement.lang"));
        assertEquals(NAME, browser.run("return document.getElementById('kc-header-wrapper').innerText.trim()"));
        assertFine("page-" + page + "-" + language, browser);
        List<?> loaded = (List<?>) browser.run("return performance.getEntriesByType('resource').map(it => it.name)");
        assertTrue(loaded.contains(logo), loaded::toString);
        for (Object address : loaded) {
            assertTrue(
                    address.equals(logo)
                            || address.toString().startsWith(tenant.server().base() + "/"),
                    address::toString);
        }
    }

    private static void assertFine(Inbox.Mail mail, String name, String language, Browser browser) {
        browser.open(mail, "mail-" + name + "-" + language);
        browser.awaitText(NAME);
        assertFine("mail-" + name + "-" + language, browser);
        assertEquals(List.of(logo), browser.run("return performance.getEntriesByType('resource').map(it => it.name)"));
    }

    private static void assertFine(String name, Browser browser) {
        assertFalse(
                (browser.driver().getTitle() + browser.text())
                        .toLowerCase(Locale.ROOT)
                        .contains("keycloak"),
                browser::text);
        assertEquals(
                true, browser.run("return document.querySelector(`img[src='" + logo + "'][alt='']`).naturalWidth > 0"));
        browser.screenshots(name, look -> {
            assertEquals(List.of(), Axe.barriers(browser), look);
            assertEquals(0, browser.overhang(), look + " is wider than the screen");
        });
    }
}
