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

/** Sends mails as Keycloak does: a text and its HTML, by the same library. */
final class Sender {
    private Sender() {}

    static void send(SmtpServer server, String to, String subject, String text) throws MessagingException {
        send(server, Duration.ofSeconds(20), to, subject, text);
    }

    /** The same by somebody who waits that long for an answer. */
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
