package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.InternetAddress;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.keycloak.email.EmailException;

final class MailFailureTest {
    private static MailFailure of(Exception cause) {
        return new MailFailure(new EmailException("Error when attempting to send the email", cause));
    }

    @Test
    void aRefusedRecipientIsNotTheServersFault() throws Exception {
        Address[] none = {};
        MailFailure failure = of(new SendFailedException(
                "Invalid Addresses", new MessagingException("550 5.1.1 No such user"), none, none, new Address[] {
                    new InternetAddress("jane@example.com")
                }));
        assertTrue(failure.isRecipientRefused());
        assertFalse(failure.isServerUnavailable());
    }

    @Test
    void aRecipientThatIsPutOffIsNotRefused() throws Exception {
        Address[] none = {};
        MailFailure failure = of(new SendFailedException(
                "Later", null, none, new Address[] {new InternetAddress("jane@example.com")}, none));
        assertFalse(failure.isRecipientRefused());
        assertFalse(failure.isServerUnavailable());
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() {
        MailFailure failure = of(new MessagingException("Couldn't connect", new ConnectException("refused")));
        assertTrue(failure.isServerUnavailable());
        assertFalse(failure.isRecipientRefused());
        assertEquals("ConnectException: refused", failure.reason());
    }

    @Test
    void aRealmWithoutAServerSaysSoAndIsLikeOneWhoseServerIsAway() {
        MailFailure failure = MailFailure.ofRealm("this realm has no mail server");
        assertTrue(failure.isServerUnavailable());
        assertFalse(failure.isRecipientRefused());
        assertEquals("this realm has no mail server", failure.reason());
    }

    @Test
    void aTemplateThatFailsIsNeither() {
        MailFailure failure = of(new IllegalStateException("no template"));
        assertFalse(failure.isServerUnavailable());
        assertFalse(failure.isRecipientRefused());
    }

    @Test
    void whatAServerSaysIsOneBoundedLine() {
        MailFailure failure = of(new MessagingException("550 no\r\n2026-01-01 ERROR forged " + "x".repeat(1000)));
        assertFalse(failure.reason().matches("(?s).*\\p{Cntrl}.*"));
        assertEquals(200, failure.reason().length());
    }
}
