package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Tests mails without a code, which go to the address that their entry names. The test writes the entries into the table of the
 * outbox itself.
 */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.LATE_MAIL)
final class NoticeIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static Tenant tenant;
    private static SmtpProxy proxy;

    @BeforeAll
    static void start(TestServer server) {
        Assumptions.assumeTrue(server.node() != null, "the outbox is to be written to");
        proxy = SmtpProxy.before(server.inbox());
        tenant = Tenant.on(server, realm -> {
            realm.put("displayName", "Bread & <b>Butter</b>");
            realm.withObject("/attributes").put("user-service.resend-cool-down", "0");
            realm.set("smtpServer", proxy.smtp().json());
        });
    }

    /**
     * Removes the tenant with everything that is still in its outbox, which would otherwise show in the meters that other tests
     * read.
     */
    @AfterAll
    static void removeTheTenant() {
        if (tenant != null) {
            tenant.admin().remove();
            proxy.close();
        }
    }

    private static String address(String name) {
        return name + "-" + UUID.randomUUID() + "@example.com";
    }

    private static void execute(String sql) {
        try {
            tenant.server().node().database().execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long waiting(String recipient) {
        try {
            return tenant.server().node().database().count("us_outbox where recipient = ?", recipient);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Adds a notice to the outbox that is not due before {@link #fallDue}, and returns its id. An entry that is made later has a
     * greater id.
     */
    private static String entry(String kind, String user, String recipient, String locale) {
        String id = String.format(
                "%016x-%s", System.nanoTime(), UUID.randomUUID().toString().substring(0, 8));
        execute("""
                insert into us_outbox
                  (id, realm_id, kind, user_id, recipient, base_url, locale, created_at, due_at, attempts, refusals)
                values ('%s', '%s', '%s', '%s', '%s', 'http://localhost', '%s', %d, %d, 0, 0)""".formatted(
                        id,
                        tenant.admin().toRepresentation().getId(),
                        kind,
                        user,
                        recipient,
                        locale,
                        System.currentTimeMillis(),
                        Long.MAX_VALUE));
        return id;
    }

    private static void fallDue(String... entries) {
        execute("update us_outbox set due_at = 0 where id in ('" + String.join("', '", entries) + "')");
        // A new entry in the outbox makes the node look at all entries that are due.
        tenant.register(Map.of());
    }

    /** Checks both notices, as if this user had had another address before. */
    private static void assertTold(
            String locale,
            String username,
            String subject,
            String toTheOld,
            String oldAlarm,
            String toTheNew,
            String whose,
            String newAlarm) {
        String user = tenant.addUser(username);
        // A user directory may give such a username to somebody; Keycloak itself does not accept it.
        execute("update user_entity set username = '<i>" + username + "</i>' where id = '" + user + "'");
        tenant.admin().clearUserCache();
        String now = username + "@example.com";
        String before = address("before");
        fallDue(entry("email-changed-old", user, before, locale), entry("email-changed-new", user, now, locale));
        Inbox.Mail old = tenant.inbox().next(before);
        Inbox.Mail fresh = tenant.inbox().next(now);
        assertEquals(before, old.to());
        assertEquals(subject, old.subject());
        assertEquals(subject, fresh.subject());
        assertEquals(toTheOld + "\n\n" + oldAlarm, lines(old));
        assertEquals(toTheNew + "\n\n" + whose + "\n\n" + newAlarm, lines(fresh));
        assertFalse(old.html().contains(username), old.html());
        assertHtml(old, toTheOld, oldAlarm);
        assertHtml(fresh, toTheNew, whose, newAlarm);
        Eventually.holds("an outbox without them", SOON, () -> waiting(before) + waiting(now) == 0);
        assertEquals(1, tenant.inbox().count(before));
    }

    private static String lines(Inbox.Mail mail) {
        return mail.text().strip().replace("\r\n", "\n");
    }

    private static void assertHtml(Inbox.Mail mail, String... paragraphs) {
        for (String paragraph : paragraphs) {
            String escaped =
                    paragraph.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
            assertTrue(mail.html().contains("<p>" + escaped + "</p>"), mail.html());
        }
    }

    @Test
    void theOldAndTheNewAddressAreTold() {
        assertTold(
                "en",
                "nora",
                "The e-mail address of your Bread & <b>Butter</b> account was changed",
                "The e-mail address of your account at Bread & <b>Butter</b> was changed to n***@e***.com.",
                "If that was not you, contact the administrator at once.",
                "This e-mail address now belongs to an account at Bread & <b>Butter</b>.",
                "Username: <i>nora</i>",
                "If that was not you, contact the administrator.");
    }

    @Test
    void inGermanToo() {
        assertTold(
                "de",
                "nina",
                "Die E-Mail-Adresse Ihres Kontos bei Bread & <b>Butter</b> wurde geändert",
                "Die E-Mail-Adresse Ihres Kontos bei Bread & <b>Butter</b> wurde in n***@e***.com geändert.",
                "Wenn Sie das nicht waren, wenden Sie sich sofort an die Administration.",
                "Diese E-Mail-Adresse gehört jetzt zu einem Konto bei Bread & <b>Butter</b>.",
                "Benutzername: <i>nina</i>",
                "Wenn Sie das nicht waren, wenden Sie sich an die Administration.");
    }

    @Test
    void theOldAddressOfADisabledAccountWithoutANewOneIsTold() {
        String id = tenant.addUser("olga");
        UserRepresentation user = tenant.admin().users().get(id).toRepresentation();
        user.setEmail("");
        user.setEnabled(false);
        tenant.admin().users().get(id).update(user);
        fallDue(entry("email-changed-old", id, "olga@example.com", "en"));
        Inbox.Mail mail = tenant.inbox().next("olga@example.com");
        String removed = "The e-mail address of your account at Bread & <b>Butter</b> was removed.";
        assertTrue(lines(mail).startsWith(removed + "\n\n"), mail.text());
        assertHtml(mail, removed);
    }

    @Test
    void anOldAddressThatRefusesHoldsBackNeitherTheNewOneNorACode() {
        String email = tenant.register(Map.of());
        tenant.inbox().next(email);
        String user = tenant.admin().users().searchByEmail(email, true).get(0).getId();
        tenant.awaitAllSent(user);
        String refusing = address("refusing");
        proxy.refuse(refusing);
        fallDue(entry("email-changed-old", user, refusing, "en"), entry("email-changed-new", user, email, "en"));
        assertTrue(tenant.inbox().next(email).text().contains("now belongs to"));
        tenant.api()
                .queryParam("identifier", email)
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        verify(tenant.inbox().next(email));
        assertEquals(1, waiting(refusing));
        assertEquals(0, tenant.inbox().count(refusing));
    }

    private static void verify(Inbox.Mail mail) {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", mail.code()))
                .post("/verify-email")
                .then()
                .statusCode(200);
    }

    @Test
    void whatOneAddressIsToldComesInOrder() {
        String user = tenant.addUser("petra");
        String told = "petra@example.com";
        String other = address("other");
        String first = entry("email-changed-new", user, told, "en");
        String second = entry("email-changed-old", user, told, "en");
        fallDue(second, entry("email-changed-old", user, other, "en"));
        tenant.inbox().next(other);
        assertEquals(0, tenant.inbox().count(told), "the first is not due yet");
        fallDue(first);
        assertTrue(tenant.inbox().next(told).text().contains("now belongs to"));
        assertTrue(tenant.inbox().next(told).text().contains("was changed"));
    }

    @Test
    void whoseAddressItIsNoMoreIsNotToldThatItIs() {
        String user = tenant.addUser("quentin");
        String former = address("former");
        String old = address("old");
        fallDue(entry("email-changed-new", user, former, "en"), entry("email-changed-old", user, old, "en"));
        tenant.inbox().next(old);
        Eventually.holds("an outbox without it", SOON, () -> waiting(former) == 0);
        assertEquals(0, tenant.inbox().count(former));
    }

    @Test
    void aNoticeOutlivesTheUsersCodesAndNotTheUser() {
        String email = tenant.register(Map.of());
        String user = tenant.admin().users().searchByEmail(email, true).get(0).getId();
        String before = address("before");
        entry("email-changed-old", user, before, "en");
        verify(tenant.inbox().next(email));
        assertEquals(1, waiting(before));
        tenant.admin().users().get(user).remove();
        assertEquals(0, waiting(before));

        // This entry stands for one that was written while the user was removed.
        fallDue(entry("email-changed-old", user, before, "en"));
        Eventually.holds("an outbox without it", SOON, () -> waiting(before) == 0);
        assertEquals(0, tenant.inbox().count(before));
    }
}
