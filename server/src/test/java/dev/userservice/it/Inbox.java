package dev.userservice.it;

import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.UserImpl;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.userservice.server.SmtpServer;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A real SMTP server where the mails of the tests arrive. It accepts every mail and keeps it by its recipient. */
final class Inbox implements Closeable {
    static final String HOST = "127.0.0.1";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Holds the mails by recipient, and again by sender and recipient. */
    private final Map<String, Box> boxes;

    private final GreenMail server;

    /** Is the sender whose mails are read, or an empty string for the mails of everybody. */
    private final String sender;

    private Inbox() {
        this.boxes = new ConcurrentHashMap<>();
        this.sender = "";
        ServerSetup setup = new ServerSetup(0, HOST, ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(30_000);
        this.server = new GreenMail(setup);
        server.getManagers()
                .getUserManager()
                .setMessageDeliveryHandler((mail, address) -> new Recipient(address.getEmail()));
    }

    private Inbox(Inbox all, String sender) {
        this.boxes = all.boxes;
        this.server = all.server;
        this.sender = sender;
    }

    static Inbox start() {
        Inbox inbox = new Inbox();
        inbox.server.start();
        return inbox;
    }

    /** Returns an inbox with the same mails, of which it shows only those of one sender. */
    Inbox from(String address) {
        return new Inbox(this, address);
    }

    int port() {
        return server.getSmtp().getPort();
    }

    SmtpServer smtp() {
        return SmtpServer.plain(HOST, port());
    }

    /** Waits for the oldest mail to an address that no call has returned yet, and returns it. */
    Mail next(String address) {
        return next(address, TIMEOUT);
    }

    Mail next(String address, Duration patience) {
        try {
            Mail mail = box(address).unread.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (mail == null) {
                throw new AssertionError("No further mail to " + address + " within " + patience.toSeconds()
                        + " s. So far came: " + boxes);
            }
            return mail;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting for mail to " + address, e);
        }
    }

    /** Returns the code of the next mail to an address that has a code. Mails of different kinds arrive in any order. */
    String nextCode(String address) {
        return nextWithCode(address).code();
    }

    /** Returns the next mail to an address that has a code. */
    Mail nextWithCode(String address) {
        Mail mail = next(address);
        while (!Mail.CODE.matcher(mail.text()).find()) {
            mail = next(address);
        }
        return mail;
    }

    /** Returns how many mails to an address have arrived, read or not. */
    int count(String address) {
        return box(address).arrived.get();
    }

    @Override
    public void close() {
        server.stop();
    }

    private Box box(String address) {
        return box(sender, address);
    }

    private Box box(String from, String to) {
        return boxes.computeIfAbsent(
                (from + ">" + to).toLowerCase(Locale.ROOT),
                key -> new Box(new LinkedBlockingQueue<>(), new AtomicInteger()));
    }

    private record Box(BlockingQueue<Mail> unread, AtomicInteger arrived) {
        @Override
        public String toString() {
            return arrived.toString();
        }
    }

    /**
     * A mail as a person reads it.
     *
     * @param text the plain-text part, or an empty string if there is none; the same holds for {@code html}
     */
    record Mail(String subject, String from, String to, String text, String html) {
        private static final Pattern CODE = Pattern.compile("\\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){6}\\b");
        private static final Pattern LINK = Pattern.compile("https?://[^\\s<>\"]+");

        private static Mail of(MimeMessage message) throws MessagingException, IOException {
            var mail = dev.userservice.server.Mail.of(0, message);
            return new Mail(mail.subject(), mail.from(), mail.to(), mail.text(), mail.html());
        }

        /** Returns the one-time code in the text. */
        String code() {
            return only(CODE, "code");
        }

        /** Returns the link in the text. */
        URI link() {
            return URI.create(only(LINK, "link"));
        }

        private String only(Pattern pattern, String what) {
            List<String> found = pattern.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .distinct()
                    .toList();
            if (found.size() != 1) {
                throw new AssertionError("Not one " + what + " but " + found + " in: " + text);
            }
            return found.get(0);
        }
    }

    /** A recipient who takes the mails, so that GreenMail makes no account and no mailbox of its own. */
    private final class Recipient extends UserImpl {
        Recipient(String email) {
            super(email, email, "", null);
        }

        @Override
        public void deliver(MovingMessage message) {
            deliver(message.getMessage());
        }

        @Override
        public void deliver(MimeMessage message) {
            try {
                Mail mail = Mail.of(message);
                for (String from : List.of("", mail.from())) {
                    Box box = box(from, getEmail());
                    box.arrived.incrementAndGet();
                    box.unread.add(mail);
                }
            } catch (MessagingException | IOException e) {
                throw new IllegalStateException("unreadable mail", e);
            }
        }
    }
}
