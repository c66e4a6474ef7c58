package dev.userservice.it;

import dev.userservice.server.SmtpServer;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.time.Duration;
import java.util.Properties;

/** A client that sends mails as Keycloak does: as plain text and as HTML, with the same library. */
final class Sender {
    private Sender() {}

    static void send(SmtpServer server, String to, String subject, String text) throws MessagingException {
        send(server, Duration.ofSeconds(20), to, subject, text);
    }

    /** Sends a mail and waits for each answer of the server for the given time at most. */
    static void send(SmtpServer server, Duration patience, String to, String subject, String text)
            throws MessagingException {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", server.host());
        properties.setProperty("mail.smtp.port", Integer.toString(server.port()));
        properties.setProperty("mail.smtp.timeout", Long.toString(patience.toMillis()));
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom(server.sender());
        message.setRecipients(Message.RecipientType.TO, to);
        message.setSubject(subject, "UTF-8");
        MimeBodyPart plain = new MimeBodyPart();
        plain.setText(text, "UTF-8");
        MimeBodyPart html = new MimeBodyPart();
        html.setText("<p>" + text + "</p>", "UTF-8", "html");
        message.setContent(new MimeMultipart("alternative", plain, html));
        Transport.send(message);
    }
}
