package dev.userservice.it;

import dev.userservice.server.SmtpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A proxy between Keycloak and an inbox, which disturbs the delivery of mail in the way that a test asks for. */
final class SmtpProxy implements Closeable {
    private static final Pattern RECIPIENT =
            Pattern.compile("RCPT TO:\\s*<(?<address>[^>]*)>.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final byte[] REFUSAL = "550 5.1.1 No such user\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final TcpProxy tcp;

    private SmtpProxy(Inbox inbox) {
        this.tcp = TcpProxy.before(inbox.port(), Smtp::new);
    }

    static SmtpProxy before(Inbox inbox) {
        return new SmtpProxy(inbox);
    }

    /** Returns the port of the proxy, which never changes. */
    int port() {
        return tcp.port();
    }

    SmtpServer smtp() {
        return SmtpServer.plain(Inbox.HOST, port());
    }

    /**
     * Repairs everything: from now on all data is passed on at once, and no recipient is refused. Connections that hang are
     * closed.
     */
    void up() {
        refused.clear();
        tcp.up();
    }

    /** Refuses new connections and closes the existing ones. */
    void down() {
        tcp.down();
    }

    /** Delays each reply of the server by the given time. */
    void delay(Duration perReply) {
        tcp.delay(perReply);
    }

    /** Accepts connections, but no longer passes on any reply. */
    void hang() {
        tcp.hang();
    }

    /** Answers in place of the server that there is no user with this address. */
    void refuse(String address) {
        refused.add(address.toLowerCase(Locale.ROOT));
    }

    /** Returns how many connections have been accepted so far. */
    int attempts() {
        return tcp.attempts();
    }

    @Override
    public void close() {
        tcp.close();
    }

    /** The SMTP conversation on one connection. */
    private final class Smtp implements TcpProxy.Talk {
        /** This is true while the client sends the lines of a mail, which are not commands. */
        private volatile boolean isContent;

        @Override
        public void pass(InputStream client, OutputStream server, OutputStream answers) throws IOException {
            InputStream lines = new BufferedInputStream(client);
            for (byte[] line = line(lines); line.length > 0; line = line(lines)) {
                Matcher recipient = RECIPIENT.matcher(text(line));
                if (!isContent
                        && recipient.matches()
                        && refused.contains(recipient.group("address").toLowerCase(Locale.ROOT))) {
                    answers.write(REFUSAL);
                    continue;
                }
                if (text(line).equals(".\r\n")) {
                    isContent = false;
                }
                server.write(line);
            }
        }

        @Override
        public void answer(InputStream server, OutputStream answers) throws IOException {
            InputStream lines = new BufferedInputStream(server);
            for (byte[] reply = reply(lines); reply.length > 0; reply = reply(lines)) {
                if (text(reply).startsWith("354")) {
                    isContent = true;
                }
                answers.write(reply);
            }
        }

        /** Returns all lines of the next reply, or an empty array if there is none. */
        private static byte[] reply(InputStream in) throws IOException {
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            byte[] line;
            do {
                line = line(in);
                reply.writeBytes(line);
            } while (line.length > 3 && line[3] == '-');
            return reply.toByteArray();
        }

        /** Returns the next line with its line end, or an empty array if there is none. */
        private static byte[] line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                line.write(next);
                if (next == '\n') {
                    break;
                }
            }
            return line.toByteArray();
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
