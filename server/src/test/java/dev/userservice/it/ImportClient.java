package dev.userservice.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of an import that sends the body piece by piece (RFC 9112, section 7.1), and reads the answer meanwhile, or does
 * neither.
 */
final class ImportClient implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final BufferedReader in;

    private ImportClient(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    static ImportClient open(Tenant tenant, String bearer, String query) throws IOException {
        URI base = tenant.server().base();
        Socket socket = new Socket(base.getHost(), base.getPort());
        socket.setSoTimeout((int) Duration.ofMinutes(3).toMillis());
        ImportClient client = new ImportClient(socket);
        client.write(
                ("POST " + base.getPath() + "/realms/" + tenant.name() + "/api/users/import" + query + " HTTP/1.1\r\n"
                                + "Host: " + base.getAuthority() + "\r\n"
                                + "Authorization: Bearer " + bearer + "\r\n"
                                + "Content-Type: application/x-ndjson\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    /** Sends a part of the body. */
    void send(byte[] part) throws IOException {
        write((Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        write(part);
        write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    void send(String part) throws IOException {
        send(part.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the body. */
    void end() throws IOException {
        write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Returns the next line of JSON of the answer; null if the connection has ended. */
    String nextLine() {
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("{")) {
                    return line;
                }
                if (line.equals("0")) {
                    return null;
                }
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Reads the answer to its end, or to the end of the connection. */
    Import.Answer answer() {
        List<String> lines = new ArrayList<>();
        for (String line = nextLine(); line != null; line = nextLine()) {
            lines.add(line);
        }
        return Import.Answer.of(String.join("\n", lines));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
