package dev.userservice.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A proxy in front of a server on this machine, which disturbs the connections in the way that a test asks for. */
final class TcpProxy implements Closeable {
    private final int server;
    private final Supplier<? extends Talk> talks;
    private final Port port = Port.reserved();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger attempts = new AtomicInteger();

    private ServerSocket listener;
    private Thread acceptor;
    private volatile boolean hangs;
    private volatile Duration delay = Duration.ZERO;

    private TcpProxy(int server, Supplier<? extends Talk> talks) {
        this.server = server;
        this.talks = talks;
    }

    static TcpProxy before(int server) {
        return before(server, () -> new Talk() {});
    }

    /** Starts a proxy that understands the protocol: it creates a talk for each connection. */
    static TcpProxy before(int server, Supplier<? extends Talk> talks) {
        TcpProxy proxy = new TcpProxy(server, talks);
        proxy.up();
        return proxy;
    }

    /** Returns the port of the proxy, which never changes. */
    int port() {
        return port.number();
    }

    /** Repairs everything: from now on all data is passed on at once. Connections that hang are closed. */
    synchronized void up() {
        if (hangs) {
            connections.forEach(Connection::cut);
        }
        hangs = false;
        delay = Duration.ZERO;
        listen();
    }

    /** Refuses new connections and closes the existing ones. */
    synchronized void down() {
        try {
            if (listener != null) {
                listener.close();
                listener = null;
                // The kernel continues to listen until the acceptor thread has left the socket.
                acceptor.join();
                port.reserve();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        connections.forEach(Connection::cut);
    }

    /**
     * Delays each answer of the server by the given time. Without a {@link Talk} of its own, the proxy takes each chunk of bytes
     * for an answer.
     */
    void delay(Duration perAnswer) {
        delay = perAnswer;
    }

    /** Accepts connections, but no longer passes on any answer. What clients send still reaches the server. */
    synchronized void hang() {
        hangs = true;
        listen();
    }

    /** Returns how many connections have been accepted so far. */
    int attempts() {
        return attempts.get();
    }

    @Override
    public synchronized void close() {
        down();
        port.close();
    }

    private void listen() {
        if (listener != null) {
            return;
        }
        try {
            port.release();
            ServerSocket fresh = new ServerSocket();
            fresh.setReuseAddress(true);
            fresh.bind(port.address());
            listener = fresh;
            acceptor = start(() -> accept(fresh));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
                        // The other side or the test has closed the connection.
                    }
                },
                "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The work that a thread of the proxy does. */
    private interface Work {
        void run() throws IOException;
    }

    /** The conversation on one connection. It is passed on unchanged, unless an implementation does something else. */
    interface Talk {
        /**
         * Passes on what the client sends, until the client has sent everything.
         *
         * @param answers takes the answers that are given here, in place of the server
         */
        default void pass(InputStream client, OutputStream server, OutputStream answers) throws IOException {
            client.transferTo(server);
        }

        /**
         * Passes on what the server sends, until the server has sent everything.
         *
         * @param answers takes each answer in one call of {@code write}
         */
        default void answer(InputStream server, OutputStream answers) throws IOException {
            server.transferTo(answers);
        }
    }

    /** The connection of one client, together with its connection to the server. */
    private final class Connection {
        private final Socket client;
        private final Socket upstream = new Socket();
        private final Talk talk = talks.get();
        private final CountDownLatch ended = new CountDownLatch(1);

        Connection(Socket client) {
            this.client = client;
        }

        void run() throws IOException {
            try {
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                upstream.connect(Port.loopback(server));
                OutputStream answers = new Answers(client.getOutputStream());
                start(() -> passAnswers(answers));
                talk.pass(client.getInputStream(), upstream.getOutputStream(), answers);
            } finally {
                end();
            }
        }

        private void passAnswers(OutputStream answers) throws IOException {
            try {
                talk.answer(upstream.getInputStream(), answers);
            } finally {
                end();
            }
        }

        /** Breaks the connection as a failing network does, so that it does not look like the normal end of a conversation. */
        void cut() {
            try {
                client.setSoLinger(true, 0);
            } catch (IOException e) {
                // The connection is closed already.
            }
            end();
        }

        private void end() {
            connections.remove(this);
            ended.countDown();
            try {
                client.close();
                upstream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The stream to the client, which delays answers or drops them. */
        private final class Answers extends OutputStream {
            private final OutputStream out;

            Answers(OutputStream out) {
                this.out = out;
            }

            @Override
            public void write(int single) throws IOException {
                write(new byte[] {(byte) single}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    boolean isTooLate = ended.await(delay.toMillis(), TimeUnit.MILLISECONDS);
                    if (!isTooLate && !hangs) {
                        out.write(bytes, from, length);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException();
                }
            }
        }
    }
}
