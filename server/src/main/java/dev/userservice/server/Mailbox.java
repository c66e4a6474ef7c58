package dev.userservice.server;

import com.icegreen.greenmail.mail.MailAddress;
import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * A mail server for a machine that has none: it accepts mails by SMTP and shows them on a page in the browser. It
 * listens only on this machine, and keeps the newest mails in memory.
 */
public final class Mailbox implements AutoCloseable {
    static final String HOST = "127.0.0.1";

    private static final int KEPT = 500;

    private final Deque<Mail> newestFirst = new ArrayDeque<>();
    private final Consumer<Mail> onArrival;
    private final GreenMail smtp;
    private final HttpServer http;
    private long lastId;

    private Mailbox(int smtpPort, int httpPort, Consumer<Mail> onArrival) throws IOException {
        this.onArrival = onArrival;
        ServerSetup setup = new ServerSetup(smtpPort, HOST, ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(30_000);
        this.smtp = new GreenMail(setup);
        // No mail goes to GreenMail's own mailboxes: they grow without limit, and GreenMail creates an account for each
        // address.
        smtp.getManagers().getUserManager().setMessageDeliveryHandler(Recipient::new);
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort), 0);
        http.createContext("/", new MailboxPages(this));
        http.setExecutor(Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "mailbox");
            thread.setDaemon(true);
            return thread;
        }));
    }

    /**
     * Starts both servers; port 0 selects any free port.
     *
     * @param onArrival is called for each mail
     */
    static Mailbox start(int smtpPort, int httpPort, Consumer<Mail> onArrival) {
        try {
            Mailbox mailbox = new Mailbox(smtpPort, httpPort, onArrival);
            mailbox.smtp.start();
            mailbox.http.start();
            return mailbox;
        } catch (IOException | IllegalStateException e) {
            throw new StartException("cannot start the mailbox: " + e.getMessage(), e);
        }
    }

    int smtpPort() {
        return smtp.getSmtp().getPort();
    }

    int httpPort() {
        return http.getAddress().getPort();
    }

    synchronized List<Mail> newestFirst() {
        return List.copyOf(newestFirst);
    }

    synchronized Optional<Mail> find(long id) {
        return newestFirst.stream().filter(mail -> mail.id() == id).findFirst();
    }

    synchronized void clear() {
        newestFirst.clear();
    }

    @Override
    public void close() {
        http.stop(0);
        smtp.stop();
    }

    private void add(MimeMessage message) {
        Mail mail;
        synchronized (this) {
            try {
                mail = Mail.of(++lastId, message);
            } catch (MessagingException | IOException e) {
                // The sender gets an error, as from any server that cannot read a mail.
                throw new IllegalStateException("unreadable mail", e);
            }
            newestFirst.addFirst(mail);
            if (newestFirst.size() > KEPT) {
                newestFirst.removeLast();
            }
        }
        onArrival.accept(mail);
    }

    /** A recipient of a mail. A mail to several recipients is delivered once. */
    private final class Recipient implements GreenMailUser {
        private final boolean first;
        private final String email;

        Recipient(MovingMessage message, MailAddress address) {
            this.email = address.getEmail();
            this.first = message.getToAddresses().iterator().next().getEmail().equals(email);
        }

        @Override
        public void deliver(MovingMessage message) {
            deliver(message.getMessage());
        }

        @Override
        public void deliver(MimeMessage message) {
            if (first) {
                add(message);
            }
        }

        @Override
        public String getEmail() {
            return email;
        }

        @Override
        public String getLogin() {
            return email;
        }

        @Override
        public String getPassword() {
            return "";
        }

        @Override
        public String getQualifiedMailboxName() {
            return email;
        }

        @Override
        public void create() {}

        @Override
        public void delete() {}

        @Override
        public void setPassword(String password) {}

        @Override
        public void authenticate(String password) {}
    }
}
