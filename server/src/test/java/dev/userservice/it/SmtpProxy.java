package dev.userservice.it;

import dev.userservice.server.SmtpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands between Keycloak and an inbox, and breaks the way of the mail as a test wants it. */
final class SmtpProxy implements Closeable {
    private static final Pattern RECIPIENT =
            Pattern.compile("RCPT TO:\\s*<(?<address>[^>]*)>.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final byte[] REFUSAL = "550 5.1.1 No such user\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Inbox inbox;
    private final int port;
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger attempts = new AtomicInteger();

    /** The port while nobody listens: bound, so that nobody else gets it, and refused by the kernel. */
    private Socket reservation;

    private ServerSocket listener;
    private Thread acceptor;
    private volatile boolean hangs;
    private volatile Duration delay = Duration.ZERO;

    private SmtpProxy(Inbox inbox) throws IOException {
        this.inbox = inbox;
        this.reservation = reserve(0);
        this.port = reservation.getLocalPort();
    }

    static SmtpProxy before(Inbox inbox) {
        try {
            SmtpProxy proxy = new SmtpProxy(inbox);
            proxy.up();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same all its life. */
    int port() {
        return port;
    }

    SmtpServer smtp() {
        return SmtpServer.plain(Inbox.HOST, port);
    }

    /** Heals all: from now on everything is passed on at once, and nobody refused. Connections that hang are cut. */
    synchronized void up() {
        if (hangs) {
            connections.forEach(Connection::cut);
        }
        hangs = false;
        delay = Duration.ZERO;
        refused.clear();
        listen();
    }

    /** Refuses connections, and cuts those that there are. */
    synchronized void down() {
        try {
            if (listener != null) {
                listener.close();
                listener = null;
                // Until it has left the socket, the kernel goes on to listen.
                acceptor.join();
                reservation = reserve(port);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        connections.forEach(Connection::cut);
    }

    /** Holds back each reply of the server for so long. */
    void delay(Duration perReply) {
        delay = perReply;
    }

    /** Takes connections, and answers nothing any more. */
    synchronized void hang() {
        hangs = true;
        listen();
    }

    /** Answers that there is no such user, instead of the server. */
    void refuse(String address) {
        refused.add(address.toLowerCase(Locale.ROOT));
    }

    /** How many connections were taken so far. */
    int attempts() {
        return attempts.get();
    }

    @Override
    public synchronized void close() {
        down();
        try {
            reservation.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        if (listener != null) {
            return;
        }
        try {
            reservation.close();
            ServerSocket fresh = new ServerSocket();
            fresh.setReuseAddress(true);
            fresh.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            listener = fresh;
            acceptor = start(() -> accept(fresh));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket reserve(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private void accept(ServerSocket from) throws IOException {
        while (true) {
            Socket client = from.accept();
            attempts.incrementAndGet();
            Connection connection = new Connection(client);
            connections.add(connection);
            start(connection::run);
        }
    }

    private static Thread start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The other side, or the test, has ended it.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "smtp-proxy");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** One client, and its connection to the inbox. */
    private final class Connection {
        private final Socket client;
        private final Socket server = new Socket();
        private final CountDownLatch ended = new CountDownLatch(1);

        /** What the client sends are lines of a mail, no commands. */
        private volatile boolean isContent;

        Connection(Socket client) {
            this.client = client;
        }

        void run() throws IOException, InterruptedException {
            try {
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), inbox.port()));
                start(this::passReplies);
                passCommands();
            } finally {
                end();
            }
        }

        private void passCommands() throws IOException, InterruptedException {
            InputStream lines = new BufferedInputStream(client.getInputStream());
            for (byte[] line = line(lines); line.length > 0; line = line(lines)) {
                Matcher recipient = RECIPIENT.matcher(text(line));
                if (!isContent
                        && recipient.matches()
                        && refused.contains(recipient.group("address").toLowerCase(Locale.ROOT))) {
                    reply(REFUSAL);
                    continue;
                }
                if (text(line).equals(".\r\n")) {
                    isContent = false;
                }
                server.getOutputStream().write(line);
            }
        }

        private void passReplies() throws IOException, InterruptedException {
            try {
                InputStream lines = new BufferedInputStream(server.getInputStream());
                for (byte[] line = line(lines); line.length > 0; line = line(lines)) {
                    if (text(line).startsWith("354")) {
                        isContent = true;
                    }
                    reply(line);
                }
            } finally {
                end();
            }
        }

        private void reply(byte[] line) throws IOException, InterruptedException {
            boolean isLast = line.length < 4 || line[3] != '-';
            if (isLast && ended.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            if (!hangs) {
                client.getOutputStream().write(line);
            }
        }

        /** The next line with its end; nothing if there is none. */
        private byte[] line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                line.write(next);
                if (next == '\n') {
                    break;
                }
            }
            return line.toByteArray();
        }

        private static String text(byte[] line) {
            return new String(line, StandardCharsets.ISO_8859_1);
        }

        /** As a broken network does, not as who has said all. */
        void cut() {
            try {
                client.setSoLinger(true, 0);
            } catch (IOException e) {
                // It is closed already.
            }
            end();
        }

        private void end() {
            connections.remove(this);
            ended.countDown();
            try {
                client.close();
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
