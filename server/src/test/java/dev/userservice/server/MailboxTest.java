package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String HTML = "<p title=\"x\">Grüße & <script>alert('1')</script></p>";

    private final Queue<Mail> arrived = new ConcurrentLinkedQueue<>();
    private Mailbox mailbox;

    @BeforeEach
    void open() throws IOException {
        int smtpPort;
        try (ServerSocket any = new ServerSocket(0)) {
            smtpPort = any.getLocalPort();
        }
        mailbox = Mailbox.start(smtpPort, 0, arrived::add);
    }

    @AfterEach
    void close() {
        mailbox.close();
    }

    @Test
    void aMailIsReadAsItWasWritten() throws Exception {
        send("Bestätigung ✓ <b>", "ada@example.com, Bob Ü <bob@example.com>", "Grüße\nhttps://x/?a=1&b=<2>\n");

        assertEquals(1, arrived.size(), "one mail to two is one mail");
        JsonNode mails = new ObjectMapper().readTree(get("/api/messages").body());
        assertEquals(1, mails.size());
        JsonNode mail = mails.get(0);
        assertEquals("Bestätigung ✓ <b>", mail.path("subject").textValue());
        assertEquals("Söme <from@example.com>", mail.path("from").textValue());
        assertEquals("ada@example.com, Bob Ü <bob@example.com>", mail.path("to").textValue());
        assertEquals(
                "Grüße\nhttps://x/?a=1&b=<2>\n", mail.path("text").textValue().replace("\r\n", "\n"));
        assertEquals(HTML, mail.path("html").textValue().strip());
        assertTrue(mail.path("date").textValue().matches("\\d{4}-\\d\\d-\\d\\dT.*Z"), mail.toString());
        assertEquals(mail, new ObjectMapper().readTree(get("/api/messages/1").body()));
    }

    @Test
    void thePagesShowMailsAndObeyNoneOfThem() throws Exception {
        send("<b>Subject</b>", "ada@example.com", "</pre><script>text</script>");

        assertTrue(get("/").body().contains("<a href=\"/messages/1\">&lt;b&gt;Subject&lt;/b&gt;</a>"));
        HttpResponse<String> page = get("/messages/1");
        assertEquals(
                "text/html; charset=utf-8",
                page.headers().firstValue("Content-Type").orElse(""));
        assertFalse(page.body().contains("<script"), page.body());
        assertTrue(page.body().contains("&lt;/pre&gt;&lt;script&gt;text"), page.body());
        assertTrue(
                page.body()
                        .contains("<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\" title=\"HTML\""
                                + " srcdoc=\"&lt;base target=&quot;_blank&quot;&gt;&lt;p title=&quot;x&quot;&gt;Grüße"
                                + " &amp; &lt;script&gt;alert(&#39;1&#39;)"),
                page.body());
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        assertEquals(404, get("/messages/1").statusCode());
        assertEquals(404, get("/api/messages/999999999999999999999").statusCode());
        assertEquals(404, get("/other").statusCode());
        assertEquals("[]", get("/api/messages").body());
    }

    @Test
    void deleteEmptiesIt() throws Exception {
        send("one", "ada@example.com", "x");
        HttpRequest delete =
                HttpRequest.newBuilder(uri("/api/messages")).DELETE().build();
        assertEquals(
                204, HTTP.send(delete, HttpResponse.BodyHandlers.ofString()).statusCode());
        assertEquals("[]", get("/api/messages").body());
    }

    @Test
    void onlyTheNewestAreKept() throws Exception {
        Session session = session();
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect();
            for (int i = 1; i <= 505; i++) {
                MimeMessage message = new MimeMessage(session);
                message.setRecipients(Message.RecipientType.TO, "ada" + i + "@example.com");
                message.setText("x");
                message.saveChanges();
                transport.sendMessage(message, message.getAllRecipients());
            }
        }
        JsonNode mails = new ObjectMapper().readTree(get("/api/messages").body());
        assertEquals(500, mails.size());
        assertEquals("ada505@example.com", mails.get(0).path("to").textValue());
        assertEquals("ada6@example.com", mails.get(499).path("to").textValue());
    }

    @Test
    void theTerminalIsNotObeyingMailsEither() {
        Mail mail = new Mail(
                7, "a\u001b[31m@example.com", "b\nTo: c", "s\r\n", Instant.EPOCH, "text\u001b]0;x\u0007\n", "");
        String text = Welcome.text(mail, "http://localhost:8025");
        assertTrue(text.contains("From:    a[31m@example.com\nTo:      b To: c\nSubject: s"), text);
        assertTrue(text.contains("text]0;x\n"), text);
        assertTrue(text.contains("http://localhost:8025/messages/7"), text);
    }

    private void send(String subject, String to, String text) throws MessagingException, IOException {
        MimeBodyPart plain = new MimeBodyPart();
        plain.setText(text, "UTF-8");
        MimeBodyPart html = new MimeBodyPart();
        html.setText(HTML, "UTF-8", "html");
        MimeMessage message = new MimeMessage(session());
        message.setFrom(new InternetAddress("from@example.com", "Söme", "UTF-8"));
        message.setRecipients(Message.RecipientType.TO, InternetAddress.parse(to));
        for (Address address : message.getAllRecipients()) {
            InternetAddress internet = (InternetAddress) address;
            if (internet.getPersonal() != null) {
                internet.setPersonal(internet.getPersonal(), "UTF-8");
            }
        }
        message.setSubject(subject, "UTF-8");
        message.setContent(new MimeMultipart("alternative", plain, html));
        Transport.send(message);
    }

    private Session session() {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", Integer.toString(mailbox.smtpPort()));
        return Session.getInstance(properties);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + mailbox.httpPort() + path);
    }
}
