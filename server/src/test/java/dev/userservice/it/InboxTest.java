package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private final Inbox inbox = Inbox.start();

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void mailsComeInTheirOrderToWhomTheyAreFor() throws Exception {
        Sender.send(inbox.smtp(), "Ada@Example.com, bob@example.com", "Bestätigung", "Grüße");
        Sender.send(inbox.smtp(), "ada@example.com", "2", "zwei");

        Inbox.Mail first = inbox.next("ada@example.com");
        assertEquals("Bestätigung", first.subject());
        assertEquals("no-reply@localhost", first.from());
        assertEquals("Ada@Example.com, bob@example.com", first.to());
        assertEquals("Grüße", first.text().strip());
        assertEquals("<p>Grüße</p>", first.html().strip());
        assertEquals("zwei", inbox.next("ADA@example.com").text().strip());
        assertEquals(first, inbox.next("bob@example.com"));
        assertEquals(2, inbox.count("aDa@example.com"));
        assertEquals(1, inbox.count("bob@example.com"));
        assertEquals(0, inbox.count("eve@example.com"));
    }

    @Test
    void aMailThatDoesNotComeFailsTheTest() throws Exception {
        Sender.send(inbox.smtp(), "ada@example.com", "1", "x");
        inbox.next("ada@example.com");
        AssertionError failure =
                assertThrows(AssertionError.class, () -> inbox.next("ada@example.com", Duration.ofMillis(50)));
        assertTrue(failure.getMessage().contains("ada@example.com=1"), failure.getMessage());
    }

    @Test
    void codesAndLinksAreReadFromTheText() {
        Inbox.Mail mail =
                mail("Your code:\n0ABC-1DEF-2GHI-3JKL-4MNO-5PQR-6STU\nor open\nhttps://x.example/a?b=c&d=e#f\n");
        assertEquals("0ABC-1DEF-2GHI-3JKL-4MNO-5PQR-6STU", mail.code());
        assertEquals(URI.create("https://x.example/a?b=c&d=e#f"), mail.link());

        assertThrows(AssertionError.class, mail("http://a.example http://b.example")::link);
        assertThrows(AssertionError.class, mail("0ABC-1DEF")::code);
    }

    private static Inbox.Mail mail(String text) {
        return new Inbox.Mail("", "", "", text, "");
    }
}
