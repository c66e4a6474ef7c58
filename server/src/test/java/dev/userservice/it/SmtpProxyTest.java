package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SmtpProxyTest {
    private static final String ADA = "ada@example.com";

    private final Inbox inbox = Inbox.start();
    private final SmtpProxy proxy = SmtpProxy.before(inbox);

    @AfterEach
    void close() {
        proxy.close();
        inbox.close();
    }

    @Test
    void aMailPassesAsItIs() throws Exception {
        proxy.refuse(ADA);
        String text = "Grüße\r\n.\r\n..dots\r\nRCPT TO:<" + ADA + ">\r\nend";
        Sender.send(proxy.smtp(), "bob@example.com", "Bestätigung", text);
        Inbox.Mail mail = inbox.next("bob@example.com");
        assertEquals("Bestätigung", mail.subject());
        assertEquals(text, mail.text().strip());
        assertEquals(1, proxy.attempts());
    }

    @Test
    void aRefusedAddressIsRefusedUntilAllIsUp() throws Exception {
        proxy.refuse(ADA);
        SendFailedException refused = assertThrows(SendFailedException.class, () -> send("Ada@example.com"));
        String why = String.valueOf(refused.getNextException());
        assertTrue(why.contains("550 5.1.1"), why);
        send("bob@example.com");
        assertEquals(0, inbox.count(ADA));

        proxy.up();
        send(ADA);
        inbox.next(ADA);
    }

    @Test
    void downItRefusesConnectionsAndItsPortIsKept() throws Exception {
        send(ADA);
        int port = proxy.port();
        for (int i = 1; i <= 3; i++) {
            try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.setSoTimeout(20_000);
                assertEquals('2', open.getInputStream().read());
                proxy.down();
                assertThrows(SocketException.class, () -> open.getInputStream().readAllBytes());
            }
            int before = proxy.attempts();
            MessagingException down = assertThrows(MessagingException.class, () -> send(ADA));
            assertInstanceOf(ConnectException.class, down.getNextException());
            assertEquals(before, proxy.attempts());
            assertEquals(i, inbox.count(ADA));

            proxy.up();
            assertEquals(port, proxy.port());
            send(ADA);
        }
    }

    @Test
    void itIsAsSlowAsItIsTold() throws Exception {
        Instant start = Instant.now();
        proxy.delay(Duration.ofMillis(200));
        send(ADA);
        // Six replies are delayed: the greeting, and the answers to EHLO, MAIL, RCPT, DATA and the final dot.
        assertTrue(Duration.between(start, Instant.now()).compareTo(Duration.ofMillis(1_200)) >= 0);
        inbox.next(ADA);
    }

    @Test
    void hangingItIsSilent() throws Exception {
        proxy.hang();
        MessagingException silence = assertThrows(
                MessagingException.class,
                () -> Sender.send(proxy.smtp(), Duration.ofSeconds(2), ADA, "subject", "text"));
        assertInstanceOf(SocketTimeoutException.class, silence.getNextException());
        assertEquals(1, proxy.attempts());
        assertEquals(0, inbox.count(ADA));

        proxy.up();
        send(ADA);
        inbox.next(ADA);
    }

    private void send(String to) throws MessagingException {
        Sender.send(proxy.smtp(), to, "subject", "text");
    }
}
