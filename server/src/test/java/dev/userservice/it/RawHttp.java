package dev.userservice.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A connection on which a test sends requests byte by byte, as no client library does. */
final class RawHttp implements Closeable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String END_OF_HEAD = "\r\n\r\n";

    private final URI base;
    private final Socket socket;
    private final InputStream in;

    RawHttp(URI base) throws IOException {
        this.base = base;
        this.socket = new Socket(base.getHost(), base.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        // A socket with this option is reset when it is closed, so the server learns of it at once.
        socket.setSoLinger(true, 0);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Returns a POST without its body. */
    String head(String path, String type, String more) {
        return "POST " + path + " HTTP/1.1\r\nHost: " + base.getAuthority() + "\r\nContent-Type: " + type + "\r\n"
                + more + "\r\n";
    }

    /** Returns a POST with its body, whose length the header tells. */
    String post(String path, String type, String body) {
        return head(path, type, "Content-Length: " + body.length() + "\r\n") + body;
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Returns the next head of an answer, without its body. */
    String nextHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith(END_OF_HEAD)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("The answer ends after: " + head.toString(StandardCharsets.ISO_8859_1));
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads the next answer with its body, and returns its status. */
    int nextStatus() throws IOException {
        String head = nextHead();
        int length = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
        in.skipNBytes(length);
        return Integer.parseInt(head.substring(9, 12));
    }

    /** Closes the connection with a reset. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
