package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RedisServerTest {
    private static final String PASSWORD = "open sesame/\"ä@:";

    @Test
    void whatItKeepsCanBeSeen() {
        try (RedisServer redis = RedisServer.start()) {
            assertEquals("redis://127.0.0.1:" + redis.port(), redis.url());
            assertEquals(List.of(), redis.keys());
            redis.execute("SET", "für:immer", "1");
            redis.execute("SET", "a", "2", "PX", "60000");
            assertEquals(List.of("a", "für:immer"), redis.keys());
            assertEquals("2", redis.execute("GET", "a"));
            assertNull(redis.execute("GET", "b"));

            long left = redis.ttlMillis("a");
            assertTrue(left > 0 && left <= 60_000, "left: " + left);
            assertEquals(-1, redis.ttlMillis("für:immer"));
            assertEquals(-2, redis.ttlMillis("b"));
        }
    }

    @Test
    void itCountsWhatOthersWant() throws Exception {
        try (RedisServer redis = RedisServer.startWithPassword("secret")) {
            redis.execute("SET", "a", "1");
            assertEquals(0, redis.commands());
            assertEquals("+OK", said(redis.port(), "AUTH secret", "PING", "GET a", "AUTH secret"));
            assertEquals(4, redis.commands());
            assertEquals(4, redis.commands());

            redis.restart();
            assertEquals(0, redis.commands());
        }
    }

    @Test
    void itDemandsItsPassword() throws Exception {
        try (RedisServer redis = RedisServer.startWithPassword(PASSWORD)) {
            assertEquals("redis://:open%20sesame%2F%22%C3%A4%40%3A@127.0.0.1:" + redis.port(), redis.url());
            assertEquals("-NOAUTH Authentication required.", said(redis.port(), "GET a"));
            assertTrue(said(redis.port(), "AUTH wrong").startsWith("-WRONGPASS"));
            assertEquals("PONG", redis.execute("PING"));
        }
    }

    @Test
    void killedItIsGoneAndRestartedItIsEmpty() {
        try (RedisServer redis = RedisServer.start()) {
            int port = redis.port();
            for (int i = 1; i <= 3; i++) {
                redis.execute("SET", "a", "1");
                redis.kill();
                UncheckedIOException refused = assertThrows(UncheckedIOException.class, redis::keys);
                assertEquals(ConnectException.class, refused.getCause().getClass());

                redis.restart();
                assertEquals(port, redis.port());
                assertEquals(List.of(), redis.keys());
            }
            redis.execute("SET", "a", "1");
            redis.restart();
            assertEquals(List.of(), redis.keys());
        }
    }

    @Test
    void itSpeaksTls() throws Exception {
        try (RedisServer redis = RedisServer.startWithTls(PASSWORD)) {
            assertTrue(redis.url().startsWith("rediss://:"), redis.url());
            assertTrue(redis.urlBy(1234).endsWith("@127.0.0.1:1234"), redis.urlBy(1234));
            assertTrue(Files.readString(redis.certificate()).startsWith("-----BEGIN CERTIFICATE-----\n"));
            redis.execute("SET", "a", "1");
            assertEquals(List.of("a"), redis.keys());
            redis.restart();
            assertEquals(List.of(), redis.keys());
        }
    }

    @Test
    void itLeavesNothingBehind() {
        RedisServer redis = RedisServer.startWithTls("secret");
        redis.close();
        assertTrue(Files.notExists(redis.certificate().getParent()));
        assertThrows(IOException.class, () -> said(redis.port(), "PING"));
    }

    /** Returns the last line that Redis sends to a client that knows only the port, and that sends these lines. */
    private static String said(int port, String... lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            String all = String.join("\r\n", lines) + "\r\n";
            socket.getOutputStream().write(all.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return answers.substring(answers.lastIndexOf('\n') + 1);
        }
    }
}
