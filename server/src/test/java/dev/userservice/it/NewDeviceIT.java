package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.http.ContentType;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests the mail about a login from a device that the user has not used lately. */
@DiffersByDatabase
@ExtendWith(ServerExtension.class)
final class NewDeviceIT {
    private static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:%1$s) Gecko/20100101 Firefox/%1$s";
    private static final String CHROME =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                    + " Chrome/142.0.0.0 Safari/537.36";
    private static final String PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " Chrome/142.0.0.0 Mobile Safari/537.36";
    private static final String ENGLISH = "A new device has logged in to your";

    private static Tenant tenant;

    @BeforeAll
    static void take(TestServer server) {
        tenant = Tenant.on(server, NewDeviceIT::watch);
        tenant.addClient("front", true);
    }

    /** Switches the mail on with its default, in a realm whose users may log in quickly after each other. */
    static void watch(ObjectNode realm) {
        Tenant.withoutBruteForceProtection(realm);
        realm.withObject("/attributes").put("user-service.new-device-mail", "90");
    }

    /** A user with a proved address. */
    private record Person(String id, String name) {
        static Person add() {
            return add(tenant);
        }

        static Person add(Tenant tenant) {
            String name = "person-" + UUID.randomUUID().toString().substring(0, 8);
            String id = tenant.addUser(name);
            UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
            user.setEmailVerified(true);
            tenant.admin().users().get(id).update(user);
            return new Person(id, name);
        }

        String email() {
            return name + "@example.com";
        }

        Tenant.Session login(String userAgent) {
            return login(tenant, userAgent);
        }

        Tenant.Session login(Tenant where, String userAgent) {
            return Tenant.Session.of(where.api()
                    .header("User-Agent", userAgent)
                    .contentType(ContentType.JSON)
                    .body(Map.of("username", name, "password", TestServer.PASSWORD))
                    .post("/login"));
        }

        Inbox.Mail mail() {
            return tenant.inbox().next(email());
        }

        /** Returns the number of mails once every earlier login has been looked at: one thread looks at one after the other. */
        int mails() {
            Person other = add();
            other.login(FIREFOX.formatted("1"));
            other.login(CHROME);
            other.mail();
            return tenant.inbox().count(email());
        }

        /** Adds a login to the log. */
        void loggedIn(String userAgent, String ipAddress, Duration ago) {
            String hex = String.format("%012x", Instant.now().minus(ago).toEpochMilli());
            execute("""
                    insert into us_activity (id, realm_id, user_id, actor_id, actor_kind, action, ip_address, user_agent, created_at)
                    values ('%s-%s-7000-8000-%012x', '%s', '%s', '%s', 'user', 'login', '%s', '%s', %d)""".formatted(
                            hex.substring(0, 8),
                            hex.substring(8),
                            System.nanoTime() & 0xffffffffffffL,
                            tenant.admin().toRepresentation().getId(),
                            id,
                            id,
                            ipAddress,
                            userAgent,
                            Instant.now().minus(ago).toEpochMilli()));
        }
    }

    private static void execute(String sql) {
        Node node = tenant.server().node();
        Assumptions.assumeTrue(node != null && node.database() != null, "the log is to be written to");
        try {
            node.database().execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aNewDeviceIsToldOfOnceAndTheFirstOneIsNot() {
        Person person = Person.add();
        person.login(FIREFOX.formatted("145.0"));
        person.login(FIREFOX.formatted("145.0"));
        person.login(FIREFOX.formatted("146.0"));
        assertEquals(0, person.mails());
        person.login(CHROME);
        Inbox.Mail mail = person.mail();
        assertTrue(mail.subject().startsWith(ENGLISH), mail.subject());
        for (String part : List.of(mail.text(), mail.html())) {
            assertTrue(part.contains("from the address 127.0.0.1"), part);
            assertTrue(part.contains("Chrome 142.0.0, Windows"), part);
            assertTrue(part.contains("UTC"), part);
            assertTrue(part.contains("Username: " + person.name()), part);
        }
        assertEquals(
                tenant.server().base() + "/realms/" + tenant.name() + "/account/account-security/device-activity",
                mail.link().toString());
        person.login(CHROME);
        person.login(FIREFOX.formatted("147.0"));
        assertEquals(1, person.mails());
    }

    @Test
    void aRefreshIsNoLogin() {
        Person person = Person.add();
        Tenant.Session session = person.login(CHROME);
        tenant.api()
                .header("User-Agent", PHONE)
                .contentType(ContentType.JSON)
                .body(Map.of("refresh_token", session.refresh()))
                .post("/refresh")
                .then()
                .statusCode(200);
        assertEquals(0, person.mails());
    }

    @Test
    void aLoginAtTheTokenEndpointIsALogin() {
        Person person = Person.add();
        person.login(CHROME);
        tenant.token(
                        "front",
                        Map.of("grant_type", "password", "username", person.name(), "password", TestServer.PASSWORD))
                .then()
                .statusCode(200);
        assertTrue(person.mail().text().contains("127.0.0.1"));
    }

    @Test
    void aDeviceIsForgottenAfterNinetyDaysAndItsNetworkCounts() {
        Person person = Person.add();
        person.loggedIn(CHROME, "127.0.0.99", Duration.ofDays(89));
        person.loggedIn(FIREFOX.formatted("12.0"), "127.0.0.1", Duration.ofDays(91));
        person.loggedIn(PHONE, "198.51.100.7", Duration.ofDays(1));
        person.login(CHROME);
        assertEquals(0, person.mails(), "an address of the same network");
        person.login(FIREFOX.formatted("145.0"));
        assertTrue(person.mail().text().contains("Firefox"));
        person.login(PHONE);
        assertTrue(person.mail().text().contains("Android"));
    }

    @Test
    void oneUserCausesAtMostTenMailsADay() {
        Person person = Person.add();
        person.login(CHROME);
        for (int i = 0; i < 14; i++) {
            person.login("program-" + (char) ('a' + i));
        }
        assertEquals(10, person.mails());
    }

    @Test
    void whatAProgramCallsItselfIsNoLink() {
        Person person = Person.add();
        person.login(CHROME);
        person.login("<b>evil.example</b>/1.0");
        Inbox.Mail mail = person.mail();
        assertFalse((mail.text() + mail.html()).contains("evil.example"), mail.text());
    }

    @Test
    void theMailIsInTheLanguageOfThePerson() {
        Person person = Person.add();
        UserRepresentation user = tenant.admin().users().get(person.id()).toRepresentation();
        user.singleAttribute("locale", "de");
        tenant.admin().users().get(person.id()).update(user);
        person.login(CHROME);
        person.login(PHONE);
        Inbox.Mail mail = person.mail();
        assertTrue(mail.subject().startsWith("Ein neues Gerät"), mail.subject());
        assertTrue(mail.text().contains("Sie geschah mit Chrome Mobile"), mail.text());
    }

    /** The login may be a thief's, whose language the person need not know. */
    @Test
    void theLanguageOfTheLoginDoesNotCount() {
        Person person = Person.add();
        person.login(CHROME);
        tenant.api()
                .header("User-Agent", PHONE)
                .header("Accept-Language", "de")
                .contentType(ContentType.JSON)
                .body(Map.of("username", person.name(), "password", TestServer.PASSWORD))
                .post("/login")
                .then()
                .statusCode(200);
        Inbox.Mail mail = person.mail();
        assertTrue(mail.subject().startsWith(ENGLISH), mail.subject());
    }

    @Test
    void aTenantMayNotWantIt(TestServer server) {
        Tenant quiet = Tenant.on(server, realm -> {
            watch(realm);
            realm.withObject("/attributes").put("user-service.new-device-mail", "0");
        });
        Person person = Person.add(quiet);
        person.login(quiet, CHROME);
        person.login(quiet, PHONE);
        Person.add().mails();
        assertEquals(0, quiet.inbox().count(person.email()));
    }
}
