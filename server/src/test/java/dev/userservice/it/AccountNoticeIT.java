package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests the mails that tell people about changes of their account, however the change was made. Other tests cover the pages. */
@ExtendWith(ServerExtension.class)
final class AccountNoticeIT {
    private static final String MFA = "Two-factor authentication was ";
    private static final String CHANGED = "The password of your ";

    private static Tenant tenant;

    private String name;
    private String email;
    private String id;

    @BeforeAll
    static void take(Tenant fresh) {
        tenant = fresh;
        tenant.addClient("full", true);
    }

    @BeforeEach
    void addSomebody() {
        name = "n" + UUID.randomUUID().toString().substring(0, 8);
        email = name + "@example.com";
        id = tenant.addUser(name);
    }

    private void update(Consumer<UserRepresentation> change) {
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        change.accept(user);
        tenant.admin().users().get(id).update(user);
    }

    private void changesPassword(String token) {
        Tenant.retryWhileUnauthorized(
                        400,
                        () -> tenant.api(token)
                                .contentType(ContentType.JSON)
                                .body(Map.of(
                                        "current_password", TestServer.PASSWORD, "new_password", TestServer.PASSWORD))
                                .put("/users/me/password"))
                .then()
                .statusCode(200);
    }

    /** Returns the number of all mails to this person, once a mail that was requested later has arrived. */
    private int mails() {
        String witness = "w" + UUID.randomUUID().toString().substring(0, 8);
        tenant.addUser(witness);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", witness))
                .post("/users/password/forgot")
                .then()
                .statusCode(200);
        tenant.inbox().next(witness + "@example.com");
        return tenant.inbox().count(email);
    }

    @Test
    void whoChangesTheirPasswordIsToldEachTime() {
        String token = tenant.session(name).access();
        changesPassword(token);
        changesPassword(token);
        for (int i = 0; i < 2; i++) {
            Inbox.Mail mail = tenant.inbox().next(email);
            assertTrue(mail.subject().startsWith(CHANGED), mail.subject());
            assertTrue(mail.html().contains(name), mail.html());
        }
        assertEquals(2, mails());
    }

    /** Whoever registers chooses both the name and the address, and mail programs turn a name like this one into a link. */
    @Test
    void aNameIsToldOnlyToWhoHasProvedTheAddress() {
        String link = "free-gift-" + name + ".evil.example";
        String victim = "victim-" + email;
        tenant.register(Map.of("username", link, "email", victim));
        Inbox.Mail activation = tenant.inbox().next(victim);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", link))
                .post("/users/password/forgot")
                .then()
                .statusCode(200);
        Inbox.Mail reset = tenant.inbox().next(victim);
        UserRepresentation user =
                tenant.admin().users().searchByEmail(victim, true).get(0);
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue("Another-horse-2");
        tenant.admin().users().get(user.getId()).resetPassword(password);
        Inbox.Mail changed = tenant.inbox().next(victim);
        for (Inbox.Mail mail : List.of(activation, reset, changed)) {
            assertFalse((mail.subject() + mail.text() + mail.html()).contains("evil.example"), mail.text());
        }

        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", activation.code()))
                .post("/verify-email")
                .then()
                .statusCode(200);
        tenant.admin().users().get(user.getId()).resetPassword(password);
        Inbox.Mail told = tenant.inbox().next(victim);
        assertTrue(told.text().contains("Username: " + link), told.text());
    }

    @Test
    void anAddressThatNobodyHasProvedIsToldOnceInAWhile() {
        update(user -> user.setEmailVerified(false));
        String token = tenant.session(name).access();
        changesPassword(token);
        changesPassword(token);
        tenant.inbox().next(email);
        assertEquals(1, mails());
    }

    /** Keycloak's own account API has no rate limit, and a proof is asked for by a mail to whatever address is sent there. */
    @Test
    void whoChangesTheirAddressAgainAndAgainFloodsNoMailbox() {
        String token = tenant.passwordToken("full", name).path("access_token");
        List<String> addresses = IntStream.range(0, 5)
                .mapToObj(i -> "stranger+" + i + "@" + name + ".example")
                .toList();
        account(token, name, addresses.get(0)).then().statusCode(204);
        for (String address : addresses.subList(1, 5)) {
            account(token, name, address).then().statusCode(400);
        }
        mails();
        assertEquals(1, told(addresses));
        // The link that stops the change.
        assertEquals(1, tenant.inbox().count(email));
    }

    private static int told(List<String> addresses) {
        return addresses.stream()
                .mapToInt(address -> tenant.inbox().count(address))
                .sum();
    }

    /** The limit holds for the address, whichever account has it at the moment, because an address can move from account to account. */
    @Test
    void nobodyMailsAStrangerByPassingAnAddressOn() {
        String stranger = "stranger-" + email;
        for (int i = 0; i < 3; i++) {
            String one = "s" + i + name;
            String oneId = tenant.addUser(one);
            String token = tenant.passwordToken("full", one).path("access_token");
            UserRepresentation user = tenant.admin().users().get(oneId).toRepresentation();
            // The first address of somebody without one takes effect at once.
            user.setEmail("");
            tenant.admin().users().get(oneId).update(user);
            account(token, one, stranger).then().statusCode(204);
            if (i == 0) {
                // Once the account has another address, the notice that this address came is no longer sent.
                Inbox.Mail come = tenant.inbox().next(stranger);
                assertTrue(come.text().contains("now belongs to an account at "));
                assertFalse((come.text() + come.html()).contains(one), come.html());
            }
            tenant.changeAddressUnproved(oneId, "away-" + one + "@example.com");
        }
        mails();
        assertEquals(1, tenant.inbox().count(stranger));
    }

    @Test
    void anotherWayToLogInIsTold() {
        update(user -> user.setEmailVerified(false));
        Totp.add(tenant, id);
        String otp = tenant.admin().users().get(id).credentials().stream()
                .filter(credential -> credential.getType().equals("otp"))
                .findFirst()
                .orElseThrow()
                .getId();
        tenant.admin().users().get(id).removeCredential(otp);
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue("Another-horse-2");
        tenant.admin().users().get(id).resetPassword(password);
        assertTrue(tenant.inbox().next(email).subject().startsWith(MFA));
        // A notice of one kind does not suppress a notice of another kind.
        assertTrue(tenant.inbox().next(email).subject().startsWith(CHANGED));
    }

    @Test
    void whatAnAdminChangesIsToldWithoutTheAdminsWhereaboutsAndInTheUsersLanguage() {
        update(user -> user.setAttributes(Map.of("locale", List.of("de"))));
        CredentialRepresentation password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue("Another-horse-2");
        tenant.admin().users().get(id).resetPassword(password);
        Inbox.Mail mail = tenant.inbox().next(email);
        assertTrue(mail.subject().startsWith("Das Passwort Ihres Kontos bei "), mail.subject());
        assertFalse(mail.text().contains("Adresse"), mail.text());
    }

    @Test
    void aPasswordThatIsRefusedTellsNobody() {
        String token = tenant.session(name).access();
        tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", "weak"))
                .put("/users/me/password")
                .then()
                .statusCode(400);
        assertEquals(0, mails());
    }

    @Test
    void anAddressThatIsChangedInTheAccountConsoleIsToldOfAsByTheApi() {
        String token = tenant.passwordToken("full", name).path("access_token");
        String first = "first-" + email;
        account(token, name, first).then().statusCode(204);
        tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("code", tenant.inbox().nextCode(first)))
                .post("/users/me/pending-email")
                .then()
                .statusCode(200);
        Inbox.Mail come = tenant.inbox().next(first);
        assertTrue(come.text().contains("now belongs to an account at "));
        Inbox.Mail gone = tenant.inbox().next(email);
        if (gone.text().contains("Stop the change") || gone.text().contains("action-token")) {
            gone = tenant.inbox().next(email);
        }
        assertTrue(gone.text().contains("was changed to f***@e***.com"), gone.text());
    }

    private static Response account(String token, String username, String newEmail) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json")
                .contentType(ContentType.JSON)
                .body(Map.of("username", username, "firstName", "Test", "lastName", "Person", "email", newEmail))
                .post(tenant.server().base() + "/realms/" + tenant.name() + "/account");
    }

    @DiffersByDatabase
    @Test
    void anAdminsChangesOfAnAddressAreAllTold() {
        String token = tenant.serviceTokenOf("view-users", "manage-users");
        for (String next : List.of("first-" + email, "second-" + email)) {
            tenant.api(token)
                    .contentType(ContentType.JSON)
                    .body(Map.of("email", next))
                    .patch("/users/" + id)
                    .then()
                    .statusCode(200);
        }
        assertTrue(tenant.inbox().next(email).text().contains("was changed to"));
        assertTrue(tenant.inbox().next("second-" + email).text().contains("now belongs to"));
    }

    @Test
    void whomAnAdminMakesIsInvited() {
        String token = tenant.serviceTokenOf("view-users", "manage-users");
        String guest = "g" + name;
        tenant.api(token)
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
                .body("is_active", equalTo(false));
        Inbox.Mail mail = tenant.inbox().next(guest + "@example.com");
        assertTrue(mail.subject().startsWith("Your new "), mail.subject());
        assertTrue(mail.text().contains("has made the account " + guest), mail.text());
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", mail.code()))
                .post("/verify-email")
                .then()
                .statusCode(200);
    }

    /** The admin reads German and the tenant's users read English. One user wants French, which the tenant does not support. */
    @ParameterizedTest
    @CsvSource({"'', Your new , Activate your ", "de, Your new , Aktivieren Sie ", "fr, Your new , Activate your "})
    void whatAnAdminCausesIsInTheLanguageOfWhoReadsIt(String locale, String invitation, String activation) {
        String token = tenant.serviceTokenOf("view-users", "manage-users");
        String guest = "l" + name;
        String guestId = tenant.api(token)
                .contentType(ContentType.JSON)
                .header("Accept-Language", "de")
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
        Inbox.Mail mail = tenant.inbox().next(guest + "@example.com");
        assertTrue(mail.subject().startsWith(invitation), mail.subject());
        UserRepresentation user = tenant.admin().users().get(guestId).toRepresentation();
        user.singleAttribute("locale", locale);
        tenant.admin().users().get(guestId).update(user);
        tenant.api(token)
                .contentType(ContentType.JSON)
                .header("Accept-Language", "de")
                .body(Map.of("email", "new-" + guest + "@example.com"))
                .patch("/users/" + guestId)
                .then()
                .statusCode(200);
        Inbox.Mail next = tenant.inbox().next("new-" + guest + "@example.com");
        while (!next.text().contains("http")) {
            next = tenant.inbox().next("new-" + guest + "@example.com");
        }
        assertTrue(next.subject().startsWith(activation), next.subject());
    }

    @Test
    void aTenantOfAnotherLanguageInvitesInIt() {
        Tenant german = Tenant.on(tenant.server(), realm -> realm.put("defaultLocale", "de"));
        german.api(german.serviceTokenOf("view-users", "manage-users"))
                .contentType(ContentType.JSON)
                .header("Accept-Language", "en")
                .body(Map.of("email", email, "first_name", "Gail", "password", TestServer.PASSWORD))
                .post("/users")
                .then()
                .statusCode(201);
        assertTrue(german.inbox().next(email).subject().startsWith("Ihr neues Konto bei "));
    }
}
