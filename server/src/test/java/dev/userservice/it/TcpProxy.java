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

/** Stands before a server on this machine, and breaks the way to it as a test wants it. */
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

    /** One that understands what passes: it makes a talk for each connection. */
    static TcpProxy before(int server, Supplier<? extends Talk> talks) {
        TcpProxy proxy = new TcpProxy(server, talks);
        proxy.up();
        return proxy;
    }

    /** The same all its life. */
    int port() {
        return port.number();
    }

    /** Heals all: from now on everything is passed on at once. Connections that hang are cut. */
    synchronized void up() {
        if (hangs) {
            connections.forEach(Connection::cut);
        }
        hangs = false;
        delay = Duration.ZERO;
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

    /** Holds back each answer of the server for so long; without a talk, that is each chunk of bytes. */
    void delay(Duration perAnswer) {
        delay = perAnswer;
    }

    /** Takes connections, and answers nothing any more. What clients say still reaches the server. */
    synchronized void hang() {
        hangs = true;
        listen();
    }

    /** How many connections were taken so far. */
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
                        // The other side, or the test, has ended it.
                    }
                },
                "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Work {
        void run() throws IOException;
    }

    /** What is said on one connection; it passes as it is, unless told otherwise. */
    interface Talk {
        /**
         * Passes on what the client says, until it has said all.
         *
         * @param answers for what is answered here, instead of by the server
         */
        default void pass(InputStream client, OutputStream server, OutputStream answers) throws IOException {
            client.transferTo(server);
        }

        /**
         * Passes on what the server says, until it has said all.
         *
         * @param answers takes one answer by one write
         */
        default void answer(InputStream server, OutputStream answers) throws IOException {
            server.transferTo(answers);
        }
    }

    /** One client, and its connection to the server. */
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
                upstream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Where answers are late, or are lost. */
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
