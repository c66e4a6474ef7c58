package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests that a new e-mail address of one's own takes effect when it is proved, and that the old one can stop it. */
@DiffersByDatabase
@ExtendWith(ServerExtension.class)
final class EmailChangeIT {
    private static final String STOPS = "is to be changed";

    private static Tenant tenant;
    private static String admin;

    @BeforeAll
    static void take(TestServer server) {
        tenant = Tenant.on(server, realm -> {
                    Tenant.withoutBruteForceProtection(realm);
                    realm.withObject("/attributes").put("user-service.resend-cool-down", "0");
                })
                .withLongTokens();
        admin = tenant.serviceTokenOf("view-users", "manage-users");
    }

    /** A user who is logged in. */
    private record Person(String name, String id, Tenant.Session session) {
        static Person add() {
            String name = "p" + UUID.randomUUID().toString().substring(0, 8);
            String id = tenant.addUser(name);
            return new Person(name, id, tenant.session(name));
        }

        String old() {
            return name + "@example.com";
        }

        String next() {
            return "new-" + old();
        }

        Response put(Map<String, Object> body) {
            return tenant.api(session.access())
                    .contentType(ContentType.JSON)
                    .body(body)
                    .put("/users/me");
        }

        void asks(String address) {
            put(Map.of("email", address)).then().statusCode(200).body("user.pending_email", equalTo(address));
        }

        Response proves(String code) {
            return tenant.api(session.access())
                    .contentType(ContentType.JSON)
                    .body(Map.of("code", code))
                    .post("/users/me/pending-email");
        }

        /** Returns the link of the next mail to the old address that can stop the change. */
        URI stopLink() {
            return mail(old(), STOPS).link();
        }

        void movesTo(String address) {
            asks(address);
            proves(tenant.inbox().nextCode(address)).then().statusCode(200).body("user.email", equalTo(address));
        }

        Response own() {
            return tenant.api(session.access()).get("/users/me");
        }

        String email() {
            return tenant.api(admin)
                    .get("/users/" + id)
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("email");
        }
    }

    private static Inbox.Mail mail(String address, String subject) {
        Inbox.Mail mail = tenant.inbox().next(address);
        while (!mail.subject().contains(subject)) {
            mail = tenant.inbox().next(address);
        }
        return mail;
    }

    private static Response press(URI link, Map<String, String> fields) {
        return LinkScanner.sendsTheFormOf(LinkScanner.looksAt(link), link, fields);
    }

    @Test
    void aNewAddressWaitsForItsProof() {
        Person person = Person.add();
        person.put(Map.of("email", person.next(), "first_name", "Jane"))
                .then()
                .statusCode(200)
                .body("user.first_name", equalTo("Jane"))
                .body("user.email", equalTo(person.old()))
                .body("user.is_email_verified", equalTo(true))
                .body("user.pending_email", equalTo(person.next()));
        person.own().then().body("pending_email", equalTo(person.next()));
        tenant.api(admin).get("/users/" + person.id()).then().body("pending_email", nullValue());
        tenant.login(person.next(), TestServer.PASSWORD).then().statusCode(401);
        Inbox.Mail proof = tenant.inbox().next(person.next());
        assertFalse((proof.text() + proof.html()).contains(person.name() + "<"), proof.html());

        person.proves(proof.code())
                .then()
                .statusCode(200)
                .body("user.email", equalTo(person.next()))
                .body("user.is_email_verified", equalTo(true))
                .body("user.pending_email", nullValue());
        person.proves(proof.code()).then().statusCode(404);
        tenant.login(person.old(), TestServer.PASSWORD).then().statusCode(401);
        tenant.login(person.next(), TestServer.PASSWORD).then().statusCode(200);
        tenant.api(admin)
                .queryParam("action", "update_profile")
                .get("/users/" + person.id() + "/activity")
                .then()
                .body("find { it.details.changes.email != null }.details.changes.email.from", equalTo(person.old()))
                .body("find { it.details.changes.email != null }.details.changes.email.to", equalTo(person.next()));
        assertTrue(mail(person.old(), "was changed").text().contains("was changed to n***@e***.com"));
    }

    @Test
    void onlyTheOwnerOfTheAccountProvesItsAddress() {
        Person person = Person.add();
        person.asks(person.next());
        String code = tenant.inbox().nextCode(person.next());
        Person stranger = Person.add();
        stranger.proves(code).then().statusCode(404);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code))
                .post("/verify-email")
                .then()
                .statusCode(404);
        person.proves("garbage").then().statusCode(404);
        person.proves("").then().statusCode(400);
        assertEquals(person.old(), person.email());
        person.proves(code).then().statusCode(200);
    }

    @Test
    void thePageBehindTheLinkAsksForThePassword() {
        Person person = Person.add();
        person.asks(person.next());
        URI link = tenant.inbox().next(person.next()).link();
        String page = LinkScanner.looksAt(link);
        for (Map<String, String> wrong : List.of(Map.<String, String>of(), Map.of("password", "wrong"))) {
            LinkScanner.sendsTheFormOf(page, link, wrong)
                    .then()
                    .statusCode(200)
                    .body(containsString("input-error-password"));
        }
        assertEquals(person.old(), person.email());
        LinkScanner.sendsTheFormOf(page, link, Map.of("password", TestServer.PASSWORD))
                .then()
                .statusCode(200)
                .body(containsString("Your account has its new e-mail address now."));
        assertEquals(person.next(), person.email());
        LinkScanner.sendsTheFormOf(page, link, Map.of("password", TestServer.PASSWORD))
                .then()
                .statusCode(400)
                .body(containsString("no longer valid"));
    }

    @Test
    void theOldAddressStopsTheChange() {
        Person person = Person.add();
        person.asks(person.next());
        String code = tenant.inbox().nextCode(person.next());
        URI link = person.stopLink();
        String page = LinkScanner.looksAt(link);
        person.own().then().statusCode(200).body("pending_email", equalTo(person.next()));
        LinkScanner.sendsTheFormOf(page, link, Map.of())
                .then()
                .statusCode(200)
                .body(containsString("all its sessions have ended"));
        person.own().then().statusCode(401);
        Person again = new Person(person.name(), person.id(), tenant.session(person.name()));
        again.own().then().body("pending_email", nullValue()).body("email", equalTo(person.old()));
        again.proves(code).then().statusCode(404);
        LinkScanner.sendsTheFormOf(page, link, Map.of()).then().statusCode(400);
    }

    @Test
    void theOldAddressComesBackAfterTheChange() {
        Person person = Person.add();
        person.movesTo(person.next());
        press(person.stopLink(), Map.of()).then().statusCode(200);
        tenant.api(admin)
                .get("/users/" + person.id())
                .then()
                .body("email", equalTo(person.old()))
                .body("is_email_verified", equalTo(true));
        person.own().then().statusCode(401);
        tenant.refresh(person.session().refresh()).then().statusCode(401);
        Inbox.Mail notice = tenant.inbox().next(person.next());
        while (!notice.text().contains("was changed to p***@e***.com")) {
            notice = tenant.inbox().next(person.next());
        }
    }

    /** Whoever has taken over an account could try to be rid of the link by further changes. */
    @Test
    void furtherChangesDoNotVoidTheLink() {
        Person person = Person.add();
        person.movesTo(person.next());
        URI last = person.stopLink();
        for (String further : List.of("a-", "b-", "c-", "d-")) {
            person.movesTo(further + person.old());
            last = person.stopLink();
        }
        resets("d-" + person.old());
        assertEquals(0, stops(person.next()));
        press(last, Map.of()).then().statusCode(200);
        assertEquals(person.old(), person.email());
    }

    /** Returns how many mails that could stop a change have come to an address, of whose mails one was read before. */
    private static int stops(String address) {
        int found = 0;
        for (int i = 1; i < tenant.inbox().count(address); i++) {
            found += tenant.inbox().next(address).subject().contains(STOPS) ? 1 : 0;
        }
        return found;
    }

    /** Whoever has taken over an account could register its former address, so that it cannot come back. */
    @Test
    void aStrangerDoesNotKeepTheAddressFromComingBack() {
        Person person = Person.add();
        person.movesTo(person.next());
        URI link = person.stopLink();
        String squatter = tenant.registration(Map.of("email", person.old()))
                .then()
                .statusCode(201)
                .extract()
                .path("user.id");
        press(link, Map.of()).then().statusCode(200);
        assertEquals(person.old(), person.email());
        UserRepresentation left = tenant.admin().users().get(squatter).toRepresentation();
        tenant.api(admin)
                .queryParam("action", "update_profile")
                .get("/users/" + squatter + "/activity")
                .then()
                .body("find { it.details.changes.email != null }.details.changes.email.from", equalTo(person.old()));
        assertFalse(
                person.old().equals(left.getEmail()) || person.old().equals(left.getUsername()), left.getUsername());
    }

    @Test
    void anAddressThatIsTakenMeanwhileIsRefused() {
        Person person = Person.add();
        person.asks(person.next());
        Inbox.Mail proof = tenant.inbox().next(person.next());
        tenant.addUser("new-" + person.name());
        person.proves(proof.code()).then().statusCode(409).body("errors.pending_email", hasSize(1));
        press(proof.link(), Map.of("password", TestServer.PASSWORD))
                .then()
                .statusCode(400)
                .body(containsString("belongs to another account"));
        assertEquals(person.old(), person.email());
        person.put(Map.of("email", person.next())).then().statusCode(409);
        UserRepresentation other =
                tenant.admin().users().searchByEmail(person.next(), true).get(0);
        tenant.changeAddressUnproved(other.getId(), "gone-" + person.next());
        // Neither refusal has used the code up.
        press(proof.link(), Map.of("password", TestServer.PASSWORD)).then().statusCode(200);
        assertEquals(person.next(), person.email());
    }

    @Test
    void ofTwoWhoProveTheSameAddressOneGetsIt() throws Exception {
        Person one = Person.add();
        Person two = Person.add();
        one.asks(one.next());
        two.asks(one.next());
        List<String> codes =
                List.of(tenant.inbox().nextCode(one.next()), tenant.inbox().nextCode(one.next()));
        // Which of the two mails comes first is not known: the code of the other one is refused.
        boolean isInOrder = one.proves(codes.get(1)).statusCode() == 404;
        List<Integer> answers = isInOrder
                ? Concurrently.patiently(2, i -> (i == 0 ? one : two).proves(codes.get(i))).stream()
                        .map(Response::statusCode)
                        .sorted()
                        .toList()
                : List.of(200, two.proves(codes.get(0)).statusCode());
        assertEquals(List.of(200, 409), answers);
    }

    @Test
    void aCodeWorksOnce() throws Exception {
        Person person = Person.add();
        person.asks(person.next());
        String code = tenant.inbox().nextCode(person.next());
        List<Integer> answers = Concurrently.patiently(4, i -> person.proves(code)).stream()
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(List.of(200, 404, 404, 404), answers);
    }

    @Test
    void aLostMailIsSentAgainAndAnotherAddressReplacesTheFirst() {
        Person person = Person.add();
        person.asks(person.next());
        String first = tenant.inbox().nextCode(person.next());
        person.asks(person.next());
        tenant.inbox().nextCode(person.next());
        person.asks("other-" + person.next());
        String other = tenant.inbox().nextCode("other-" + person.next());
        person.proves(first).then().statusCode(404);
        person.proves(other).then().statusCode(200).body("user.email", equalTo("other-" + person.next()));

        Person second = Person.add();
        second.asks(second.next());
        String earlier = tenant.inbox().nextCode(second.next());
        second.asks(second.next());
        tenant.inbox().nextCode(second.next());
        second.proves(earlier).then().statusCode(200);
    }

    @Test
    void aChangeIsWithdrawn() {
        Person person = Person.add();
        person.asks(person.next());
        String code = tenant.inbox().nextCode(person.next());
        for (int i = 0; i < 2; i++) {
            tenant.api(person.session().access())
                    .delete("/users/me/pending-email")
                    .then()
                    .statusCode(204);
        }
        person.own().then().body("pending_email", nullValue());
        person.proves(code).then().statusCode(404);
    }

    @Test
    void otherChangesLeaveTheNewAddressAlone() {
        Person person = Person.add();
        person.asks(person.next());
        person.put(Map.of("last_name", "Doe")).then().statusCode(200);
        UserRepresentation user = tenant.admin().users().get(person.id()).toRepresentation();
        user.setLastName("Roe");
        tenant.admin().users().get(person.id()).update(user);
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("first_name", "Jane"))
                .patch("/users/" + person.id())
                .then()
                .statusCode(200)
                .body("user.pending_email", nullValue());
        tenant.changeInAccountConsole(person.session().access(), person.name(), person.old());
        person.own().then().body("pending_email", equalTo(person.next()));
        person.proves(tenant.inbox().nextCode(person.next())).then().statusCode(200);
    }

    @Test
    void aNewPasswordByMailWithdrawsTheChange() {
        Person person = Person.add();
        person.asks(person.next());
        String code = tenant.inbox().nextCode(person.next());
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", person.old()))
                .post("/reset-password")
                .then()
                .statusCode(200);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", tenant.inbox().nextCode(person.old()), "new_password", TestServer.PASSWORD))
                .post("/users/password/reset")
                .then()
                .statusCode(200);
        Person again = new Person(person.name(), person.id(), tenant.session(person.name()));
        again.own().then().body("pending_email", nullValue());
        again.proves(code).then().statusCode(404);
    }

    @Test
    void anAdminsAddressTakesEffectAtOnce() {
        Person person = Person.add();
        person.movesTo(person.next());
        URI link = person.stopLink();
        person.asks("other-" + person.next());
        patch(person, Map.of("email", "given-" + person.old(), "is_email_verified", true))
                .then()
                .statusCode(200)
                .body("user.email", equalTo("given-" + person.old()))
                .body("user.is_email_verified", equalTo(true));
        person.own().then().body("pending_email", nullValue());
        // The link would undo what the admin has done.
        press400(link);
        patch(person, Map.of("email", "unproved-" + person.old()))
                .then()
                .statusCode(200)
                .body("user.is_email_verified", equalTo(false));
        patch(person, Map.of("is_email_verified", true)).then().body("user.is_email_verified", equalTo(true));
        patch(person, Map.of("is_email_verified", false)).then().body("user.is_email_verified", equalTo(false));
        patch(person, Map.of("is_email_verified", "yes")).then().statusCode(400);
    }

    /** Gives the account with this address a new password by mail. */
    private static void resets(String address) {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", address))
                .post("/reset-password")
                .then()
                .statusCode(200);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", tenant.inbox().nextCode(address), "new_password", "Another-word-1!"))
                .post("/users/password/reset")
                .then()
                .statusCode(200);
    }

    @Test
    void anAddressThatIsSomebodyElsesDoesNotComeBack() {
        Person person = Person.add();
        person.movesTo(person.next());
        URI link = person.stopLink();
        Person other = Person.add();
        patch(other, Map.of("email", person.old(), "is_email_verified", true))
                .then()
                .statusCode(200);
        press(link, Map.of()).then().statusCode(400).body(containsString("nothing has changed"));
        person.own().then().statusCode(200).body("email", equalTo(person.next()));
        patch(other, Map.of("email", other.old(), "is_email_verified", true))
                .then()
                .statusCode(200);
        press(link, Map.of()).then().statusCode(200);
        assertEquals(person.old(), person.email());
    }

    @Test
    void anAddressByKeycloaksAdminRestApiVoidsTheLinkAndWithdrawsTheNextOne() {
        Person person = Person.add();
        person.movesTo(person.next());
        URI link = person.stopLink();
        person.asks("other-" + person.next());
        String code = tenant.inbox().nextCode("other-" + person.next());
        UserRepresentation user = tenant.admin().users().get(person.id()).toRepresentation();
        user.setEmail("given-" + person.old());
        tenant.admin().users().get(person.id()).update(user);
        press400(link);
        person.own().then().body("pending_email", nullValue());
        person.proves(code).then().statusCode(404);
        assertEquals("given-" + person.old(), person.email());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH"})
    void anAdminsOwnNewAddressWaitsForItsProof(String method) {
        String name = "admin-" + UUID.randomUUID().toString().substring(0, 8);
        String id = tenant.addUser(name, "admin");
        Person self = new Person(name, id, tenant.session(name));
        Function<Map<String, Object>, Response> sends =
                body -> tenant.api(self.session().access())
                        .contentType(ContentType.JSON)
                        .body(body)
                        .request(method, "/users/" + id);
        Map<String, Object> removed = new HashMap<>();
        removed.put("email", null);
        sends.apply(removed).then().statusCode(400).body("errors.email", hasSize(1));
        sends.apply(Map.of("email", self.next(), "is_email_verified", true))
                .then()
                .statusCode(400)
                .body("errors.is_email_verified", hasSize(1));
        self.own().then().body("pending_email", nullValue());
        sends.apply(Map.of("email", self.next(), "first_name", "Ada"))
                .then()
                .statusCode(200)
                .body("user.email", equalTo(self.old()))
                .body("user.first_name", equalTo("Ada"));
        self.own().then().body("pending_email", equalTo(self.next()));
        self.stopLink();
        self.proves(tenant.inbox().nextCode(self.next()))
                .then()
                .statusCode(200)
                .body("user.email", equalTo(self.next()));
    }

    /** A code may prove an address days after it was asked for. */
    @Test
    void aLateProofSendsTheLinkAgain() throws Exception {
        Node node = tenant.server().node();
        Assumptions.assumeTrue(node != null && node.database() != null, "the codes are to be written to");
        Person person = Person.add();
        person.asks(person.next());
        person.stopLink();
        node.database()
                .execute("update us_code set expires_at = expires_at - 7200000 where email = '" + person.old() + "'");
        person.proves(tenant.inbox().nextCode(person.next())).then().statusCode(200);
        press(person.stopLink(), Map.of()).then().statusCode(200);
        assertEquals(person.old(), person.email());
    }

    /** The request may be a thief's, whose language the owner of the account need not know. */
    @Test
    void theMailToTheOldAddressIsInTheLanguageOfTheRealm() {
        Person person = Person.add();
        tenant.api(person.session().access())
                .header("Accept-Language", "de")
                .contentType(ContentType.JSON)
                .body(Map.of("email", person.next()))
                .put("/users/me")
                .then()
                .statusCode(200);
        person.stopLink();
        String proof = tenant.inbox().next(person.next()).subject();
        assertTrue(proof.startsWith("Bestätigen Sie"), proof);
    }

    /** Whoever else has asked for the address has no session and no password that could prove it. */
    @Test
    void anOwnNewPasswordLeavesTheNewAddressWaiting() {
        Person person = Person.add();
        person.asks(person.next());
        tenant.api(person.session().access())
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", "Another-word-1!"))
                .put("/users/me/password")
                .then()
                .statusCode(200);
        person.proves(tenant.inbox().nextCode(person.next())).then().statusCode(200);
    }

    private static void press400(URI link) {
        RestAssured.given()
                .urlEncodingEnabled(false)
                .get(link.toString())
                .then()
                .statusCode(400);
    }

    private static Response patch(Person person, Map<String, Object> body) {
        return tenant.api(admin).contentType(ContentType.JSON).body(body).patch("/users/" + person.id());
    }

    @Test
    void anAdminActivatesByVouchingForTheAddress() {
        String email = "inactive-" + UUID.randomUUID() + "@example.com";
        String id = tenant.registration(Map.of("email", email))
                .then()
                .statusCode(201)
                .extract()
                .path("user.id");
        tenant.api(admin)
                .contentType(ContentType.JSON)
                .body(Map.of("is_email_verified", true))
                .patch("/users/" + id)
                .then()
                .statusCode(200)
                .body("user.is_active", equalTo(true));
        tenant.login(email, TestServer.PASSWORD).then().statusCode(200);
    }

    /** Otherwise somebody could prepare an account, leave it to the owner of an address, and take it back by the link. */
    @Test
    void aNewAddressInTheAccountConsoleWaitsForItsProofToo() {
        Person person = Person.add();
        tenant.changeInAccountConsole(person.session().access(), person.name(), person.next());
        person.own()
                .then()
                .body("email", equalTo(person.old()))
                .body("is_email_verified", equalTo(true))
                .body("first_name", equalTo("Test"))
                .body("pending_email", equalTo(person.next()));
        tenant.registration(Map.of("email", person.next())).then().statusCode(201);
        press(person.stopLink(), Map.of()).then().statusCode(200);
        person.own().then().statusCode(401);

        Person proving = Person.add();
        tenant.changeInAccountConsole(proving.session().access(), proving.name(), proving.next());
        proving.proves(tenant.inbox().nextCode(proving.next()))
                .then()
                .statusCode(200)
                .body("user.email", equalTo(proving.next()));
    }

    /** Whoever proves an address first gets an account that nobody has prepared. */
    @Test
    void theFirstProofOfAnAddressVoidsTheLink() {
        Person person = Person.add();
        person.movesTo(person.next());
        URI link = person.stopLink();
        patch(person, Map.of("is_email_verified", false)).then().statusCode(200);
        resets(person.next());
        press400(link);
        assertEquals(person.next(), person.email());
    }

    /** The account console sends the whole profile, of which a new address is one field. */
    @Test
    void theAccountConsoleLimitsTheMailsToNewAddresses() {
        Tenant limited = Tenant.on(tenant.server());
        limited.addUser("lisa");
        String token = limited.session("lisa").access();
        limited.changeInAccountConsole(token, "lisa", "lisa-2@example.com");
        limited.changeInAccountConsole(token, "lisa", "lisa-2@example.com");
        RestAssured.given()
                .auth()
                .oauth2(token)
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username", "lisa", "email", "lisa-3@example.com", "firstName", "Other", "lastName", "User"))
                .post(limited.server().base() + "/realms/" + limited.name() + "/account")
                .then()
                .statusCode(400)
                .body(containsString("userServiceEmailTooSoon"));
        limited.api(token)
                .get("/users/me")
                .then()
                .body("pending_email", equalTo("lisa-2@example.com"))
                .body("first_name", equalTo("Test"));
    }

    /** Who has no address, and must have one, could not log in on Keycloak's pages before the proof. */
    @Test
    void theFirstAddressInTheAccountConsoleTakesEffectAtOnce() {
        Tenant lenient = Tenant.on(tenant.server());
        var profile = lenient.admin().users().userProfile();
        var config = profile.getConfiguration();
        var required = config.getAttribute("email").getRequired();
        config.getAttribute("email").setRequired(null);
        profile.update(config);
        String id = lenient.addUser("nomail");
        UserRepresentation without = lenient.admin().users().get(id).toRepresentation();
        without.setEmail("");
        lenient.admin().users().get(id).update(without);
        String token = lenient.session("nomail").access();
        lenient.changeInAccountConsole(token, "nomail", "waits@example.com");
        lenient.api(token)
                .get("/users/me")
                .then()
                .body("email", nullValue())
                .body("pending_email", equalTo("waits@example.com"));
        config.getAttribute("email").setRequired(required);
        profile.update(config);
        lenient.changeInAccountConsole(token, "nomail", "first@example.com");
        lenient.api(token)
                .get("/users/me")
                .then()
                .body("email", equalTo("first@example.com"))
                .body("is_email_verified", equalTo(false));
    }

    @Test
    void theOldAddressComesBackAfterItWasRemoved() {
        Tenant lenient = Tenant.on(tenant.server());
        var profile = lenient.admin().users().userProfile();
        var config = profile.getConfiguration();
        config.getAttribute("email").setRequired(null);
        profile.update(config);
        String id = lenient.addUser("paul");
        Map<String, Object> removed = new HashMap<>();
        removed.put("email", null);
        lenient.api(lenient.session("paul").access())
                .contentType(ContentType.JSON)
                .body(removed)
                .put("/users/me")
                .then()
                .statusCode(200)
                .body("user.email", nullValue());
        Inbox.Mail mail = lenient.inbox().next("paul@example.com");
        while (!mail.subject().contains(STOPS)) {
            mail = lenient.inbox().next("paul@example.com");
        }
        press(mail.link(), Map.of()).then().statusCode(200);
        assertEquals(
                "paul@example.com",
                lenient.admin().users().get(id).toRepresentation().getEmail());
    }

    @Test
    void anAddressThatNobodyHasProvedCannotStopIt() {
        Person person = Person.add();
        UserRepresentation user = tenant.admin().users().get(person.id()).toRepresentation();
        user.setEmailVerified(false);
        tenant.admin().users().get(person.id()).update(user);
        person.movesTo(person.next());
        tenant.inbox().next(person.old());
        assertEquals(1, tenant.inbox().count(person.old()), "only the notice that the address was changed");
    }
}
