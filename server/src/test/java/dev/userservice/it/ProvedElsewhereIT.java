package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests users whose e-mail address was verified by Keycloak's own means, and not with our code. */
@DiffersByDatabase
@ExtendWith(ServerExtension.class)
@ResourceLock(value = Shared.VENDORS, mode = ResourceAccessMode.READ)
final class ProvedElsewhereIT {
    private static Tenant tenant;
    private static Tenant verifying;
    private static String reader;
    private static Activities log;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh.withLongTokens();
        verifying = Tenant.on(tenant.server(), realm -> realm.put("verifyEmail", true));
        reader = tenant.serviceTokenOf("view-users", "manage-users");
        log = Activities.of(tenant);
    }

    /** Registers a user whose address is not verified, and returns the user. */
    private static UserRepresentation registered(Tenant at) {
        String email = at.register(Map.of());
        return at.admin().users().searchByEmail(email, true).get(0);
    }

    private static UserRepresentation update(Tenant at, String id, Consumer<UserRepresentation> change) {
        UserRepresentation user = at.admin().users().get(id).toRepresentation();
        change.accept(user);
        at.admin().users().get(id).update(user);
        return user;
    }

    /** Marks the address as verified, as the switch of the admin console does. */
    private static void vouchFor(UserRepresentation user) {
        update(tenant, user.getId(), known -> known.setEmailVerified(true));
    }

    private static void opensTheLinkOfKeycloaksMail(String id, String email, Browser browser) {
        tenant.admin().users().get(id).sendVerifyEmail();
        Inbox.Mail mail = tenant.inbox().next(email);
        while (!mail.subject().equals("Verify email")) {
            mail = tenant.inbox().next(email);
        }
        browser.goTo(mail.link());
        browser.click("#kc-info-message a");
        browser.awaitText("has been");
    }

    private static void assertActive(UserRepresentation user) {
        tenant.api(reader)
                .get("/users/" + user.getId())
                .then()
                .statusCode(200)
                .body("is_email_verified", equalTo(true))
                .body("is_active", equalTo(true));
        list(true).body("users.id", hasItem(user.getId()));
        list(false).body("users.id", not(hasItem(user.getId())));
    }

    private static ValidatableResponse list(boolean isActive) {
        return tenant.api(reader)
                .queryParam("is_active", isActive)
                .queryParam("limit", 100)
                .get("/users")
                .then()
                .statusCode(200);
    }

    @Test
    void anAdminsWordIsEnoughEverywhere() {
        UserRepresentation user = registered(tenant);
        list(false).body("users.id", hasItem(user.getId()));
        vouchFor(user);
        assertActive(user);
        tenant.api(tenant.serviceTokenOf("manage-users", "view-users"))
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", user.getEmail(), "password", TestServer.PASSWORD))
                .post("/users/auth/check")
                .then()
                .statusCode(200);
        Tenant.retryWhileUnauthorized(() -> tenant.login(user.getEmail(), TestServer.PASSWORD))
                .then()
                .statusCode(200);
        assertEquals(
                List.of(),
                tenant.admin().users().get(user.getId()).toRepresentation().getRequiredActions());
    }

    @Test
    void soItIsAtKeycloaksTokenEndpoint() {
        UserRepresentation user = registered(tenant);
        vouchFor(user);
        tenant.addClient("direct", true);
        tenant.passwordToken("direct", user.getUsername()).then().statusCode(200);
    }

    @Test
    void keycloaksMailActivatesAndTheLogSaysSo() {
        UserRepresentation user = registered(tenant);
        try (Browser browser = Browser.open()) {
            opensTheLinkOfKeycloaksMail(user.getId(), user.getEmail(), browser);
        }
        assertActive(user);
        log.last(user.getId(), "activated");
        tenant.login(user.getEmail(), TestServer.PASSWORD).then().statusCode(200);
        assertEquals(List.of("register", "activation_resent", "activated", "login"), log.actions(user.getId()));
    }

    @Test
    void whoWasActiveAllTheTimeIsNotActivatedByIt() {
        String id = tenant.addUser("late");
        UserRepresentation user = update(tenant, id, known -> known.setEmailVerified(false));
        try (Browser browser = Browser.open()) {
            opensTheLinkOfKeycloaksMail(id, user.getEmail(), browser);
        }
        Map<String, Object> row = log.last(id, "update_profile");
        assertEquals(
                Map.of("changes", Map.of("is_email_verified", Map.of("from", "false", "to", "true"))),
                row.get("details"));
        assertFalse(log.actions(id).contains("activated"));
    }

    @Test
    void thePageThatWaitsForTheCodePasses() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser first = Browser.open();
                Browser second = Browser.open()) {
            Newcomer nora = Newcomer.to(tenant);
            nora.registersAt(app, first);
            vouchFor(nora.user());
            first.driver().navigate().refresh();
            first.awaitText("Logged in as " + nora.username());

            Newcomer nina = Newcomer.to(tenant);
            nina.registersAt(app, second);
            vouchFor(nina.user());
            nina.enters("", second);
            second.awaitText("Logged in as " + nina.username());
        }
    }

    @Test
    void aLaterLoginIsAskedForNothing() {
        Newcomer nora = Newcomer.to(tenant).registersByTheApi();
        vouchFor(nora.user());
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            nora.logsInTo(app, browser);
            browser.awaitText("Logged in as " + nora.username());
        }
    }

    @Test
    void aNewAddressOfWhoIsActiveLeavesThemSo() {
        UserRepresentation user = registered(tenant);
        vouchFor(user);
        tenant.api(reader)
                .contentType(ContentType.JSON)
                .body(Map.of("email", "new-" + user.getEmail()))
                .patch("/users/" + user.getId())
                .then()
                .statusCode(200)
                .body("user.is_email_verified", equalTo(false))
                .body("user.is_active", equalTo(true));
    }

    @Test
    void theyCountAsTheOneWhoIsLeft() {
        Tenant small = Tenant.on(tenant.server());
        String last = small.addUser("the-admin", "admin");
        String proved = small.addUser("proved", "admin");
        update(small, proved, user -> user.setRequiredActions(List.of("activate-account")));
        String vendor =
                Tenant.platformOf(tenant.server()).session(TestServer.VENDOR).access();
        assertEquals(2, figure(small, vendor));
        small.api(vendor)
                .contentType(ContentType.JSON)
                .body(Map.of("role", "user"))
                .put("/users/" + last)
                .then()
                .statusCode(200);
    }

    private static int figure(Tenant at, String vendor) {
        return at.api(vendor).get("/metrics").then().statusCode(200).extract().path("users.active");
    }

    /** Tests this with each required action that an account may have, which depends on how the account was made. */
    @ParameterizedTest
    @ValueSource(strings = {"", "VERIFY_EMAIL", "activate-account"})
    void whereKeycloakVerifiesAddressesWhoIsUnprovedIsSentACode(String action) {
        String name = "una" + action.replaceAll("\\W", "").toLowerCase(Locale.ROOT);
        String id = verifying.addUser(name);
        UserRepresentation user = update(verifying, id, known -> {
            known.setEmailVerified(false);
            known.setRequiredActions(action.isEmpty() ? List.of() : List.of(action));
        });
        verifying
                .login(name, TestServer.PASSWORD)
                .then()
                .statusCode(401)
                .body("message", equalTo("Account is inactive"));
        verifying
                .api()
                .queryParam("identifier", name)
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        verifying
                .api()
                .contentType(ContentType.JSON)
                .body(Map.of("code", verifying.inbox().nextCode(user.getEmail())))
                .patch("/users/activation")
                .then()
                .statusCode(200)
                .body("is_active", equalTo(true));
        verifying.login(name, TestServer.PASSWORD).then().statusCode(200);
    }
}
