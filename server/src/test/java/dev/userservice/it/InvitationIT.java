package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.SmtpServer;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.admin.client.resource.AuthenticationManagementResource;
import org.keycloak.representations.idm.AuthenticationExecutionInfoRepresentation;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests invitations by the API: who is invited, what the link does, and what becomes of an invitation. */
@ExtendWith(ServerExtension.class)
final class InvitationIT {
    private static final Duration SOON = Duration.ofMinutes(3);

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void take(TestServer server) {
        tenant = tenant(server);
        admin = admin(tenant);
    }

    private static Tenant tenant(TestServer server) {
        return Tenant.on(server, realm -> {
                    Tenant.withoutBruteForceProtection(realm);
                    realm.withObject("/attributes").put("user-service.resend-cool-down", "0");
                })
                .withLongTokens();
    }

    /** Adds an admin whose name the mails show, and returns an access token. */
    private static String admin(Tenant where) {
        String id = where.addUser("the-admin", "admin");
        UserRepresentation user = where.admin().users().get(id).toRepresentation();
        user.setFirstName("Ada");
        user.setLastName("Admin");
        where.admin().users().get(id).update(user);
        return where.session("the-admin").access();
    }

    private static Invitee guest() {
        return new Invitee(tenant, admin);
    }

    private static Database database() {
        TestServer server = tenant.server();
        Assumptions.assumeTrue(
                server.node() != null && server.node().database() != null, "the database is to be changed");
        return server.node().database();
    }

    /** Makes an invitation a year older. */
    private static void age(String id, String... columns) throws SQLException {
        for (String column : columns) {
            database()
                    .execute("update us_invitation set %1$s = %1$s - %2$d where id = '%3$s'"
                            .formatted(column, Duration.ofDays(365).toMillis(), id));
        }
    }

    private static List<String> actions(String user) {
        return tenant.api(admin)
                .queryParam("user_id", user)
                .get("/activity")
                .then()
                .statusCode(200)
                .extract()
                .path("action");
    }

    @DiffersByDatabase
    @Test
    void whoIsInvitedChoosesThePasswordAndIsActive() {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of("last_name", "Guest", "gender", "Female", "role", "user"));
        String user = invited.path("user.id");
        invited.then()
                .statusCode(201)
                .header("Location", endsWith("/api/users/" + user))
                .body("user.email", equalTo(guest.email()))
                .body("user.full_name", equalTo("Gail Guest"))
                .body("user.gender", equalTo("Female"))
                .body("user.is_active", equalTo(false))
                .body("invitation.user_id", equalTo(user))
                .body("invitation.state", equalTo("sent"))
                .body("invitation.accepted_at", nullValue());
        tenant.api(admin).get("/users/" + user + "/credentials").then().body("$", hasSize(0));
        Inbox.Mail mail = guest.mail();
        assertTrue(mail.subject().startsWith("An invitation to "), mail.subject());
        assertTrue(mail.text().contains("Ada Admin invites you to "), mail.text());
        assertTrue(mail.text().contains("7 days"), mail.text());
        assertTrue(mail.html().contains("Accept the invitation"), mail.html());

        Invitee.accept(tenant, mail.code(), "weak").then().statusCode(400).body("errors", hasKey("password"));
        guest.accept(mail.code())
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true))
                .body("user.is_email_verified", equalTo(true));
        guest.accept(mail.code()).then().statusCode(404);
        tenant.login(guest.email(), Invitee.PASSWORD).then().statusCode(200);
        assertEquals("accepted", guest.state(invited.path("invitation.id")));
        assertEquals(List.of("login", "invitation_accepted", "user_invited"), actions(user));
        assertEquals(1, tenant.inbox().count(guest.email()), "nobody is told of the first password");
    }

    /** Checks that the code of one purpose is of no use for another. */
    @Test
    void theCodeActivatesNothingWithoutAPassword() {
        Invitee guest = guest();
        guest.invited(Map.of());
        String code = guest.mail().code();
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code))
                .post("/verify-email")
                .then()
                .statusCode(404);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("password", Invitee.PASSWORD))
                .post("/reset-password/" + code)
                .then()
                .statusCode(404);
        guest.accept(code).then().statusCode(200);
    }

    @Test
    void aUserWhomAnAdminMakesWithoutAPasswordIsInvited() {
        Invitee guest = guest();
        Response made = create(Map.of("email", guest.email(), "first_name", "Gail"));
        made.then().statusCode(201).body("is_active", equalTo(false)).body("email", equalTo(guest.email()));
        guest.accept(guest.mail().code()).then().statusCode(200);
        assertEquals(List.of("invitation_accepted", "user_invited"), actions(made.path("id")));
        create(Map.of("email", guest().email(), "first_name", "Gail", "is_active", true))
                .then()
                .statusCode(400)
                .body("errors", hasKey("password"));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", guest().email(), "first_name", "Gail"))
                .post("/users")
                .then()
                .statusCode(400)
                .body("errors", hasKey("password"));
    }

    private static Response create(Map<String, Object> body) {
        return tenant.api(admin).contentType(ContentType.JSON).body(body).post("/users");
    }

    @Test
    void programsThatFollowTheLinkAcceptNothing() {
        Invitee guest = guest();
        String id = guest.invited(Map.of());
        URI link = guest.mail().link();
        String page = LinkScanner.looksAt(link);
        assertTrue(page.contains("Ada Admin invites you to "), page);
        assertTrue(page.contains(guest.email()), page);
        assertEquals("sent", guest.state(id));
        Response wrong = Invitee.chooses(link, "weak");
        wrong.then().statusCode(200).body(containsString("Invalid password"));
        assertEquals("sent", guest.state(id));
        assertEquals(302, Invitee.chooses(link, Invitee.PASSWORD).statusCode());
        Invitee.opens(link).then().statusCode(200).body(containsString("This invitation has been accepted."));
    }

    /** Without a client, the account console is the target, to which the person is logged in by Keycloak. */
    @Test
    void whoAcceptsIsLoggedIn() {
        Invitee guest = guest();
        String user = guest.invite(Map.of()).then().statusCode(201).extract().path("user.id");
        Response accepted = Invitee.chooses(guest.mail().link(), Invitee.PASSWORD);
        accepted.then()
                .statusCode(302)
                .header("Location", containsString("/realms/" + tenant.name() + "/account/"))
                .cookie("KEYCLOAK_IDENTITY", notNullValue());
        assertFalse(accepted.header("Location").contains("code="), accepted.header("Location"));
        Eventually.holds(
                "three rows",
                SOON,
                () -> actions(user).equals(List.of("login", "invitation_accepted", "user_invited")));
        tenant.api(admin)
                .get("/users/" + user)
                .then()
                .body("is_active", equalTo(true))
                .body("last_login", notNullValue());
    }

    @Test
    void keycloaksOwnBrowserFlowIsAsPlainAsTheTemplates(TestServer server) {
        Tenant plain = Tenant.on(server, realm -> realm.put("browserFlow", "browser"));
        Invitee guest = new Invitee(plain, plain.serviceTokenOf("realm-admin"));
        guest.invited(Map.of());
        Invitee.chooses(guest.mail().link(), Invitee.PASSWORD)
                .then()
                .statusCode(302)
                .cookie("KEYCLOAK_IDENTITY", notNullValue());
    }

    /** Checks that nobody gets round a login page that asks for more than the password, of the realm or of a client. */
    @Test
    void whereTheBrowserFlowAsksForMoreNobodyIsLoggedIn(TestServer server) {
        Tenant factored = Tenant.on(
                server,
                realm -> realm.withArray("/authenticationFlows")
                        .forEach(flow -> flow.path("authenticationExecutions").forEach(step -> {
                            if (step.path("flowAlias").asText().equals("user-service browser - conditional 2FA")) {
                                ((ObjectNode) step).put("requirement", "REQUIRED");
                            }
                        })));
        assertIsNotLoggedIn(factored);
        Tenant closed = Tenant.on(server, realm -> {});
        String flow = flowThatDenies(closed);
        ClientRepresentation console =
                closed.admin().clients().findByClientId("account-console").get(0);
        console.setAuthenticationFlowBindingOverrides(Map.of("browser", flow));
        closed.admin().clients().get(console.getId()).update(console);
        assertIsNotLoggedIn(closed);
    }

    private static void assertIsNotLoggedIn(Tenant where) {
        Invitee guest = new Invitee(where, where.serviceTokenOf("realm-admin"));
        String id = guest.invited(Map.of());
        Response accepted = Invitee.chooses(guest.mail().link(), Invitee.PASSWORD);
        accepted.then()
                .statusCode(200)
                .body(containsString("Your account is active now."))
                .body(containsString("/realms/" + where.name() + "/account/"));
        assertNull(accepted.cookie("KEYCLOAK_IDENTITY"));
        assertEquals("accepted", guest.state(id));
    }

    /** Adds a copy of Keycloak's browser flow that lets nobody in, and returns its id. */
    private static String flowThatDenies(Tenant where) {
        AuthenticationManagementResource flows = where.admin().flows();
        flows.copy("browser", Map.of("newName", "closed")).close();
        flows.addExecution("closed forms", Map.of("provider", "deny-access-authenticator"));
        AuthenticationExecutionInfoRepresentation denial = flows.getExecutions("closed").stream()
                .filter(step -> "deny-access-authenticator".equals(step.getProviderId()))
                .findFirst()
                .orElseThrow();
        denial.setRequirement("REQUIRED");
        flows.updateExecutions("closed", denial);
        return flows.getFlows().stream()
                .filter(flow -> flow.getAlias().equals("closed"))
                .findFirst()
                .orElseThrow()
                .getId();
    }

    @Test
    void nobodyIsInvitedToAClientOfAnotherProtocol(TestServer server) {
        ClientRepresentation saml = new ClientRepresentation();
        saml.setClientId("saml-app");
        saml.setProtocol("saml");
        saml.setBaseUrl("https://saml.example/");
        tenant.admin().clients().create(saml).close();
        guest().invite(Map.of("client_id", "saml-app")).then().statusCode(400).body("errors", hasKey("client_id"));
    }

    /** Checks that what the tenant requires of its users comes before the session. */
    @Test
    void theFirstLoginPassesOverNothingThatTheTenantRequires(TestServer server) {
        Tenant strict = Tenant.on(
                server, realm -> realm.withObject("/attributes").put("user-service.mfa-required-roles", "admin"));
        Invitee guest = new Invitee(strict, strict.serviceTokenOf("realm-admin"));
        guest.invited(Map.of("role", "admin"));
        Inbox.Mail mail = guest.mail();
        assertTrue(mail.text().contains("You are invited to "), mail.text());
        Response accepted = Invitee.chooses(mail.link(), Invitee.PASSWORD);
        String next = accepted.statusCode() == 302 ? accepted.header("Location") : accepted.asString();
        assertTrue(next.contains("CONFIGURE_TOTP"), next);
        assertNull(accepted.cookie("KEYCLOAK_IDENTITY"));
    }

    @DiffersByDatabase
    @Test
    void ofEightAtOnceOneAccepts() throws Exception {
        Invitee guest = guest();
        guest.invited(Map.of());
        String code = guest.mail().code();
        Map<Integer, Long> answers =
                Concurrently.patiently(8, i -> Invitee.accept(tenant, code, "Another-horse-" + i)).stream()
                        .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(200, 1L, 404, 7L), answers);
    }

    /** Checks that who clicks twice reads that the invitation is accepted, and not that it is no longer valid. */
    @Test
    void ofClicksAtOnceOneLogsInAndTheOthersSayThatItIsDone() throws Exception {
        Invitee guest = guest();
        guest.invited(Map.of());
        URI link = guest.mail().link();
        String page = LinkScanner.looksAt(link);
        Map<String, String> fields = Map.of("password-new", Invitee.PASSWORD, "password-confirm", Invitee.PASSWORD);
        List<Response> answers = Concurrently.call(4, i -> LinkScanner.sendsTheFormOf(page, link, fields));
        Map<Integer, Long> counted =
                answers.stream().collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(302, 1L, 200, 3L), counted);
        for (Response answer : answers) {
            assertTrue(
                    answer.statusCode() == 302 || answer.asString().contains("This invitation has been accepted."),
                    answer.asString());
        }
    }

    @DiffersByDatabase
    @Test
    void ofEightEqualInvitationsOneIsMade() throws Exception {
        Invitee guest = guest();
        Map<Integer, Long> answers = Concurrently.patiently(8, i -> guest.invite(Map.of())).stream()
                .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
        assertEquals(Map.of(201, 1L, 409, 7L), answers);
        guest.mail();
        guest.invite(Map.of()).then().statusCode(409).body("detail", containsString("invited already"));
        tenant.addUser("taken");
        guest.invite(Map.of("email", "taken@example.com"))
                .then()
                .statusCode(409)
                .body("detail", containsString("taken"))
                .body("errors", hasKey("email"));
        assertEquals(1, tenant.inbox().count(guest.email()));
    }

    @Test
    void whatIsWrongIsNamedTogether() {
        guest().invite(Map.of(
                        "role",
                        "emperor",
                        "gender",
                        "Unknown",
                        "client_id",
                        "nobody",
                        "locale",
                        "tlh",
                        "username",
                        "x"))
                .then()
                .statusCode(400)
                .body("errors", hasKey("role"))
                .body("errors", hasKey("gender"))
                .body("errors", hasKey("client_id"))
                .body("errors", hasKey("locale"))
                .body("errors", hasKey("username"));
        guest().invite(Map.of("password", Invitee.PASSWORD))
                .then()
                .statusCode(400)
                .body("errors", hasKey("password"));
    }

    @Test
    void nobodyInvitesToMoreThanTheyHave() {
        String limited = tenant.serviceTokenOf("manage-users");
        new Invitee(tenant, limited).invite(Map.of("role", "admin")).then().statusCode(403);
        guest().invite(Map.of("role", "vendor")).then().statusCode(403);
        Invitee another = guest();
        String id = another.invited(Map.of("role", "admin"));
        Invitee limitedToo = new Invitee(tenant, limited);
        limitedToo.resend(id).then().statusCode(403);
        limitedToo.revoke(id).then().statusCode(403);
        new Invitee(tenant, tenant.serviceTokenOf("view-users"))
                .revoke(id)
                .then()
                .statusCode(403);
        another.accept(another.mail().code()).then().statusCode(200).body("user.role", equalTo("admin"));
    }

    @Test
    void anotherMailMakesAnExpiredInvitationGoodAgain() throws SQLException {
        Invitee guest = guest();
        String id = guest.invited(Map.of());
        Inbox.Mail first = guest.mail();
        String user =
                tenant.admin().users().searchByEmail(guest.email(), true).get(0).getId();
        tenant.awaitAllSent(user);
        age(id, "expires_at");
        database().execute("update us_code set expires_at = 0 where email = '" + guest.email() + "'");
        assertEquals("expired", guest.state(id));
        guest.accept(first.code()).then().statusCode(404);
        Invitee.opens(first.link()).then().statusCode(400).body(containsString("This invitation is no longer valid"));
        Response again = guest.resend(id);
        again.then().statusCode(200).body("state", equalTo("sent"));
        Inbox.Mail second = guest.mail();
        assertEquals("sent", guest.state(id));
        guest.accept(second.code()).then().statusCode(200);
        guest.resend(id).then().statusCode(409).body("detail", containsString("accepted"));
        guest.revoke(id).then().statusCode(409).body("detail", containsString("accepted"));
        assertEquals(List.of("invitation_accepted", "invitation_resent", "user_invited"), actions(user));
    }

    @Test
    void theWaitsBetweenMailsAreThoseOfOtherMails(TestServer server) {
        Tenant patient = Tenant.on(server);
        Invitee guest = new Invitee(patient, patient.serviceTokenOf("realm-admin"));
        String id = guest.invited(Map.of());
        guest.mail();
        guest.resend(id).then().statusCode(429).header("Retry-After", notNullValue());
    }

    @DiffersByDatabase
    @Test
    void whatIsRevokedIsOverAndItsUserGone() {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        String id = invited.path("invitation.id");
        String user = invited.path("user.id");
        Inbox.Mail mail = guest.mail();
        guest.revoke(id).then().statusCode(204);
        assertEquals("revoked", guest.state(id));
        tenant.api(admin).get("/users/" + user).then().statusCode(404);
        guest.accept(mail.code()).then().statusCode(404);
        Invitee.opens(mail.link()).then().statusCode(400).body(containsString("This invitation is no longer valid"));
        guest.revoke(id).then().statusCode(409).body("detail", containsString("revoked"));
        guest.resend(id).then().statusCode(409);
        assertEquals(List.of("invitation_revoked", "user_invited"), actions(user));
        // The address is free again.
        String second = guest.invited(Map.of());
        assertEquals("sent", guest.state(second));
        tenant.api(admin)
                .queryParam("erase", true)
                .delete("/users/invitations/" + id)
                .then()
                .statusCode(204);
        assertNull(guest.state(id));
        tenant.api(admin)
                .queryParam("erase", true)
                .delete("/users/invitations/" + second)
                .then()
                .statusCode(204);
        assertNull(guest.state(second));
        tenant.api(admin).delete("/users/invitations/" + second).then().statusCode(404);
        String log =
                tenant.api(admin).queryParam("user_id", user).get("/activity").asString();
        assertTrue(log.contains("user_invited"), log);
        assertFalse(log.contains(guest.email()), log);
    }

    /** The mails are being sent while their invitations are revoked. */
    @Test
    void revokingWaitsForNoMailThatWaitsForIt() throws Exception {
        for (int round = 0; round < 5; round++) {
            Map<Integer, Long> answers = Concurrently.patiently(16, i -> {
                        Invitee guest = guest();
                        return guest.revoke(guest.invited(Map.of()));
                    })
                    .stream()
                    .collect(Collectors.groupingBy(Response::statusCode, Collectors.counting()));
            assertEquals(Map.of(204, 16L), answers);
        }
    }

    @Test
    void theListIsPagedAndFiltered(TestServer server) {
        Tenant own = tenant(server);
        String boss = admin(own);
        for (int i = 0; i < 4; i++) {
            Invitee guest = new Invitee(own, boss);
            String id = guest.invited(Map.of());
            if (i == 1) {
                guest.revoke(id).then().statusCode(204);
            }
        }
        Response first =
                own.api(boss).queryParam("limit", 2).queryParam("cursor", "*").get("/users/invitations");
        first.then().statusCode(200).body("invitations", hasSize(2)).header("Link", containsString("rel=\"next\""));
        Response second = own.api(boss)
                .queryParam("limit", 2)
                .queryParam("cursor", first.<String>path("next_cursor"))
                .get("/users/invitations");
        second.then()
                .statusCode(200)
                .body("invitations.state", equalTo(List.of("revoked", "sent")))
                .body("next_cursor", nullValue());
        own.api(boss)
                .queryParam("offset", 2)
                .get("/users/invitations")
                .then()
                .body("invitations.id", equalTo(second.path("invitations.id")));
        for (Map.Entry<String, Integer> state :
                Map.of("sent", 3, "accepted", 0, "expired", 0, "revoked", 1).entrySet()) {
            own.api(boss)
                    .queryParam("state", state.getKey())
                    .get("/users/invitations")
                    .then()
                    .statusCode(200)
                    .body("invitations", hasSize(state.getValue()));
        }
        own.api(boss)
                .queryParam("state", "lost")
                .get("/users/invitations")
                .then()
                .statusCode(400);
        own.api(boss)
                .queryParam("cursor", "lost")
                .get("/users/invitations")
                .then()
                .statusCode(400);
    }

    @Test
    void theMailIsInTheLanguageOfTheInvitedPersonOrOfTheRealm() {
        Invitee hans = guest();
        hans.invited(Map.of("locale", "de"));
        Inbox.Mail german = hans.mail();
        assertTrue(german.subject().startsWith("Eine Einladung zu "), german.subject());
        assertTrue(german.text().contains("Ada Admin lädt Sie zu "), german.text());
        assertTrue(LinkScanner.looksAt(german.link()).contains("Einladung annehmen"));

        Invitee jane = guest();
        Map<String, Object> body = new HashMap<>(Map.of("email", jane.email(), "first_name", "Jane"));
        tenant.api(admin)
                .header("Accept-Language", "de")
                .contentType(ContentType.JSON)
                .body(body)
                .post("/users/invitations")
                .then()
                .statusCode(201);
        assertTrue(jane.mail().subject().startsWith("An invitation to "));
    }

    /** Checks that no other mail lets an invited person in, so that an invitation that has expired is over. */
    @Test
    void noOtherMailStandsInForTheInvitation() {
        Invitee guest = guest();
        String id = guest.invited(Map.of());
        guest.mail();
        tenant.api()
                .queryParam("identifier", guest.email())
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        forgets(guest.email());
        String marker = "marker-" + id.substring(0, 8);
        tenant.addUser(marker);
        forgets(marker + "@example.com");
        tenant.inbox().next(marker + "@example.com");
        assertEquals(1, tenant.inbox().count(guest.email()));
    }

    private static void forgets(String email) {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", email))
                .post("/reset-password")
                .then()
                .statusCode(200);
    }

    /** An admin who makes the account active has decided otherwise; the link is of no use then. */
    @Test
    void anAccountThatBecomesActiveOtherwiseCountsAsAccepted() {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        String code = guest.mail().code();
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("is_active", true))
                .patch("/users/" + invited.path("user.id"))
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true));
        assertEquals("accepted", guest.state(invited.path("invitation.id")));
        guest.accept(code).then().statusCode(404);
    }

    @Test
    void aDisabledUserAcceptsNothing() {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        Inbox.Mail mail = guest.mail();
        String user = invited.path("user.id");
        UserRepresentation disabled = tenant.admin().users().get(user).toRepresentation();
        disabled.setEnabled(false);
        tenant.admin().users().get(user).update(disabled);
        guest.accept(mail.code()).then().statusCode(404);
        Invitee.opens(mail.link()).then().statusCode(400).body(containsString("This invitation is no longer valid"));
        guest.resend(invited.path("invitation.id")).then().statusCode(409);
    }

    @Test
    void theTenantsOwnSiteAsksForThePassword(TestServer server) {
        Tenant sited = Tenant.on(
                server,
                realm -> realm.withObject("/attributes").put("user-service.frontend-url", "https://site.example/app"));
        Invitee guest = new Invitee(sited, sited.serviceTokenOf("realm-admin"));
        guest.invited(Map.of());
        Inbox.Mail mail = guest.mail();
        assertEquals(
                "https://site.example/app/accept-invitation?token=" + mail.code(),
                mail.link().toString());
        guest.accept(mail.code()).then().statusCode(200);
    }

    @Test
    void aPlatformWithoutActivationInvitesNobody(TestServer server) {
        Tenant platform = Tenant.platformOf(server);
        new Invitee(platform, platform.session(TestServer.VENDOR).access())
                .invite(Map.of())
                .then()
                .statusCode(409);
    }

    @Test
    void aMailServerThatIsAwayDelaysTheMailAlone(TestServer server) {
        Tenant offline = Tenant.on(server, SmtpServer.plain(Inbox.HOST, Port.lasting()));
        Invitee guest = new Invitee(offline, offline.serviceTokenOf("realm-admin"));
        String id = guest.invited(Map.of());
        assertEquals("sent", guest.state(id));
        RealmRepresentation realm = offline.admin().toRepresentation();
        realm.getSmtpServer().put("port", Integer.toString(server.inbox().port()));
        offline.admin().update(realm);
        guest.accept(guest.mail().code()).then().statusCode(200);
        assertEquals("accepted", guest.state(id));
    }

    @Test
    void thePersonsDocumentAndTheRemovalHaveTheInvitation() throws SQLException {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        String id = invited.path("invitation.id");
        String user = invited.path("user.id");
        guest.mail();
        tenant.api(admin)
                .get("/users/" + user + "/export")
                .then()
                .statusCode(200)
                .body("invitations.id", equalTo(List.of(id)))
                .body("pending_codes.kind", equalTo(List.of("invitation")));
        tenant.api(admin).delete("/users/" + user).then().statusCode(204);
        assertNull(guest.state(id));
        assertEquals(0, database().count("us_invitation where id = ?", id));
        Tenant gone = Tenant.on(tenant.server());
        String realm = gone.admin().toRepresentation().getId();
        new Invitee(gone, gone.serviceTokenOf("realm-admin")).invited(Map.of());
        gone.admin().remove();
        assertEquals(0, database().count("us_invitation where realm_id = ?", realm));
    }

    /** The server purges once a minute. */
    @Test
    void whatIsOldIsPurgedWithItsUserIfNobodyHasAccepted() throws SQLException {
        Invitee lost = guest();
        Invitee accepted = guest();
        Response ofLost = lost.invite(Map.of());
        Response ofAccepted = accepted.invite(Map.of());
        String lostId = ofLost.path("invitation.id");
        String acceptedId = ofAccepted.path("invitation.id");
        lost.mail();
        accepted.accept(accepted.mail().code()).then().statusCode(200);
        tenant.awaitAllSent(ofLost.path("user.id"));
        age(lostId, "expires_at", "kept_until");
        age(acceptedId, "kept_until");
        Eventually.holds(
                "the end of both", SOON, () -> lost.state(lostId) == null && accepted.state(acceptedId) == null);
        tenant.api(admin).get("/users/" + ofLost.path("user.id")).then().statusCode(404);
        tenant.api(admin).get("/users/" + ofAccepted.path("user.id")).then().statusCode(200);
        assertEquals(List.of("user_deleted", "user_invited"), actions(ofLost.path("user.id")));
    }

    /** A mail gives the invitation a new lifetime after the purge has found it, and before it has the user. */
    @Test
    void whatIsSentAgainDuringThePurgeIsKept() throws SQLException {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        String id = invited.path("invitation.id");
        String user = invited.path("user.id");
        guest.mail();
        tenant.awaitAllSent(user);
        age(id, "kept_until");
        database()
                .whileLocked(
                        user,
                        pid -> Eventually.holds(
                                "a purge that waits", SOON, () -> database().isWaitedFor(pid)),
                        keptFor(id, Duration.ofDays(30)));
        // When the next purge has ended, so has the first.
        Invitee other = guest();
        String otherId = other.invited(Map.of());
        age(otherId, "kept_until");
        Eventually.holds("the end of the other", SOON, () -> other.state(otherId) == null);
        assertEquals("sent", guest.state(id));
        tenant.api(admin).get("/users/" + user).then().statusCode(200);
    }

    private static String keptFor(String id, Duration time) {
        return "update us_invitation set kept_until = %d where id = '%s'"
                .formatted(System.currentTimeMillis() + time.toMillis(), id);
    }

    private static long keptUntil(String id) {
        try {
            return Long.parseLong(database()
                    .texts("select kept_until from us_invitation where id = '" + id + "'")
                    .get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatCannotBePurgedIsNotInTheWay() throws SQLException {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        String id = invited.path("invitation.id");
        tenant.awaitAllSent(invited.path("user.id"));
        age(id, "kept_until");
        long before = System.currentTimeMillis();
        database()
                .whileLocked(
                        invited.path("user.id"),
                        pid -> Eventually.holds("a later try", SOON, () -> keptUntil(id) > before),
                        "select 1");
        assertTrue(
                keptUntil(id) < System.currentTimeMillis() + Duration.ofHours(1).toMillis());
        assertEquals("sent", guest.state(id));
    }

    /** Otherwise the user could neither accept nor be invited again. */
    @Test
    void aDisabledUserIsKeptTogetherWithTheInvitation() throws SQLException {
        Invitee guest = guest();
        Response invited = guest.invite(Map.of());
        String id = invited.path("invitation.id");
        String user = invited.path("user.id");
        guest.mail();
        tenant.awaitAllSent(user);
        UserRepresentation changed = tenant.admin().users().get(user).toRepresentation();
        changed.setEnabled(false);
        tenant.admin().users().get(user).update(changed);
        age(id, "expires_at", "kept_until");
        Eventually.holds(
                "an invitation that is kept",
                SOON,
                () -> keptUntil(id)
                        > System.currentTimeMillis() + Duration.ofDays(29).toMillis());
        changed.setEnabled(true);
        tenant.admin().users().get(user).update(changed);
        guest.resend(id).then().statusCode(200);
        guest.accept(guest.mail().code()).then().statusCode(200);
    }

    @Test
    void inABrowserThePersonGoesFromTheMailToTheApplication() {
        try (RelyingParty app = RelyingParty.of(tenant);
                Browser browser = Browser.open()) {
            String home = app.callback().resolve("/home").toString();
            var client = tenant.admin().clients().findByClientId(app.clientId()).get(0);
            client.setBaseUrl(home);
            tenant.admin().clients().get(client.getId()).update(client);
            Invitee guest = guest();
            guest.invited(Map.of("client_id", app.clientId()));
            URI link = guest.mail().link();
            browser.goTo(link);
            browser.awaitText("Ada Admin invites you to ");
            browser.screenshot("accept-invitation");
            browser.type("password-new", Invitee.PASSWORD);
            browser.type("password-confirm", Invitee.PASSWORD + "x");
            browser.click("#user-service-invite");
            browser.awaitTextOf("#input-error-password-confirm", "Passwords don't match.");
            browser.type("password-new", Invitee.PASSWORD);
            browser.type("password-confirm", Invitee.PASSWORD);
            browser.click("#user-service-invite");
            browser.awaitUrl("/home");
            // The application begins its own login, which asks for nothing.
            browser.goTo(app.login());
            browser.awaitText("Logged in as " + guest.email());
            browser.goTo(link);
            browser.awaitText("This invitation has been accepted.");
        }
    }
}
