package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TcpProxyTest {
    private final Echo echo = new Echo();
    private final TcpProxy proxy = TcpProxy.before(echo.port());

    @AfterEach
    void close() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void bytesPassAsTheyAre() throws Exception {
        byte[] bytes = new byte[30_000];
        new Random(1).nextBytes(bytes);
        try (Socket one = connect();
                Socket other = connect()) {
            assertArrayEquals(bytes, echoed(one, bytes));
            assertArrayEquals(bytes, echoed(other, bytes));
            assertArrayEquals(bytes, echoed(one, bytes));
        }
        assertEquals(2, proxy.attempts());
    }

    @Test
    void itIsAsSlowAsItIsToldUntilAllIsUp() throws Exception {
        try (Socket open = connect()) {
            proxy.delay(Duration.ofMillis(300));
            Instant start = Instant.now();
            echoed(open, 1, 2);
            echoed(open, 3);
            assertTrue(Duration.between(start, Instant.now()).compareTo(Duration.ofMillis(600)) >= 0);

            proxy.delay(Duration.ofMinutes(1));
            proxy.up();
            echoed(open, 4);
        }
    }

    @Test
    void hangingItIsSilentButPassesOnWhatIsSaid() throws Exception {
        try (Socket before = connect()) {
            echoed(before, 1);
            proxy.hang();
            assertSilent(before);
            try (Socket since = connect()) {
                assertSilent(since);
            }
            assertEquals(2, proxy.attempts());
            Eventually.holds("what was said", Duration.ofSeconds(20), () -> echo.heard.get() == 3);

            proxy.up();
            assertThrows(SocketException.class, () -> before.getInputStream().read());
        }
        try (Socket healed = connect()) {
            echoed(healed, 1);
        }
    }

    @Test
    void downItRefusesConnectionsAndItsPortIsKept() throws Exception {
        int port = proxy.port();
        for (int i = 1; i <= 3; i++) {
            try (Socket open = connect()) {
                echoed(open, 1);
                proxy.down();
                assertThrows(SocketException.class, () -> open.getInputStream().read());
            }
            assertThrows(ConnectException.class, this::connect);
            assertEquals(i, proxy.attempts());

            proxy.up();
            assertEquals(port, proxy.port());
        }
        try (Socket healed = connect()) {
            echoed(healed, 1);
        }
    }

    @Test
    void itHangsWhereItWasDown() throws Exception {
        proxy.down();
        proxy.hang();
        try (Socket open = connect()) {
            assertSilent(open);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(300);
        assertThrows(SocketTimeoutException.class, () -> echoed(socket, 1));
    }

    private static void echoed(Socket socket, int... bytes) throws IOException {
        byte[] sent = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            sent[i] = (byte) bytes[i];
        }
        assertArrayEquals(sent, echoed(socket, sent));
    }

    private static byte[] echoed(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return socket.getInputStream().readNBytes(bytes.length);
    }

    /** A server that sends back everything it receives. */
    private static final class Echo implements Closeable {
        private final ServerSocket listener;
        private final AtomicInteger heard = new AtomicInteger();

        Echo() {
            try {
                listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() throws IOException {
            while (true) {
                Socket client = listener.accept();
                start(() -> echo(client));
            }
        }

        private void echo(Socket client) throws IOException {
            try (client) {
                byte[] bytes = new byte[4_096];
                for (int n = client.getInputStream().read(bytes);
                        n > 0;
                        n = client.getInputStream().read(bytes)) {
                    heard.addAndGet(n);
                    client.getOutputStream().write(bytes, 0, n);
                }
            }
        }

        private static void start(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException e) {
                    // The other side or the test has closed the connection.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private interface Work {
            void run() throws IOException;
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
