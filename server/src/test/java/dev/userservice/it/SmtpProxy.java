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

/** Stands between Keycloak and an inbox, and breaks the way of the mail as a test wants it. */
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

    /** The same all its life. */
    int port() {
        return tcp.port();
    }

    SmtpServer smtp() {
        return SmtpServer.plain(Inbox.HOST, port());
    }

    /** Heals all: from now on everything is passed on at once, and nobody refused. Connections that hang are cut. */
    void up() {
        refused.clear();
        tcp.up();
    }

    /** Refuses connections, and cuts those that there are. */
    void down() {
        tcp.down();
    }

    /** Holds back each reply of the server for so long. */
    void delay(Duration perReply) {
        tcp.delay(perReply);
    }

    /** Takes connections, and answers nothing any more. */
    void hang() {
        tcp.hang();
    }

    /** Answers that there is no such user, instead of the server. */
    void refuse(String address) {
        refused.add(address.toLowerCase(Locale.ROOT));
    }

    /** How many connections were taken so far. */
    int attempts() {
        return tcp.attempts();
    }

    @Override
    public void close() {
        tcp.close();
    }

    private final class Smtp implements TcpProxy.Talk {
        /** What the client sends are lines of a mail, no commands. */
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

        /** All lines of the next reply; nothing if there is none. */
        private static byte[] reply(InputStream in) throws IOException {
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            byte[] line;
            do {
                line = line(in);
                reply.writeBytes(line);
            } while (line.length > 3 && line[3] == '-');
            return reply.toByteArray();
        }

        /** The next line with its end; nothing if there is none. */
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
