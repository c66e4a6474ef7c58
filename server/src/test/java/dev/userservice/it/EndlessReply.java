package dev.userservice.it;

import dev.userservice.server.SmtpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A mail server whose greeting has always one more line. */
final class EndlessReply implements Closeable {
    private static final byte[] LINE = "220-mail.example and more\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ServerSocket listener;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    private EndlessReply(ServerSocket listener) {
        this.listener = listener;
    }

    static EndlessReply start() throws IOException {
        EndlessReply server = new EndlessReply(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        run(server::accept);
        return server;
    }

    private static void run(Runnable work) {
        Thread thread = new Thread(work, "endless-reply");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                begun.incrementAndGet();
                run(() -> greet(client));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void greet(Socket client) {
        try (client) {
            OutputStream out = client.getOutputStream();
            while (!listener.isClosed()) {
                out.write(LINE);
                out.flush();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (IOException e) {
            ended.incrementAndGet();
        }
    }

    SmtpServer smtp() {
        return SmtpServer.plain(Inbox.HOST, listener.getLocalPort());
    }

    /** Returns how many connections there were. */
    int begun() {
        return begun.get();
    }

    /** Returns how many connections the client has closed. */
    int ended() {
        return ended.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
